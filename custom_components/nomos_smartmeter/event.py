"""The event of the meter order: what it has come to."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .contract import Contract
from .coordinator import NomosConfigEntry
from .entity import NomosEntity, NomosEntityDescription
from .order_watch import SIGNAL_CHANGE, Change
from .tariff.meter_order import OrderStatus

PARALLEL_UPDATES = 0

ATTR_PREVIOUS_STATUS = "previous_status"
EVENT_METER_ORDER = f"{DOMAIN}_meter_order"
"""Fired on the bus as well, for the logbook and whoever listens there."""


@dataclass(frozen=True, kw_only=True)
class NomosEventDescription(NomosEntityDescription[Contract], EventEntityDescription):
    """Describe an event of a contract."""


METER_ORDER = NomosEventDescription(
    key="meter_order",
    translation_key="meter_order",
    event_types=[status.value for status in OrderStatus],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event of a contract; feeding in knows no meter order."""
    meter_order = entry.runtime_data.meter_order
    if not meter_order.data.feeds_in:
        async_add_entities([MeterOrderEvent(meter_order, METER_ORDER)])


class MeterOrderEvent(NomosEntity[Contract], EventEntity):
    """Happens with each step of the meter order."""

    entity_description: NomosEventDescription

    @property
    @override
    def available(self) -> bool:
        """Tell that what has happened stays true, however silent Nomos is."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for changes."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(self.hass, SIGNAL_CHANGE, self._changed)
        )

    @callback
    def _changed(self, change: Change) -> None:
        if (
            change.entry_id != self.coordinator.config_entry.entry_id
            or (status := change.new_status) is None
        ):
            return
        previous = {ATTR_PREVIOUS_STATUS: change.before.status}
        self._trigger_event(status, previous)
        self.async_write_ha_state()
        self.hass.bus.async_fire(
            EVENT_METER_ORDER,
            {"entity_id": self.entity_id, "status": status, **previous},
            context=self._context,
        )
