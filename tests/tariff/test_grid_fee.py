"""Tests of reduced grid fees: what keeps a module away, and the windows of module 3."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import product
from types import MappingProxyType

import pytest

from custom_components.nomos_smartmeter.tariff.grid_fee import (
    MODULES,
    GridFeeLevel,
    GridFeeWindow,
    ModuleStatus,
    Obstacle,
    grid_fee_window,
    obstacle,
)
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    LOCAL_TIME,
    QUARTER,
    day_bounds,
)
from custom_components.nomos_smartmeter.tariff.prices import (
    PriceInterval,
    PriceOutlook,
    PriceSeries,
)
from simulator import World, load_scenario
from simulator.errors import ApiError
from simulator.grid_fee import check_possible

from .series import utc

SUMMER = date(2026, 7, 1)
SHORT_DAY = date(2026, 3, 29)
LONG_DAY = date(2026, 10, 25)

NONE, INTENDED, ORDERED, ACTIVATED, REJECTED, ENDED = ModuleStatus
LOW, STANDARD, HIGH = GridFeeLevel
UNKNOWN = GridFeeWindow(None, None)

type Fee = Callable[[time], str | None]


def three(clock: time) -> str:
    """Return a fee that is low at night and high in the early evening."""
    if clock < time(5):
        return "0.0284"
    return "0.1516" if time(17) <= clock < time(21) else "0.0947"


def reduced_at_night(clock: time) -> str:
    """Return a fee that is low at night, and else the standard."""
    return "0.0284" if clock < time(5) else "0.0947"


def raised_in_the_evening(clock: time) -> str:
    """Return a fee that is high in the early evening, and else the standard."""
    return "0.1516" if time(17) <= clock < time(21) else "0.0947"


def half_and_half(clock: time) -> str:
    """Return either of two fees, none of which is the commoner."""
    return "0.0284" if clock < time(12) else "0.0947"


def four(clock: time) -> str:
    """Return one fee more than module 3 knows."""
    return "0.05" if clock >= time(23) else three(clock)


def once_untold(clock: time) -> str | None:
    """Return a fee that is not told of one quarter-hour."""
    return None if clock == time(12) else three(clock)


def one(clock: time) -> str:
    """Return the fee of whoever has no module 3."""
    return "0.0947"


def free(clock: time) -> str:
    """Return no fee at all at night, which is a fee nevertheless."""
    return "0" if clock < time(5) else "0.0947"


def quarters(day: date, fee: Fee) -> Iterator[PriceInterval]:
    """Yield the quarter-hours of a local day with the grid's part of their price."""
    start, end = day_bounds(day)
    while start < end:
        grid = fee(start.astimezone(LOCAL_TIME).time())
        part = None if grid is None else Decimal(grid)
        yield PriceInterval(start, start + QUARTER, Decimal("0.3"), grid=part)
        start += QUARTER


def local(day: date, clock: str, fold: int = 0) -> datetime:
    """Return the moment at which local clocks show a time."""
    shown = time.fromisoformat(clock).replace(fold=fold)
    return datetime.combine(day, shown, LOCAL_TIME).astimezone(UTC)


def window(
    clock: str, *fees: Fee, day: date = SUMMER, without: str | None = None
) -> GridFeeWindow:
    """Return the window at a time of day.

    Args:
        clock: When, local.
        fees: Those of the day, and of the days after it.
        day: Which day.
        without: When a quarter-hour of the first day begins that is not named at all.
    """
    items = [
        quarter
        for number, fee in enumerate(fees)
        for quarter in quarters(day + number * DAY, fee)
        if without is None or quarter.start != local(day, without)
    ]
    return grid_fee_window(PriceOutlook(PriceSeries.of(items), local(day, clock)))


def changes_at(day: date, clock: str, level: GridFeeLevel) -> GridFeeWindow:
    """Return a window that lasts until a time of day."""
    return GridFeeWindow(level, local(day, clock))


def stand(**modules: ModuleStatus) -> Mapping[int, ModuleStatus]:
    """Return where modules stand, of which the others were never ordered."""
    named = {int(name.removeprefix("m")): status for name, status in modules.items()}
    return MappingProxyType(dict.fromkeys(MODULES, NONE) | named)


def test_takes_place() -> None:
    """What was rejected or has ended can be ordered again."""
    taking = [status for status in ModuleStatus if status.takes_place]
    assert taking == [INTENDED, ORDERED, ACTIVATED]


