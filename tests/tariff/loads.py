"""A load whose life is lived through quickly: what it is told, and when it was on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from custom_components.nomos_smartmeter.tariff.load import Fallback, Load, Need
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    LOCAL_TIME,
    QUARTER,
    local_moment,
    start_of_quarter,
)
from custom_components.nomos_smartmeter.tariff.planning import Constraints
from custom_components.nomos_smartmeter.tariff.prices import PriceInterval, PriceSeries
from custom_components.nomos_smartmeter.tariff.replanning import (
    Situation,
    next_change,
    remade,
)
from custom_components.nomos_smartmeter.tariff.schedule import (
    Reason,
    Run,
    Schedule,
    joined,
)

from .series import Amount, items

MINUTE = timedelta(minutes=1)
JUST_NOW = datetime(1970, 1, 1, tzinfo=UTC)
"""When a need was told that is told when a life gets to hear of it."""
WEDNESDAY = date(2026, 7, 1)
THURSDAY = WEDNESDAY + DAY
FRIDAY = THURSDAY + DAY
SHORT_DAY = date(2026, 3, 29)
LONG_DAY = date(2026, 10, 25)
SPLIT = Constraints(split=True)
NIGHT = Load(earliest_start=time(22), ready_by=time(6))
SPLIT_NIGHT = replace(NIGHT, constraints=SPLIT)
ALWAYS = replace(NIGHT, fallback=Fallback.ALWAYS_ON)
AT_TWO = replace(NIGHT, fallback=Fallback.WINDOW, fallback_start=time(2))
TEATIME = Load(earliest_start=time(14), ready_by=time(18))
FALLBACKS = (
    Reason.FALLBACK_OFF,
    Reason.FALLBACK_ALWAYS_ON,
    Reason.FALLBACK_WINDOW,
)


def local(text: str, day: date = WEDNESDAY) -> datetime:
    """Return the moment at which local clocks show a time on a day."""
    return local_moment(day, time.fromisoformat(text))


def hours(number: float) -> Need:
    """Return a need of so many hours."""
    return Need(timedelta(hours=number))


def missing(number: float, told_at: datetime = JUST_NOW) -> Need:
    """Return a need that says what is still missing, in minutes."""
    return Need(timedelta(minutes=number), told_at)


def priced(
    *cheap: tuple[str, Amount],
    start: datetime | None = None,
    end: datetime | None = None,
    usual: Amount = 30,
) -> PriceSeries:
    """Return the prices of a Wednesday and a Thursday, all alike but for some.

    Args:
        cheap: Spans of local time as `spans` writes them, with their price. Those
            before noon are of the second day.
        start: From when on prices are known, if not from the start of the first day.
        end: Until when, if not until the end of the second day.
        usual: The price of all other quarter-hours.
    """
    begin = start or local("00:00")
    until = end or local("00:00", THURSDAY + DAY)
    amounts = [usual] * ((until - begin) // QUARTER)
    for text, ct in cheap:
        first, last = text.split("-")
        at = local(first, WEDNESDAY if first >= "12:00" else THURSDAY)
        stop = local(last, WEDNESDAY if last >= "12:00" else THURSDAY)
        while at < stop:
            amounts[(at - begin) // QUARTER] = ct
            at += QUARTER
    return PriceSeries.of(items(begin, amounts))


def without(prices: PriceSeries, *spans: tuple[datetime, datetime]) -> PriceSeries:
    """Return prices of which some are not known."""

    def is_known(interval: PriceInterval) -> bool:
        return not any(start <= interval.start < end for start, end in spans)

    return PriceSeries(tuple(i for i in prices.intervals if is_known(i)))


def until(prices: PriceSeries, end: datetime) -> PriceSeries:
    """Return prices that are known until a moment only."""
    return without(prices, (end, end + 9 * DAY))


def spans(runs: Iterable[Run]) -> list[str]:
    """Return runs by the local time of day, like `22:00-23:15`; open-ended `22:00-`."""
    return [f"{_clock(run.start)}-{_clock(run.end)}" for run in runs]


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(LOCAL_TIME):%H:%M}" if moment else ""


@dataclass
class Life:
    """A load, its schedule, and the times it was on.

    What must hold whatever happens is looked at whenever the schedule is made anew.

    Attributes:
        sensor: Tells the need, if that is not always the same.
    """

    now: datetime
    load: Load = NIGHT
    need: Need | None = field(default_factory=lambda: hours(1))
    prices: PriceSeries | None = None
    schedule: Schedule = field(default_factory=Schedule)
    on: list[Run] = field(default_factory=list)
    sensor: Callable[[Life], Need | None] | None = None

    def __post_init__(self) -> None:
        """Make the first schedule."""
        self.look()

    @property
    def situation(self) -> Situation:
        """Return what the schedule is made from."""
        return Situation(self.load, self.need, self.prices, self.now)

    @property
    def is_on(self) -> bool:
        """Tell whether it is on now."""
        return self.schedule.at(self.now) is not None

    @property
    def plan(self) -> list[str]:
        """Return the runs from now on, a present one included."""
        runs = (run.since(self.now) for run in self.schedule.runs)
        return spans(run for run in runs if run)

    @property
    def was_on(self) -> list[str]:
        """Return when it was on."""
        return spans(joined(self.on))

    @property
    def time_on(self) -> timedelta:
        """Return for how long it was on in all."""
        lengths = (run.end - run.start for run in self.on if run.end)
        return sum(lengths, timedelta())

    def look(self, *, by_owner: bool = False) -> None:
        """Make the schedule anew, and hold it against the rules."""
        if self.sensor:
            self.need = self.sensor(self)
        if self.need and self.need.told_at == JUST_NOW:
            self.need = replace(self.need, told_at=self.now)
        before = self.schedule
        self.schedule = remade(before, self.situation, by_owner=by_owner)
        self._check_order()
        if not by_owner:
            self._check_kept(before)
        if self.schedule.reason not in (*FALLBACKS, None):
            self._check_planned()

    def learn(
        self, prices: PriceSeries | None = None, need: Need | None = None
    ) -> None:
        """Let prices arrive, or another need."""
        self.prices = prices or self.prices
        self.need = need or self.need
        self.look()

    def lose_prices(self) -> None:
        """Let dynamic pricing end."""
        self.prices = None
        self.look()

    def lose_need(self) -> None:
        """Let the need become unknown."""
        self.need = None
        self.look()

    def owner_wants(self, load: Load | None = None, need: Need | None = None) -> None:
        """Let the owner change something."""
        self.load = load or self.load
        self.need = need or self.need
        self.look(by_owner=True)

    def enable(self, enabled: bool) -> None:
        """Let the owner turn the switch."""
        self.owner_wants(replace(self.load, enabled=enabled))

    def live(self, end: datetime, extra: Iterable[datetime] = ()) -> None:
        """Live until a moment: look when it is said to be needed, and then as well."""
        moments = sorted({*extra, end})
        while self.now < end:
            change = next_change(self.schedule, self.situation)
            assert self.now < change
            self._pass_to(min([change, *(at for at in moments if self.now < at)]))
            self.look()

    def sleep(self, end: datetime) -> None:
        """Let time pass while the machine is off, which leaves the load as it is."""
        self.now = end
        self.look()

    def _pass_to(self, then: datetime) -> None:
        for run in self.schedule.runs:
            assert not self.now < run.start < then
            assert run.end is None or not self.now < run.end < then
        if self.is_on:
            self.on.append(Run(self.now, then))
        self.now = then

    def _check_order(self) -> None:
        runs = (*self.schedule.begun, *self.schedule.planned)
        for before, after in pairwise(runs):
            assert before.end is not None
            assert before.end <= after.start
        assert all(run.end is None or run.start < run.end for run in runs)
        assert all(run.start <= self.now for run in self.schedule.begun)
        assert all(self.now < run.start for run in self.schedule.planned)

    def _check_kept(self, before: Schedule) -> None:
        """Hold that a run that has begun stays as it is."""
        may_begin = self.need is not None and self.load.enabled
        due = before.begin_due(self.now) if may_begin else before
        for run in due.begun:
            if run.end and run.covers(self.now):
                assert run in self.schedule.begun

    def _check_planned(self) -> None:
        """Hold that only quarter-hours are planned that have a price below the ceiling."""
        prices, ceiling = self.prices, self.load.constraints.price_ceiling
        for run in self.schedule.planned:
            assert prices is not None
            assert run.end is not None
            assert run.start == start_of_quarter(run.start)
            quarters = list(prices.quarters(run.start, run.end))
            assert len(quarters) == (run.end - run.start) / QUARTER
            if ceiling is not None:
                assert all(q.price is not None and q.price <= ceiling for q in quarters)


def running(need: Need | None = None, load: Load = NIGHT, at: str = "23:37") -> Life:
    """Return a life in the middle of a run from 23:00 to 1:00."""
    prices = priced(("23:00-01:00", 5))
    if load.constraints.split:
        prices = priced(("23:00-01:00", 5), ("03:00-05:00", 9))
    life = Life(local("20:00"), load, need or hours(2), prices)
    life.live(local(at))
    assert life.was_on == [f"23:00-{at}"]
    return life
