"""What the runs of a load cost, and what their times save."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .load import LoadWindow
from .local_time import HOUR, next_full_quarter
from .prices import PriceSeries
from .schedule import Run, Schedule, time_run


@dataclass(frozen=True)
class Costs:
    """The costs of a load in one window (EUR).

    Attributes:
        planned: Of all its runs in the window, those that are over included.
        at_once: Of running for as long without a pause, from when the window opened, or
            from when the owner asked for it if that was later.
    """

    planned: Decimal
    at_once: Decimal | None

    @property
    def savings(self) -> Decimal | None:
        """Return what the plan saves, None where that cannot be told."""
        return None if self.at_once is None else self.at_once - self.planned


def costs_in(
    window: LoadWindow, schedule: Schedule, series: PriceSeries, power: Decimal
) -> Costs | None:
    """Return what the runs of a window cost at a power (kW).

    None where there are none, or a price is missing.
    """
    runs = [
        part
        for run in schedule.runs
        if (part := run.until(window.end)) and (part := part.since(window.start))
    ]
    if not runs or (planned := _cost_of(series, runs, power)) is None:
        return None
    asked_at = max(window.start, schedule.asked_at or window.start)
    start = min(next_full_quarter(asked_at), runs[0].start)
    length = time_run(runs, window.start, window.end)
    return Costs(planned, _cost_of(series, [Run(start, start + length)], power))


def mean_price_of(series: PriceSeries, run: Run) -> Decimal | None:
    """Return the mean price of a run (EUR/kWh), None where one is missing."""
    if run.end is None or (cost := _cost(series, run.start, run.end)) is None:
        return None
    return cost / _hours(run.end - run.start)


def _cost_of(
    series: PriceSeries, runs: Iterable[Run], power: Decimal
) -> Decimal | None:
    total = Decimal(0)
    for run in runs:
        assert run.end is not None
        if (cost := _cost(series, run.start, run.end)) is None:
            return None
        total += cost
    return total * power


def _cost(series: PriceSeries, start: datetime, end: datetime) -> Decimal | None:
    """Return what it costs (EUR) to draw 1 kW from start to end."""
    cost, priced = Decimal(0), timedelta()
    for quarter in series.quarters(start, end):
        assert quarter.price is not None
        length = min(quarter.end, end) - max(quarter.start, start)
        cost += quarter.price * _hours(length)
        priced += length
    return cost if priced == end - start else None


def _hours(length: timedelta) -> Decimal:
    microseconds = length // timedelta.resolution
    return Decimal(microseconds) / (HOUR // timedelta.resolution)
