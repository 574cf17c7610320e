"""Price items for the tests, and the plainest model of a series: a dictionary."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random

from hypothesis import settings, strategies as st

from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    QUARTER,
    day_bounds,
)
from custom_components.nomos_smartmeter.tariff.prices import PriceInterval, PriceSeries

type Amount = int | str | None
type Named = dict[datetime, Decimal | None]

steady = settings(derandomize=True, deadline=None, max_examples=120)

# A little more than the day of 100 quarter-hours, which begins at 22:00 (UTC).
BEGIN = datetime(2026, 10, 24, 21, tzinfo=UTC)
SPAN = 108

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    """Return a moment that is written without its time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def eur(ct: int | str) -> Decimal:
    """Return ct/kWh in EUR/kWh."""
    return Decimal(ct) / 100


def item(start: datetime | str, ct: Amount, quarters: int = 1) -> PriceInterval:
    """Return an item of so many quarter-hours."""
    begin = utc(start) if isinstance(start, str) else start
    price = None if ct is None else eur(ct)
    return PriceInterval(begin, begin + quarters * QUARTER, price)


def hour(start: datetime | str, ct: Amount) -> PriceInterval:
    """Return an hourly item."""
    return item(start, ct, 4)


def items(
    start: datetime | str, amounts: Iterable[Amount], quarters: int = 1
) -> list[PriceInterval]:
    """Return items that follow each other, each of so many quarter-hours."""
    begin = utc(start) if isinstance(start, str) else start
    return [
        item(begin + n * quarters * QUARTER, ct, quarters)
        for n, ct in enumerate(amounts)
    ]


def series(start: datetime | str, *amounts: Amount) -> PriceSeries:
    """Return a quarter-hourly series."""
    return PriceSeries.of(items(start, amounts))


def drawn(picture: str) -> PriceSeries:
    """Return a series that is drawn quarter by quarter, from noon on.

    Digits are ct/kWh, a minus is named without a price, a dot is not named at all.
    Equal ones next to each other are one interval.
    """
    begin = NOON
    found = []
    for sign, group in groupby(picture):
        length = len(list(group))
        if sign != ".":
            found.append(item(begin, None if sign == "-" else sign, length))
        begin += length * QUARTER
    return PriceSeries.of(found)


def full_day(day: date, *amounts: Amount, quarters: int = 1) -> list[PriceInterval]:
    """Return the items of a local day, with the amounts over and over."""
    start, end = day_bounds(day)
    count = (end - start) // (quarters * QUARTER)
    return items(start, (amounts * count)[:count], quarters)


def three_days(
    day: date, *amounts: tuple[Amount, ...], quarters: int = 1
) -> list[PriceInterval]:
    """Return the items of a local day and its two neighbours, each with its amounts."""
    days = zip((day - DAY, day, day + DAY), amounts, strict=True)
    return [i for d, mine in days for i in full_day(d, *mine, quarters=quarters)]


def cts(intervals: Iterable[PriceInterval]) -> list[Decimal | None]:
    """Return the prices of intervals in ct/kWh."""
    return [None if i.price is None else i.price * 100 for i in intervals]


def named_by(given: list[PriceInterval]) -> Named:
    """Return what items say of each quarter-hour, looked up one by one."""
    named: Named = {}
    for n in range(SPAN + 4):
        quarter = BEGIN + n * QUARTER
        begun = [i for i in given if i.start <= quarter]
        if begun:
            latest = max(i.start for i in begun)
            last = [i for i in begun if i.start == latest][-1]
            if quarter < last.end:
                named[quarter] = last.price
    return named


def named_in(prices: PriceSeries) -> Named:
    """Return what a series says of each quarter-hour, which it says in order."""
    named: Named = {}
    end: datetime | None = None
    for interval in prices.intervals:
        assert interval.start < interval.end
        assert end is None or end <= interval.start
        end = interval.end
        quarter = interval.start
        while quarter < end:
            named[quarter] = interval.price
            quarter += QUARTER
        assert quarter == end
    return named


amounts = st.none() | st.integers(-3, 3)
# Half of them are begins of quarter-hours.
moments = st.builds(
    lambda quarters, seconds: BEGIN + quarters * QUARTER + timedelta(seconds=seconds),
    st.integers(-4, SPAN + 8),
    st.just(0) | st.integers(0, 899),
)


@st.composite
def price_items(draw: st.DrawFn) -> list[PriceInterval]:
    """Return items in any order, with gaps, duplicates and some among the others."""
    quarters = draw(st.sampled_from((1, 4, 0)))
    pattern = draw(st.lists(amounts, min_size=1, max_size=5))
    even = []
    if quarters:
        count = SPAN // quarters
        even = items(BEGIN, (pattern * count)[:count], quarters)
        for index in draw(st.sets(st.integers(0, count - 1), max_size=2)):
            even[index] = even[0]
    starts = st.integers(0, SPAN - 1).map(lambda n: BEGIN + n * QUARTER)
    odd = draw(
        st.lists(st.builds(item, starts, amounts, st.integers(1, 4)), max_size=12)
    )
    found = [*even, *odd]
    Random(draw(st.integers(0, 99))).shuffle(found)
    return found
