"""The loads of a contract: when each runs is decided here, from memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import LOGGER
from .coordinator import NomosConfigEntry
from .load_settings import SUBENTRY_LOAD, LoadSettings
from .missing_energy import MissingEnergy
from .price_coordinator import PriceCoordinator
from .store import LoadStore
from .tariff.load import Need
from .tariff.replanning import Situation, next_change, remade
from .tariff.savings import Costs, costs_in, mean_price_of
from .tariff.schedule import Run, Schedule, time_run

SAVE_DELAY = 1
"""Seconds in which several changes are written once."""


@dataclass(frozen=True)
class LoadView:
    """A load as its entities read it.

    Attributes:
        settings: What the owner has set.
        schedule: What it has run, and shall run.
        situation: What the schedule was made from.
        costs: The costs of the window that is open or next, None where they cannot be
            told.
    """

    settings: LoadSettings
    schedule: Schedule
    situation: Situation
    costs: Costs | None

    @property
    def is_on(self) -> bool:
        """Tell whether it shall draw power now."""
        return self.schedule.at(self.situation.now) is not None

    @property
    def next_start(self) -> datetime | None:
        """Return when it starts next; while it runs, after this run."""
        following = self.schedule.next_after(self.situation.now)
        return following.start if following else None

    @property
    def next_end(self) -> datetime | None:
        """Return when the present run ends, or else the next one."""
        now = self.situation.now
        run = self.schedule.at(now) or self.schedule.next_after(now)
        return run.end if run else None

    @property
    def need(self) -> Need | None:
        """Return for how long it shall run."""
        return self.situation.need

    @property
    def plan(self) -> list[tuple[Run, Decimal | None]]:
        """Return the runs of the window and those to come, each with its mean price."""
        window = self.situation.window
        runs = (run for run in self.schedule.runs if run.since(window.counts_from))
        return [(run, self.mean_price(run)) for run in runs]

    def mean_price(self, run: Run) -> Decimal | None:
        """Return the mean price of a run (EUR/kWh), None where one is missing."""
        prices = self.situation.prices
        return None if prices is None else mean_price_of(prices, run)


class LoadCoordinator(DataUpdateCoordinator[LoadView]):
    """Decides when a load runs, whenever something has changed.

    It asks Nomos for nothing.

    Attributes:
        subentry: The config subentry that the load stands for.
        settings: What the owner has set there.
    """

    config_entry: NomosConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: NomosConfigEntry,
        subentry: ConfigSubentry,
        prices: PriceCoordinator,
        save: Callable[[], None],
    ) -> None:
        """Prepare to plan the load of a subentry."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"load ({subentry.subentry_id})",
        )
        self.subentry = subentry
        self.settings = LoadSettings.read(subentry.data)
        self._prices = prices
        self._save = save
        self._missing: MissingEnergy | None = None
        self._unsub_change: Callable[[], None] | None = None
        self._change_at: datetime | None = None

    @callback
    def async_start(self, schedule: Schedule) -> None:
        """Plan, and go with the prices, the need and the time from now on."""
        self._follow_need()
        self._plan(schedule)
        self.config_entry.async_on_unload(
            self._prices.async_add_listener(self._prices_changed)
        )

    @callback
    def async_take(self, subentry: ConfigSubentry) -> None:
        """Take the settings of the subentry, if the owner has changed them."""
        settings = LoadSettings.read(subentry.data)
        if settings == self.settings:
            return
        is_heard = settings.energy_entity == self.settings.energy_entity
        self.settings = settings
        if not is_heard:
            self._follow_need()
        self._plan(self.data.schedule, by_owner=True)

    @callback
    def async_change(self, changes: Mapping[str, Any]) -> None:
        """Change settings for the owner; what was set before goes on to be kept."""
        self.hass.config_entries.async_update_subentry(
            self.config_entry, self.subentry, data={**self.subentry.data, **changes}
        )
        self.async_take(self.subentry)

    @override
    async def async_shutdown(self) -> None:
        """Stop planning."""
        await super().async_shutdown()
        self._stop()

    @callback
    def async_end(self) -> None:
        """End with it, since it is being removed."""
        self._stop()
        schedule = self.data.schedule.stopped(dt_util.utcnow())
        self._show(schedule, self._situation(schedule))

    def _situation(self, schedule: Schedule) -> Situation:
        need, now = self._need(schedule), dt_util.utcnow()
        return Situation(self.settings.load, need, self._prices.paid, now)

    def _need(self, schedule: Schedule) -> Need | None:
        if (missing := self._missing) is None:
            return self.settings.need(None, None)
        need, told = self.settings.need(missing.energy, missing.told_at), schedule.told
        if need and told and need.time == told.time and not missing.is_news:
            return told
        return need

    @callback
    def _plan(self, schedule: Schedule, *, by_owner: bool = False) -> None:
        situation = self._situation(schedule)
        planned = remade(schedule, situation, by_owner=by_owner)
        self._wake_at(next_change(planned, situation))
        self._show(planned, situation)
        if planned != schedule:
            self._save()

    @callback
    def _show(self, schedule: Schedule, situation: Situation) -> None:
        power, prices = situation.load.power, situation.prices
        costs = None
        if power is not None and prices is not None:
            costs = costs_in(situation.window, schedule, prices, power)
        self.async_set_updated_data(LoadView(self.settings, schedule, situation, costs))

    @callback
    def _prices_changed(self) -> None:
        """Plan anew if there are other prices, or a timer has overslept."""
        overslept = self._change_at and self._change_at <= dt_util.utcnow()
        if overslept or self._prices.paid is not self.data.situation.prices:
            self._plan(self.data.schedule)

    @callback
    def _word_came(self) -> None:
        """Plan anew if the need is another one, or has not become less by running."""
        schedule = self.data.schedule
        need, known = self._need(schedule), self.data.need
        if need == known:
            return
        if need and known and known.told_at and need.time == known.time:
            now = dt_util.utcnow()
            if not time_run(schedule.begun, known.told_at, now):
                return
        self._plan(schedule)

    @callback
    def _time_has_come(self, _now: datetime) -> None:
        self._unsub_change = None
        self._plan(self.data.schedule)

    @callback
    def _wake_at(self, moment: datetime) -> None:
        if self._unsub_change:
            self._unsub_change()
        self._change_at = moment
        job = HassJob(self._time_has_come, self.name, cancel_on_shutdown=True)
        self._unsub_change = async_track_point_in_utc_time(self.hass, job, moment)

    @callback
    def _follow_need(self) -> None:
        if self._missing:
            self._missing.async_stop()
        entity_id = self.settings.energy_entity
        self._missing = (
            MissingEnergy(self.hass, entity_id, self._word_came) if entity_id else None
        )

    @callback
    def _stop(self) -> None:
        if self._missing:
            self._missing.async_stop()
        if self._unsub_change:
            self._unsub_change()
        self._missing = self._unsub_change = self._change_at = None


