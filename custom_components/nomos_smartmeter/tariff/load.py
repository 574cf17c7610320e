"""What an owner wants of a load: how long it shall run, and when it may."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count
import math

from .local_time import DAY, HOUR, local_day, local_moment
from .planning import Constraints

EVERY_DAY = frozenset(range(7))
LONGEST_NEED = timedelta(days=7)
"""More than any window holds; what asks for more is met as well by this."""


class Fallback(StrEnum):
    """What a load does while no price can be planned with."""

    OFF = "off"
    ALWAYS_ON = "always_on"
    WINDOW = "window"


@dataclass(frozen=True)
class Need:
    """How long a load shall run.

    Attributes:
        time: For so long.
        told_at: Since when (UTC) that is what is *still* missing, None where it is the
            whole need of each window. What has run before is not subtracted from it.
    """

    time: timedelta
    told_at: datetime | None = None


@dataclass(frozen=True)
class LoadWindow:
    """The time in which a load may run once it is planned.

    Attributes:
        day: The local day on which it opens.
        start: When it opens (UTC).
        end: When it closes (UTC); not after `start` where a clock change leaves nothing.
        fallback_start: When the load starts instead, while there is nothing to plan with.
        counts_from: From when on what has run counts for this window.
    """

    day: date
    start: datetime
    end: datetime
    fallback_start: datetime
    counts_from: datetime


@dataclass(frozen=True, kw_only=True)
class Load:
    """What an owner wants of a load, but for how long it shall run.

    Attributes:
        earliest_start: The local time at which its window opens.
        ready_by: The local time at which it closes; on the next day where that is not
            after `earliest_start`, so that equal times mean the whole day.
        days: The days on which a window opens, 0 for Monday.
        constraints: How it may run.
        power: What it draws (kW), None where that is not known.
        fallback: What it does while no price can be planned with.
        fallback_start: The local time at which it starts then, if it does so daily.
        enabled: Whether it may run at all.
    """

    earliest_start: time = time()
    ready_by: time = time()
    days: frozenset[int] = EVERY_DAY
    constraints: Constraints = field(default_factory=Constraints)
    power: Decimal | None = None
    fallback: Fallback = Fallback.OFF
    fallback_start: time = time()
    enabled: bool = True

    def windows(self, first: date) -> Iterator[LoadWindow]:
        """Yield the windows that open on a local day or later, in order, for ever."""
        days = (first + DAY * n for n in count())
        return (self._window(day) for day in days if day.weekday() in self.days)

    def windows_from(self, moment: datetime) -> Iterator[LoadWindow]:
        """Yield the windows that close after a moment (UTC), in order, for ever."""
        windows = self.windows(local_day(moment) - DAY)
        return (window for window in windows if moment < window.end)

    def _window(self, day: date) -> LoadWindow:
        start = local_moment(day, self.earliest_start)
        closes = day if self.earliest_start < self.ready_by else day + DAY
        end = local_moment(closes, self.ready_by)
        fallback_start = local_moment(day, self.fallback_start)
        if fallback_start < start and self._is_next_morning(self.fallback_start):
            fallback_start = local_moment(day + DAY, self.fallback_start)
        counts_from = start
        if self.fallback is Fallback.WINDOW:
            counts_from = min(start, fallback_start)
        return LoadWindow(day, start, end, fallback_start, counts_from)

    def _is_next_morning(self, clock: time) -> bool:
        """Tell whether a time lies in the part of the window that is after midnight."""
        return self.ready_by <= self.earliest_start and clock < self.ready_by


def time_for(energy: Decimal, power: Decimal) -> timedelta:
    """Return how long it takes to draw an energy (kWh) at a power (kW).

    Never more than the longest need.
    """
    microseconds = energy * (HOUR // timedelta.resolution) / power
    longest = LONGEST_NEED // timedelta.resolution
    return timedelta(microseconds=min(math.ceil(microseconds), longest))
