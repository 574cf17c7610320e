"""The cheapest time to run something once, exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate

from .local_time import QUARTER, next_full_quarter, start_of_quarter
from .prices import PriceInterval, PriceSeries, mean_price


class NoWindow(StrEnum):
    """Why nothing fits."""

    WINDOW_TOO_SHORT = "window_too_short"
    PRICES_NOT_KNOWN = "prices_not_known"


@dataclass(frozen=True)
class CheapestWindow:
    """The quarter-hours to run in.

    Attributes:
        quarters: In order; none where nothing fits.
        reason: Why nothing fits, None where something does.
    """

    quarters: tuple[PriceInterval, ...] = ()
    reason: NoWindow | None = None

    @property
    def average(self) -> Decimal | None:
        """Return the mean price (EUR/kWh)."""
        return mean_price(self.quarters)


def cheapest_window(
    series: PriceSeries,
    duration: timedelta,
    earliest: datetime,
    latest: datetime | None,
    *,
    split: bool,
) -> CheapestWindow:
    """Return the quarter-hours of the least total price, the earliest of equals.

    Only quarters with a known price are taken.

    Args:
        series: The prices.
        duration: How long to run, above zero, rounded up to quarter-hours.
        earliest: When it may begin (UTC); inside a quarter-hour, at the next one.
        latest: When it must have ended (UTC), None for as far as prices are known.
        split: Whether it may pause between any two quarters.

    Raises:
        ValueError: The duration is not above zero.
    """
    if (count := quarters_in(duration)) <= 0:
        raise ValueError("nothing to run")
    start = next_full_quarter(earliest)
    end = latest and start_of_quarter(latest)
    if end is not None and end - start < count * QUARTER:
        return CheapestWindow(reason=NoWindow.WINDOW_TOO_SHORT)
    known = tuple(series.quarters(start, end))
    chosen = _cheapest_quarters(known, count) if split else _cheapest_run(known, count)
    if not chosen:
        return CheapestWindow(reason=NoWindow.PRICES_NOT_KNOWN)
    return CheapestWindow(chosen)


def price_from(
    series: PriceSeries, duration: timedelta, start: datetime
) -> Decimal | None:
    """Return the mean price (EUR/kWh) of a run that starts at the next full quarter.

    None where one of its prices is missing.
    """
    count = quarters_in(duration)
    begin = next_full_quarter(start)
    run = tuple(series.quarters(begin, begin + count * QUARTER))
    return mean_price(run) if len(run) == count else None


def quarters_in(duration: timedelta) -> int:
    """Return how many quarter-hours it takes to hold a duration."""
    return -(-duration // QUARTER)


def _cheapest_quarters(
    known: Sequence[PriceInterval], count: int
) -> tuple[PriceInterval, ...]:
    if len(known) < count:
        return ()
    # Sorting is stable: of equal prices the earlier one comes first.
    cheapest = sorted(known, key=_price)[:count]
    return tuple(sorted(cheapest, key=lambda quarter: quarter.start))


def _cheapest_run(
    known: Sequence[PriceInterval], count: int
) -> tuple[PriceInterval, ...]:
    sums = (Decimal(0), *accumulate(map(_price, known)))
    best = min(
        _unbroken(known, count),
        key=lambda first: sums[first + count] - sums[first],
        default=None,
    )
    return () if best is None else tuple(known[best : best + count])


def _unbroken(known: Sequence[PriceInterval], count: int) -> Iterator[int]:
    """Yield where runs of so many quarters begin that follow each other at once."""
    for first in range(len(known) - count + 1):
        if known[first + count - 1].end - known[first].start == count * QUARTER:
            yield first


def _price(quarter: PriceInterval) -> Decimal:
    assert quarter.price is not None
    return quarter.price
