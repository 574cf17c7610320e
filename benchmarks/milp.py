"""The question of a plan as a mixed-integer program, for HiGHS to answer.

It shares nothing with the planner but the words for the rules, so that each can be held
against the other. HiGHS finds a best choice, though of equals not the earliest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from custom_components.nomos_smartmeter.tariff.optimum import Before, Rules

_INFEASIBLE = 2
_UNLIMITED = float("inf")


def chosen_by_highs(
    costs: Sequence[int | None], need: int, rules: Rules, before: Before
) -> list[int] | None:
    """Return the places of a best choice, None where no choice keeps the rules.

    It asks twice: for the greatest number of quarters, then for the least cost of as
    many. Costs should have six digits at most; HiGHS calculates with floats.
    """
    question = _Question(costs, need, rules, before)
    size = len(costs)
    if not size:
        return []
    most = question.solve([-1] * size)
    if most is None:
        return None
    # As the number is settled only differences count, and small numbers are exact.
    known = [cost for cost in costs if cost is not None]
    least = min(known, default=0)
    question.add(((quarter, 1) for quarter in range(size)), len(most), len(most))
    return question.solve([0 if cost is None else cost - least for cost in costs])


@dataclass
class _Question:
    """Rows of a program over three variables for each quarter.

    The first of them tells whether it runs, the next whether it starts then, the last
    whether it stops, that is: it ran in the quarter before.
    """

    costs: Sequence[int | None]
    need: int
    rules: Rules
    before: Before
    _cells: list[tuple[int, int, int]] = field(default_factory=list)
    _lower: list[float] = field(default_factory=list)
    _upper: list[float] = field(default_factory=list)
    _forced: set[int] = field(default_factory=set)
    _forbidden: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Write down all rules."""
        size = len(self.costs)
        self._forbidden |= {n for n, cost in enumerate(self.costs) if cost is None}
        self.add(((quarter, 1) for quarter in range(size)), 0, self.need)
        before, minimum_run = self.before, self.rules.minimum_run
        least = min(minimum_run, before.done + self.need)
        if before.running:
            held = minimum_run - before.running
            begun = range(max(0, min(held, self.need, size)))
            if self._forbidden.isdisjoint(begun):
                self._forced |= set(begun)
                whole_need = max(before.done, before.running) + self.need
                least = min(minimum_run, whole_need)
            else:
                self._forbidden.add(0)
        self._add_changes()
        self._add_runs(max(1, least))
        self._add_pauses()

    def add(self, terms: Iterable[tuple[int, int]], lower: float, upper: float) -> None:
        """Add a row: the least and the most of a sum of variables."""
        row = len(self._lower)
        self._cells += [(row, variable, factor) for variable, factor in terms]
        self._lower.append(lower)
        self._upper.append(upper)

    def solve(self, objective: Sequence[int]) -> list[int] | None:
        """Return the quarters of a choice for which a sum over them is least."""
        size = len(self.costs)
        rows, columns, factors = zip(*self._cells, strict=True)
        matrix = csr_array(
            (factors, (rows, columns)), shape=(len(self._lower), 3 * size)
        )
        result = milp(
            [*objective, *[0] * (2 * size)],
            integrality=[1] * (3 * size),
            bounds=Bounds(
                [int(n in self._forced) for n in range(3 * size)],
                [int(n not in self._forbidden) for n in range(3 * size)],
            ),
            constraints=LinearConstraint(matrix, self._lower, self._upper),
            options={"mip_rel_gap": 0},
        )
        if result.status == _INFEASIBLE:
            return None
        assert result.success, result.message
        return [n for n in range(size) if result.x[n] > 0.5]

    def _add_changes(self) -> None:
        """Say what starting and stopping are, and how often it may start."""
        size = len(self.costs)
        for now in range(size):
            start, stop = size + now, 2 * size + now
            was = int(now == 0 and self.before.running > 0)
            earlier = [(now - 1, -1)] if now else []
            self.add([(now, 1), *earlier, (start, -1), (stop, 1)], was, was)
            self.add([(start, 1), (stop, 1)], 0, 1)
        if (most := self.rules.maximum_starts) is not None:
            self.add(((size + quarter, 1) for quarter in range(size)), 0, most)

    def _add_runs(self, minimum: int) -> None:
        """Let each run last: what has started of late still runs."""
        size = len(self.costs)
        for now in range(size):
            late = range(max(0, now - minimum + 1), now + 1)
            terms = [(size + quarter, 1) for quarter in late]
            self.add([*terms, (now, -1)], -_UNLIMITED, 0)
            if now > size - minimum:
                self._forbidden.add(size + now)

    def _add_pauses(self) -> None:
        """Keep it off for long enough after each stop, and nowhere for too long."""
        size = len(self.costs)
        minimum = max(1, self.rules.minimum_pause)
        for now in range(size):
            late = range(max(0, now - minimum + 1), now + 1)
            terms = [(2 * size + quarter, 1) for quarter in late]
            self.add([*terms, (now, 1)], -_UNLIMITED, 1)
        paused = self.before.pause
        off = not self.before.running
        rest = 0
        if off and paused is not None:
            rest = max(0, self.rules.minimum_pause - paused)
        self._forbidden |= set(range(min(rest, size)))
        if (maximum := self.rules.maximum_pause) is None:
            return
        longest = max(self.rules.minimum_pause, maximum)
        for first in range(size - longest):
            self.add(((first + n, 1) for n in range(longest + 1)), 1, _UNLIMITED)
        first_start = max(rest, maximum - self.before.waited) if off else longest
        if first_start < size:
            self.add(((n, 1) for n in range(first_start + 1)), 1, _UNLIMITED)
