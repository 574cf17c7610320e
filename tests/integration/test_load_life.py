"""Tests of loads in the course of a night."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulated import SimulatedNomos

from .home import asked_days, local, our_lines, turn_clock
from .loads import (
    CAR_SAYS,
    DISHWASHER,
    KEYS,
    WALLBOX,
    Hours,
    House,
    load,
    move_in,
    tell_prices,
)

NOW = local("2026-07-01 15:07")
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TWO_RUNS: tuple[Hours, ...] = (
    ("2026-07-01 23:00", 2, 10),
    ("2026-07-02 03:00", 2, 5),
)
THE_NEXT_NIGHT: Hours = ("2026-07-02 22:00", 4, 8)

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car that charges in two pieces tonight."""
    tell_prices(nomos, *TWO_RUNS, THE_NEXT_NIGHT)
    return await move_in(hass, freezer, nomos, load(WALLBOX))


async def test_a_night_minute_by_minute(house: House) -> None:
    """It is on in the cheapest quarter-hours, and not a minute before or after."""
    plan = ["1 23:00 – 1 23:30", "2 03:00 – 2 03:30"]
    on = [(local("2026-07-01 23:00"), 30), (local("2026-07-02 03:00"), 30)]
    minutes = {start + MINUTE * n for start, count in on for n in range(count)}
    changes = house.watch()
    await house.live_until("2026-07-01 17:55")
    while (now := datetime.now(UTC)) < local("2026-07-02 07:00"):
        await house.at(now + MINUTE)
        now += MINUTE
        assert house.run() == (STATE_ON if now in minutes else STATE_OFF), now
        if now < local("2026-07-02 07:00"):
            assert (house.plan(), house.reason()) == (
                plan,
                "planned" if now < local("2026-07-02 03:30") else "done",
            )
    assert changes == ["1 23:00 on", "1 23:30 off", "2 03:00 on", "2 03:30 off"]


async def test_the_very_second(house: House) -> None:
    """A run begins and ends on the second."""
    for clock, state in (("23:00", STATE_ON), ("23:30", STATE_OFF)):
        moment = local(f"2026-07-01 {clock}")
        await house.at(moment - SECOND)
        assert house.run() != state
        await house.at(moment)
        assert house.run() == state
        assert house.state("run").last_changed == moment


