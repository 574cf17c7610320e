"""Tests of the cheapest time to run, held against trying every possible one."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

from hypothesis import given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.local_time import HOUR, QUARTER
from custom_components.nomos_smartmeter.tariff.prices import PriceInterval, PriceSeries
from custom_components.nomos_smartmeter.tariff.window import (
    CheapestWindow,
    NoWindow,
    cheapest_window,
    price_from,
    quarters_in,
)

from .series import (
    NOON,
    Amount,
    drawn,
    eur,
    full_day,
    item,
    items,
    series,
    steady,
    three_days,
    utc,
)

MINUTE = timedelta(minutes=1)
LEAST = timedelta.resolution


def starts(
    prices: PriceSeries,
    quarters: int,
    earliest: datetime = NOON,
    latest: datetime | None = None,
    *,
    split: bool = False,
) -> list[int]:
    """Return how many quarter-hours after noon those of the cheapest window begin."""
    found = cheapest_window(prices, quarters * QUARTER, earliest, latest, split=split)
    assert (found.reason is None) is bool(found.quarters)
    return [(q.start - NOON) // QUARTER for q in found.quarters]


@pytest.mark.parametrize(
    ("duration", "quarters"),
    [
        (LEAST, 1),
        (MINUTE, 1),
        (QUARTER - LEAST, 1),
        (QUARTER, 1),
        (QUARTER + LEAST, 2),
        (46 * MINUTE, 4),
        (timedelta(hours=1), 4),
        (timedelta(days=1), 96),
    ],
)
def test_quarters_in(duration: timedelta, quarters: int) -> None:
    """A duration takes up each quarter-hour that it begins."""
    assert quarters_in(duration) == quarters
    prices = PriceSeries.of(items(NOON, range(100)))
    for split in (False, True):
        found = cheapest_window(prices, duration, NOON, None, split=split)
        assert len(found.quarters) == quarters
    assert price_from(prices, duration, NOON) == eur(quarters - 1) / 2


@pytest.mark.parametrize(
    ("picture", "quarters", "run", "split"),
    [
        ("5", 1, [0], [0]),
        ("54321", 2, [3, 4], [3, 4]),
        ("13142", 2, [0, 1], [0, 2]),
        ("19115", 3, [2, 3, 4], [0, 2, 3]),
        ("9111", 1, [1], [1]),
        ("2222", 2, [0, 1], [0, 1]),
        ("3232", 2, [0, 1], [1, 3]),
        ("3222", 2, [1, 2], [1, 2]),
        ("12121", 1, [0], [0]),
        ("5111155", 2, [1, 2], [1, 2]),
        ("99991111", 6, [2, 3, 4, 5, 6, 7], [0, 1, 4, 5, 6, 7]),
        ("111111", 5, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
        ("1.122", 2, [2, 3], [0, 2]),
        ("1-122", 2, [2, 3], [0, 2]),
        ("-5-", 1, [1], [1]),
        ("1.1", 2, [], [0, 2]),
        ("1-1", 2, [], [0, 2]),
        ("11", 3, [], []),
        ("--", 1, [], []),
        ("", 1, [], []),
    ],
)
def test_cheapest_window(
    picture: str, quarters: int, run: list[int], split: list[int]
) -> None:
    """The cheapest is found, the earliest of equals, and no gap is bridged."""
    prices = drawn(picture)
    assert starts(prices, quarters) == run
    assert starts(prices, quarters, split=True) == split


@pytest.mark.parametrize("split", [False, True])
def test_negative_prices(split: bool) -> None:
    """The least price may be one that is paid out."""
    prices = series(NOON, 0, -1, "-1.01", "-1.01", 5)
    found = cheapest_window(prices, 2 * QUARTER, NOON, None, split=split)
    assert found == CheapestWindow(
        (item(NOON + 2 * QUARTER, "-1.01"), found.quarters[1])
    )
    assert found.average == eur("-1.01")


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize(
    ("late", "first"), [(-LEAST, 0), (0 * LEAST, 0), (LEAST, 1), (QUARTER, 1)]
)
def test_earliest(late: timedelta, first: int, split: bool) -> None:
    """A run begins with a quarter-hour, and not before it may."""
    prices = drawn("123456")
    expected = [first, first + 1]
    assert starts(prices, 2, NOON + late, split=split) == expected
    latest = NOON + 6 * QUARTER
    assert starts(prices, 2, NOON + late, latest, split=split) == expected


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize(
    ("early", "last"), [(LEAST, 3), (0 * LEAST, 4), (-LEAST, 4), (-QUARTER, 5)]
)
def test_latest(early: timedelta, last: int, split: bool) -> None:
    """A run has ended when it must have."""
    latest = NOON + 5 * QUARTER - early
    assert starts(drawn("987654"), 2, NOON, latest, split=split) == [last - 1, last]


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize(
    ("earliest", "latest", "reason"),
    [
        (NOON, NOON + 2 * QUARTER, None),
        (NOON - LEAST, NOON + 3 * QUARTER - LEAST, None),
        (NOON, NOON + 2 * QUARTER - LEAST, NoWindow.WINDOW_TOO_SHORT),
        (NOON + LEAST, NOON + 2 * QUARTER + LEAST, NoWindow.WINDOW_TOO_SHORT),
        (NOON, NOON, NoWindow.WINDOW_TOO_SHORT),
        (NOON + 3 * QUARTER, NOON, NoWindow.WINDOW_TOO_SHORT),
        (NOON + 2 * QUARTER, NOON + 20 * QUARTER, NoWindow.PRICES_NOT_KNOWN),
        (NOON + QUARTER, None, None),
        (NOON + 2 * QUARTER, None, NoWindow.PRICES_NOT_KNOWN),
        (NOON + 3 * QUARTER, None, NoWindow.PRICES_NOT_KNOWN),
        (NOON + 30 * QUARTER, None, NoWindow.PRICES_NOT_KNOWN),
    ],
)
def test_reason(
    earliest: datetime, latest: datetime | None, reason: NoWindow | None, split: bool
) -> None:
    """It is told whether the window is too short or too little is known in it."""
    prices = drawn("321")
    found = cheapest_window(prices, 2 * QUARTER, earliest, latest, split=split)
    assert found.reason is reason
    assert len(found.quarters) == (2 if reason is None else 0)
    assert (found.average is None) is (reason is not None)


def test_unknown_prices_at_the_end_do_not_hold_up() -> None:
    """Where prices are known only in a part of the window, the best of it is taken."""
    assert starts(drawn("3122"), 2, NOON, NOON + 96 * QUARTER) == [1, 2]


def test_as_far_as_prices_are_known() -> None:
    """Without an end all known prices count, those of tomorrow's evening too."""
    day = date(2026, 10, 24)
    prices = PriceSeries.of(three_days(day, (9,), (8,), (*[7] * 98, 6, 5)))
    for split in (False, True):
        found = cheapest_window(prices, HOUR / 2, utc("2026-10-24"), None, split=split)
        assert found.quarters == tuple(items("2026-10-25 22:30", [6, 5]))


