"""Price series: what a kilowatt-hour costs, interval by interval.

Prices are all-in, VAT included, as `Decimal` in EUR/kWh, so that no digit of the
supplier's ct/kWh is lost. A missing price is missing: never zero, never interpolated.
For feeding in the price is what is paid out.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from .local_time import (
    DAY,
    QUARTER,
    day_bounds,
    local_day,
    start_of_quarter,
)

SAME_PRICE = Decimal("0.01")
"""A day whose prices differ by less (EUR/kWh) has neither cheap nor expensive hours."""


class PriceLevel(StrEnum):
    """The fifth of its local day that a price belongs to."""

    VERY_CHEAP = "very_cheap"
    CHEAP = "cheap"
    NORMAL = "normal"
    EXPENSIVE = "expensive"
    VERY_EXPENSIVE = "very_expensive"

    @property
    def is_cheap(self) -> bool:
        """Tell whether it is one of the two cheap levels."""
        return self in (PriceLevel.VERY_CHEAP, PriceLevel.CHEAP)


_LEVELS = tuple(PriceLevel)


@dataclass(frozen=True, slots=True)
class PriceInterval:
    """The price in a half-open interval of time.

    Attributes:
        start: Its start (UTC, inclusive).
        end: Its end (UTC, exclusive).
        price: EUR/kWh; None where the supplier names the interval without a price.
        electricity: The part of it that is paid for the energy itself, if told.
        grid: The part of it that goes to the grid operator, if told.
        levies: The part of it that is taxes and levies, if told.
    """

    start: datetime
    end: datetime
    price: Decimal | None
    electricity: Decimal | None = None
    grid: Decimal | None = None
    levies: Decimal | None = None


@dataclass(frozen=True)
class DayPrices:
    """The known prices of a local day.

    Attributes:
        day: Which day.
        quarters: Its quarter-hours that have a price, in order.
        known: Whether the supplier has named every quarter-hour of it, with a price
            or without.
    """

    day: date
    quarters: tuple[PriceInterval, ...]
    known: bool

    @cached_property
    def _ascending(self) -> list[Decimal]:
        return sorted(q.price for q in self.quarters if q.price is not None)

    @property
    def lowest(self) -> Decimal | None:
        """Return the lowest price."""
        return self._ascending[0] if self.quarters else None

    @property
    def highest(self) -> Decimal | None:
        """Return the highest price."""
        return self._ascending[-1] if self.quarters else None

    @cached_property
    def average(self) -> Decimal | None:
        """Return the mean price."""
        return mean_price(self.quarters)

    def rank(self, price: Decimal) -> int:
        """Return the place of a price among those of the day, 1 for the lowest.

        Equal prices share the better place.
        """
        return bisect_left(self._ascending, price) + 1

    def level(self, price: Decimal) -> PriceLevel:
        """Return the fifth of the day that one of its prices belongs to."""
        ascending = self._ascending
        if ascending[-1] - ascending[0] < SAME_PRICE:
            return PriceLevel.NORMAL
        return _LEVELS[5 * (self.rank(price) - 1) // len(ascending)]


@dataclass(frozen=True)
class PriceSeries:
    """Prices over time: sorted, without overlaps, perhaps with gaps."""

    intervals: tuple[PriceInterval, ...] = ()
    _days: dict[date, DayPrices] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, items: Iterable[PriceInterval]) -> PriceSeries:
        """Return the series of price items as a supplier names them.

        Args:
            items: In any order, each with the latest `end` that it can have: it ends
                earlier where the next one begins. Of several with the same `start`
                the last counts.

        Raises:
            ValueError: One does not begin and end at quarters of the hour, or does not
                last.
        """
        latest = {item.start: item for item in items}
        for item in latest.values():
            if not _is_on_quarters(item):
                raise ValueError(f"no quarter-hours: {item.start} to {item.end}")
        ordered = [latest[start] for start in sorted(latest)]
        ends = [min(item.end, after.start) for item, after in pairwise(ordered)]
        ends += [item.end for item in ordered[-1:]]
        return cls(
            tuple(
                item if item.end == end else replace(item, end=end)
                for item, end in zip(ordered, ends, strict=True)
            )
        )

    @cached_property
    def _starts(self) -> list[datetime]:
        return [interval.start for interval in self.intervals]

    @cached_property
    def known_until(self) -> datetime | None:
        """Return the end of the last interval that has a price (UTC)."""
        return next(
            (i.end for i in reversed(self.intervals) if i.price is not None), None
        )

    def at(self, moment: datetime) -> PriceInterval | None:
        """Return the interval that a moment is in, None where none is named."""
        index = bisect_right(self._starts, moment) - 1
        if index < 0 or moment >= self.intervals[index].end:
            return None
        return self.intervals[index]

    def between(self, start: datetime, end: datetime | None = None) -> PriceSeries:
        """Return the intervals that overlap a period, uncut; it may have no end."""
        if end is not None and end <= start:
            return PriceSeries()
        first = bisect_right(self._starts, start) - 1
        if first < 0 or self.intervals[first].end <= start:
            first += 1
        last = None if end is None else bisect_left(self._starts, end)
        return PriceSeries(self.intervals[first:last])

    def quarters(
        self, start: datetime, end: datetime | None = None
    ) -> Iterator[PriceInterval]:
        """Yield the quarter-hours with a price that overlap a period, in order."""
        begin = start_of_quarter(start)
        for interval in self.between(start, end).intervals:
            if interval.price is not None:
                for quarter in _quarters_of(interval):
                    if begin <= quarter.start and (end is None or quarter.start < end):
                        yield quarter

    def on(self, day: date) -> DayPrices:
        """Return the prices of a local day."""
        if (prices := self._days.get(day)) is None:
            start, end = day_bounds(day)
            prices = self._days[day] = DayPrices(
                day, tuple(self.quarters(start, end)), self._names_all(start, end)
            )
        return prices

    def merge(self, newer: PriceSeries) -> PriceSeries:
        """Return both series in one.

        Wherever both name an interval the newer counts, also if it has no price.
        """
        if not newer.intervals:
            return self
        kept = (part for old in self.intervals for part in _outside(old, newer))
        both = sorted((*kept, *newer.intervals), key=lambda interval: interval.start)
        return PriceSeries(tuple(both))

    def _names_all(self, start: datetime, end: datetime) -> bool:
        for interval in self.between(start, end).intervals:
            if interval.start > start:
                return False
            start = interval.end
        return start >= end


@dataclass(frozen=True)
class PriceOutlook:
    """A price series, seen from a moment."""

    series: PriceSeries
    now: datetime

    @property
    def current(self) -> PriceInterval | None:
        """Return the interval of the price that is paid now, None where it is missing."""
        return self._priced(self.now)

    @property
    def next(self) -> PriceInterval | None:
        """Return the interval that begins when the current one ends, if it is priced."""
        return self._priced(current.end) if (current := self.current) else None

    @property
    def level(self) -> PriceLevel | None:
        """Return the level of the current price."""
        if (current := self.current) is None or current.price is None:
            return None
        return self.today.level(current.price)

    @property
    def today(self) -> DayPrices:
        """Return the prices of the local day."""
        return self.series.on(local_day(self.now))

    @property
    def tomorrow(self) -> DayPrices:
        """Return the prices of the next local day."""
        return self.series.on(local_day(self.now) + DAY)

    @property
    def is_known(self) -> bool:
        """Tell whether there is any price from now on."""
        until = self.series.known_until
        return until is not None and self.now < until

    def _priced(self, moment: datetime) -> PriceInterval | None:
        interval = self.series.at(moment)
        return interval if interval and interval.price is not None else None


def mean_price(intervals: Iterable[PriceInterval]) -> Decimal | None:
    """Return the mean price of intervals of equal length, None if one is missing.

    None as well where there are no intervals.
    """
    prices = [interval.price for interval in intervals]
    known = [price for price in prices if price is not None]
    if not known or len(known) < len(prices):
        return None
    return sum(known, Decimal(0)) / len(known)


def _is_on_quarters(item: PriceInterval) -> bool:
    return (
        item.start < item.end
        and item.start == start_of_quarter(item.start)
        and item.end == start_of_quarter(item.end)
    )


def _quarters_of(interval: PriceInterval) -> Iterator[PriceInterval]:
    if interval.end - interval.start == QUARTER:
        yield interval
        return
    for start in _begins(interval):
        yield replace(interval, start=start, end=start + QUARTER)


def _begins(interval: PriceInterval) -> Iterator[datetime]:
    count = (interval.end - interval.start) // QUARTER
    return (interval.start + n * QUARTER for n in range(count))


def _outside(interval: PriceInterval, series: PriceSeries) -> Iterator[PriceInterval]:
    """Yield the parts of an interval that a series does not name."""
    start = interval.start
    for named in series.between(interval.start, interval.end).intervals:
        if start < named.start:
            yield replace(interval, start=start, end=named.start)
        start = named.end
    if start == interval.start:
        yield interval
    elif start < interval.end:
        yield replace(interval, start=start)
