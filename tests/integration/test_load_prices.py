"""Tests of loads with all that prices can be, and of plans that stay as they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulated import SimulatedNomos

from .home import local
from .loads import DISHWASHER, WALLBOX, load, move_in, tell_prices

NOW = local("2026-07-01 10:07")
AFTERNOON = local("2026-07-01 15:07")
ALL_DAY = {"earliest_start": "12:00:00", "ready_by": "12:00:00"}

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def test_planned_when_the_prices_arrive(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Before that nothing is known of tonight, and after it everything."""
    tell_prices(nomos, ("2026-07-02 02:00", 4, 10))
    house = await move_in(hass, freezer, nomos, load(WALLBOX))
    assert (house.plan(), house.reason()) == ([], "prices_not_known")
    assert house.shown("next_start") == STATE_UNKNOWN
    await house.live_until("2026-07-01 14:15")
    assert house.shown("next_start") == STATE_UNKNOWN
    await house.live_until("2026-07-01 14:30")
    assert (house.plan(), house.reason()) == (["2 02:00 – 2 03:00"], "planned")
    assert house.shown("next_start") == "2 02:00"


async def test_tomorrow_brings_a_better_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Nothing has run yet, so the whole run moves to where it costs less."""
    tell_prices(nomos, ("2026-07-01 20:00", 4, 15), ("2026-07-02 04:00", 4, 10))
    house = await move_in(hass, freezer, nomos, load({**WALLBOX, **ALL_DAY}))
    await house.live_until("2026-07-01 12:00")
    assert house.plan() == ["1 20:00 – 1 21:00"]
    seen = house.watch()
    await house.live_until("2026-07-01 14:30")
    assert house.plan() == ["2 04:00 – 2 05:00"]
    await house.live_until("2026-07-02 11:59")
    assert seen == ["2 04:00 on", "2 05:00 off"]


async def test_tomorrow_brings_a_better_time_in_the_middle_of_a_run(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A run that has begun stays; what is still to come moves."""
    tell_prices(
        nomos,
        ("2026-07-01 14:00", 4, 15),
        ("2026-07-01 20:00", 4, 16),
        ("2026-07-02 04:00", 12, 10),
    )
    settings = {**WALLBOX, **ALL_DAY, "energy": 22}
    house = await move_in(hass, freezer, nomos, load(settings))
    await house.live_until("2026-07-01 14:00")
    assert house.plan() == ["1 14:00 – 1 15:00", "1 20:00 – 1 21:00"]
    seen = house.watch()
    await house.live_until("2026-07-01 14:30")
    assert house.plan() == ["1 14:00 – 1 15:00", "2 04:00 – 2 05:00"]
    await house.live_until("2026-07-02 11:59")
    assert seen == ["1 15:00 off", "2 04:00 on", "2 05:00 off"]


