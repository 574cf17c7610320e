"""Lines of the logbook about the meter order, in words."""

from collections.abc import Callable

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
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
    entities = er.async_get(hass)

    @callback
    def _name(entity_id: str) -> str:
        """Return the name of the contract, which tells it from others."""
        entity = entities.async_get(entity_id)
        if entity is None or entity.config_entry_id is None:
            return entity_id
        entries = hass.config_entries
        return entries.async_get_known_entry(entity.config_entry_id).title

    @callback
    def _describe(event: Event) -> dict[str, str]:
        words = async_get_cached_translations(
            hass, hass.config.language, "entity", DOMAIN
        )
        entity_id, status = event.data["entity_id"], event.data["status"]
        label = words.get(f"{_STATUS}.name", DOMAIN)
        word = words.get(f"{_STATUS}.state.{status}", status)
        return {
            LOGBOOK_ENTRY_NAME: _name(entity_id),
            LOGBOOK_ENTRY_MESSAGE: f"{label}: {word}",
        }

    async_describe_event(DOMAIN, EVENT_METER_ORDER, _describe)
