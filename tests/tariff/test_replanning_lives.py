"""Tests of many lives of loads, each held against the rules read one by one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from custom_components.nomos_smartmeter.tariff.load import (
    Fallback,
    Load,
    LoadWindow,
    Need,
)
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    QUARTER,
    day_bounds,
    local_moment,
    quarters_in,
)
from custom_components.nomos_smartmeter.tariff.planning import Constraints, plan
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries
from custom_components.nomos_smartmeter.tariff.schedule import Reason, Run, joined

from .loads import MINUTE, WEDNESDAY, Life, missing
from .series import Amount, eur, items, steady

type Event = Callable[[Life], None]

lively = settings(steady, max_examples=50)

DAYS = (WEDNESDAY, date(2026, 3, 28), date(2026, 10, 24))
"""Of two of them the next one has a change of the clocks."""

some_quarters = st.integers(0, 5).map(lambda n: n * QUARTER)
needs = st.builds(
    lambda quarters, minutes: quarters * QUARTER + minutes * MINUTE,
    st.integers(0, 9),
    st.sampled_from((0, 0, 7)),
)
patterns = st.lists(st.sampled_from((1, 2, 3, 5, 8, -1, None)), min_size=5, max_size=24)
constraints = st.builds(
    Constraints,
    split=st.just(True),
    minimum_run=some_quarters,
    minimum_pause=some_quarters,
    maximum_pause=st.none() | st.integers(1, 24).map(lambda n: n * QUARTER),
    maximum_starts=st.none() | st.integers(0, 3),
    price_ceiling=st.none() | st.just(eur(3)),
) | st.builds(Constraints, price_ceiling=st.none() | st.just(eur(3)))
# On quarter-hours mostly, often at night, when clocks change.
clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 0, 0, 15, 30, 7)))
clocks |= st.builds(time, st.integers(0, 5), st.sampled_from((0, 30)))
loads = st.builds(
    Load,
    earliest_start=clocks,
    ready_by=clocks,
    days=st.just(frozenset(range(7))) | st.just(frozenset({2, 3, 6})),
    constraints=constraints,
)
moments = st.lists(st.integers(0, 48 * 60), max_size=12)


def prices_of(day: date, pattern: list[Amount], days: int = 2) -> PriceSeries:
    """Return the prices of some local days, a pattern over and over."""
    start, end = day_bounds(day)[0], day_bounds(day + (days - 1) * DAY)[1]
    count = (end - start) // QUARTER
    return PriceSeries.of(items(start, (pattern * count)[:count]))


def open_window(life: Life, moment: datetime) -> LoadWindow | None:
    """Return the window that is open at a moment."""
    window = next(life.load.windows_from(moment))
    return window if window.start <= moment else None


def states(life: Life) -> list[tuple[LoadWindow, list[Run]]]:
    """Return the windows of a life with what has run in each."""
    first = life.schedule.begun[0].start if life.schedule.begun else life.now
    found = []
    for window in life.load.windows_from(first):
        if life.now <= window.start:
            break
        cut = (run.until(window.end) for run in life.schedule.begun)
        parts = (run.since(window.counts_from) for run in cut if run)
        found.append((window, [part for part in parts if part]))
    return found


def length(run: Run) -> timedelta:
    """Return how long a run lasts."""
    assert run.end is not None
    return run.end - run.start


def check_rules(life: Life, need: timedelta) -> None:
    """Hold that what has begun keeps the rules of the load, and is not too much."""
    rules = life.load.constraints
    runs = joined(life.schedule.begun)
    whole_need = quarters_in(need) * QUARTER
    for window, parts in states(life):
        assert sum(map(length, parts), timedelta()) <= whole_need
        starts = [run for run in parts if window.start <= run.start]
        # One that goes on from the window before is no start.
        starts = [run for run in starts if run in runs]
        most = rules.maximum_starts if rules.split else 1
        assert most is None or len(starts) <= most
    for run in runs:
        assert open_window(life, run.start)
    if rules.split:
        least = min(rules.minimum_run, whole_need)
        assert all(least <= length(run) for run in runs)
        for before, after in pairwise(runs):
            assert before.end is not None
            assert rules.minimum_pause <= after.start - before.end


@given(
    day=st.sampled_from(DAYS),
    load=loads,
    need=needs,
    pattern=patterns,
    extra=moments,
    remaining=st.booleans(),
)
@lively
def test_looking_more_often_changes_nothing(
    day: date,
    load: Load,
    need: timedelta,
    pattern: list[Amount],
    extra: list[int],
    remaining: bool,
) -> None:
    """The rest of the best plan is the best plan for the rest."""
    if remaining:
        # Of what is still missing nobody knows how much it was, and so whether the
        # rest may be less than a minimum run.
        load = replace(load, constraints=replace(load.constraints, minimum_run=QUARTER))
    start = local_moment(day)
    told = Need(need, start if remaining else None)
    prices = prices_of(day, pattern)
    seldom = Life(start, load, told, prices)
    often = Life(start, load, told, prices)
    end = start + 47 * HOUR
    seldom.live(end)
    often.live(end, [start + minute * MINUTE for minute in extra])
    assert often.was_on == seldom.was_on
    assert often.schedule.runs == seldom.schedule.runs
    assert joined(seldom.on) == tuple(
        run for run in (r.until(end) for r in seldom.schedule.begun) if run
    )
    check_rules(often, need)


@given(day=st.sampled_from(DAYS), load=loads, need=needs, pattern=patterns)
@lively
def test_lived_as_planned_once(
    day: date, load: Load, need: timedelta, pattern: list[Amount]
) -> None:
    """What runs in a window is what one plan of it says that knew all prices."""
    start = local_moment(day)
    window = next(w for w in load.windows(day) if start <= w.start < w.end)
    prices = prices_of(day, pattern)
    if window.end > (prices.known_until or start):
        return
    # A window that is open before has nothing left to run.
    begin = max(start, window.start - HOUR)
    life = Life(
        begin,
        replace(load, days=load.days & {window.day.weekday()}),
        Need(need),
        prices,
    )
    best = plan(prices, need, window.start, window.end, load.constraints)
    life.live(window.end)
    assert [(run.start, run.end) for run in life.schedule.begun] == [
        (run.start, run.end) for run in best.runs
    ]


def learns(pattern: list[Amount], hour: int) -> Event:
    """Return the arrival of other prices from some hour of the life on."""

    def happen(life: Life) -> None:
        assert life.prices is not None
        begin = life.prices.intervals[0].start + hour * HOUR
        life.learn(
            life.prices.merge(PriceSeries.of(items(begin, (pattern * 192)[:192])))
        )

    return happen


def sleeps(minutes: int) -> Event:
    """Return a time in which the machine is off."""
    return lambda life: life.sleep(life.now + minutes * MINUTE)


def loses_need(minutes: int) -> Event:
    """Return a time in which the need is not known."""

    def happen(life: Life) -> None:
        need = life.need
        life.lose_need()
        life.live(life.now + minutes * MINUTE)
        life.learn(need=need)

    return happen


def switches(minutes: int) -> Event:
    """Return a time in which the load is switched off."""

    def happen(life: Life) -> None:
        life.enable(enabled=False)
        assert not life.is_on
        life.live(life.now + minutes * MINUTE)
        assert life.plan == []
        assert life.schedule.reason is Reason.DISABLED
        life.enable(enabled=True)

    return happen


def loses_prices(minutes: int) -> Event:
    """Return a time without any price."""

    def happen(life: Life) -> None:
        prices = life.prices
        life.lose_prices()
        life.live(life.now + minutes * MINUTE)
        life.learn(prices)

    return happen


some_minutes = st.integers(0, 40) | st.integers(0, 600)
things = (
    st.builds(learns, patterns, st.integers(0, 40))
    | st.builds(sleeps, some_minutes)
    | st.builds(loses_need, some_minutes)
    | st.builds(loses_prices, some_minutes)
)
owners_things = st.builds(switches, some_minutes) | st.builds(
    lambda need: lambda life: life.owner_wants(need=Need(need)), needs
)


def events(
    happening: st.SearchStrategy[Event],
) -> st.SearchStrategy[list[tuple[int, Event]]]:
    """Return what happens, each so many minutes after the last."""
    return st.lists(st.tuples(st.integers(0, 500), happening), max_size=8)


@given(
    day=st.sampled_from(DAYS),
    load=loads,
    need=needs,
    pattern=patterns,
    happening=events(things),
)
@lively
def test_rules_are_kept_whatever_happens(
    day: date,
    load: Load,
    need: timedelta,
    pattern: list[Amount],
    happening: list[tuple[int, Event]],
) -> None:
    """Neither prices nor a machine that is off make it run too much or too briefly."""
    life = Life(local_moment(day), load, Need(need), prices_of(day, pattern))
    for minutes, event in happening:
        life.live(life.now + minutes * MINUTE)
        event(life)
    life.live(life.now + 3 * HOUR)
    check_rules(life, need)


@given(
    day=st.sampled_from(DAYS),
    load=loads,
    fallback=st.sampled_from(Fallback),
    fallback_start=clocks,
    need=needs,
    pattern=patterns,
    happening=events(things | owners_things),
)
@lively
def test_any_life(
    day: date,
    load: Load,
    fallback: Fallback,
    fallback_start: time,
    need: timedelta,
    pattern: list[Amount],
    happening: list[tuple[int, Event]],
) -> None:
    """Whatever happens, with whatever fallback, the schedule stays one."""
    load = replace(load, fallback=fallback, fallback_start=fallback_start)
    life = Life(local_moment(day), load, Need(need), prices_of(day, pattern))
    for minutes, event in happening:
        life.live(life.now + minutes * MINUTE)
        runs = life.schedule.runs
        life.look()
        # Nothing has changed, so that nothing changes.
        assert life.schedule.runs == runs
        event(life)
    life.live(life.now + 3 * HOUR)


@given(
    day=st.sampled_from(DAYS),
    load=loads,
    pattern=patterns,
    need=st.integers(0, 120),
    noise=st.lists(st.integers(-20, 20), min_size=10, max_size=30),
)
@settings(lively, max_examples=8)
def test_a_jittering_need_does_not_make_it_flap(
    day: date, load: Load, pattern: list[Amount], need: int, noise: list[int]
) -> None:
    """Each piece lasts a quarter-hour at least, and the need is not exceeded."""

    def sensor(life: Life) -> Need:
        left = need - life.time_on / MINUTE
        minute = (life.now - start) // MINUTE
        return missing(max(0, left + noise[minute % len(noise)]) if left > 0 else 0)

    start = local_moment(day) + 21 * HOUR
    load = replace(load, days=frozenset(range(7)))
    life = Life(start, load, None, prices_of(day, pattern), sensor=sensor)
    life.live(start + 4 * HOUR, [start + n * MINUTE for n in range(4 * 60)])
    runs = joined(life.schedule.begun)
    assert all(length(run) >= QUARTER for run in runs)
    assert life.time_on <= (need + max(noise) + 15) * MINUTE
    most = load.constraints.maximum_starts if load.constraints.split else 1
    if most is not None:
        # One in each of the windows that these hours may touch.
        assert len(runs) <= 2 * most