async def test_next_start_and_end(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The start is of the run that is to come, the end of the one that is there."""
    seen = []
    for clock in (
        "2026-07-01 15:15",
        "2026-07-01 23:00",
        "2026-07-01 23:29",
        "2026-07-01 23:30",
        "2026-07-02 03:15",
        "2026-07-02 03:30",
        "2026-07-02 14:00",
        "2026-07-02 14:30",
    ):
        await house.live_until(clock)
        seen.append((house.shown("next_start"), house.shown("next_end")))
    assert seen == [
        ("1 23:00", "1 23:30"),
        ("2 03:00", "1 23:30"),
        ("2 03:00", "1 23:30"),
        ("2 03:00", "2 03:30"),
        (STATE_UNKNOWN, "2 03:30"),
        (STATE_UNKNOWN, STATE_UNKNOWN),
        (STATE_UNKNOWN, STATE_UNKNOWN),
        ("2 22:00", "2 23:00"),
    ]
    assert not our_lines(caplog)


async def test_costs(house: House) -> None:
    """They are of the whole window, what has run included, to the last digit."""
    planned = 11 * (0.10 + 0.05) / 2
    at_once = 11 * 0.30
    costs = ("0.825", "2.475")
    assert [float(cost) for cost in costs] == pytest.approx(
        [planned, at_once - planned]
    )
    for clock in ("2026-07-01 23:10", "2026-07-02 03:10", "2026-07-02 06:59"):
        await house.live_until(clock)
        assert (house.shown("planned_cost"), house.shown("planned_savings")) == costs
    await house.live_until("2026-07-02 14:30")
    costs = ("0.88", "2.42")
    assert (house.shown("planned_cost"), house.shown("planned_savings")) == costs


async def test_costs_of_a_load_whose_power_is_not_known(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """It is planned as any other, but nobody can tell what it costs."""
    tell_prices(nomos, *TWO_RUNS)
    settings = {**DISHWASHER, "power": None}
    house = await move_in(hass, freezer, nomos, load(settings))
    assert house.plan()
    assert house.shown("planned_cost") == STATE_UNKNOWN
    assert house.shown("planned_savings") == STATE_UNKNOWN


async def test_saving_is_told_against_when_it_was_asked_for(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A car that is plugged in at midnight could not have charged at 18:00."""
    tell_prices(
        nomos, ("2026-07-01 18:00", 8, 60), ("2026-07-02 00:15", 4, 40), *TWO_RUNS
    )
    house = await move_in(hass, freezer, nomos, load(CAR_SAYS))
    await house.live_until("2026-07-02 00:07")
    assert house.shown("planned_cost") == STATE_UNKNOWN
    hass.states.async_set("sensor.car_missing", "11")
    await hass.async_block_till_done()
    assert house.plan() == ["2 01:15 – 2 01:45", "2 03:00 – 2 03:30"]
    assert house.shown("planned_cost") == "1.925"
    assert house.shown("planned_savings") == "2.475"


async def test_restart_in_the_middle_of_a_run(house: House) -> None:
    """It is on again at once, and ends when it would have ended."""
    await house.live_until("2026-07-01 23:10")
    await house.stop()
    await turn_clock(house.hass, house.freezer, local("2026-07-01 23:12"))
    await house.start()
    assert house.run() == STATE_ON
    assert house.shown("next_end") == "1 23:30"
    changes = house.watch()
    await house.live_until("2026-07-02 07:00")
    assert changes == ["1 23:30 off", "2 03:00 on", "2 03:30 off"]


async def test_restart_in_the_middle_of_a_run_while_nomos_is_silent(
    house: House,
) -> None:
    """What was planned is gone on with, whoever answers or does not."""
    await house.live_until("2026-07-01 23:10")
    house.nomos.fail(drop=True)
    await house.stop()
    await house.start()
    assert house.run() == STATE_ON
    changes = house.watch()
    await house.live_until("2026-07-02 07:00")
    assert changes == ["1 23:30 off", "2 03:00 on", "2 03:30 off"]


@pytest.mark.parametrize(
    ("back_at", "plan"),
    [
        ("23:00:30", ["1 23:00 – 1 23:30", "2 03:00 – 2 03:30"]),
        ("23:03", ["1 23:03 – 1 23:45", "2 03:00 – 2 03:30"]),
        ("23:08", ["1 23:15 – 1 23:45", "2 03:00 – 2 03:30"]),
    ],
)
async def test_restart_over_a_planned_start(
    house: House, back_at: str, plan: list[str]
) -> None:
    """What begins a bit late ends as planned, and what was missed is made up for."""
    await house.live_until("2026-07-01 22:55")
    await house.stop()
    house.freezer.move_to(local(f"2026-07-01 {back_at}"))
    await house.start()
    assert house.plan() == plan
    assert (house.run() == STATE_ON) is ("23:15" not in plan[0])
    await house.live_until("2026-07-02 07:00")
    assert house.reason() == "prices_not_known"


async def test_off_over_a_planned_start(house: House) -> None:
    """What was slept through is planned anew in what is left of the window."""
    await house.live_until("2026-07-01 22:55")
    await house.stop()
    house.freezer.move_to(local("2026-07-02 02:20"))
    await house.start()
    assert house.run() == STATE_OFF
    assert house.plan() == ["2 02:30 – 2 03:30"]
    changes = house.watch()
    await house.live_until("2026-07-02 07:00")
    assert changes == ["2 02:30 on", "2 03:30 off"]


async def test_off_over_the_end_of_a_run(house: House) -> None:
    """It is off after the restart; that it ran to its end is believed."""
    await house.live_until("2026-07-01 23:10")
    await house.stop()
    house.freezer.move_to(local("2026-07-02 01:00"))
    await house.start()
    assert house.run() == STATE_OFF
    assert house.plan() == ["1 23:00 – 1 23:30", "2 03:00 – 2 03:30"]


async def test_machine_that_slept(house: House) -> None:
    """Timers that stood still with the machine are made up for at the next quarter."""
    await house.live_until("2026-07-01 22:55")
    house.freezer.move_to(local("2026-07-01 23:16"))
    prices = house.entry.runtime_data.prices
    prices._start_quarter(datetime.now(UTC))
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.run() == STATE_OFF
    assert house.plan() == ["1 23:30 – 2 00:00", "2 03:00 – 2 03:30"]


@pytest.mark.parametrize("count", [0, 20])
async def test_loads_ask_nomos_for_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    count: int,
) -> None:
    """Be there none or twenty, the requests of a day and a half are the same."""
    tell_prices(nomos, *TWO_RUNS, THE_NEXT_NIGHT)
    loads = [load(WALLBOX, f"Load {n}", f"load{n}") for n in range(count)]
    house = await move_in(hass, freezer, nomos, *loads)
    requests = [line.split("/", 1)[1].split("/")[0] for line in nomos.lines()]
    assert sorted(requests) == [
        "grid-fee-reductions",
        "meter-orders",
        "oauth",
        "plans",
        "subscriptions",
        "subscriptions",
    ]
    assert len(hass.states.async_entity_ids("switch")) == count
    for n in range(count):
        assert house.plan(f"load{n}") == ["1 23:00 – 1 23:30", "2 03:00 – 2 03:30"]
    await house.live_until("2026-07-02 14:35")
    assert asked_days(nomos)[0] == "01-02"
    assert set(asked_days(nomos)[1:]) == {"03-03"}
    assert len(nomos.requests("/meter-orders/*")) == 1
    for n in range(count):
        assert house.plan(f"load{n}") == ["2 22:00 – 2 23:00"]
        await house.set("run_time", 0.5, f"load{n}")
        assert house.plan(f"load{n}") == ["2 22:00 – 2 22:30"]


async def test_only_what_changes_is_written(house: House) -> None:
    """A quarter-hour in which nothing happens to a load is no event of its entities."""
    await house.live_until("2026-07-01 19:00")
    before = {key: house.state(key).last_reported for key in KEYS}
    await house.live_until("2026-07-01 21:00")
    assert {key: house.state(key).last_reported for key in KEYS} == before
