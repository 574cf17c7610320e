"""What plans cost over a year of simulated days, and how long they take to make.

They are held against HiGHS, against starting at once, and against fixed hours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from time import process_time

from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    QUARTER,
    day_bounds,
    local_moment,
    quarters_in,
)
from custom_components.nomos_smartmeter.tariff.optimum import Before, Rules
from custom_components.nomos_smartmeter.tariff.planning import (
    NO_PAST,
    Constraints,
    Past,
    Plan,
    plan,
)
from custom_components.nomos_smartmeter.tariff.prices import (
    PriceInterval,
    PriceSeries,
    mean_price,
)
from simulator import load_scenario
from simulator.components import price_components

from .milp import chosen_by_highs

YEAR = 2026
# One o'clock, which both nights have once.
CLOCK_CHANGES = [
    local_moment(day, time(1)) for day in (date(YEAR, 3, 29), date(YEAR, 10, 25))
]

type Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A device that runs daily.

    Attributes:
        energy: What it draws a day, all the time that it runs evenly (kWh).
        need: How long it runs in a window of a length.
        window: When it may run, by the day on which that begins.
        fixed: When it would run by a clock.
        at_once: When it would run without either; None for as soon as it may.
        constraints: How it may run.
        goes_on: Whether a window begins where the last one ends.
        every: Of so many days HiGHS, which is slow, plans one.
    """

    energy: Decimal
    need: Callable[[timedelta], timedelta]
    window: Callable[[date], Span]
    fixed: Callable[[date], tuple[Span, ...]]
    at_once: Callable[[date], Span] | None = None
    constraints: Constraints
    goes_on: bool = False
    every: int = 7


@dataclass(frozen=True)
class Asked:
    """A question that was put to the planner.

    Attributes:
        seconds: The CPU time of the answer.
    """

    series: PriceSeries
    window: Span
    need: timedelta
    constraints: Constraints
    past: Past
    plan: Plan
    seconds: float

    @classmethod
    def now(
        cls,
        series: PriceSeries,
        window: Span,
        need: timedelta,
        constraints: Constraints,
        past: Past = NO_PAST,
    ) -> Asked:
        """Ask."""
        begin = process_time()
        found = plan(series, need, *window, constraints, past=past)
        seconds = process_time() - begin
        assert found.reason is None
        assert len(found.quarters) == quarters_in(need)
        return cls(series, window, need, constraints, past, found, seconds)

    def is_open(self, moment: datetime) -> bool:
        """Tell whether a moment is in the window."""
        start, end = self.window
        return start <= moment < end

    def ask_highs(self) -> Duel:
        """Let HiGHS answer as well; its costs are prepared before the time counts."""
        quarters = tuple(self.series.quarters(*self.window))
        costs = [_whole(quarter) for quarter in quarters]
        asked, past = self.constraints, self.past
        longest, starts = asked.maximum_pause, asked.maximum_starts
        rules = Rules(
            minimum_run=quarters_in(asked.minimum_run),
            minimum_pause=quarters_in(asked.minimum_pause),
            maximum_pause=None if longest is None else quarters_in(longest),
            maximum_starts=starts if asked.split else 1,
        )
        before = Before(
            running=quarters_in(past.running),
            pause=None if past.pause is None else quarters_in(past.pause),
            waited=quarters_in(past.waited),
        )
        begin = process_time()
        chosen = chosen_by_highs(costs, quarters_in(self.need), rules, before)
        seconds = process_time() - begin
        assert chosen is not None
        return Duel(
            planner=[_whole(quarter) for quarter in self.plan.quarters],
            highs=[costs[n] for n in chosen],
            seconds=(self.seconds, seconds),
        )


@dataclass(frozen=True)
class Duel:
    """The costs of the quarters that the planner chose, and HiGHS, and the CPU times."""

    planner: Sequence[int]
    highs: Sequence[int]
    seconds: tuple[float, float]

    @property
    def is_even(self) -> bool:
        """Tell whether both run for as long at the same cost."""
        both = self.planner, self.highs
        return len({(len(costs), sum(costs)) for costs in both}) == 1


@dataclass(frozen=True)
class Savings:
    """What a year costs (EUR)."""

    planned: Decimal
    at_once: Decimal
    fixed: Decimal


@dataclass(frozen=True)
class PlannedYear:
    """A year of plans of a device.

    Attributes:
        asked: Its plans, day by day.
        duels: Some of them beside those of HiGHS.
    """

    asked: Sequence[Asked]
    duels: Sequence[Duel]


def _usages() -> dict[str, Usage]:
    wallbox = Usage(
        energy=Decimal(10),
        # 10 kWh at 11 kW
        need=lambda _: timedelta(hours=10) / 11,
        window=lambda day: _clock(day, 18, 7),
        fixed=lambda day: (_clock(day, 22, 23),),
        constraints=Constraints(split=True),
    )
    heat_pump = Usage(
        energy=Decimal(16),
        need=lambda length: length - 4 * HOUR,
        window=day_bounds,
        fixed=lambda day: (
            _clock(day, 0, 8),
            _clock(day, 10, 17),
            _clock(day, 19, 0),
        ),
        at_once=day_bounds,
        constraints=Constraints(split=True, minimum_run=HOUR, maximum_pause=2 * HOUR),
        goes_on=True,
        every=21,
    )
    dishwasher = Usage(
        energy=Decimal(2),
        need=lambda _: 2 * HOUR,
        window=lambda day: _clock(day, 20, 6),
        fixed=lambda day: (_clock(day, 22, 0),),
        constraints=Constraints(),
    )
    return {"Wallbox": wallbox, "Heat pump": heat_pump, "Dishwasher": dishwasher}


