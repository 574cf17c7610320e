"""The calendar of a contract: when its loads run, and when the meter is installed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .contract import Contract
from .coordinator import MeterOrderCoordinator, NomosConfigEntry
from .entity import NomosEntity, NomosEntityDescription
from .load_coordinator import LoadCoordinator, Loads
from .prices import UNIT
from .tariff.local_time import HOUR, in_local_time
from .tariff.schedule import Run

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class NomosCalendarDescription(
    NomosEntityDescription[Contract], CalendarEntityDescription
):
    """Describe a calendar of a contract."""


SCHEDULE = NomosCalendarDescription(key="schedule", translation_key="schedule")
APPOINTMENT_NAME = f"component.{DOMAIN}.entity.sensor.installation_appointment.name"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendar of a contract; feeding in has neither order nor loads."""
    data = entry.runtime_data
    if data.meter_order.data.feeds_in:
        return
    words = await async_get_translations(hass, hass.config.language, "entity", [DOMAIN])
    appointment = words.get(APPOINTMENT_NAME, "Installation appointment")
    async_add_entities([NomosCalendar(data.meter_order, data.loads, appointment)])


class NomosCalendar(NomosEntity[Contract], CalendarEntity):
    """The runs of all loads, past ones of a week too, and the appointment."""

    entity_description: NomosCalendarDescription

    def __init__(
        self, coordinator: MeterOrderCoordinator, loads: Loads, appointment: str
    ) -> None:
        """Initialize the entity.

        Args:
            coordinator: What knows the order.
            loads: The loads of the contract.
            appointment: What the installation is called in the owner's language.
        """
        super().__init__(coordinator, SCHEDULE)
        self._loads = loads
        self._appointment = appointment

    @override
    async def async_added_to_hass(self) -> None:
        """Go with the loads as well."""
        await super().async_added_to_hass()
        for load in self._loads.coordinators.values():
            self.async_on_remove(
                load.async_add_listener(self._handle_coordinator_update)
            )

    @property
    @override
    def available(self) -> bool:
        """Tell that there is a schedule, also while Nomos is silent."""
        return True

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return what is going on, or comes next."""
        now = dt_util.utcnow()
        coming = (entry for entry in self._entries() if now < entry.end)
        first = min(coming, key=attrgetter("start"), default=None)
        return first.as_event() if first else None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what overlaps a period, in order."""
        entries = (
            entry
            for entry in self._entries()
            if entry.start < end_date and start_date < entry.end
        )
        return [entry.as_event() for entry in sorted(entries, key=attrgetter("start"))]

    def _entries(self) -> Iterator[_Entry]:
        order = self.coordinator.view.order
        if order and (at := order.appointment_at):
            # How long it takes is not known; a calendar needs an end.
            yield _Entry(at, at + HOUR, self._appointment)
        for load in self._loads.coordinators.values():
            for run in load.data.schedule.runs:
                # One that goes on without an end is no entry.
                if run.end is not None:
                    yield _Entry(run.start, run.end, load.subentry.title, load)


@dataclass(frozen=True)
class _Entry:
    """Something that takes place, be it shown or not; to make events takes longer.

    Attributes:
        start: When it begins (UTC).
        end: When it ends (UTC).
        name: What it is called.
        load: What runs, None where it is something else.
    """

    start: datetime
    end: datetime
    name: str
    load: LoadCoordinator | None = None

    def as_event(self) -> CalendarEvent:
        """Return it in local time, a run with its mean price where that is known."""
        run = Run(self.start, self.end)
        price = self.load.data.mean_price(run) if self.load else None
        return CalendarEvent(
            in_local_time(self.start),
            in_local_time(self.end),
            self.name,
            description=None if price is None else f"{price:.4f} {UNIT}",
        )
