"""How the schedule of a load is remade when something has changed.

That may be a price, the need, the owner's mind or the time. A run that has begun stays as
it is, but for the owner. What follows it is the best plan as of now. Since the rest of a
best plan is the best plan for the rest, nothing moves unless something has changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice

from .load import Fallback, Load, LoadWindow, Need
from .local_time import (
    DAY,
    QUARTER,
    local_day,
    next_full_quarter,
    quarters_in,
    start_of_quarter,
)
from .planning import Past, Plan, plan
from .prices import PriceOutlook, PriceSeries
from .schedule import Reason, Run, Schedule, joined, time_run

NOTHING = timedelta()
WINDOWS_AHEAD = 3
"""Prices are known for two days at most."""
FALLBACK_DAYS_AHEAD = 10
"""A day of any week comes within them, one whose fallback has run out included."""


@dataclass(frozen=True)
class Situation:
    """What a schedule is made from.

    Attributes:
        load: What its owner wants of it.
        need: For how long it shall run, None where that cannot be told.
        prices: What is paid, None while it is not the quarter-hour prices.
        now: The moment (UTC).
    """

    load: Load
    need: Need | None
    prices: PriceSeries | None
    now: datetime

    @cached_property
    def window(self) -> LoadWindow:
        """Return the window that is open, or opens next."""
        return next(self.load.windows_from(self.now))

    @cached_property
    def usable_prices(self) -> PriceSeries | None:
        """Return the prices, None while there is nothing to plan with.

        That is so before dynamic pricing, when no price is known from now on, and when
        none is known for what is left of an open window.
        """
        prices, window = self.prices, self.window
        if prices is None or not PriceOutlook(prices, self.now).is_known:
            return None
        if window.start <= self.now and not _known_in(prices, self.now, window.end):
            return None
        return prices


def next_change(schedule: Schedule, situation: Situation) -> datetime:
    """Return when a schedule must be looked at again, if nothing changes meanwhile."""
    now, window, prices = situation.now, situation.window, situation.usable_prices
    moments = [window.start, window.end, window.fallback_start]
    for run in (*schedule.begun, *schedule.planned):
        moments += [run.start, run.end or run.start]
    if prices is not None:
        known = _known_in(prices, now, window.end) or _known_in(prices, now, None)
        moments.append(known[-1])
    return min(moment for moment in moments if now < moment)


def remade(
    schedule: Schedule, situation: Situation, *, by_owner: bool = False
) -> Schedule:
    """Return the schedule as it is best from now on.

    Args:
        schedule: As it was.
        situation: As it is.
        by_owner: Whether the owner has changed something, which may move, stop or
            lengthen a run that has begun as well.
    """
    now = situation.now
    if situation.need is None or not situation.load.enabled:
        # Nothing new starts, though it was planned before that was known.
        schedule = replace(schedule, planned=())
    schedule = schedule.begin_due(now)
    need, told = situation.need, schedule.told
    schedule = replace(
        schedule,
        asked_at=_asked_at(schedule, situation, by_owner),
        told=need if need and need.told_at else told,
    )
    result = _Remaking(schedule, situation, by_owner).result()
    if result.begun == schedule.begun:
        return result
    # What has just begun stays from now on, and there may be more after it.
    return _Remaking(result, situation, by_owner=False).result()


def _asked_at(schedule: Schedule, situation: Situation, by_owner: bool) -> datetime:
    """Return since when what is asked for has been asked for."""
    asked_at, need, window = schedule.asked_at, situation.need, situation.window
    is_open_ended = any(run.end is None for run in schedule.begun)
    is_handed_over = is_open_ended and situation.usable_prices is not None
    if by_owner or asked_at is None or is_handed_over:
        return situation.now
    was_nothing = schedule.reason in (Reason.NEED_UNKNOWN, Reason.NOTHING_NEEDED)
    has_run = any(run.since(window.counts_from) for run in schedule.begun)
    if was_nothing and need and need.time > NOTHING and not has_run:
        return situation.now
    return asked_at


@dataclass(frozen=True)
class _Remaking:
    """One time of making a schedule anew.

    Attributes:
        schedule: As it was, all that is due begun.
    """

    schedule: Schedule
    situation: Situation
    by_owner: bool

    def result(self) -> Schedule:
        """Return the new schedule."""
        load, need = self.situation.load, self.situation.need
        prices = self.situation.usable_prices
        if not load.enabled:
            return self._stopped(Reason.DISABLED)
        if prices is None and load.fallback is not Fallback.WINDOW:
            return self._by_plain_fallback()
        if need is None:
            return self._without_need()
        if need.time <= NOTHING:
            return self._then([], Reason.NOTHING_NEEDED)
        if prices is None:
            return self._by_fallback_window(need)
        return self._by_prices(need, prices)

    @property
    def _present(self) -> Run | None:
        """Return the run that has begun and goes on."""
        now = self.situation.now
        return next((run for run in self.schedule.begun if run.covers(now)), None)

    @property
    def _is_free(self) -> bool:
        """Tell whether there is a present run that need not stay as it is."""
        return self._present is not None and (
            self.by_owner or self._present.end is None
        )

    @property
    def _end_of_present(self) -> datetime:
        """Return when something else can run: now, or after a run that stays."""
        present = self._present
        if present is None or present.end is None or self.by_owner:
            return self.situation.now
        return present.end

    def _stopped(self, reason: Reason) -> Schedule:
        return replace(self.schedule.stopped(self.situation.now), reason=reason)

    def _then(self, runs: Sequence[Run], reason: Reason) -> Schedule:
        """Return the schedule with these runs after what has begun.

        A present run that is free ends now, unless the first of them goes on with it.
        """
        now, begun = self.situation.now, self.schedule.begun
        if self._is_free:
            begun = _before(begun, min([now, *(run.start for run in runs)]))
        at_once = [run for run in runs if run.start <= now]
        return replace(
            self.schedule,
            begun=joined((*begun, *at_once)),
            planned=tuple(runs[len(at_once) :]),
            reason=reason,
        )

    def _by_plain_fallback(self) -> Schedule:
        """Return a schedule that is on, or off, whatever the need."""
        if self.situation.load.fallback is Fallback.OFF:
            return self._then([], Reason.FALLBACK_OFF)
        start = self._rested(self._end_of_present)
        return self._then([Run(start, None)], Reason.FALLBACK_ALWAYS_ON)

    def _without_need(self) -> Schedule:
        """Return a schedule in which nothing new starts."""
        if self._present and self._present.end is None:
            return self._stopped(Reason.NEED_UNKNOWN)
        return replace(self.schedule, planned=(), reason=Reason.NEED_UNKNOWN)

    def _by_fallback_window(self, need: Need) -> Schedule:
        """Return a schedule that runs the need daily from a fixed time on."""
        at = self._end_of_present
        begun = _before(self.schedule.begun, at)
        windows = self.situation.load.windows(local_day(at) - 2 * DAY)
        for window in islice(windows, FALLBACK_DAYS_AHEAD):
            missing = self._missing(need, at)
            if need.told_at is None:
                # One that began before is of the window before.
                counted = [run for run in begun if window.counts_from <= run.start]
                missing -= time_run(counted, window.counts_from, at)
            start = self._rested(max(window.fallback_start, at))
            late = max(window.end, window.fallback_start + _whole(need.time))
            if missing > NOTHING and start < late:
                run = Run(start, start + _whole(missing))
                return self._then([run], Reason.FALLBACK_WINDOW)
        return self._then([], self._reason_of_none)

    def _by_prices(self, need: Need, prices: PriceSeries) -> Schedule:
        """Return the best schedule for as far as prices are known."""
        at = self._end_of_present
        if self._is_free:
            # It goes on without a flicker if the present quarter is among the best.
            going_on = self._planned_from(start_of_quarter(at), need, prices)
            if going_on.at(at):
                return going_on
        return self._planned_from(next_full_quarter(at), need, prices)

    def _planned_from(self, at: datetime, need: Need, prices: PriceSeries) -> Schedule:
        """Return the best schedule from the start of a quarter-hour on."""
        load = self.situation.load
        begun = _before(self.schedule.begun, min(at, self._end_of_present))
        runs, missing = list(begun), self._missing(need, at)
        reasons = []
        for window in islice(load.windows_from(self.situation.now), WINDOWS_AHEAD):
            if not self._may_be_planned(window, prices):
                reasons.append(Reason.PRICES_NOT_KNOWN)
                break
            earliest = max(at, next_full_quarter(window.start))
            if need.told_at is None:
                missing = need.time - time_run(runs, window.counts_from, earliest)
            found = plan(
                prices,
                max(missing, NOTHING),
                earliest,
                window.end,
                load.constraints,
                past=self._past(runs, earliest, window, need),
            )
            reasons.append(self._reason(found))
            runs += (Run(run.start, run.end) for run in found.runs)
            missing -= found.planned_time
            # Around a clock change the next window may open before this one closes.
            at = max(at, window.end)
        return self._then(runs[len(begun) :], reasons[0])

    def _may_be_planned(self, window: LoadWindow, prices: PriceSeries) -> bool:
        """Tell whether it is open, or its prices are known before it is."""
        until = prices.known_until
        return window.start <= self.situation.now or (
            until is not None and window.end <= until
        )

    def _missing(self, need: Need, at: datetime) -> timedelta:
        """Return the need as it is at a moment, if it is what is still missing."""
        if (told_at := need.told_at) is None:
            return need.time
        begun = _before(self.schedule.begun, self._end_of_present)
        return need.time + time_run(begun, at, told_at) - time_run(begun, told_at, at)

    def _past(
        self, runs: Sequence[Run], at: datetime, window: LoadWindow, need: Need
    ) -> Past:
        """Return what was run before a moment, as far as it counts for a window."""
        asked_at = self.schedule.asked_at or window.start
        since = max(window.counts_from, asked_at)
        done = time_run(runs, since, at) if need.told_at is None else NOTHING
        if self._may_not_pause(at):
            return Past(running=QUARTER, starts=1)
        whole = joined(runs)
        if not whole:
            waited = at - max(window.start, asked_at)
            return Past(waited=max(waited, NOTHING), done=done)
        split, first = self.situation.load.constraints.split, start_of_quarter(since)
        counted = [run for run in whole if run.since(since)]
        # One that goes on when counting begins is free, unless there may be only one.
        starts = sum(not split or first <= run.start for run in counted)
        if not split and not starts:
            # That one is still to come. To go on and to start again would be two.
            return Past(done=done)
        last = whole[-1]
        assert last.end is not None
        if last.end == at:
            return Past(running=at - last.start, starts=starts, done=done)
        load = self.situation.load
        is_endless = load.earliest_start == load.ready_by
        waited = at - (last.end if is_endless else max(window.start, last.end))
        return Past(pause=at - last.end, waited=waited, starts=starts, done=done)

    def _may_not_pause(self, at: datetime) -> bool:
        """Tell whether the owner has changed a load in the middle of its one piece."""
        now, in_pieces = self.situation.now, self.situation.load.constraints.split
        present = self._present if self.by_owner and at <= now else None
        return present is not None and present.end is not None and not in_pieces

    def _rested(self, start: datetime) -> datetime:
        """Return when it may start, after a pause if it does not just go on."""
        begun = _before(self.schedule.begun, self._end_of_present)
        constraints = self.situation.load.constraints
        end = begun[-1].end if begun else None
        if end is None or end == start or not constraints.split:
            return start
        return max(start, end + constraints.minimum_pause)

    def _reason(self, found: Plan) -> Reason:
        if found.reason:
            return Reason(found.reason.value)
        return Reason.PLANNED if found.quarters else self._reason_of_none

    @property
    def _reason_of_none(self) -> Reason:
        """Return why no more need be run."""
        if self._present is None or self._is_free:
            return Reason.DONE
        is_fallback = self.schedule.reason is Reason.FALLBACK_WINDOW
        return Reason.FALLBACK_WINDOW if is_fallback else Reason.PLANNED


def _before(runs: Iterable[Run], moment: datetime) -> tuple[Run, ...]:
    return tuple(part for run in runs if (part := run.until(moment)))


def _whole(duration: timedelta) -> timedelta:
    """Return a length of time in whole quarter-hours."""
    return quarters_in(duration) * QUARTER


def _known_in(
    prices: PriceSeries, start: datetime, end: datetime | None
) -> tuple[datetime, ...]:
    """Return the ends of the quarter-hours with a price in a period."""
    return tuple(quarter.end for quarter in prices.quarters(start, end))
