"""Tests of the exact optimum, held against trying every choice and against HiGHS."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, groupby
from random import Random

from hypothesis import given, settings, strategies as st
import pytest

from benchmarks.milp import chosen_by_highs
from custom_components.nomos_smartmeter.tariff.local_time import DAY
from custom_components.nomos_smartmeter.tariff.optimum import (
    Before,
    Rules,
    best_quarters,
)
from simulator.spot import Weather, spot_prices

from .series import steady

ANY = Rules()
OFF = Before()


@dataclass(frozen=True)
class Question:
    """A window, what is needed in it, and what holds there."""

    costs: tuple[int | None, ...]
    need: int
    rules: Rules = ANY
    before: Before = OFF

    def answer(self) -> list[int] | None:
        """Return the planner's choice."""
        return best_quarters(self.costs, self.need, self.rules, self.before)

    def highs_answer(self) -> list[int] | None:
        """Return a choice of HiGHS."""
        return chosen_by_highs(self.costs, self.need, self.rules, self.before)

    def cost(self, chosen: Sequence[int]) -> int:
        """Return what a choice costs."""
        costs = [self.costs[quarter] for quarter in chosen]
        return sum(cost for cost in costs if cost is not None)

    def can_be(self, quarters: range) -> bool:
        """Tell whether all of some quarters can be used."""
        return None not in self.costs[quarters.start : quarters.stop]


def stretches(question: Question, chosen: Sequence[int]) -> list[tuple[bool, range]]:
    """Return when it is on and when off, in order: each time without a break."""
    found = []
    states = [quarter in chosen for quarter in range(len(question.costs))]
    for on, group in groupby(enumerate(states), key=lambda state: state[1]):
        quarters = [quarter for quarter, _ in group]
        found.append((on, range(quarters[0], quarters[-1] + 1)))
    return found


def held(question: Question) -> range:
    """Return the quarters in which a run that has begun must go on."""
    missing = question.rules.minimum_run - question.before.running
    return range(max(0, min(missing, question.need, len(question.costs))))


def is_allowed(question: Question, chosen: Sequence[int]) -> bool:
    """Tell whether a choice keeps all rules, read one by one."""
    if len(chosen) > question.need or any(question.costs[n] is None for n in chosen):
        return False
    goes_on = question.before.running > 0 and question.can_be(held(question))
    if goes_on and not set(held(question)) <= set(chosen):
        return False
    if not goes_on and 0 in chosen and not can_start_at_once(question):
        return False
    parts = stretches(question, chosen)
    begun = [part for on, part in parts if on and not (goes_on and part.start == 0)]
    rules = question.rules
    done = question.before.done
    if goes_on:
        done = max(done, question.before.running)
    least = min(rules.minimum_run, done + question.need)
    most = len(begun) if rules.maximum_starts is None else rules.maximum_starts
    pauses = [part for on, part in parts if not on]
    return (
        len(begun) <= most
        and all(len(run) >= least for run in begun)
        and all(pause_is_allowed(question, pause) for pause in pauses)
    )


def can_start_at_once(question: Question) -> bool:
    """Tell whether a run may begin with the window: it has been off for long enough."""
    before = question.before
    if before.running:
        return False
    return before.pause is None or before.pause >= question.rules.minimum_pause


def pause_is_allowed(question: Question, pause: range) -> bool:
    """Tell whether a pause is neither too short nor too long."""
    least, longest = question.rules.minimum_pause, question.rules.maximum_pause
    waited, before = 0, question.before
    if pause.start == 0 and not before.running:
        waited = before.waited
        least = 0 if before.pause is None else max(0, least - before.pause)
    if pause.stop < len(question.costs) and len(pause) < least:
        return False
    return longest is None or len(pause) <= max(least, longest - waited)


def choices(question: Question) -> Iterator[tuple[int, ...]]:
    """Yield every choice that keeps the rules."""
    for count in range(len(question.costs) + 1):
        for chosen in combinations(range(len(question.costs)), count):
            if is_allowed(question, chosen):
                yield chosen


