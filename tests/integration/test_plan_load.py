"""Tests of the action that plans a load once."""

from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .home import add_entry, local, set_up

NOW = local("2026-07-01 15:07")
QUARTER = timedelta(minutes=15)
KNOWN_UNTIL = "2026-07-03T00:00:00+02:00"
NOTHING: dict[str, Any] = {
    "runs": [],
    "planned_time": 0,
    "average_price": None,
    "cost": None,
    "cost_if_started_now": None,
}

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def plan(hass: HomeAssistant, **fields: Any) -> dict[str, Any]:
    """Ask for a plan, and see that JSON can hold the answer as it is."""
    answer = await hass.services.async_call(
        DOMAIN, "plan_load", fields, blocking=True, return_response=True
    )
    read: dict[str, Any] = json.loads(json_bytes(answer))
    assert read == answer
    return read


async def draw(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    picture: str,
    start: str = "2026-07-01 15:15",
) -> MockConfigEntry:
    """Set up a contract whose prices from a moment on are drawn, a digit a quarter.

    A digit is tens of ct/kWh, `-` is below zero, `?` is missing; all others are 100 ct.
    """
    first = local(start)
    day = local("2026-07-01 00:00")
    amounts = {(day + n * QUARTER).isoformat(): 100 for n in range(192)}
    moments = [(first + n * QUARTER).isoformat() for n in range(len(picture))]
    amounts |= {
        moment: -10 if sign == "-" else 10 * int(sign)
        for moment, sign in zip(moments, picture, strict=True)
        if sign != "?"
    }
    missing = [m for m, sign in zip(moments, picture, strict=True) if sign == "?"]
    nomos.set_market(amounts=amounts, missing_moments=missing)
    entry = add_entry(hass, nomos)
    await set_up(hass, entry)
    return entry


def clocks(answer: dict[str, Any]) -> list[str]:
    """Return the runs of an answer as clocks show them."""
    return [f"{run['start'][11:16]}–{run['end'][11:16]}" for run in answer["runs"]]