class Loads:
    """All loads of a contract, and what is kept of them.

    Attributes:
        coordinators: By the id of their subentry.
    """

    def __init__(
        self, hass: HomeAssistant, entry: NomosConfigEntry, prices: PriceCoordinator
    ) -> None:
        """Prepare the loads that the entry has; who feeds in has none to plan."""
        self._entry = entry
        self._store = LoadStore(hass, entry.entry_id)
        self._is_closed = False
        self.coordinators = {
            subentry.subentry_id: LoadCoordinator(
                hass, entry, subentry, prices, self._save
            )
            for subentry in entry.get_subentries_of_type(SUBENTRY_LOAD)
            if not prices.contract.feeds_in
        }

    async def async_start(self) -> None:
        """Go on with what is kept."""
        kept = await self._store.async_load() or {}
        for subentry_id, coordinator in self.coordinators.items():
            coordinator.async_start(kept.get(subentry_id, Schedule()))

    @callback
    def async_take_changes(self) -> None:
        """Take what the owner has changed, and end the loads that are gone."""
        for subentry_id, coordinator in self.coordinators.items():
            if subentry := self._entry.subentries.get(subentry_id):
                coordinator.async_take(subentry)
            else:
                coordinator.async_end()

    async def async_close(self) -> None:
        """Write what is to be kept, and nothing after it."""
        self._is_closed = True
        await self._store.async_save(self._kept())

    @callback
    def _save(self) -> None:
        if not self._is_closed:
            self._store.async_delay_save(self._kept, SAVE_DELAY)

    def _kept(self) -> dict[str, Schedule]:
        return {
            subentry_id: coordinator.data.schedule
            for subentry_id, coordinator in self.coordinators.items()
            if subentry_id in self._entry.subentries
        }
