"""Which quarter-hours of a window to run in: the exact optimum, in whole numbers.

A window is a row of costs, one for each quarter-hour, None where it must not be used.
Of all choices that keep the rules the best one takes as many quarters as can be, never
more than are needed; of those it costs least; of those it is the earliest: in the first
quarter in which two choices differ, the better one runs.

It is found by dynamic programming, backwards over the window. What can still be reached
from a quarter is a row as well: its n-th number is the least cost of running exactly n
quarters from there on. Rows of one quarter follow from rows of later ones, so that each
is made once. Costs are whole numbers, so that equal is equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

type Cost = float
"""A whole number, or infinity where something cannot be done."""
type Row = list[Cost]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a choice must keep, in quarter-hours.

    Attributes:
        minimum_run: How long each run lasts at least; one or more.
        minimum_pause: How long each pause between two runs lasts at least.
        maximum_pause: How long it may stay off at most, before, between and after the
            runs; None for as long as it likes.
        maximum_starts: How many runs may begin, None for any number.
    """

    minimum_run: int = 1
    minimum_pause: int = 0
    maximum_pause: int | None = None
    maximum_starts: int | None = None


@dataclass(frozen=True, kw_only=True)
class Before:
    """What went before the window, in quarter-hours.

    Attributes:
        running: How long it has been running without a break; 0 where it is off.
        pause: How long it has been off, None for long enough.
        waited: How much of the maximum pause is used up.
        done: How much of what was needed in all has been run.
    """

    running: int = 0
    pause: int | None = None
    waited: int = 0
    done: int = 0


def best_quarters(
    costs: Sequence[int | None], need: int, rules: Rules, before: Before
) -> list[int] | None:
    """Return the places of the best choice in the row of costs, in order.

    A run that began before goes on without counting as a start, and lasts its minimum
    where it can.

    Returns:
        None where it would be off for longer than the rules allow, whatever is chosen.
    """
    return _Search(costs, need, rules, before).best()