async def test_answer(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """It says when to run, what that costs, and what it would cost at once."""
    await draw(hass, nomos, "6135125")
    assert await plan(hass, run_time={"minutes": 45}, power=2, split=True) == {
        "runs": [
            {
                "start": "2026-07-01T15:30:00+02:00",
                "end": "2026-07-01T15:45:00+02:00",
                "average_price": 0.1,
            },
            {
                "start": "2026-07-01T16:15:00+02:00",
                "end": "2026-07-01T16:45:00+02:00",
                "average_price": 0.15,
            },
        ],
        "planned_time": 0.75,
        "average_price": 0.4 / 3,
        "cost": 0.2,
        "cost_if_started_now": 0.5,
        "known_until": KNOWN_UNTIL,
        "reason": None,
    }


async def test_without_a_power(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Of a run time alone no cost can be told."""
    await draw(hass, nomos, "6135125")
    answer = await plan(hass, run_time="00:30")
    assert clocks(answer) == ["16:15–16:45"]
    assert answer["average_price"] == 0.15
    assert answer["cost"] is answer["cost_if_started_now"] is None


async def test_energy(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """An energy with a power is the time it takes, rounded up to quarter-hours."""
    await draw(hass, nomos, "6135125")
    for energy, power, hours in (
        (2, 2, 1),
        (0.75, 1, 0.75),
        (2.775, 3.7, 0.75),
        ("2.775", "3.7", 0.75),
        (0.1, 0.4, 0.25),
        (0.101, 0.4, 0.5),
        (10, 11, 1),
        (1, 3, 0.5),
        (1e-6, 1000, 0.25),
    ):
        answer = await plan(hass, energy=energy, power=power, split=True)
        assert answer["planned_time"] == hours
        by_time = {"run_time": {"hours": hours}, "power": power, "split": True}
        assert answer == await plan(hass, **by_time)


async def test_run_times(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """All forms of a duration are taken, and rounded up to quarter-hours."""
    for run_time, hours in (
        ({"hours": 2}, 2),
        ({"days": 1, "hours": 0}, 24),
        ({"minutes": 1}, 0.25),
        ("02:00:01", 2.25),
        ("01:59", 2),
        (900, 0.25),
        (901.5, 0.5),
        (timedelta(minutes=31), 0.75),
    ):
        assert (await plan(hass, run_time=run_time))["planned_time"] == hours


@pytest.mark.parametrize(
    ("fields", "runs"),
    [
        ({}, ["17:15–17:45"]),
        ({"earliest": "2026-07-01 16:20"}, ["17:15–17:45"]),
        ({"latest": "2026-07-01 17:44"}, ["16:15–16:45"]),
        (
            {"earliest": "2026-07-01 15:31", "latest": "2026-07-01 16:30"},
            ["16:00–16:30"],
        ),
        ({"earliest": "2026-07-01T14:30:00Z"}, ["17:15–17:45"]),
        ({"earliest": "2026-07-01T15:16:00Z"}, ["17:30–18:00"]),
        ({"split": True}, ["16:30–16:45", "17:30–17:45"]),
        ({"split": True, "minimum_run": {"minutes": 30}}, ["17:15–17:45"]),
        # A minimum above the need is the need.
        ({"split": True, "minimum_run": {"hours": 5}}, ["17:15–17:45"]),
        ({"split": True, "maximum_starts": 1}, ["17:15–17:45"]),
        ({"split": True, "minimum_pause": "00:45"}, ["16:30–16:45", "17:30–17:45"]),
        ({"split": True, "minimum_pause": "01:00"}, ["17:15–17:45"]),
        (
            {
                "split": True,
                "maximum_pause": "00:45",
                "latest": "2026-07-01 17:45",
                "run_time": "00:45",
            },
            ["15:45–16:00", "16:30–16:45", "17:30–17:45"],
        ),
        # These are of loads that may pause only.
        (
            {
                "minimum_run": "05:00",
                "minimum_pause": "05:00",
                "maximum_pause": "00:15",
                "maximum_starts": 1,
            },
            ["17:15–17:45"],
        ),
        ({"split": True, "maximum_pause": 0}, ["16:30–16:45", "17:30–17:45"]),
        ({"price_ceiling": 0.3}, ["17:15–17:45"]),
        ({"price_ceiling": "0.4", "latest": "2026-07-01 17:15"}, ["16:15–16:45"]),
    ],
)
async def test_fields(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    fields: dict[str, Any],
    runs: list[str],
) -> None:
    """Each field does what it says; nothing is asked of Nomos."""
    await draw(hass, nomos, "98664159316")
    nomos.exchanges.clear()
    answer = await plan(hass, **{"run_time": {"minutes": 30}, **fields})
    assert (clocks(answer), answer["reason"]) == (runs, None)
    assert not nomos.exchanges


@pytest.mark.parametrize(
    ("picture", "fields", "runs", "reason"),
    [
        ("3333", {"latest": "2026-07-01 15:29"}, [], "window_too_short"),
        ("3333", {"latest": "2026-07-01 12:00"}, [], "window_too_short"),
        ("3213", {"latest": "2026-07-01 16:00"}, ["15:15–16:00"], "window_too_short"),
        (
            "3213",
            {
                "latest": "2026-07-01 16:00",
                "split": True,
                "minimum_run": "00:30",
                "minimum_pause": "00:15",
            },
            ["15:15–16:00"],
            "window_too_short",
        ),
        (
            "321321",
            {
                "latest": "2026-07-01 16:45",
                "split": True,
                "minimum_pause": "00:30",
                "maximum_starts": 2,
                "price_ceiling": 0.2,
            },
            ["15:30–16:00", "16:30–16:45"],
            "ceiling_too_low",
        ),
        ("999999", {"price_ceiling": 0.05}, [], "ceiling_too_low"),
        ("3211", {"price_ceiling": -5}, [], "ceiling_too_low"),
        ("321332", {"price_ceiling": 0.2}, ["15:30–16:00"], "ceiling_too_low"),
        ("3?21?1", {"latest": "2026-07-01 16:45"}, ["15:45–16:15"], "prices_not_known"),
        (
            "3?21?1",
            {"latest": "2026-07-01 16:45", "split": True, "run_time": "01:15"},
            ["15:15–15:30", "15:45–16:15", "16:30–16:45"],
            "prices_not_known",
        ),
        ("3", {"earliest": "2026-07-02 23:30"}, ["23:30–00:00"], "prices_not_known"),
        ("3", {"earliest": "2026-07-03 00:00"}, [], "prices_not_known"),
        (
            "3",
            {"earliest": "2026-08-01 12:00", "latest": "2026-08-02 12:00"},
            [],
            "prices_not_known",
        ),
        (
            "3",
            {"earliest": "2026-08-01 12:00", "latest": "2026-08-01 12:01"},
            [],
            "window_too_short",
        ),
        (
            "999191",
            {
                "latest": "2026-07-01 16:45",
                "split": True,
                "maximum_pause": "00:15",
                "run_time": "00:15",
            },
            ["16:00–16:15"],
            "pause_too_long",
        ),
    ],
)
async def test_shortfalls(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    picture: str,
    fields: dict[str, Any],
    runs: list[str],
    reason: str,
) -> None:
    """As much as can be is planned, and it is told why it is not more."""
    await draw(hass, nomos, picture)
    need = {"run_time": "01:00", "power": 1}
    answer = await plan(hass, **{**need, **fields})
    assert (clocks(answer), answer["reason"]) == (runs, reason)
    assert answer["known_until"] == KNOWN_UNTIL
    if not runs:
        assert answer.items() >= NOTHING.items()


async def test_price_at_once_of_a_shorter_plan(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """The comparison is with as much as is planned, else it would say nothing."""
    await draw(hass, nomos, "9821")
    answer = await plan(hass, run_time="02:00", power=4, price_ceiling=0.2)
    assert clocks(answer) == ["15:45–16:15"]
    assert (answer["cost"], answer["cost_if_started_now"]) == (0.3, 1.7)


async def test_missing_price_at_once(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """Without a price for now there is no comparison."""
    await draw(hass, nomos, "?821")
    answer = await plan(hass, run_time="00:30", power=4)
    assert (answer["cost"], answer["cost_if_started_now"]) == (0.3, None)


@pytest.mark.parametrize(
    "need", [{"run_time": 0, "power": 11}, {"energy": 0, "power": 11}]
)
async def test_nothing_is_needed(
    hass: HomeAssistant, loaded: MockConfigEntry, need: dict[str, Any]
) -> None:
    """A need of zero plans nothing, and all is well."""
    answer = await plan(hass, **need)
    assert answer == {**NOTHING, "known_until": KNOWN_UNTIL, "reason": None}


@pytest.mark.parametrize("picture", ["------", "333333"])
async def test_all_alike(
    hass: HomeAssistant, nomos: SimulatedNomos, picture: str
) -> None:
    """Below zero it never runs for longer than needed; of equals the first counts."""
    await draw(hass, nomos, picture)
    for split in (False, True):
        limits = {"latest": "2026-07-01 16:45", "split": split}
        answer = await plan(hass, run_time="00:30", power=2, **limits)
        assert clocks(answer) == ["15:15–15:45"]
        assert answer["cost"] == answer["cost_if_started_now"]
        assert (answer["cost"] < 0) is ("-" in picture)


@pytest.mark.parametrize(
    ("day", "cheap", "runs"),
    [
        ("2026-10-25", ["02:30+02", "02:00+01"], ["02:30:00+02:00–02:15:00+01:00"]),
        ("2026-03-29", ["01:30+01", "03:00+02"], ["01:30:00+01:00–03:15:00+02:00"]),
    ],
)
async def test_clock_change(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    day: str,
    cheap: list[str],
    runs: list[str],
) -> None:
    """It runs for as long as it shall, whatever the clocks show meanwhile."""
    nomos.set_market(
        weather="flat", amounts={f"{day}T{clock}:00": 1 for clock in cheap}
    )
    freezer.move_to(local(f"{day} 00:00") - timedelta(hours=8))
    await set_up(hass, add_entry(hass, nomos))
    window = {"earliest": f"{day} 01:00", "latest": f"{day} 04:00"}
    answer = await plan(hass, run_time="00:45", **window)
    found = [f"{run['start'][11:]}–{run['end'][11:]}" for run in answer["runs"]]
    assert found == runs
    assert answer["planned_time"] == 0.75
    whole = await plan(hass, run_time="12:00", **window)
    assert whole["planned_time"] == (4 if "10" in day else 2)
    assert whole["reason"] == "window_too_short"