def test_quarters_of_an_hour() -> None:
    """A run may begin in the midst of an hour, and its quarters are told one by one."""
    found = cheapest_window(drawn("99991111"), 6 * QUARTER, NOON, None, split=False)
    assert found.quarters == tuple(items(NOON + 2 * QUARTER, [9, 9, 1, 1, 1, 1]))
    assert found.average == eur(22) / 6


@pytest.mark.parametrize(
    ("low", "expected"),
    [
        (("2026-10-25 00:45", "2026-10-25 01:00"), "2026-10-25 00:45"),
        (("2026-10-25 01:45", "2026-10-25 02:00"), "2026-10-25 01:45"),
        (("2026-10-25 00:30", "2026-10-25 01:30"), "2026-10-25 00:15"),
    ],
)
def test_when_an_hour_comes_twice(low: tuple[str, str], expected: str) -> None:
    """A run goes on from the first pass of the hour to the second."""
    lows = [utc(moment) for moment in low]
    day = [
        item(i.start, 1) if i.start in lows else i
        for i in full_day(utc(low[0]).date(), 9)
    ]
    earliest = utc("2026-10-25 00:00")
    run = cheapest_window(PriceSeries.of(day), 2 * QUARTER, earliest, None, split=False)
    assert run.quarters[0].start == utc(expected)
    assert run.quarters[1].start == utc(expected) + QUARTER
    parts = cheapest_window(
        PriceSeries.of(day), 2 * QUARTER, earliest, None, split=True
    )
    assert [q.start for q in parts.quarters] == lows