async def test_machine_that_must_not_stop(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A dishwasher that has begun washes to its end, whatever tomorrow costs."""
    tell_prices(nomos, ("2026-07-01 14:00", 8, 15), ("2026-07-02 04:00", 12, -10))
    settings = {**DISHWASHER, **ALL_DAY, "days": ["wed"]}
    house = await move_in(hass, freezer, nomos, load(settings))
    seen = house.watch()
    await house.live_until("2026-07-02 11:59")
    assert seen == ["1 14:00 on", "1 16:00 off"]


async def test_corrected_prices(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A second publication of a day with holes moves what has not begun."""
    tell_prices(nomos, ("2026-07-02 02:00", 4, 10))
    nomos.set_market(missing_moments=["2026-07-02 23:45"])
    house = await move_in(hass, freezer, nomos, load(WALLBOX))
    await house.live_until("2026-07-01 14:30")
    tell_prices(nomos, ("2026-07-02 04:00", 4, 9))
    nomos.set_market(missing_moments=[])
    await house.live_until("2026-07-01 16:00")
    assert house.plan() == ["2 04:00 – 2 05:00"]


@pytest.mark.parametrize("kind", ["null_moments", "missing_moments"])
async def test_hole_in_the_middle(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    kind: str,
) -> None:
    """A quarter-hour without a price is never used, cheap as its neighbours may be."""
    freezer.move_to(AFTERNOON)
    tell_prices(nomos, ("2026-07-02 02:00", 6, 10))
    nomos.set_market(**{kind: ["2026-07-02 02:15"]})
    house = await move_in(
        hass, freezer, nomos, load(WALLBOX), load(DISHWASHER, "Dish", "dish")
    )
    assert house.plan() == ["2 02:00 – 2 02:15", "2 02:30 – 2 03:15"]
    assert house.plan("dish") == ["2 02:30 – 2 04:30"]
    assert house.shown("planned_cost") == "1.1"
    seen, seen_dish = house.watch(), house.watch("dish")
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 02:00 on", "2 02:15 off", "2 02:30 on", "2 03:15 off"]
    assert seen_dish == ["2 02:30 on", "2 04:30 off"]


@pytest.mark.parametrize(
    ("price", "load_settings", "plan", "reason"),
    [
        (30, WALLBOX, ["1 18:00 – 1 19:00"], "planned"),
        (-5, WALLBOX, ["1 18:00 – 1 19:00"], "planned"),
        (0, WALLBOX, ["1 18:00 – 1 19:00"], "planned"),
        (-5, {**WALLBOX, "energy": 0}, [], "nothing_needed"),
        (30, {**WALLBOX, "price_ceiling": 0.29}, [], "ceiling_too_low"),
        (30, {**WALLBOX, "price_ceiling": 0.3}, ["1 18:00 – 1 19:00"], "planned"),
        (
            30,
            {**WALLBOX, "ready_by": "18:30:00"},
            ["1 18:00 – 1 18:30", "2 18:00 – 2 18:30"],
            "window_too_short",
        ),
        (
            30,
            {**DISHWASHER, "ready_by": "18:30:00"},
            ["1 18:00 – 1 18:30", "2 18:00 – 2 18:30"],
            "window_too_short",
        ),
    ],
)
async def test_one_price_for_everything(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    price: float,
    load_settings: dict[str, Any],
    plan: list[str],
    reason: str,
) -> None:
    """The earliest of equals, as much as is needed and as fits, and never more."""
    freezer.move_to(AFTERNOON)
    tell_prices(nomos, otherwise=price)
    house = await move_in(hass, freezer, nomos, load(load_settings))
    assert (house.plan(), house.reason()) == (plan, reason)
    if plan:
        assert house.shown("planned_savings") == "0.0"
    seen = house.watch()
    await house.live_until("2026-07-02 07:00")
    end = "18:30" if reason == "window_too_short" else "19:00"
    assert seen == (["1 18:00 on", f"1 {end} off"] if plan else [])


async def test_all_negative(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Where power is paid for, a load takes what it needs where most is paid."""
    freezer.move_to(AFTERNOON)
    tell_prices(nomos, ("2026-07-02 02:00", 8, -9), otherwise=-5)
    house = await move_in(hass, freezer, nomos, load(WALLBOX))
    assert house.plan() == ["2 02:00 – 2 03:00"]
    assert house.shown("planned_cost") == "-0.99"
    assert house.shown("planned_savings") == "0.44"
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 02:00 on", "2 03:00 off"]


async def test_ceiling_that_few_are_below(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Less than needed is planned, and the reason says why."""
    freezer.move_to(AFTERNOON)
    tell_prices(nomos, ("2026-07-02 02:00", 2, 10))
    settings = {**WALLBOX, "price_ceiling": 0.2}
    house = await move_in(hass, freezer, nomos, load(settings))
    assert house.plan() == ["2 02:00 – 2 02:30"]
    assert house.reason() == "ceiling_too_low"
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 02:00 on", "2 02:30 off"]


@pytest.mark.parametrize(
    ("now", "plan"),
    [
        ("2026-07-02 06:44", ["2 06:45 – 2 07:00"]),
        ("2026-07-02 06:45", ["2 06:45 – 2 07:00"]),
        ("2026-07-02 06:46", []),
        ("2026-07-02 07:00", []),
        ("2026-07-02 07:01", []),
    ],
)
async def test_just_before_and_after_ready_by(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    now: str,
    plan: list[str],
) -> None:
    """A load that is added then runs as long as it still can, and not after it."""
    freezer.move_to(local(now))
    tell_prices(nomos)
    house = await move_in(hass, freezer, nomos, load(WALLBOX))
    assert house.plan() == plan
    await house.live_until("2026-07-02 07:15")
    assert house.run() == STATE_OFF
    assert house.plan() == []


async def test_limits_of_a_compressor(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Runs and pauses are as long as they must be, through the whole night."""
    freezer.move_to(AFTERNOON)
    tell_prices(
        nomos,
        ("2026-07-01 22:00", 1, 5),
        ("2026-07-01 22:30", 1, 4),
        ("2026-07-02 01:00", 1, 6),
        otherwise=20,
    )
    settings = {
        **WALLBOX,
        "kind": "heat_pump",
        "run_time": {"hours": 1, "minutes": 15},
        "energy": None,
        "minimum_run": {"minutes": 30},
        "minimum_pause": {"hours": 1},
        "maximum_starts": 2,
    }
    house = await move_in(hass, freezer, nomos, load(settings))
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 22:00 on", "1 22:45 off", "2 00:45 on", "2 01:15 off"]


async def test_days(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A night belongs to the day on which its window opens."""
    tell_prices(nomos, ("2026-07-02 02:00", 4, 10), ("2026-07-03 02:00", 4, 10))
    house = await move_in(hass, freezer, nomos, load({**WALLBOX, "days": ["thu"]}))
    seen = house.watch()
    await house.live_until("2026-07-03 12:00")
    assert seen == ["3 02:00 on", "3 03:00 off"]


async def test_plan_does_not_move_by_itself(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """With the weather's own prices a night is run as it was planned in the afternoon."""
    freezer.move_to(AFTERNOON)
    settings = {**WALLBOX, "energy": 44, "minimum_run": {"minutes": 30}}
    house = await move_in(hass, freezer, nomos, load(settings))
    plan = house.plan()
    assert plan
    while datetime.now(UTC) < local("2026-07-02 06:30"):
        await house.live_until(datetime.now(UTC) + timedelta(minutes=20))
        assert house.plan() == plan