def best_of_all(question: Question) -> list[int] | None:
    """Return the best choice, found by trying each."""

    def value(chosen: tuple[int, ...]) -> tuple[int, int, list[bool]]:
        off = [quarter not in chosen for quarter in range(len(question.costs))]
        return -len(chosen), question.cost(chosen), off

    best = min(choices(question), key=value, default=None)
    return None if best is None else list(best)


def rules_up_to(length: int, starts: int) -> st.SearchStrategy[Rules]:
    """Return rules of so many quarters at most, each as likely to be absent."""
    return st.builds(
        Rules,
        minimum_run=st.just(1) | st.integers(0, length),
        minimum_pause=st.just(0) | st.integers(0, length),
        maximum_pause=st.none() | st.integers(0, 2 * length),
        maximum_starts=st.none() | st.integers(0, starts),
    )


def befores(length: int) -> st.SearchStrategy[Before]:
    """Return what may have gone before."""
    done = st.just(0) | st.integers(0, length)
    running = st.builds(Before, running=st.integers(1, length), done=done)
    paused = st.builds(
        Before,
        pause=st.none() | st.integers(0, length),
        waited=st.just(0) | st.integers(0, length),
        done=done,
    )
    return paused | running


# A few costs often, so that many choices are equal and gaps are common.
small_windows = st.lists(
    st.sampled_from((0, 1, 1, 2, 7, -3, None)) | st.integers(1, 3),
    min_size=6,
    max_size=9,
) | st.lists(st.integers(0, 1) | st.none(), max_size=6)

small_questions = st.builds(
    Question,
    small_windows.map(tuple),
    st.integers(0, 10),
    rules_up_to(5, 3),
    befores(6),
)

many = settings(steady, max_examples=800)


@given(question=small_questions)
@many
def test_no_choice_is_better(question: Question) -> None:
    """Of all choices that keep the rules there is none that is better, or as good."""
    assert question.answer() == best_of_all(question)


@given(question=small_questions, shift=st.integers(-9, 9), scale=st.integers(1, 10**9))
@steady
def test_only_differences_of_costs_count(
    question: Question, shift: int, scale: int
) -> None:
    """Costs in another unit, or with a fee on each quarter, change nothing."""
    others = tuple(None if c is None else c * scale + shift for c in question.costs)
    assert replace(question, costs=others).answer() == question.answer()


@given(question=small_questions)
@steady
def test_rules_that_do_not_bind_change_nothing(question: Question) -> None:
    """As many starts, and as long a pause, as could be had are like any number."""
    size, rules = len(question.costs), question.rules
    free = replace(rules, maximum_starts=None, maximum_pause=None)
    wide = replace(rules, maximum_starts=size + 1, maximum_pause=2 * size + 20)
    expected = replace(question, rules=free).answer()
    assert expected is not None
    assert replace(question, rules=wide).answer() == expected


@given(question=small_questions)
@settings(many, max_examples=1200)
def test_a_plan_stays_as_it_is(question: Question) -> None:
    """Who asks again while keeping to a plan is told the rest of it."""
    # Provided that what runs is part of what is needed.
    before = question.before
    counted = replace(before, done=max(before.done, before.running))
    question = replace(question, before=counted)
    chosen = question.answer()
    if chosen is None:
        return
    for quarter in range(1, len(question.costs) + 1):
        rest = [n - quarter for n in chosen if n >= quarter]
        assert later(question, chosen, quarter).answer() == rest


def later(question: Question, chosen: list[int], quarter: int) -> Question:
    """Return what is left to ask in a later quarter, after keeping to a plan."""
    past = [n for n in chosen if n < quarter]
    parts = stretches(replace(question, costs=question.costs[:quarter]), past)
    is_on, part = parts[-1]
    rules, before = question.rules, question.before
    went_on = before.running > 0 and past[:1] == [0]
    starts = sum(on for on, _ in parts) - went_on
    if rules.maximum_starts is not None:
        rules = replace(rules, maximum_starts=rules.maximum_starts - starts)
    now = Before(done=before.done + len(past))
    length = len(part)
    if is_on:
        now = replace(now, running=length + before.running * (part.start == 0))
    elif part.start or before.running:
        now = replace(now, pause=length, waited=length)
    else:
        pause = None if before.pause is None else before.pause + length
        now = replace(now, pause=pause, waited=before.waited + length)
    return Question(question.costs[quarter:], question.need - len(past), rules, now)