@pytest.mark.parametrize(
    ("module", "statuses", "smart_meter", "found"),
    [
        (1, stand(), False, None),
        (2, stand(), False, None),
        (1, stand(m1=REJECTED, m2=ENDED), False, None),
        (1, stand(m1=INTENDED), False, Obstacle.EXISTS),
        (2, stand(m2=ORDERED), False, Obstacle.EXISTS),
        (3, stand(m1=ACTIVATED, m3=ACTIVATED), False, Obstacle.EXISTS),
        (2, stand(m1=ORDERED), True, Obstacle.MODULE_2_ALONE),
        (2, stand(m1=ACTIVATED, m3=INTENDED), True, Obstacle.MODULE_2_ALONE),
        (2, stand(m3=ACTIVATED), True, Obstacle.MODULE_2_ALONE),
        (1, stand(m2=INTENDED), True, Obstacle.MODULE_2_ALONE),
        (3, stand(m2=ACTIVATED), True, Obstacle.MODULE_2_ALONE),
        (3, stand(m1=ACTIVATED), False, Obstacle.NEEDS_SMART_METER),
        (3, stand(), False, Obstacle.NEEDS_SMART_METER),
        (3, stand(), True, Obstacle.NEEDS_MODULE_1),
        (3, stand(m1=ORDERED), True, Obstacle.NEEDS_MODULE_1),
        (3, stand(m1=ENDED), True, Obstacle.NEEDS_MODULE_1),
        (3, stand(m1=ACTIVATED), True, None),
        (3, stand(m1=ACTIVATED, m2=REJECTED, m3=ENDED), True, None),
        (1, stand(m3=ACTIVATED), True, None),
    ],
)
def test_obstacle(
    module: int,
    statuses: Mapping[int, ModuleStatus],
    smart_meter: bool,
    found: Obstacle | None,
) -> None:
    """Module 2 stands alone, and module 3 on top of an active module 1."""
    assert obstacle(module, statuses, smart_meter=smart_meter) is found


@pytest.mark.parametrize("smart_meter", [False, True])
def test_obstacles_are_those_of_the_api(smart_meter: bool) -> None:
    """Whatever the modules stand at, no more is refused than Nomos does, nor less."""
    codes = {
        Obstacle.EXISTS: "duplicate_grid_reduction",
        Obstacle.MODULE_2_ALONE: "duplicate_grid_reduction",
        Obstacle.NEEDS_SMART_METER: "missing_smart_meter",
        Obstacle.NEEDS_MODULE_1: "missing_module_1",
    }
    world = load_scenario("household")
    next(iter(world.subscriptions.values())).meter.type = (
        "smart" if smart_meter else "analog"
    )
    for standing in product(ModuleStatus, repeat=len(MODULES)):
        statuses = dict(zip(MODULES, standing, strict=True))
        for module in MODULES:
            found = obstacle(module, statuses, smart_meter=smart_meter)
            code = refusal_of_api(world, module, statuses)
            assert (codes[found] if found else None) == code


def refusal_of_api(
    world: World, module: int, statuses: Mapping[int, ModuleStatus]
) -> str | None:
    """Return what the simulated Nomos refuses a module with, if it does."""
    subscription = next(iter(world.subscriptions.values()))
    world.grid_fee_reductions.clear()
    for number, status in statuses.items():
        if status is not NONE:
            fields = {"type": f"enwg-14a-module-{number}", "status": status.value}
            world.add_reduction(subscription, fields)
    others = world.grid_fee_reductions.values()
    try:
        check_possible(subscription, f"enwg-14a-module-{module}", others)
    except ApiError as refusal:
        return refusal.problems[0].code
    return None


@pytest.mark.parametrize(
    ("clock", "level", "change"),
    [
        ("00:00", LOW, "05:00"),
        ("04:59:59.999999", LOW, "05:00"),
        ("05:00", STANDARD, "17:00"),
        ("16:50", STANDARD, "17:00"),
        ("17:00", HIGH, "21:00"),
        ("20:46", HIGH, "21:00"),
    ],
)
def test_three_fees(clock: str, level: GridFeeLevel, change: str) -> None:
    """The lowest, the one between and the highest are the three windows."""
    assert window(clock, three) == changes_at(SUMMER, change, level)
    assert window(clock, three, three) == changes_at(SUMMER, change, level)


def test_the_standard_is_not_the_commonest_of_three() -> None:
    """With three fees it is the one between, however short it is."""
    cheap = {time(hour, minute) for hour in range(7) for minute in (0, 15, 30, 45)}

    def mostly_high(clock: time) -> str:
        if clock in cheap:
            return "0.01"
        return "0.05" if clock < time(8) else "0.09"

    assert window("07:30", mostly_high) == changes_at(SUMMER, "08:00", STANDARD)
    assert window("08:00", mostly_high) == GridFeeWindow(HIGH, None)


@pytest.mark.parametrize(
    ("fee", "clock", "level", "change"),
    [
        (reduced_at_night, "03:00", LOW, "05:00"),
        (reduced_at_night, "05:00", STANDARD, None),
        (free, "03:00", LOW, "05:00"),
        (raised_in_the_evening, "16:00", STANDARD, "17:00"),
        (raised_in_the_evening, "17:00", HIGH, "21:00"),
        (raised_in_the_evening, "21:00", STANDARD, None),
    ],
)
def test_two_fees(
    fee: Fee, clock: str, level: GridFeeLevel, change: str | None
) -> None:
    """The commoner of two is the standard, and the other is below or above it."""
    at = local(SUMMER, change) if change else None
    assert window(clock, fee) == GridFeeWindow(level, at)


