"""What the tests do with the loads of a home."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    QUARTER,
    day_bounds,
    in_local_time,
    local_day,
    next_full_quarter,
)
from tests.simulated import SimulatedNomos

from .home import local, set_up, turn_clock

WALLBOX: Mapping[str, Any] = {
    "kind": "wallbox",
    "energy": 11,
    "power": 11,
    "earliest_start": "18:00:00",
    "ready_by": "07:00:00",
    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "split": True,
    "fallback": "window",
    "fallback_start": "22:00:00",
    "enabled": True,
}
"""A car that needs an hour a night, by quarters if need be."""

CAR_SAYS: Mapping[str, Any] = {
    **WALLBOX,
    "energy": None,
    "energy_entity": "sensor.car_missing",
}
"""A car that says itself what it still needs."""

DISHWASHER: Mapping[str, Any] = {
    **WALLBOX,
    "kind": "appliance",
    "run_time": {"hours": 2},
    "energy": None,
    "power": 1,
    "split": False,
    "fallback": "off",
}

KEYS = (
    "run",
    "next_start",
    "next_end",
    "planned_cost",
    "planned_savings",
    "enabled",
    "run_time",
    "earliest_start",
    "ready_by",
)
"""Of the entities that each load has."""

type Hours = tuple[str | datetime, int, float]
"""From when on, for how many quarter-hours, at how many ct/kWh."""


def load(
    settings: Mapping[str, Any], title: str = "Wallbox", load_id: str = "wallbox"
) -> ConfigSubentryDataWithId:
    """Return a load as it is kept; settings that are None are left out."""
    data = {key: value for key, value in settings.items() if value is not None}
    return ConfigSubentryDataWithId(
        data=data,
        subentry_id=load_id,
        subentry_type="load",
        title=title,
        unique_id=None,
    )


def tell_prices(
    nomos: SimulatedNomos, *hours: Hours, otherwise: float = 30, days: int = 4
) -> None:
    """Let Nomos tell one price (ct/kWh) from today on, but for some hours."""
    today = local_day(datetime.now(UTC))
    start, end = day_bounds(today)[0], day_bounds(today + DAY * (days - 1))[1]
    count = (end - start) // QUARTER
    amounts = {(start + QUARTER * n).isoformat(): otherwise for n in range(count)}
    for begin, quarters, amount in hours:
        first = local(begin) if isinstance(begin, str) else begin
        for n in range(quarters):
            moment = (first + QUARTER * n).isoformat()
            assert moment in amounts
            amounts[moment] = amount
    nomos.set_market(amounts=amounts)


def add_entry_with(
    hass: HomeAssistant, nomos: SimulatedNomos, *loads: ConfigSubentryDataWithId
) -> MockConfigEntry:
    """Add a config entry for the scenario's first contract, with loads."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        unique_id=nomos.subscription.id,
        data=nomos.account,
        entry_id="01JXEXAMPLE0000000000ENTRY",
        subentries_data=loads,
    )
    entry.add_to_hass(hass)
    return entry


def entity_of(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, load_id: str = "wallbox"
) -> str:
    """Return the id of a load's entity."""
    unique_id = f"{entry.unique_id}_{load_id}_{key}"
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if entity.unique_id == unique_id:
            return entity.entity_id
    pytest.fail(f"no entity {key} of {load_id}")


def state_of_load(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, load_id: str = "wallbox"
) -> State:
    """Return the state of a load's entity."""
    state = hass.states.get(entity_of(hass, entry, key, load_id))
    assert state is not None
    return state


def clock(moment: datetime | str) -> str:
    """Return a moment as clocks in Germany show it, with its day of the month."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return in_local_time(moment).strftime("%-d %H:%M")


@dataclass
class House:
    """A home with loads, in which time passes."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    nomos: SimulatedNomos
    entry: MockConfigEntry

    async def at(self, moment: str | datetime) -> None:
        """Turn the clock to a moment, and let happen what is due then."""
        if isinstance(moment, str):
            moment = local(moment)
        await turn_clock(self.hass, self.freezer, moment)

    async def live_until(
        self, moment: str | datetime, step: timedelta = QUARTER
    ) -> None:
        """Let time pass by full quarter-hours, or smaller steps, up to a moment."""
        end = local(moment) if isinstance(moment, str) else moment
        while (now := datetime.now(UTC)) < end:
            quarter = next_full_quarter(now + timedelta.resolution)
            await self.at(min(end, now + step, quarter))

    def state(self, key: str, load_id: str = "wallbox") -> State:
        """Return the state of a load's entity."""
        return state_of_load(self.hass, self.entry, key, load_id)

    def shown(self, key: str, load_id: str = "wallbox") -> str:
        """Return what a load's entity shows; a moment as clocks show it."""
        state = self.state(key, load_id)
        is_moment = state.attributes.get("device_class") == "timestamp"
        if is_moment and state.state[0].isdigit():
            return clock(state.state)
        return state.state

    def run(self, load_id: str = "wallbox") -> str:
        """Return whether a load should draw power."""
        return self.shown("run", load_id)

    def reason(self, load_id: str = "wallbox") -> str:
        """Return why it runs when it does."""
        reason = self.state("run", load_id).attributes["reason"]
        assert isinstance(reason, str)
        return reason

    def plan(self, load_id: str = "wallbox") -> list[str]:
        """Return the intervals of the plan as clocks show them."""
        return [
            f"{clock(interval['start'])} – {clock(interval['end'])}"
            if interval["end"]
            else f"{clock(interval['start'])} –"
            for interval in self.state("run", load_id).attributes["intervals"]
        ]

    def watch(self, load_id: str = "wallbox") -> list[str]:
        """Return a list to which each change of a load's run is added from now on."""
        changes: list[str] = []

        @callback
        def _changed(event: Event[EventStateChangedData]) -> None:
            old, new = event.data["old_state"], event.data["new_state"]
            before = old.state if old else None
            after = new.state if new else None
            if before != after:
                changes.append(f"{clock(datetime.now(UTC))} {after}")

        async_track_state_change_event(
            self.hass, entity_of(self.hass, self.entry, "run", load_id), _changed
        )
        return changes

    async def set(self, key: str, value: float | str, load_id: str = "wallbox") -> None:
        """Change a load as a dashboard does; nothing is waited for but the action."""
        entity_id = entity_of(self.hass, self.entry, key, load_id)
        domain = entity_id.partition(".")[0]
        action, data = {
            "number": ("set_value", {"value": value}),
            "time": ("set_value", {"time": value}),
            "switch": (f"turn_{value}", {}),
        }[domain]
        await self.hass.services.async_call(
            domain, action, {"entity_id": entity_id, **data}, blocking=True
        )

    async def stop(self) -> None:
        """Let Home Assistant end."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)

    async def start(self) -> None:
        """Let Home Assistant begin again."""
        await set_up(self.hass, self.entry)

    async def contract_is(self, **changes: Any) -> None:
        """Let the contract change, and be asked for."""
        if "order" in changes:
            self.nomos.set_order(status=changes.pop("order"))
        self.nomos.set_subscription(**changes)
        await self.entry.runtime_data.meter_order.async_refresh()
        await self.hass.async_block_till_done(wait_background_tasks=True)


async def move_in(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    *loads: ConfigSubentryDataWithId,
) -> House:
    """Set up a home for the scenario's first contract, with loads."""
    house = House(hass, freezer, nomos, add_entry_with(hass, nomos, *loads))
    await house.start()
    return house