def test_nothing_said_is_nothing_done() -> None:
    """Unless told otherwise it was off for long enough, and all is still to be run."""
    costs = (3, 3, 1, 3)
    assert Question(costs, 1, Rules(maximum_pause=2)).answer() == [2]
    assert Question(costs, 1, Rules(minimum_run=2)).answer() == [2]
    assert Question(costs, 1, Rules(minimum_pause=2)).answer() == [2]
    assert Question((None, 1, None), 2).answer() == [1]


def test_a_run_that_cannot_go_on_lends_nothing() -> None:
    """Where it stops at once, a run for all of a short need may still follow."""
    question = Question((None, 1, 1, 1), 3, Rules(minimum_run=9), Before(running=1))
    assert question.answer() == [1, 2, 3]
    counted = replace(question, before=Before(running=1, done=1))
    assert counted.answer() == []


def test_a_run_keeps_its_least_length_when_asked_again() -> None:
    """What is left over while it runs is no run of its own, however cheap later on."""
    costs = (1, 1, 1, 5, 5, 5, 9, 9, 1, 1, 1)
    rules = Rules(minimum_run=4)
    assert Question(costs, 6, rules).answer() == [0, 1, 2, 3, 4, 5]
    for done in range(1, 6):
        for before in (Before(running=done), Before(running=done, done=done)):
            left = Question(costs[done:], 6 - done, rules, before)
            assert left.answer() == list(range(6 - done))


def day_ahead(random: Random) -> list[int | None]:
    """Return prices of the shapes of the market, in 0.01 ct."""
    day = date(2026, 1, 1) + random.randrange(365) * DAY
    prices = [
        price
        for n in range(2)
        for price in spot_prices(day + n * DAY, Weather.TYPICAL, 1).values()
    ]
    return [round(100 * price) for price in prices]


def with_many_decimals(random: Random) -> list[int | None]:
    """Return prices of which hardly two are equal."""
    return [random.randrange(-(10**6), 3 * 10**6) for _ in range(192)]


def all_equal(random: Random) -> list[int | None]:
    """Return one price."""
    return [random.randrange(-50, 50)] * 192


def all_negative(random: Random) -> list[int | None]:
    """Return prices that are paid out, many of them equal."""
    return [random.randrange(-9, 0) for _ in range(192)]


def with_gaps(random: Random) -> list[int | None]:
    """Return prices of which some are missing, alone and for an hour."""
    prices = day_ahead(random)
    for _ in range(6):
        first = random.randrange(len(prices))
        length = random.choice((1, 4))
        prices[first : first + length] = [None] * length
    return prices


def random_question(costs: list[int | None], random: Random) -> Question:
    """Return a question about a part of some costs, of a day at least."""
    size = random.randint(96, len(costs))
    rules = Rules(
        minimum_run=random.choice((1, 2, 4, 8)),
        minimum_pause=random.choice((0, 2, 4, 8)),
        maximum_pause=random.choice((None, None, 8, 16, 40)),
        maximum_starts=random.choice((None, 1, 2, 3, 6)),
    )
    before = random.choice((OFF, Before(running=3), Before(pause=2, waited=1)))
    return Question(tuple(costs[:size]), random.randint(4, size), rules, before)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "costs", [day_ahead, with_many_decimals, all_equal, all_negative, with_gaps]
)
def test_highs_finds_nothing_better(
    costs: Callable[[Random], list[int | None]], seed: int
) -> None:
    """Of a day or two, as many quarters are found as HiGHS finds, at the same cost."""
    random = Random(f"{costs.__name__} {seed}")
    question = random_question(costs(random), random)
    found, highs = question.answer(), question.highs_answer()
    assert (found is None) is (highs is None)
    if found is not None and highs is not None:
        assert is_allowed(question, found)
        assert is_allowed(question, highs)
        assert len(found) == len(highs)
        assert question.cost(found) == question.cost(highs)
