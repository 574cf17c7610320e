"""Tests of what is told of a plan, of its costs, and of the days with a clock change."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    QUARTER,
    day_bounds,
    local_moment,
)
from custom_components.nomos_smartmeter.tariff.planning import (
    NOTHING,
    Plan,
    PlannedRun,
    Shortfall,
    cost_of,
    plan,
    run_at_once,
)
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries

from .plans import LEAST, MINUTE, SPLIT, WHOLE, places
from .series import NOON, Amount, drawn, eur, full_day, item, items, series, utc


def test_quarters_of_an_hour() -> None:
    """A plan may begin in the midst of an hour, and tells its quarters one by one."""
    found = plan(drawn("99991111"), 6 * QUARTER, NOON, None, WHOLE)
    assert found.quarters == tuple(items(NOON + HOUR / 2, [9, 9, 1, 1, 1, 1]))
    assert len(found.runs) == 1
    assert found.average == eur(22) / 6
    assert found.window_average == eur(5)
    inside = plan(drawn("11112222"), HOUR, NOON + QUARTER, NOON + 6 * QUARTER, WHOLE)
    assert inside.quarters == tuple(items(NOON + QUARTER, [1, 1, 1, 2]))
    assert inside.window_average == eur(7) / 5


def test_runs() -> None:
    """Quarters that follow each other at once are one run, also over a named hour."""
    found = plan(drawn("11115559122"), 7 * QUARTER, NOON, None, SPLIT)
    assert places(found) == [0, 1, 2, 3, 8, 9, 10]
    first, second = found.runs
    assert first == PlannedRun(tuple(items(NOON, [1] * 4)))
    assert (first.start, first.end) == (NOON, NOON + HOUR)
    assert first.average == eur(1)
    assert (second.start, second.end) == (NOON + 2 * HOUR, NOON + 11 * QUARTER)
    assert second.average == eur(5) / 3
    assert found.planned_time == 7 * QUARTER


def test_a_plan_of_nothing() -> None:
    """It has no runs, no mean price, and costs nothing."""
    assert Plan().runs == ()
    assert Plan().average is None
    assert Plan().window_average is None
    assert Plan().planned_time == NOTHING
    assert Plan().cost(Decimal(11)) == 0


def test_the_mean_of_the_window_is_that_of_what_is_known() -> None:
    """Also of prices above the ceiling, but not of those outside of the window."""
    limited = replace(SPLIT, price_ceiling=eur(2))
    prices = drawn("91-4.29")
    latest = NOON + 6 * QUARTER
    found = plan(prices, HOUR / 2, NOON + QUARTER, latest, limited)
    assert places(found) == [1, 5]
    assert found.window_average == eur(7) / 3
    assert found.average == eur("1.5")


def test_costs_are_exact() -> None:
    """No digit is lost, wherever the point is, and equal is equal however written."""
    digits = ["30.1234567", "30.1234568", "30.12345670", "3E+1", "31"]
    prices = PriceSeries.of(items(NOON, digits))
    found = plan(prices, 3 * QUARTER, NOON, None, SPLIT)
    assert places(found) == [0, 2, 3]
    assert found.cost(Decimal("3.7")) == Decimal("0.83478394895")
    assert plan(prices, QUARTER, NOON, NOON + 3 * QUARTER, SPLIT).quarters == (
        item(NOON, digits[0]),
    )


def test_large_and_small_prices_compare_exactly() -> None:
    """A sum in floats would not see the difference, one in quarters of a cent neither."""
    amounts = ["1000000", "0.000000000001", "1000000", "0"]
    found = plan(series(NOON, *amounts), HOUR / 2, NOON, None, WHOLE)
    assert places(found) == [2, 3]
    whole = PriceSeries.of([replace(item(NOON, 1), price=Decimal("1E+2"))])
    assert plan(whole, QUARTER, NOON, None, WHOLE).cost(Decimal(1)) == 25


@pytest.mark.parametrize(
    ("amounts", "power", "cost"),
    [
        ([], "11", "0"),
        (["30"], "1", "0.075"),
        (["30", "10", "20"], "11", "1.65"),
        (["-1.5", "0.5"], "2", "-0.005"),
        (["30", None], "1", "0.075"),
        (["0.01"], "0.001", "0.000000025"),
    ],
)
def test_cost_of(amounts: list[Amount], power: str, cost: str) -> None:
    """A quarter-hour at a power is a quarter of its kilowatt-hours."""
    assert cost_of(items(NOON, amounts), Decimal(power)) == Decimal(cost)


@pytest.mark.parametrize(
    ("picture", "duration", "start", "expected"),
    [
        ("1234", HOUR / 2, NOON, [0, 1]),
        ("1234", 16 * MINUTE, NOON + LEAST, [1, 2]),
        ("1234", HOUR / 2, NOON + HOUR / 2, [2, 3]),
        ("1234", HOUR / 2, NOON + HOUR / 2 + LEAST, None),
        ("1234", HOUR / 2, NOON - LEAST, [0, 1]),
        ("1234", HOUR / 2, NOON - QUARTER, None),
        ("1-34", HOUR / 2, NOON, None),
        ("1.34", 3 * QUARTER, NOON, None),
        ("9999", HOUR / 2, NOON + QUARTER, [1, 2]),
        ("", QUARTER, NOON, None),
        ("", NOTHING, NOON, []),
    ],
)
def test_run_at_once(
    picture: str, duration: timedelta, start: datetime, expected: list[int] | None
) -> None:
    """It runs on from the next full quarter, where all prices are known."""
    found = run_at_once(drawn(picture), duration, start)
    assert (None if found is None else places(Plan(found))) == expected


SHORT_DAY = date(2026, 3, 29)
LONG_DAY = date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "quarters"), [(SHORT_DAY, 92), (LONG_DAY, 100), (date(2026, 7, 1), 96)]
)
def test_days_of_the_clock_changes(day: date, quarters: int) -> None:
    """A day has as many quarter-hours as it has, and all of them can be run."""
    prices = PriceSeries.of(full_day(day, 9, 1))
    start, end = day_bounds(day)
    for constraints in (WHOLE, SPLIT):
        found = plan(prices, 25 * HOUR, start, end, constraints)
        assert len(found.quarters) == quarters
        assert len(found.runs) == 1
        assert found.reason is (None if quarters == 100 else Shortfall.WINDOW_TOO_SHORT)
    cheap = plan(prices, (quarters // 2) * QUARTER, start, end, SPLIT)
    assert {quarter.price for quarter in cheap.quarters} == {eur(1)}


@pytest.mark.parametrize(
    ("day", "opens", "closes", "quarters"),
    [
        (SHORT_DAY, "2026-03-28 21:00", "2026-03-29 04:00", 28),
        (LONG_DAY, "2026-10-24 20:00", "2026-10-25 05:00", 36),
        (date(2026, 7, 1), "2026-06-30 20:00", "2026-07-01 04:00", 32),
    ],
)
def test_a_window_over_midnight(
    day: date, opens: str, closes: str, quarters: int
) -> None:
    """From 22 to 6 o'clock it is eight hours, but for two nights of the year."""
    start, end = local_moment(day - DAY, time(22)), local_moment(day, time(6))
    assert (start, end) == (utc(opens), utc(closes))
    prices = PriceSeries.of([i for d in (day - DAY, day) for i in full_day(d, 5)])
    found = plan(prices, 10 * HOUR, start, end, WHOLE)
    assert len(found.quarters) == quarters
    assert (found.runs[0].start, found.runs[0].end) == (start, end)


def test_an_hour_that_comes_twice() -> None:
    """A run goes on from its first pass to its second, or takes the cheap one."""
    cheap = utc("2026-10-25 01:00")
    day = [
        replace(i, price=eur(1)) if cheap <= i.start < cheap + HOUR else i
        for i in full_day(LONG_DAY, 9)
    ]
    twice = local_moment(LONG_DAY, time(2))
    prices, end = PriceSeries.of(day), local_moment(LONG_DAY, time(4))
    assert end - twice == 3 * HOUR
    once = plan(prices, HOUR, twice, end, WHOLE)
    assert once.runs[0].start == cheap
    longer = plan(prices, 5 * QUARTER, twice, end, WHOLE)
    assert (longer.runs[0].start, longer.runs[0].end) == (cheap - QUARTER, cheap + HOUR)
