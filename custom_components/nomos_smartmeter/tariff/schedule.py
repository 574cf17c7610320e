"""The schedule of a load: what it has run, and what it shall run."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .load import Need
from .planning import Shortfall

PUNCTUAL = timedelta(minutes=1)
"""A run that begins no later counts from when it was planned."""
TOO_LATE = timedelta(minutes=5)
"""A run that would begin so much later is planned anew."""
RUNS_KEPT = timedelta(days=7)
"""How long runs are remembered, for calendars to show."""


class Reason(StrEnum):
    """Why a load runs when it does, and not more."""

    PLANNED = "planned"
    DONE = "done"
    NOTHING_NEEDED = "nothing_needed"
    NEED_UNKNOWN = "need_unknown"
    DISABLED = "disabled"
    WINDOW_TOO_SHORT = Shortfall.WINDOW_TOO_SHORT.value
    PRICES_NOT_KNOWN = Shortfall.PRICES_NOT_KNOWN.value
    CEILING_TOO_LOW = Shortfall.CEILING_TOO_LOW.value
    STARTS_USED_UP = Shortfall.STARTS_USED_UP.value
    PAUSE_TOO_LONG = Shortfall.PAUSE_TOO_LONG.value
    FALLBACK_OFF = "fallback_off"
    FALLBACK_ALWAYS_ON = "fallback_always_on"
    FALLBACK_WINDOW = "fallback_window"


@dataclass(frozen=True)
class Run:
    """A time in which a load runs without a break.

    Attributes:
        start: When it begins (UTC).
        end: When it ends (UTC), None for one that goes on until something changes.
    """

    start: datetime
    end: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Tell whether it runs at a moment."""
        return self.start <= moment and (self.end is None or moment < self.end)

    def until(self, moment: datetime) -> Run | None:
        """Return the part of it before a moment, None where there is none."""
        if moment <= self.start:
            return None
        return self if self.end and self.end <= moment else Run(self.start, moment)

    def since(self, moment: datetime) -> Run | None:
        """Return the part of it from a moment on, None where there is none."""
        if self.end and self.end <= moment:
            return None
        return self if moment <= self.start else Run(moment, self.end)


@dataclass(frozen=True)
class Schedule:
    """What a load has run, and what it shall run; all in order and without overlaps.

    Attributes:
        begun: Its runs that have begun, up to a week ago, with the ends that they were
            planned with.
        planned: Its runs that are to come.
        reason: Why they are as they are.
        asked_at: Since when what is asked for has been asked for (UTC): the owner's
            last word, or the moment when the need became known.
        told: The need that an entity told last, None where none has.
    """

    begun: tuple[Run, ...] = ()
    planned: tuple[Run, ...] = ()
    reason: Reason | None = None
    asked_at: datetime | None = None
    told: Need | None = None

    @property
    def runs(self) -> tuple[Run, ...]:
        """Return all runs; what goes on without a break is one."""
        return joined((*self.begun, *self.planned))

    def at(self, moment: datetime) -> Run | None:
        """Return the run of a moment, None where it is off."""
        return next((run for run in self.runs if run.covers(moment)), None)

    def next_after(self, moment: datetime) -> Run | None:
        """Return the first run that begins after a moment."""
        return next((run for run in self.runs if moment < run.start), None)

    def begin_due(self, now: datetime) -> Schedule:
        """Return the schedule with the planned runs begun whose time has come.

        One whose start was missed, by a machine that was off, is dropped: what it would
        have run is to be planned anew.
        """
        begun = list(self.begun)
        for run in self.planned:
            late = now - run.start
            if late >= timedelta() and (run.end is None or late < TOO_LATE):
                begun.append(run if late < PUNCTUAL else Run(now, run.end))
        kept = [run for run in joined(begun) if run.since(now - RUNS_KEPT)]
        planned = tuple(run for run in self.planned if now < run.start)
        return replace(self, begun=tuple(kept), planned=planned)

    def stopped(self, now: datetime) -> Schedule:
        """Return the schedule with nothing that goes on, or comes."""
        begun = tuple(part for run in self.begun if (part := run.until(now)))
        return replace(self, begun=begun, planned=())


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return runs with those in one that follow each other without a break."""
    whole: list[Run] = []
    for run in runs:
        if whole and whole[-1].end == run.start:
            whole[-1] = Run(whole[-1].start, run.end)
        else:
            whole.append(run)
    return tuple(whole)


def time_run(runs: Iterable[Run], since: datetime, until: datetime) -> timedelta:
    """Return how long was run in a period."""
    total = timedelta()
    for run in runs:
        if (part := run.until(until)) and (part := part.since(since)):
            assert part.end is not None
            total += part.end - part.start
    return total
