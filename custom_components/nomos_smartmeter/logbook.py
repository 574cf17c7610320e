"""Lines of the logbook about the meter order, in words."""

from collections.abc import Callable

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN
from .event import EVENT_METER_ORDER

_STATUS = f"component.{DOMAIN}.entity.sensor.meter_order_status"


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Describe the events of this integration."""

    @callback
    def _describe(event: Event) -> dict[str, str]:
        words = async_get_cached_translations(
            hass, hass.config.language, "entity", DOMAIN
        )
        status = event.data["status"]
        return {
            LOGBOOK_ENTRY_NAME: words.get(f"{_STATUS}.name", DOMAIN),
            LOGBOOK_ENTRY_MESSAGE: words.get(f"{_STATUS}.state.{status}", status),
            LOGBOOK_ENTRY_ENTITY_ID: event.data["entity_id"],
        }

    async_describe_event(DOMAIN, EVENT_METER_ORDER, _describe)