def test_one_fee() -> None:
    """Without module 3 it is the standard, all day long and the next."""
    assert window("12:00", one) == GridFeeWindow(STANDARD, None)
    assert window("12:00", one, one) == GridFeeWindow(STANDARD, None)


@pytest.mark.parametrize("fee", [half_and_half, four, once_untold])
def test_not_clear(fee: Fee) -> None:
    """Nothing is guessed: not of two equally common fees, of four, of one untold."""
    for clock in ("03:00", "12:00", "23:30"):
        assert window(clock, fee) == UNKNOWN
        assert window(clock, fee, three) == UNKNOWN


def test_no_prices() -> None:
    """Without prices there is no window, nor without the one of now."""
    assert grid_fee_window(PriceOutlook(PriceSeries(), utc("2026-07-01"))) == UNKNOWN
    assert window("12:05", three, without="12:00") == UNKNOWN


def test_a_gap() -> None:
    """Of a day that is not known to its end the commoner fee may be another."""
    assert window("03:00", three, without="12:00") == UNKNOWN


def test_a_quarter_hour_without_a_price() -> None:
    """One that is named without a price has no window, and the others keep theirs."""
    items = list(quarters(SUMMER, three))
    noon = local(SUMMER, "12:00")
    missing = PriceInterval(noon, noon + QUARTER, None)
    series = PriceSeries.of([*items, missing])
    assert grid_fee_window(PriceOutlook(series, noon)) == UNKNOWN
    before = PriceOutlook(series, noon - QUARTER)
    assert grid_fee_window(before) == changes_at(SUMMER, "17:00", STANDARD)


def test_change_at_midnight() -> None:
    """What comes first tomorrow ends the last window of today, if it is another."""
    tomorrow = SUMMER + DAY
    assert window("22:00", three, three) == changes_at(tomorrow, "00:00", STANDARD)
    expected = changes_at(tomorrow, "00:00", STANDARD)
    assert window("12:00", one, reduced_at_night) == expected


def test_change_tomorrow() -> None:
    """A window that goes on over midnight ends when it does, not at midnight."""
    tomorrow = SUMMER + DAY
    expected = changes_at(tomorrow, "17:00", STANDARD)
    assert window("21:30", raised_in_the_evening, raised_in_the_evening) == expected
    assert window("21:30", one, raised_in_the_evening) == expected


def test_levels_are_those_of_their_own_day() -> None:
    """In a new year the standard may cost something else, and is no change."""

    def dearer(clock: time) -> str:
        return "0.11"

    assert window("12:00", one, dearer) == GridFeeWindow(STANDARD, None)


@pytest.mark.parametrize("fee", [half_and_half, four, once_untold])
def test_tomorrow_is_not_clear(fee: Fee) -> None:
    """As long as it is not told what tomorrow begins with, no change is claimed."""
    assert window("22:00", three, fee) == GridFeeWindow(STANDARD, None)


def test_tomorrow_is_not_known_yet() -> None:
    """Before tomorrow's prices appear the last window of today has no known end."""
    assert window("22:00", three) == GridFeeWindow(STANDARD, None)


@pytest.mark.parametrize("day", [SHORT_DAY, LONG_DAY])
def test_days_of_another_length(day: date) -> None:
    """When clocks are turned the windows keep to what clocks show."""
    assert window("00:30", three, day=day) == changes_at(day, "05:00", LOW)
    assert window("12:00", three, day=day) == changes_at(day, "17:00", STANDARD)
    night = window("22:00", three, three, day=day - DAY)
    assert night == changes_at(day, "00:00", STANDARD)
    assert window("22:00", three, three, day=day) == changes_at(
        day + DAY, "00:00", STANDARD
    )


def test_an_hour_that_comes_twice() -> None:
    """Each time it has a window of its own, in the order in which they pass."""

    def second_time(clock: time) -> str:
        return "0.0284" if clock.fold else "0.0947"

    series = PriceSeries.of(quarters(LONG_DAY, second_time))
    first, second = local(LONG_DAY, "02:30"), local(LONG_DAY, "02:30", fold=1)
    begin, end = local(LONG_DAY, "02:00", fold=1), local(LONG_DAY, "03:00")
    assert end - begin == 4 * QUARTER
    window = grid_fee_window(PriceOutlook(series, first))
    assert window == GridFeeWindow(STANDARD, begin)
    window = grid_fee_window(PriceOutlook(series, second))
    assert window == GridFeeWindow(LOW, end)


def test_an_hour_that_is_left_out() -> None:
    """A window that begins in it begins with the hour after it."""

    def from_two_to_six(clock: time) -> str:
        return "0.0284" if time(2) <= clock < time(6) else "0.0947"

    seen = window("01:59", from_two_to_six, day=SHORT_DAY)
    assert seen == changes_at(SHORT_DAY, "03:00", STANDARD)


def test_a_tie_depends_on_the_length_of_the_day() -> None:
    """It is counted how many quarter-hours a day has, not what clocks show."""
    assert window("03:00", half_and_half, day=LONG_DAY).level is STANDARD
    assert window("03:00", half_and_half, day=SHORT_DAY).level is LOW
    assert window("03:00", half_and_half, day=SUMMER).level is None
