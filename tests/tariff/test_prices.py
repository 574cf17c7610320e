"""Tests of price series, of the days in them and of what they say at a moment."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    QUARTER,
    day_bounds,
    start_of_quarter,
)
from custom_components.nomos_smartmeter.tariff.prices import (
    DayPrices,
    PriceInterval,
    PriceLevel,
    PriceOutlook,
    PriceSeries,
    mean_price,
)

from .series import (
    BEGIN,
    NOON,
    Amount,
    cts,
    drawn,
    eur,
    full_day,
    hour,
    item,
    items,
    moments,
    named_by,
    named_in,
    price_items,
    series,
    steady,
    three_days,
    utc,
)

SUMMER = date(2026, 7, 1)
SHORT_DAY = date(2026, 3, 29)
LONG_DAY = date(2026, 10, 25)
DAYS = [(SUMMER, 96), (SHORT_DAY, 92), (LONG_DAY, 100)]


def one_day(*amounts: Amount) -> DayPrices:
    """Return a day of which only these quarter-hours are named."""
    return series(NOON, *amounts).on(SUMMER)


def test_empty_series() -> None:
    """A series of nothing knows nothing."""
    empty = PriceSeries.of([])
    assert empty == PriceSeries()
    assert empty.known_until is None
    assert empty.at(NOON) is None
    assert empty.between(NOON, NOON + DAY) == empty
    assert list(empty.quarters(NOON, NOON + DAY)) == []
    assert empty.on(SUMMER) == DayPrices(SUMMER, (), known=False)
    assert empty.merge(empty) == empty


def test_the_last_of_duplicates_counts() -> None:
    """Of items that begin at once, the last one counts, even if it is shorter."""
    given_twice = [hour(NOON, 1), item(NOON + QUARTER, 5), item(NOON, 2), hour(NOON, 3)]
    assert cts(PriceSeries.of(given_twice).intervals) == [3, 5]
    assert PriceSeries.of([hour(NOON, 1), item(NOON, 2)]).intervals == (item(NOON, 2),)


def test_an_hour_ends_where_the_next_item_begins() -> None:
    """What is cut off is lost: it does not go on after a shorter item."""
    half = NOON + 2 * QUARTER
    found = PriceSeries.of([hour(NOON, 1), item(half, 2)])
    assert found.intervals == (item(NOON, 1, 2), item(half, 2))
    assert found.at(half + QUARTER) is None


def test_an_hour_lasts_no_longer() -> None:
    """A gap after an item stays a gap."""
    found = drawn("1111....2222")
    assert found.at(utc("2026-07-01 12:59:59.999999")) == hour(NOON, 1)
    assert found.at(utc("2026-07-01 13:00")) is None
    assert found.at(utc("2026-07-01 13:59:59.999999")) is None


def test_parts_are_kept() -> None:
    """An item that is cut still says what its price is made of."""
    whole = replace(hour(NOON, 9), electricity=eur(4), grid=eur(3), levies=eur(2))
    part = replace(whole, end=NOON + QUARTER)
    assert PriceSeries.of([whole, item(part.end, 1)]).intervals[0] == part
    older = PriceSeries((whole,))
    merged = older.merge(PriceSeries((item(part.end, 1),)))
    assert merged.intervals[0] == part
    assert merged.intervals[2] == replace(whole, start=NOON + 2 * QUARTER)
    assert next(older.quarters(NOON, whole.end)) == part


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-07-01 12:01", "2026-07-01 12:15"),
        ("2026-07-01 12:00", "2026-07-01 12:15:00.000001"),
        ("2026-07-01 12:00", "2026-07-01 12:00"),
        ("2026-07-01 12:15", "2026-07-01 12:00"),
    ],
)
def test_items_must_be_of_quarters(start: str, end: str) -> None:
    """An item that is not made of quarter-hours is refused."""
    odd = PriceInterval(utc(start), utc(end), eur(1))
    with pytest.raises(ValueError, match="no quarter-hours: 2026-07-01 12:"):
        PriceSeries.of([hour("2026-07-01 10:00", 1), odd])


def test_known_until() -> None:
    """Prices are known until the end of the last price, whatever is named later."""
    assert series(NOON, 1, None, 0, None, None).known_until == NOON + 3 * QUARTER
    assert series(NOON, None).known_until is None
    assert PriceSeries.of([hour(NOON, -1)]).known_until == NOON + 4 * QUARTER


def test_both_passes_of_an_hour() -> None:
    """The hour that comes twice has two prices."""
    found = PriceSeries.of(items("2026-10-25 00:00", [1, 2], 4))
    assert cts(found.on(LONG_DAY).quarters) == [1, 1, 1, 1, 2, 2, 2, 2]
    for local, ct in (("02:45+02:00", 1), ("02:00+01:00", 2), ("02:15+01:00", 2)):
        at = datetime.fromisoformat(f"2026-10-25T{local}")
        assert cts(filter(None, [found.at(at)])) == [ct]


@given(given_items=price_items(), moment=moments)
@steady
def test_like_a_dictionary(given_items: list[PriceInterval], moment: datetime) -> None:
    """A series says of every moment what a dictionary of quarter-hours says."""
    found = PriceSeries.of(given_items)
    named = named_by(given_items)
    assert named_in(found) == named
    interval = found.at(moment)
    quarter = start_of_quarter(moment)
    if quarter not in named:
        assert interval is None
    else:
        assert interval is not None
        assert interval.start <= moment < interval.end
        assert interval.price == named[quarter]


@given(given_items=price_items(), start=moments, end=st.none() | moments)
@steady
def test_periods_like_a_dictionary(
    given_items: list[PriceInterval], start: datetime, end: datetime | None
) -> None:
    """A period has the intervals and the priced quarter-hours that reach into it."""
    assume(end is None or start < end)
    found = PriceSeries.of(given_items)
    until = end or BEGIN + DAY * 9
    overlapping = [i for i in found.intervals if i.start < until and start < i.end]
    assert found.between(start, end).intervals == tuple(overlapping)
    assert [(q.start, q.end, q.price) for q in found.quarters(start, end)] == [
        (quarter, quarter + QUARTER, price)
        for quarter, price in named_by(given_items).items()
        if quarter < until and start < quarter + QUARTER and price is not None
    ]


@given(given_items=price_items())
@steady
def test_days_like_a_dictionary(given_items: list[PriceInterval]) -> None:
    """A day has its quarter-hours, and is known when an item names each of them."""
    found = PriceSeries.of(given_items)
    named = named_by(given_items)
    for day in (LONG_DAY - DAY, LONG_DAY, LONG_DAY + DAY):
        start, end = day_bounds(day)
        mine = {q: price for q, price in named.items() if start <= q < end}
        prices = found.on(day)
        assert prices.known is (len(mine) == (end - start) // QUARTER)
        assert {q.start: q.price for q in prices.quarters} == {
            q: price for q, price in mine.items() if price is not None
        }


@given(older=price_items(), newer=price_items())
@steady
def test_merge_like_a_dictionary(
    older: list[PriceInterval], newer: list[PriceInterval]
) -> None:
    """The newer series counts for every quarter-hour that it names."""
    merged = PriceSeries.of(older).merge(PriceSeries.of(newer))
    assert named_in(merged) == named_by(older) | named_by(newer)


def test_period_is_half_open() -> None:
    """An interval is in a period if they share more than a bound; it is not cut."""
    hours = drawn("111122223333")
    least, one, two = timedelta.resolution, NOON + HOUR, NOON + 2 * HOUR
    assert cts(hours.between(one, two).intervals) == [2]
    assert cts(hours.between(one - least, two + least).intervals) == [1, 2, 3]
    assert hours.between(one + QUARTER, one + 2 * QUARTER).intervals == (hour(one, 2),)
    assert cts(hours.between(one).intervals) == [2, 3]
    assert cts(drawn("1...2").between(NOON + QUARTER, one).intervals) == []
    assert cts(hours.between(one + QUARTER, one + QUARTER).intervals) == []
    assert cts(hours.between(two, one).intervals) == []
    inner = list(hours.quarters(one - least, one + least))
    assert inner == [item(one - QUARTER, 1), item(one, 2)]


@pytest.mark.parametrize(
    ("older", "newer", "merged"),
    [
        ("1111", "2222", "2222"),
        ("1111", ".2", "1211"),
        ("1111", ".2.3", "1213"),
        ("1111", "2345", "2345"),
        ("012345", ".9999", "099995"),
        ("1111", "..2222", "112222"),
        ("..1111", "2222", "222211"),
        ("1111", "....2222", "11112222"),
        ("....1111", "2222", "22221111"),
        ("--", ".2", "-2"),
        ("", "1111", "1111"),
        ("1111", "", "1111"),
    ],
)
def test_merge(older: str, newer: str, merged: str) -> None:
    """The newer counts; of an older interval stays what it does not name, in a piece."""
    assert drawn(older).merge(drawn(newer)) == drawn(merged)


@pytest.mark.parametrize(("day", "count"), DAYS)
@pytest.mark.parametrize("quarters", [1, 4])
def test_full_day(day: date, count: int, quarters: int) -> None:
    """A day of all its quarter-hours is known, and knows nothing of its neighbours."""
    three = three_days(day, (-99,), (20, 30), (99,), quarters=quarters)
    found = PriceSeries.of(three).on(day)
    assert (found.day, len(found.quarters), found.known) == (day, count, True)
    assert (found.lowest, found.highest) == (eur(20), eur(30))
    assert {q.end - q.start for q in found.quarters} == {QUARTER}


@pytest.mark.parametrize(("day", "count"), DAYS)
@pytest.mark.parametrize("place", [0, 10, -1])
def test_day_with_a_hole(day: date, count: int, place: int) -> None:
    """A missing item makes the day unknown, an item without a price does not."""
    whole = full_day(day, 20)
    index = place % len(whole)
    nulled = [replace(i, price=None) if n == index else i for n, i in enumerate(whole)]
    null = PriceSeries.of(nulled).on(day)
    assert (len(null.quarters), null.known) == (count - 1, True)
    gap = PriceSeries.of(i for n, i in enumerate(whole) if n != index).on(day)
    assert gap == replace(null, known=False)


def test_day_of_intervals_that_cross_midnight() -> None:
    """An interval is counted to each day for the quarter-hours it has there."""
    found = PriceSeries.of(items("2026-06-30 21:30", range(26), 4))
    assert cts(found.on(SUMMER).quarters[:3]) == [0, 0, 1]
    assert len(found.on(SUMMER).quarters) == 96
    assert found.on(SUMMER).known
    assert cts(found.on(SUMMER - DAY).quarters) == [0, 0]
    assert found.on(SUMMER) is found.on(SUMMER), "a day is worked out once"


def test_prices_of_a_day() -> None:
    """A day knows its extremes, its mean, and the place of each price."""
    day = one_day(30, -10, 10, 10, None, 25)
    assert (day.lowest, day.highest) == (eur(-10), eur(30))
    assert day.average == eur(13)
    assert [day.rank(eur(ct)) for ct in (-10, 10, 25, 30)] == [1, 2, 4, 5]


def test_prices_of_an_unknown_day() -> None:
    """A day without prices has no extremes and no mean."""
    for day in (one_day(), one_day(None, None)):
        assert (day.lowest, day.highest, day.average) == (None, None, None)


def test_mean_price() -> None:
    """The mean is exact, and there is none if a price is missing."""
    assert mean_price(items(NOON, ["10.01", "10.02", "10.06"])) == eur("10.03")
    assert mean_price(items(NOON, [0, 0])) == 0
    assert mean_price(items(NOON, [1, None])) is None


def test_levels_of_a_whole_day() -> None:
    """Each level is a fifth of the day; what is left over goes to the first ones."""
    day = PriceSeries.of(full_day(SUMMER, *range(96))).on(SUMMER)
    levels = [day.level(eur(ct)) for ct in range(96)]
    assert [levels.count(level) for level in PriceLevel] == [20, 19, 19, 19, 19]
    assert levels == sorted(levels, key=list(PriceLevel).index)


@pytest.mark.parametrize(
    ("amounts", "levels"),
    [
        ([1, 2, 3, 4, 5], [0, 1, 2, 3, 4]),
        ([-5, -1, -3, 0, 2], [0, 2, 1, 3, 4]),
        ([1, 2, None], [0, 2, None]),
        ([1, 1, 1, 1, 5], [0, 0, 0, 0, 4]),
        ([1, 5, 5, 5, 5], [0, 1, 1, 1, 1]),
        (["7", "7.99", "7.5"], [2, 2, 2]),
        (["7", "8", "7.99"], [0, 3, 1]),
        (["-0.5", "0.5"], [0, 2]),
        (["-0.5", "0.49"], [2, 2]),
        ([20, 20, 20], [2, 2, 2]),
        ([-20], [2]),
    ],
)
def test_level(amounts: list[Amount], levels: list[int | None]) -> None:
    """The level is the fifth of the known prices, and normal where all are alike."""
    found = series(NOON, *amounts)
    for n, level in enumerate(levels):
        outlook = PriceOutlook(found, NOON + n * QUARTER)
        assert outlook.level == (None if level is None else list(PriceLevel)[level])


@given(ten=st.lists(st.integers(-300, 300), min_size=1, max_size=100))
@steady
def test_level_is_a_fifth(ten: list[int]) -> None:
    """The level is the whole part of five times the cheaper part of the day."""
    amounts = [str(Decimal(n) / 10) for n in ten]
    day = PriceSeries.of(items(day_bounds(LONG_DAY)[0], amounts)).on(LONG_DAY)
    for n, amount in zip(ten, amounts, strict=True):
        cheaper = Fraction(sum(other < n for other in ten), len(ten))
        level = int(5 * cheaper) if max(ten) - min(ten) >= 10 else 2
        assert day.level(eur(amount)) is list(PriceLevel)[level]


def test_cheap_levels() -> None:
    """Two of the levels are cheap."""
    cheap = {level for level in PriceLevel if level.is_cheap}
    assert cheap == {PriceLevel.VERY_CHEAP, PriceLevel.CHEAP}
    assert " ".join(PriceLevel) == "very_cheap cheap normal expensive very_expensive"


@pytest.mark.parametrize(
    ("seconds", "current", "following"),
    [
        (0, [1], [2]),
        (899, [1], [2]),
        (900, [2], []),
        (2700, [3], []),
        (3600, [], []),
        (5400, [4], [5]),
        (8999, [4], [5]),
        (9000, [5], []),
        (9900, [], []),
    ],
)
def test_outlook(seconds: int, current: list[int], following: list[int]) -> None:
    """The next price is that of the interval that begins when the current one ends."""
    outlook = PriceOutlook(drawn("12-3..44445--"), NOON + timedelta(seconds=seconds))
    assert cts(filter(None, [outlook.current])) == current
    assert cts(filter(None, [outlook.next])) == following
    assert (outlook.level is None) is (not current)
    assert outlook.is_known is (seconds < 9900)


def test_outlook_on_nothing() -> None:
    """Without prices there is nothing to see."""
    for prices in (PriceSeries(), series(NOON, None)):
        outlook = PriceOutlook(prices, NOON)
        assert (outlook.current, outlook.next, outlook.level) == (None, None, None)
        assert not outlook.is_known


@pytest.mark.parametrize(
    ("now", "today", "level"),
    [
        ("2026-10-24 21:59:59", LONG_DAY - DAY, PriceLevel.NORMAL),
        ("2026-10-24 22:00", LONG_DAY, PriceLevel.VERY_CHEAP),
        ("2026-10-25 22:59:59", LONG_DAY, PriceLevel.NORMAL),
        ("2026-10-25 23:00", LONG_DAY + DAY, PriceLevel.VERY_CHEAP),
        ("2026-03-28 23:00", SHORT_DAY, PriceLevel.VERY_CHEAP),
    ],
)
def test_today_and_tomorrow(now: str, today: date, level: PriceLevel) -> None:
    """Today and tomorrow are local days, and the level is among today's prices."""
    found = PriceSeries.of(three_days(today, (1,), (10, 20), (90, 80)))
    outlook = PriceOutlook(found, utc(now))
    assert outlook.today == found.on(today)
    assert outlook.tomorrow == found.on(today + DAY)
    assert outlook.level is level


@pytest.mark.parametrize("steps", [10, 100])
def test_no_digit_is_lost(steps: int) -> None:
    """A price of tenths or hundredths of a ct comes back from a float as it was."""
    for n in range(-50 * steps, 150 * steps):
        ct = n / steps
        day = one_day(str(ct), str(ct), str(ct))
        assert day.lowest == day.highest == day.average
        assert day.average is not None
        assert float(Decimal(str(float(day.average))) * 100) == ct