class _Search:
    """The rows of one window."""

    def __init__(
        self, costs: Sequence[int | None], need: int, rules: Rules, before: Before
    ) -> None:
        self._costs = costs
        self._before = before
        self._need = min(need, len(costs))
        run = min(rules.minimum_run, max(before.done, before.running) + need)
        self._held = min(max(0, run - before.running), self._need)
        self._continues = before.running > 0 and self._block(0, self._held) is not None
        # What is left over may be less than a minimum run only if no more was needed.
        self._run = max(1, run if self._continues else min(run, before.done + need))
        self._minimum_pause = rules.minimum_pause
        self._pause = max(1, rules.minimum_pause)
        self._longest_pause = rules.maximum_pause
        most = min(
            (len(costs) + self._pause) // (self._run + self._pause),
            self._need // self._run,
        )
        starts = most if rules.maximum_starts is None else rules.maximum_starts
        self._limited = starts < most
        self._starts_left = starts if self._limited else 0
        self._nothing: Row = [0] + [inf] * self._need
        self._never: Row = [inf] * (self._need + 1)
        # By starts left (one layer where they are not limited) and by quarter: what is
        # reached by starting in it, or in it or one of the next 1, 3, 7, ...; by being
        # off with it free to start; by running on.
        self._start: list[list[list[Row]]] = []
        self._off: list[list[Row]] = []
        self._on: list[list[Row]] = []
        for starts_left in range(self._starts_left + 1):
            self._add_layer(starts_left)

    def best(self) -> list[int] | None:
        """Return the best choice after what went before."""
        before, left = self._before, self._starts_left
        if self._continues:
            held = self._held
            row = _after(held, self._block(0, held) or 0, self._on[left][held])
            return self._choice(row, range(held), on=True)
        if before.running:
            first, last = self._next_start(0)
        else:
            least, last = self._minimum_pause, self._longest_pause
            first = 0 if before.pause is None else max(0, least - before.pause)
            if last is not None:
                last = max(first, last - before.waited)
        row = self._waiting(left, first, last)
        return self._choice(row, range(first, first), on=False)

    def _add_layer(self, left: int) -> None:
        """Make the rows of all quarters for a number of starts that are left."""
        size = len(self._costs)
        start = [[self._never]] * size
        off = [self._nothing] * (size + 1)
        on = [self._nothing] * (size + 1)
        self._start.append(start)
        self._off.append(off)
        self._on.append(on)
        started: list[Row] | None = on
        if self._limited:
            started = self._on[left - 1] if left else None
        for quarter in reversed(range(size)):
            end = quarter + self._run
            row = self._never
            if started and (cost := self._start_cost(quarter)) is not None:
                row = _after(self._run, cost, started[end])
            start[quarter] = self._soon(row, start, quarter)
            if self._longest_pause is None:
                off[quarter] = self._lower(off[quarter + 1], row)
            stopped = self._waiting(left, *self._next_start(quarter))
            cost = self._costs[quarter]
            on[quarter] = (
                stopped
                if cost is None
                else self._lower(stopped, _after(1, cost, on[quarter + 1]))
            )

    def _start_cost(self, quarter: int) -> int | None:
        """Return the cost of a run of the least length, None where it cannot start."""
        if self._run > self._need:
            return None
        return self._block(quarter, self._run)

    def _block(self, first: int, count: int) -> int | None:
        """Return the cost of quarters in a row, None where they cannot be had."""
        block = self._costs[first : first + count]
        known = [cost for cost in block if cost is not None]
        return sum(known) if len(known) == count else None

    def _next_start(self, stopped: int) -> tuple[int, int | None]:
        """Return the first and the last quarter of the next start after a stop."""
        longest = self._longest_pause
        last = None if longest is None else stopped + max(longest, self._minimum_pause)
        return stopped + self._pause, last

    def _waiting(self, left: int, first: int, last: int | None) -> Row:
        """Return what is reached by starting next in one of some quarters, or never."""
        size = len(self._costs)
        if last is None:
            return self._off[left][min(first, size)]
        never = self._nothing if last >= size else self._never
        if (count := min(last + 1, size) - first) <= 0:
            return never
        # Two spans that overlap make up any length.
        power = count.bit_length() - 1
        rows = self._start[left]
        soon = self._lower(rows[first][power], rows[first + count - 2**power][power])
        return self._lower(never, soon)

    def _soon(self, row: Row, start: list[list[Row]], quarter: int) -> list[Row]:
        """Return what is reached by starting in a quarter or one of the next 1, 3, 7...

        Only pauses that must not be too long ask for more than the first.

        Args:
            row: What is reached by starting in the quarter itself.
            start: The same of all quarters after it.
            quarter: Which one it is.
        """
        rows, span = [row], 1
        longest = min(self._longest_pause or 0, len(start) - quarter - 1)
        while 2 * span <= longest + 1:
            rows.append(self._lower(rows[-1], start[quarter + span][len(rows) - 1]))
            span *= 2
        return rows

    def _lower(self, row: Row, other: Row) -> Row:
        """Return the better of two rows, number by number."""
        if other is self._never:
            return row
        return list(map(min, row, other, strict=True))

    def _choice(self, row: Row, held: range, *, on: bool) -> list[int] | None:
        """Walk from quarter to quarter along the numbers that led to the best one.

        Args:
            row: What can be reached from the start of the window.
            held: The quarters that are taken before there is a choice.
            on: Whether it is running after them.
        """
        count = max((n for n, cost in enumerate(row) if cost < inf), default=None)
        if count is None:
            return None
        chosen = list(held)
        first, left = held.stop, self._starts_left
        cost = row[count] - (self._block(0, len(held)) or 0)
        count -= len(held)
        while count:
            if not on:
                first = next(
                    quarter
                    for quarter in range(first, len(self._costs))
                    if self._start[left][quarter][0][count] == cost
                )
                run = self._run
                left -= self._limited
            elif self._goes_on(left, first, count, cost):
                run = 1
            else:
                on = False
                first, _ = self._next_start(first)
                continue
            on = True
            chosen += range(first, first + run)
            cost -= self._block(first, run) or 0
            count -= run
            first += run
        return chosen

    def _goes_on(self, left: int, quarter: int, count: int, cost: Cost) -> bool:
        """Tell whether running on is among the best, which makes it the earliest."""
        if quarter == len(self._costs) or (here := self._costs[quarter]) is None:
            return False
        return here + self._on[left][quarter + 1][count - 1] == cost


def _after(count: int, cost: int, row: Row) -> Row:
    """Return the row that is reached by first running some quarters at a cost."""
    return [inf] * count + [cost + later for later in row[: len(row) - count]]
