"""The plan of a load: when it runs, what that costs, and why it is not more.

A plan is made of quarter-hours with a known price inside a window. It is the best there
is (see `optimum`): as many quarters as can be and never more than the need, then at the
least cost, then the earliest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from .local_time import QUARTER, next_full_quarter, quarters_in, start_of_quarter
from .optimum import Before, Rules, best_quarters
from .prices import PriceInterval, PriceSeries, mean_price

NOTHING = timedelta()
QUARTERS_PER_HOUR = 4


class Shortfall(StrEnum):
    """Why nothing, or less than was asked for, can be planned.

    And, as `PAUSE_TOO_LONG`, why a plan keeps it off for longer than it should be.
    """

    WINDOW_TOO_SHORT = "window_too_short"
    PRICES_NOT_KNOWN = "prices_not_known"
    CEILING_TOO_LOW = "ceiling_too_low"
    STARTS_USED_UP = "starts_used_up"
    PAUSE_TOO_LONG = "pause_too_long"


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """How a load may run; lengths of time are rounded up to quarter-hours.

    Attributes:
        split: Whether it may run in several pieces. What follows, but for the ceiling,
            is of such loads only.
        minimum_run: How long each piece lasts at least, or the need if that is less.
        minimum_pause: How long each pause between two pieces lasts at least.
        maximum_pause: How long it may stay off in the window at a stretch, None for as
            long as it likes. Where that cannot be kept the plan is made without it.
        maximum_starts: How many pieces there may be, None for any number.
        price_ceiling: What a quarter may cost at most (EUR/kWh), None for anything.
    """

    split: bool = False
    minimum_run: timedelta = NOTHING
    minimum_pause: timedelta = NOTHING
    maximum_pause: timedelta | None = None
    maximum_starts: int | None = None
    price_ceiling: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Past:
    """What a load has done when the time that is planned begins.

    Attributes:
        running: How long it has been running without a break; zero where it is off.
        pause: How long it has been off, None for long enough.
        waited: How much of that was in the window, where it must not be too long.
        starts: How often it was started already.
        done: How much of what is needed in all it has run; the need is the rest.
    """

    running: timedelta = NOTHING
    pause: timedelta | None = None
    waited: timedelta = NOTHING
    starts: int = 0
    done: timedelta = NOTHING


NO_PAST = Past()


@dataclass(frozen=True)
class PlannedRun:
    """Quarter-hours without a break.

    Attributes:
        quarters: In order; at least one, all with a price.
    """

    quarters: tuple[PriceInterval, ...]

    @property
    def start(self) -> datetime:
        """Return when it begins (UTC)."""
        return self.quarters[0].start

    @property
    def end(self) -> datetime:
        """Return when it has ended (UTC)."""
        return self.quarters[-1].end

    @property
    def average(self) -> Decimal | None:
        """Return its mean price (EUR/kWh)."""
        return mean_price(self.quarters)


@dataclass(frozen=True)
class Plan:
    """When to run.

    Attributes:
        quarters: The quarter-hours to run in, in order.
        reason: Why there are none or fewer than were asked for, None where all is well.
        window_average: The mean price of the window as far as it is known (EUR/kWh).
    """

    quarters: tuple[PriceInterval, ...] = ()
    reason: Shortfall | None = None
    window_average: Decimal | None = None

    @cached_property
    def runs(self) -> tuple[PlannedRun, ...]:
        """Return its runs: quarters that follow each other at once are one."""
        runs: list[list[PriceInterval]] = []
        for quarter in self.quarters:
            if runs and runs[-1][-1].end == quarter.start:
                runs[-1].append(quarter)
            else:
                runs.append([quarter])
        return tuple(PlannedRun(tuple(run)) for run in runs)

    @property
    def planned_time(self) -> timedelta:
        """Return how long it runs in all."""
        return len(self.quarters) * QUARTER

    @property
    def average(self) -> Decimal | None:
        """Return the mean price (EUR/kWh), None where nothing is planned."""
        return mean_price(self.quarters)

    def cost(self, power: Decimal) -> Decimal:
        """Return what it costs (EUR) to draw a power (kW) all the time."""
        return cost_of(self.quarters, power)


def plan(
    series: PriceSeries,
    need: timedelta,
    earliest: datetime,
    latest: datetime | None,
    constraints: Constraints,
    *,
    past: Past = NO_PAST,
) -> Plan:
    """Return the best plan.

    Args:
        series: The prices; quarters without a price are never used.
        need: How long to run, rounded up to quarter-hours. None is needed at zero.
        earliest: When it may begin (UTC); inside a quarter-hour, at the next one.
        latest: When it must have ended (UTC), None for as far as prices are known.
        constraints: How it may run.
        past: What it has done up to `earliest`.
    """
    start = next_full_quarter(earliest)
    end = start_of_quarter(series.known_until or start if latest is None else latest)
    size = max(0, (end - start) // QUARTER)
    known = tuple(series.quarters(start, end)) if size else ()
    row: list[PriceInterval | None] = [None] * size
    for quarter in known:
        row[(quarter.start - start) // QUARTER] = quarter
    chosen, reason = _Question(row, quarters_in(need), constraints, past).answer()
    if latest is None and reason is Shortfall.WINDOW_TOO_SHORT:
        reason = Shortfall.PRICES_NOT_KNOWN
    quarters = tuple(
        chosen_quarter for place in chosen if (chosen_quarter := row[place])
    )
    return Plan(quarters, reason, mean_price(known))


def cost_of(quarters: Sequence[PriceInterval], power: Decimal) -> Decimal:
    """Return what it costs (EUR) to draw a power (kW) in quarter-hours with a price."""
    prices = [quarter.price for quarter in quarters if quarter.price is not None]
    return sum(prices, Decimal(0)) * power / QUARTERS_PER_HOUR


def run_at_once(
    series: PriceSeries, duration: timedelta, start: datetime
) -> tuple[PriceInterval, ...] | None:
    """Return the quarter-hours of a run that starts at the next full quarter.

    None where one of its prices is missing.
    """
    count = quarters_in(duration)
    begin = next_full_quarter(start)
    run = tuple(series.quarters(begin, begin + count * QUARTER))
    return run if len(run) == count else None


@dataclass(frozen=True)
class _Question:
    """What is asked, in quarter-hours.

    Attributes:
        row: The quarter-hours of the window, None where no price is known.
        need: How many are needed.
    """

    row: Sequence[PriceInterval | None]
    need: int
    constraints: Constraints
    past: Past

    def answer(self) -> tuple[list[int], Shortfall | None]:
        """Return the places of the best quarters, and why there are not more."""
        chosen, pause_kept = self._best(self._costs(self.constraints.price_ceiling))
        if len(chosen) < self.need:
            return chosen, self._shortfall(len(chosen))
        return chosen, None if pause_kept else Shortfall.PAUSE_TOO_LONG

    def _shortfall(self, planned: int) -> Shortfall:
        """Return what stands in the way of more, the nearest at hand first."""
        if planned < len(self._best(self._costs(None))[0]):
            return Shortfall.CEILING_TOO_LOW
        if planned < len(self._best([0] * len(self.row))[0]):
            return Shortfall.PRICES_NOT_KNOWN
        if self._rules.maximum_starts == 0 and not self.past.running:
            return Shortfall.STARTS_USED_UP
        return Shortfall.WINDOW_TOO_SHORT

    def _best(self, costs: Sequence[int | None]) -> tuple[list[int], bool]:
        """Return the places of the best quarters, and if no pause is too long."""
        chosen = best_quarters(costs, self.need, self._rules, self._before)
        if chosen is not None:
            return chosen, True
        rules = replace(self._rules, maximum_pause=None)
        return best_quarters(costs, self.need, rules, self._before) or [], False

    def _costs(self, ceiling: Decimal | None) -> list[int | None]:
        """Return the prices below a ceiling as whole numbers, all at one scale."""
        prices = [
            None
            if quarter is None
            or quarter.price is None
            or (ceiling is not None and quarter.price > ceiling)
            else quarter.price
            for quarter in self.row
        ]
        exponents = [_exponent(price) for price in prices if price is not None]
        digits = -min(exponents, default=0)
        return [
            None if price is None else int(price.scaleb(digits)) for price in prices
        ]

    @property
    def _rules(self) -> Rules:
        starts = self.past.starts
        constraints = self.constraints
        if not constraints.split:
            return Rules(maximum_starts=max(0, 1 - starts))
        most, longest = constraints.maximum_starts, constraints.maximum_pause
        return Rules(
            minimum_run=quarters_in(constraints.minimum_run),
            minimum_pause=quarters_in(constraints.minimum_pause),
            maximum_pause=None if longest is None else quarters_in(longest),
            maximum_starts=None if most is None else max(0, most - starts),
        )

    @property
    def _before(self) -> Before:
        past = self.past
        return Before(
            running=quarters_in(past.running),
            pause=None if past.pause is None else past.pause // QUARTER,
            waited=past.waited // QUARTER,
            done=quarters_in(past.done),
        )


def _exponent(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent
