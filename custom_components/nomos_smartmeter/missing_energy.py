"""The entity that says how much energy a load still misses, such as that of a car."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, DecimalException

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util.unit_conversion import EnergyConverter

MOST_ENERGY = 10**9
"""No load of a home misses more, in whatever unit."""


class MissingEnergy:
    """Listens to an entity, which may repeat itself, be silent, or make no sense.

    Attributes:
        energy: What it says in kWh, None while it says nothing that makes sense.
        told_at: When it said so last (UTC).
        is_news: Whether it had said something before. What is heard first after a
            silence may only be what was restored after a restart.
    """

    def __init__(
        self, hass: HomeAssistant, entity_id: str, on_word: Callable[[], None]
    ) -> None:
        """Listen, and call on each word from now on."""
        self.energy: Decimal | None = None
        self.told_at: datetime | None = None
        self.is_news = False
        self._hass = hass
        self._entity_id = entity_id
        self._on_word = on_word
        self._unsubscribe = (
            async_track_state_change_event(hass, entity_id, self._heard),
            async_track_state_report_event(hass, entity_id, self._heard),
        )
        self._hear()

    @callback
    def async_stop(self) -> None:
        """Stop listening."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    @callback
    def _heard(
        self, _event: Event[EventStateChangedData] | Event[EventStateReportedData]
    ) -> None:
        self._hear()
        self._on_word()

    @callback
    def _hear(self) -> None:
        state = self._hass.states.get(self._entity_id)
        self.is_news = self.energy is not None
        self.energy = _energy(state) if state else None
        self.told_at = state.last_reported if state else None


def _energy(state: State) -> Decimal | None:
    """Return the kWh that a state tells, None if it tells none."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy.KILO_WATT_HOUR)
    if unit not in EnergyConverter.VALID_UNITS:
        return None
    try:
        value = Decimal(state.state)
        if not 0 <= value <= MOST_ENERGY:
            return None
    except DecimalException:
        return None
    ratio = EnergyConverter.get_unit_ratio(unit, UnitOfEnergy.KILO_WATT_HOUR)
    return value / Decimal(str(ratio))