USAGES = _usages()

ASSUMPTIONS = (
    "Wallbox: 10 kWh at 11 kW, split, 18 to 7 o'clock; at fixed hours: from 22 o'clock",
    "Heat pump: 16 kWh a day, evenly, off for 4 hours, for 2 at most at a stretch;",
    "  at once: never off; at fixed hours: off from 8 to 10 and from 17 to 19 o'clock",
    "Dishwasher: 2 kWh in 2 hours, 20 to 6 o'clock; at fixed hours: from 22 o'clock",
)
TARIFFS = {
    "A year at a standard grid fee": "already-smart",
    "A year at a grid fee by time of day (module 3)": "variable-grid-fee",
}

# Of two days half is run, which leaves the most to choose from.
WORST_NEED = 24 * HOUR
WORST = {
    "Run, pause": Constraints(split=True, minimum_run=HOUR, minimum_pause=HOUR),
    "+ 6 starts": Constraints(
        split=True, minimum_run=HOUR, minimum_pause=HOUR, maximum_starts=6
    ),
    "+ 6 h off": Constraints(
        split=True,
        minimum_run=HOUR,
        minimum_pause=HOUR,
        maximum_starts=6,
        maximum_pause=6 * HOUR,
    ),
}


@cache
def year_of_prices(scenario: str) -> PriceSeries:
    """Return what the first customer of a scenario pays in a year and a day."""
    world = load_scenario(scenario)
    subscription = next(iter(world.subscriptions.values()))
    return PriceSeries.of(
        PriceInterval(
            moment,
            moment + QUARTER,
            sum(price_components(subscription, moment, spot).values()) / Decimal(100),
        )
        for day in (*_days(), date(YEAR + 1, 1, 1))
        for moment, spot in world.market.spot_prices(day).items()
    )


def planned_year(
    usage: Usage, series: PriceSeries, *, duels: bool = True
) -> PlannedYear:
    """Plan each day of a year, and let HiGHS plan some, if wanted."""
    asked: list[Asked] = []
    for day in _days():
        start, end = usage.window(day)
        past = _past(asked[-1], start) if asked and usage.goes_on else NO_PAST
        need = usage.need(end - start)
        asked.append(Asked.now(series, (start, end), need, usage.constraints, past))
    some = [
        one
        for n, one in enumerate(asked)
        if n % usage.every == 0 or any(map(one.is_open, CLOCK_CHANGES))
    ]
    return PlannedYear(asked, [one.ask_highs() for one in some] if duels else [])


def savings(usage: Usage, series: PriceSeries, asked: Sequence[Asked]) -> Savings:
    """Return what a year costs by plan, started at once, and at fixed hours."""

    def cost(quarters: Sequence[PriceInterval]) -> Decimal:
        mean = mean_price(quarters)
        assert mean is not None
        return usage.energy * mean

    totals = Savings(Decimal(0), Decimal(0), Decimal(0))
    for day, one in zip(_days(), asked, strict=True):
        start, _ = one.window
        length = len(one.plan.quarters) * QUARTER
        at_once = usage.at_once(day) if usage.at_once else (start, start + length)
        fixed = [q for span in usage.fixed(day) for q in series.quarters(*span)]
        totals = Savings(
            totals.planned + cost(one.plan.quarters),
            totals.at_once + cost(tuple(series.quarters(*at_once))),
            totals.fixed + cost(fixed),
        )
    return totals


def worst_cases(constraints: Constraints, series: PriceSeries) -> PlannedYear:
    """Plan two days at a time, with the first of each quarter of the year."""
    asked = [
        Asked.now(series, (start, start + 2 * DAY), WORST_NEED, constraints)
        for month in range(1, 13, 3)
        for start in [local_moment(date(YEAR, month, 1))]
    ]
    return PlannedYear(asked, [one.ask_highs() for one in asked])


def _days() -> Sequence[date]:
    return [date(YEAR, 1, 1) + n * DAY for n in range(365)]


def _clock(day: date, start: int, end: int) -> Span:
    """Return the span between two hours, the later one perhaps of the next day."""
    closes = day if start < end else day + DAY
    return local_moment(day, time(start)), local_moment(closes, time(end))


def _past(last: Asked, now: datetime) -> Past:
    """Return what was done before a window that follows another one.

    So no pause is too long over midnight either.
    """
    run = last.plan.runs[-1]
    if run.end == now:
        return Past(running=run.end - run.start)
    return Past(pause=now - run.end, waited=now - run.end)


def _whole(quarter: PriceInterval) -> int:
    """Return a price in 0.01 ct, of which there are no parts."""
    assert quarter.price is not None
    price = quarter.price.scaleb(4)
    assert price == int(price)
    return int(price)
