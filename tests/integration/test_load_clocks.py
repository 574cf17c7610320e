"""Tests of loads on nights in which clocks change, and in other time zones."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from custom_components.nomos_smartmeter.tariff.local_time import QUARTER
from tests.simulated import SimulatedNomos

from .home import local
from .loads import KEYS, WALLBOX, Hours, load, move_in, tell_prices

SPRING = local("2026-03-28 15:07")
AUTUMN = local("2026-10-24 15:07")
TWO_HOURS = {**WALLBOX, "energy": 22}


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.mark.parametrize(
    ("cheap", "interval", "changes"),
    [
        pytest.param(
            ("2026-03-29 01:00", 8, 10),
            ("2026-03-29T01:00:00+01:00", "2026-03-29T04:00:00+02:00"),
            ["29 01:00 on", "29 04:00 off"],
            marks=pytest.mark.freeze_time(SPRING),
        ),
        pytest.param(
            ("2026-10-25 02:00", 8, 10),
            ("2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"),
            ["25 02:00 on", "25 03:00 off"],
            marks=pytest.mark.freeze_time(AUTUMN),
        ),
    ],
)
async def test_run_over_a_clock_change(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    cheap: Hours,
    interval: tuple[str, str],
    changes: list[str],
) -> None:
    """Two hours are two hours, whatever clocks show at their end."""
    tell_prices(nomos, cheap)
    house = await move_in(hass, freezer, nomos, load(TWO_HOURS))
    (planned,) = house.state("run").attributes["intervals"]
    assert (planned["start"], planned["end"]) == interval
    assert house.shown("planned_cost") == "2.2"
    start, end = map(datetime.fromisoformat, interval)
    assert end - start == timedelta(hours=2)
    seen = house.watch()
    await house.live_until(start)
    assert house.state("run").last_changed == start
    await house.live_until(end + timedelta(hours=3))
    assert house.state("run").last_changed == end
    assert seen == changes


@pytest.mark.parametrize(
    ("first_hour", "second_hour", "offset"),
    [(10, 20, "+02:00"), (20, 10, "+01:00")],
)
@pytest.mark.freeze_time(AUTUMN)
async def test_hour_that_comes_twice(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    first_hour: float,
    second_hour: float,
    offset: str,
) -> None:
    """The cheaper one of the two is run, and only that."""
    first = local("2026-10-25 02:00")
    second = first + 4 * QUARTER
    tell_prices(nomos, (first, 4, first_hour), (second, 4, second_hour))
    house = await move_in(hass, freezer, nomos, load(WALLBOX))
    (interval,) = house.state("run").attributes["intervals"]
    assert interval["start"] == f"2026-10-25T02:00:00{offset}"
    start = first if offset == "+02:00" else second
    for n in range(-1, 9):
        await house.at(first + n * QUARTER)
        is_on = start <= datetime.now(UTC) < start + 4 * QUARTER
        assert (house.run() == STATE_ON) is is_on


@pytest.mark.parametrize(
    ("ready_by", "plan"),
    [
        ("02:30:00", ["2026-03-28T22:30:00+01:00", "2026-03-29T01:00:00+01:00"]),
        ("03:00:00", ["2026-03-28T22:30:00+01:00", "2026-03-29T01:00:00+01:00"]),
    ],
)
@pytest.mark.freeze_time(SPRING)
async def test_window_that_closes_in_the_hour_that_is_left_out(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    ready_by: str,
    plan: list[str],
) -> None:
    """A time that no clock shows that night bounds a window all the same."""
    tell_prices(nomos, ("2026-03-28 22:30", 4, 10), ("2026-03-29 01:00", 4, 10))
    settings = {**TWO_HOURS, "ready_by": ready_by}
    house = await move_in(hass, freezer, nomos, load(settings))
    intervals = house.state("run").attributes["intervals"]
    assert [interval["start"] for interval in intervals][:2] == plan


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
@pytest.mark.freeze_time(AUTUMN)
async def test_home_in_another_zone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    zone: str,
) -> None:
    """The window is that of German clocks, wherever Home Assistant thinks it is."""
    await hass.config.async_set_time_zone(zone)
    tell_prices(nomos, ("2026-10-24 18:00", 2, 10), ("2026-10-25 06:30", 2, 10))
    house = await move_in(hass, freezer, nomos, load({**WALLBOX, "days": ["sat"]}))
    shown: dict[str, Any] = {key: house.state(key).state for key in KEYS}
    assert shown == {
        "run": "off",
        "next_start": "2026-10-24T16:00:00+00:00",
        "next_end": "2026-10-24T16:30:00+00:00",
        "planned_cost": "1.1",
        "planned_savings": "1.1",
        "enabled": "on",
        "run_time": "1.0",
        "earliest_start": "18:00:00",
        "ready_by": "07:00:00",
    }
    assert house.state("run").attributes["intervals"][1]["start"] == (
        "2026-10-25T06:30:00+01:00"
    )
    seen = house.watch()
    await house.set("earliest_start", "18:15:00")
    await house.live_until("2026-10-25 12:00")
    assert seen == ["24 18:15 on", "24 18:45 off", "25 06:30 on", "25 07:00 off"]
