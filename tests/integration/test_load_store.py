"""Tests of how loads are kept over restarts."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

from custom_components.nomos_smartmeter.store import LoadStore
from custom_components.nomos_smartmeter.tariff.load import Need
from custom_components.nomos_smartmeter.tariff.schedule import Reason, Run, Schedule
from tests.simulated import SimulatedNomos

from .home import STORE, local, our_lines, set_up, tracebacks
from .loads import (
    CAR_SAYS,
    DISHWASHER,
    WALLBOX,
    House,
    add_entry_with,
    load,
    move_in,
    state_of_load,
    tell_prices,
)

NOW = local("2026-07-01 15:07")
ENTRY_ID = STORE.partition(".")[2]
LOAD_STORE = f"{STORE}.loads"
START, END = "2026-07-01T13:00:00+00:00", "2026-07-01T14:00:00+00:00"
KEPT: dict[str, Any] = {
    "begun": [[START, END]],
    "planned": [],
    "reason": "planned",
    "asked_at": START,
    "told": None,
}
"""A run from 15:00 to 16:00, which nobody would plan for that hour."""

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car and a dishwasher that run in the night."""
    tell_prices(nomos, ("2026-07-01 23:00", 2, 10), ("2026-07-02 03:00", 8, 5))
    hass.states.async_set("sensor.car_missing", "22")
    dishes = load(DISHWASHER, "Dishwasher", "dishes")
    return await move_in(hass, freezer, nomos, load(CAR_SAYS), dishes)


def store(hass_storage: dict[str, Any], data: object) -> None:
    """Put something where the loads are kept."""
    hass_storage[LOAD_STORE] = {"version": 1, "key": LOAD_STORE, "data": data}


SCHEDULES = {
    "new": Schedule(),
    "busy": Schedule(
        begun=(
            Run(local("2026-06-30 23:00"), local("2026-07-01 00:15")),
            Run(local("2026-07-01 15:07:30"), local("2026-07-01 15:45")),
        ),
        planned=(Run(local("2026-10-25 02:45"), local("2026-10-25 03:30")),),
        reason=Reason.PLANNED,
        asked_at=local("2026-07-01 15:07:30.000001"),
    ),
    "endless": Schedule(
        begun=(Run(NOW, None),), reason=Reason.FALLBACK_ALWAYS_ON, asked_at=NOW
    ),
    "told": Schedule(told=Need(timedelta(seconds=3272.727273), NOW)),
    **{f"reason {reason}": Schedule(reason=reason) for reason in Reason},
}