@pytest.mark.parametrize(
    ("picture", "quarters", "start", "price"),
    [
        ("1234", 2, NOON, "1.5"),
        ("1234", 2, NOON + LEAST, "2.5"),
        ("1234", 2, NOON + 2 * QUARTER, "3.5"),
        ("1234", 2, NOON + 2 * QUARTER + LEAST, None),
        ("1234", 2, NOON - LEAST, "1.5"),
        ("1234", 2, NOON - QUARTER, None),
        ("1-34", 2, NOON, None),
        ("1.34", 3, NOON, None),
        ("12-4", 2, NOON, "1.5"),
        ("9999", 1, NOON + 2 * QUARTER, "9"),
        ("", 1, NOON, None),
    ],
)
def test_price_from(
    picture: str, quarters: int, start: datetime, price: str | None
) -> None:
    """A run from a moment on costs the mean of its quarters, if all are known."""
    expected = None if price is None else eur(price)
    assert price_from(drawn(picture), quarters * QUARTER, start) == expected


def cheapest_of_all(
    known: list[PriceInterval], count: int, *, split: bool
) -> tuple[PriceInterval, ...]:
    """Return the cheapest choice, found by trying each, the earliest first."""
    best: tuple[Decimal, tuple[PriceInterval, ...]] | None = None
    for chosen in combinations(known, count):
        span = chosen[-1].end - chosen[0].start
        if split or span == count * QUARTER:
            total = sum((q.price for q in chosen if q.price is not None), Decimal(0))
            if best is None or total < best[0]:
                best = total, chosen
    return best[1] if best else ()


@given(
    amounts=st.lists(
        st.none() | st.integers(-20, 20) | st.sampled_from(("1.1", "1.10", "0.3")),
        max_size=10,
    ),
    gaps=st.sets(st.integers(0, 9), max_size=3),
    minutes=st.tuples(st.integers(-20, 60), st.none() | st.integers(60, 170)),
    duration=st.integers(1, 75),
    split=st.booleans(),
)
@steady
def test_no_choice_is_better(
    amounts: list[Amount],
    gaps: set[int],
    minutes: tuple[int, int | None],
    duration: int,
    split: bool,
) -> None:
    """Of all choices within the window there is none that is cheaper, or as cheap."""
    given_items = [i for n, i in enumerate(items(NOON, amounts)) if n not in gaps]
    earliest = NOON + minutes[0] * MINUTE
    latest = None if minutes[1] is None else NOON + minutes[1] * MINUTE
    known = [
        i
        for i in given_items
        if i.price is not None
        and i.start >= earliest
        and (latest is None or i.end <= latest)
    ]
    count = -(-duration // 15)
    found = cheapest_window(
        PriceSeries.of(given_items), duration * MINUTE, earliest, latest, split=split
    )
    assert found.quarters == cheapest_of_all(known, count, split=split)
    assert (found.reason is None) is bool(found.quarters)


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("minutes", [0, -15])
def test_nothing_to_run(minutes: int, split: bool) -> None:
    """A duration is above zero."""
    with pytest.raises(ValueError, match="nothing to run"):
        cheapest_window(
            drawn("1111"), timedelta(minutes=minutes), NOON, None, split=split
        )
