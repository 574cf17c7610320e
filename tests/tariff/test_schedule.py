"""Tests of the schedule of a load, and of the runs that it is made of."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.local_time import DAY, HOUR
from custom_components.nomos_smartmeter.tariff.planning import Shortfall
from custom_components.nomos_smartmeter.tariff.schedule import (
    Reason,
    Run,
    Schedule,
    joined,
    time_run,
)

from .loads import MINUTE
from .series import NOON, steady

LEAST = timedelta.resolution


def run(start: float, end: float | None) -> Run:
    """Return a run from and to so many hours after noon."""
    return Run(NOON + start * HOUR, None if end is None else NOON + end * HOUR)


def after(hours: float) -> datetime:
    """Return the moment so many hours after noon."""
    return NOON + hours * HOUR


@st.composite
def rows(draw: st.DrawFn) -> list[Run]:
    """Return runs in order, some of them without a break."""
    lengths = draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6)
    )
    found, at = [], 0
    for pause, length in lengths:
        at += pause + length
        found.append(run(at - length, at))
    return found


def with_one_for_ever(runs: list[Run]) -> list[Run]:
    """Return the same runs, but that the last one does not end."""
    return [*runs[:-1], *(Run(run.start, None) for run in runs[-1:])]


any_rows = rows() | rows().map(with_one_for_ever)
hours_after_noon = st.integers(-1, 45).map(lambda n: after(n / 2))


def is_on(runs: list[Run], moment: datetime) -> bool:
    """Tell whether one of some runs is on at a moment."""
    return any(
        run.start <= moment and (run.end is None or moment < run.end) for run in runs
    )


def test_every_shortfall_is_a_reason() -> None:
    """What a plan may say, a schedule can say."""
    assert {shortfall.value for shortfall in Shortfall} < {*Reason}


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        (after(-LEAST / HOUR), False),
        (NOON, True),
        (after(0.99), True),
        (after(1), False),
    ],
)
def test_covers(moment: datetime, *, covered: bool) -> None:
    """A run is half-open."""
    assert run(0, 1).covers(moment) is covered
    assert run(0, None).covers(moment) is (moment >= NOON)


def test_parts() -> None:
    """A run is cut at a moment, and is itself where there is nothing to cut."""
    hour, forever = run(1, 2), run(1, None)
    assert [hour.until(after(n)) for n in (0, 1, 1.5, 2, 3)] == [
        None,
        None,
        run(1, 1.5),
        hour,
        hour,
    ]
    assert [hour.since(after(n)) for n in (0, 1, 1.5, 2, 3)] == [
        hour,
        hour,
        run(1.5, 2),
        None,
        None,
    ]
    assert forever.until(after(1)) is None
    assert forever.until(after(3)) == run(1, 3)
    assert forever.since(after(1)) == forever
    assert forever.since(after(3)) == run(3, None)


@given(runs=any_rows, start=hours_after_noon, end=hours_after_noon)
@steady
def test_time_run(runs: list[Run], start: datetime, end: datetime) -> None:
    """It is the time on in a period, half an hour by half an hour."""
    halves = [start + n * HOUR / 2 for n in range(max(0, (end - start) * 2 // HOUR))]
    on = sum(is_on(runs, half) for half in halves)
    assert time_run(runs, start, end) == on * HOUR / 2


@given(runs=any_rows, moment=hours_after_noon)
@steady
def test_joined(runs: list[Run], moment: datetime) -> None:
    """Joined runs are on at the same times, with a break between any two."""
    whole = list(joined(runs))
    assert is_on(whole, moment) is is_on(runs, moment)
    for before, later in pairwise(whole):
        assert before.end is not None
        assert before.end < later.start


@given(runs=any_rows, parts=st.integers(0, 6), moment=hours_after_noon)
@steady
def test_runs_of_a_schedule(runs: list[Run], parts: int, moment: datetime) -> None:
    """What has begun and what is planned are one row."""
    schedule = Schedule(tuple(runs[:parts]), tuple(runs[parts:]))
    assert schedule.runs == joined(runs)
    assert (schedule.at(moment) is not None) is is_on(runs, moment)
    present = schedule.at(moment)
    assert present is None or present.covers(moment)
    later = [run for run in schedule.runs if moment < run.start]
    assert schedule.next_after(moment) == next(iter(later), None)


def test_next_after_is_not_what_goes_on() -> None:
    """The run after this one is the next with a pause before it."""
    schedule = Schedule((run(0, 1),), (run(1, 2), run(3, 4)))
    assert schedule.at(NOON) == run(0, 2)
    assert schedule.next_after(NOON) == run(3, 4)
    assert schedule.next_after(after(3)) is None
    assert Schedule().at(NOON) is None


def test_begin_due() -> None:
    """Runs begin when their time has come, and not before."""
    schedule = Schedule(
        planned=(run(1, 2), run(3, 4)), reason=Reason.PLANNED, asked_at=NOON
    )
    assert schedule.begin_due(after(1) - LEAST) == schedule
    begun = schedule.begin_due(after(1))
    assert begun == replace(schedule, begun=(run(1, 2),), planned=(run(3, 4),))
    assert begun.begin_due(after(1)) == begun
    assert begun.begin_due(after(2.5)) == begun


def test_begin_due_with_what_goes_on() -> None:
    """A run that follows at once is one with that before it."""
    schedule = Schedule((run(0, 1),), (run(1, 2),))
    assert schedule.begin_due(after(1)) == Schedule((run(0, 2),))


def test_missed_runs_are_dropped() -> None:
    """One that is too late is not begun, one that is less late counts from now."""
    schedule = Schedule(planned=(run(1, 2), run(3, 4)))
    on_time, late = after(1) + MINUTE - LEAST, after(1) + 5 * MINUTE
    assert schedule.begin_due(on_time).begun == (run(1, 2),)
    begun = Run(late - LEAST, after(2))
    assert schedule.begin_due(late - LEAST).begun == (begun,)
    assert schedule.begin_due(late) == Schedule(planned=(run(3, 4),))
    assert schedule.begin_due(after(9)) == Schedule()


def test_an_open_ended_run_is_never_missed() -> None:
    """One that goes on for ever begins, however late."""
    schedule = Schedule(planned=(run(1, None),))
    assert schedule.begin_due(after(9)) == Schedule((run(9, None),))


def test_runs_are_kept_for_a_week() -> None:
    """What ended a week ago is forgotten, what lasted into the week is not."""
    old, long, open_ended = run(0, 1), run(2, 3), run(4, None)
    schedule = Schedule((old, long))
    assert schedule.begin_due(after(1) + 7 * DAY - LEAST) == schedule
    assert schedule.begin_due(after(1) + 7 * DAY) == Schedule((long,))
    assert schedule.begin_due(after(2.5) + 7 * DAY) == Schedule((long,))
    assert Schedule((open_ended,)).begin_due(NOON + 30 * DAY).begun == (open_ended,)


def test_stopped() -> None:
    """Nothing goes on and nothing comes, but what was remains."""
    schedule = Schedule((run(0, 1), run(2, 4)), (run(5, 6),), Reason.PLANNED, NOON)
    stopped = schedule.stopped(after(3))
    assert stopped == replace(schedule, begun=(run(0, 1), run(2, 3)), planned=())
    assert schedule.stopped(after(2)).begun == (run(0, 1),)
    assert Schedule((run(2, None),)).stopped(after(3)).begun == (run(2, 3),)