async def test_round_trip(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """What is kept is what is found again, by another program, too."""
    place = LoadStore(hass, ENTRY_ID)
    assert await place.async_load() is None
    await place.async_save(SCHEDULES)
    assert await LoadStore(hass, ENTRY_ID).async_load() == SCHEDULES
    assert hass_storage[LOAD_STORE]["data"]["loads"]["endless"] == {
        "begun": [["2026-07-01T13:07:00+00:00", None]],
        "planned": [],
        "reason": "fallback_always_on",
        "asked_at": "2026-07-01T13:07:00+00:00",
        "told": None,
    }
    await place.async_save({})
    assert await LoadStore(hass, ENTRY_ID).async_load() == {}
    await place.async_remove()
    assert LOAD_STORE not in hass_storage
    assert await LoadStore(hass, ENTRY_ID).async_load() is None


async def test_moments_of_another_zone(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Whoever mends the file by hand may write local time with its offset."""
    rows = [["2026-07-01T15:00:00+02:00", "2026-07-01T14:00:00Z"]]
    store(hass_storage, {"loads": {"wallbox": {**KEPT, "begun": rows}}})
    kept = await LoadStore(hass, ENTRY_ID).async_load()
    assert kept is not None
    (run,) = kept["wallbox"].begun
    assert run.start.isoformat() == START
    assert run.end is not None
    assert run.end.isoformat() == END


async def test_what_is_kept_counts(
    hass: HomeAssistant, nomos: SimulatedNomos, hass_storage: dict[str, Any]
) -> None:
    """A run that has begun goes on after a restart, dear as it has become."""
    tell_prices(nomos, ("2026-07-01 23:00", 4, 10))
    store(hass_storage, {"loads": {"wallbox": KEPT, "gone": KEPT}})
    entry = add_entry_with(hass, nomos, load(WALLBOX))
    await set_up(hass, entry)
    assert state_of_load(hass, entry, "run").state == STATE_ON
    await hass.config_entries.async_unload(entry.entry_id)
    assert set(hass_storage[LOAD_STORE]["data"]["loads"]) == {"wallbox"}


DAMAGES: dict[str, object] = {
    "nothing in it": {},
    "a list": [],
    "a text": "loads",
    "a number": 5,
    "no loads": {"loads": None},
    "loads as a list": {"loads": [KEPT]},
    "loads as a text": {"loads": "wallbox"},
    "loads as a number": {"loads": 1},
    "a load that is nothing": {"loads": {"wallbox": None}},
    "a load as a list": {"loads": {"wallbox": [KEPT]}},
    "a load as a text": {"loads": {"wallbox": "on"}},
    "one of two": {"loads": {"wallbox": KEPT, "dishes": {}}},
    **{
        f"without {field}": {
            "loads": {"wallbox": {key: KEPT[key] for key in KEPT if key != field}}
        }
        for field in KEPT
    },
    **{
        f"{field} = {value!r}": {"loads": {"wallbox": {**KEPT, field: value}}}
        for field, values in {
            "begun": (
                None,
                5,
                "now",
                [START],
                [[START]],
                [[START, END, END]],
                [[None, END]],
                [[None, None]],
                [[START, START]],
                [[END, START]],
                [[0, 900]],
                [["soon", END]],
                [[START, "9999-12-31T23:59:59-23:59"]],
                [{"start": START, "end": END}],
            ),
            "planned": (None, {"start": START}, [[END, START]], [["", ""]]),
            "reason": ("lazy", "", 5, ["planned"], {}),
            "asked_at": ("", "yesterday", 1782900000, [START]),
            "told": (5, "much", [3600], ["much", START], [3600, "soon"]),
        }.items()
        for value in values
    },
}


async def test_every_damage(
    hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be read is forgotten as a whole, with one warning."""
    for damage, data in DAMAGES.items():
        store(hass_storage, data)
        caplog.clear()
        assert await LoadStore(hass, ENTRY_ID).async_load() is None, damage
        (line,) = our_lines(caplog)
        assert line.startswith("What was stored is not readable"), damage


@pytest.mark.parametrize(
    "file",
    [
        {"version": 1, "data": {"loads": 5}},
        {"version": 1, "data": {"loads": {"wallbox": {**KEPT, "begun": [[START]]}}}},
        {"version": 99, "data": {"loads": {}}},
    ],
)
async def test_damaged_file(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    file: dict[str, Any],
) -> None:
    """The loads are planned anew then, and kept as ever."""
    tell_prices(nomos, ("2026-07-01 23:00", 4, 10))
    hass_storage[LOAD_STORE] = {"key": LOAD_STORE, **file}
    entry = add_entry_with(hass, nomos, load(WALLBOX))
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert len(our_lines(caplog)) == 1
    assert not tracebacks(caplog)
    run = state_of_load(hass, entry, "run")
    assert run.state == STATE_OFF
    assert [interval["start"] for interval in run.attributes["intervals"]] == [
        "2026-07-01T23:00:00+02:00"
    ]
    await hass.config_entries.async_unload(entry.entry_id)
    (planned,) = hass_storage[LOAD_STORE]["data"]["loads"]["wallbox"]["planned"]
    assert planned == ["2026-07-01T21:00:00+00:00", "2026-07-01T22:00:00+00:00"]


async def test_changes_are_kept_soon(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """A change is written after a second, so that a power cut costs no more than it."""
    await house.set("ready_by", "02:00:00")
    await house.set("ready_by", "01:00:00")
    written = hass_storage.get(LOAD_STORE)
    await house.at(NOW + timedelta(seconds=2))
    assert hass_storage[LOAD_STORE] != written
    planned = hass_storage[LOAD_STORE]["data"]["loads"]["wallbox"]["planned"]
    schedule = house.entry.runtime_data.loads.coordinators["wallbox"].data.schedule
    assert planned[0][0] == schedule.planned[0].start.isoformat()


async def test_unload_keeps_what_is_due(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """What has not been written yet is, when Home Assistant ends."""
    house.hass.states.async_set("sensor.car_missing", "11")
    await house.hass.async_block_till_done()
    assert house.plan() == ["2 03:00 – 2 04:00"]
    await house.stop()
    kept = hass_storage[LOAD_STORE]["data"]["loads"]
    assert set(kept) == {"wallbox", "dishes"}
    assert kept["wallbox"]["planned"] == [
        ["2026-07-02T01:00:00+00:00", "2026-07-02T02:00:00+00:00"]
    ]
    await house.start()
    assert house.plan() == ["2 03:00 – 2 04:00"]


async def test_removal_with_a_change_under_way(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """What is due to be written when the contract goes is written no more."""
    await house.at(NOW + timedelta(minutes=1))
    assert LOAD_STORE in hass_storage
    await house.set("ready_by", "02:00:00")
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert LOAD_STORE not in hass_storage
    await house.at(NOW + timedelta(minutes=2))
    assert LOAD_STORE not in hass_storage


async def test_removal_while_the_need_changes(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """A car that reports all the while does not bring anything back."""
    hass, missing = house.hass, count()
    await house.at(NOW + timedelta(minutes=1))
    write = Store._async_write_data

    async def _write_slowly(self: Store[Any], data: dict[str, Any]) -> None:
        for _ in range(5):
            hass.states.async_set("sensor.car_missing", f"{next(missing) % 8}")
            await asyncio.sleep(0)
        await write(self, data)

    with patch.object(Store, "_async_write_data", _write_slowly):
        await hass.config_entries.async_remove(house.entry.entry_id)
    assert next(missing)
    await house.at(NOW + timedelta(minutes=2))
    assert LOAD_STORE not in hass_storage
