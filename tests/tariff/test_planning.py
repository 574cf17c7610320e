"""Tests of plans: from prices and rules to quarter-hours, costs and reasons."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    QUARTER,
)
from custom_components.nomos_smartmeter.tariff.optimum import (
    Before,
    Rules,
    best_quarters,
)
from custom_components.nomos_smartmeter.tariff.planning import (
    NO_PAST,
    NOTHING,
    Constraints,
    Past,
    Plan,
    Shortfall,
    plan,
)
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries

from .plans import LEAST, MINUTE, SPLIT, WHOLE, places, planned
from .series import NOON, Amount, drawn, eur, items, steady

END = NOON + 24 * QUARTER


@pytest.mark.parametrize(
    ("picture", "need", "whole", "split"),
    [
        ("5", 1, [0], [0]),
        ("54321", 2, [3, 4], [3, 4]),
        ("13142", 2, [0, 1], [0, 2]),
        ("19115", 3, [2, 3, 4], [0, 2, 3]),
        ("2222", 2, [0, 1], [0, 1]),
        ("3232", 2, [0, 1], [1, 3]),
        ("99991111", 6, [2, 3, 4, 5, 6, 7], [0, 1, 4, 5, 6, 7]),
        ("11.122", 3, [3, 4, 5], [0, 1, 3]),
        ("11-122", 3, [3, 4, 5], [0, 1, 3]),
        ("9-5-9", 1, [2], [2]),
    ],
)
def test_plan(picture: str, need: int, whole: list[int], split: list[int]) -> None:
    """The cheapest is found, the earliest of equals, and no gap is run through."""
    assert planned(picture, need, WHOLE) == (whole, None)
    assert planned(picture, need, SPLIT) == (split, None)


PICTURE = "415414616"


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        (SPLIT, [1, 4, 7]),
        (replace(SPLIT, minimum_run=QUARTER), [1, 4, 7]),
        (replace(SPLIT, minimum_run=QUARTER + LEAST), [3, 4, 5]),
        (replace(SPLIT, minimum_run=HOUR), [3, 4, 5]),
        (replace(SPLIT, minimum_pause=HOUR / 2), [1, 4, 7]),
        (replace(SPLIT, minimum_pause=HOUR / 2 + LEAST), [0, 1, 7]),
        (replace(SPLIT, maximum_starts=3), [1, 4, 7]),
        (replace(SPLIT, maximum_starts=2), [0, 1, 4]),
        (replace(SPLIT, maximum_starts=1), [3, 4, 5]),
        (WHOLE, [3, 4, 5]),
        (Constraints(minimum_pause=DAY, minimum_run=DAY), [3, 4, 5]),
        (Constraints(maximum_pause=NOTHING, maximum_starts=0), [3, 4, 5]),
    ],
)
def test_constraints(constraints: Constraints, expected: list[int]) -> None:
    """Each is kept, rounded up; a load that is not split has none of them."""
    assert planned(PICTURE, 3, constraints) == (expected, None)


@pytest.mark.parametrize(
    ("longest", "expected"),
    [
        (HOUR / 2, [0, 3]),
        (QUARTER + LEAST, [0, 3]),
        (QUARTER, [0, 2]),
        (LEAST, [0, 2]),
    ],
)
def test_maximum_pause(longest: timedelta, expected: list[int]) -> None:
    """It is rounded up too, and holds at the end as well as between runs."""
    limited = replace(SPLIT, maximum_pause=longest)
    assert planned("1441", 2, limited) == (expected, None)
    assert planned("1" * 8 + "9", 8, limited)[0] == [*range(8)]


@pytest.mark.parametrize(
    ("need", "count"),
    [
        (NOTHING, 0),
        (LEAST, 1),
        (QUARTER, 1),
        (QUARTER + LEAST, 2),
        (46 * MINUTE, 4),
        (HOUR, 4),
    ],
)
@pytest.mark.parametrize("constraints", [WHOLE, SPLIT])
def test_need(need: timedelta, count: int, constraints: Constraints) -> None:
    """Each quarter-hour that the need begins is run, and never one more."""
    for picture in ("123456", "000000"):
        found = plan(drawn(picture), need, NOON, None, constraints)
        assert places(found) == list(range(count))
        assert found.planned_time == count * QUARTER
        assert found.reason is None


@pytest.mark.parametrize("constraints", [WHOLE, SPLIT])
def test_negative_prices_are_no_reason_to_run_on(constraints: Constraints) -> None:
    """However much is paid for it, no more is run than is needed."""
    prices = PriceSeries.of(items(NOON, [-9, -9, -9, -10, -11, -9]))
    assert places(plan(prices, NOTHING, NOON, None, constraints)) == []
    found = plan(prices, 2 * QUARTER, NOON, None, constraints)
    assert places(found) == [3, 4]
    assert found.cost(Decimal(11)) == Decimal("-0.5775")


@pytest.mark.parametrize("constraints", [WHOLE, SPLIT])
@pytest.mark.parametrize(
    ("late", "first"), [(-LEAST, 0), (NOTHING, 0), (LEAST, 1), (QUARTER, 1)]
)
def test_earliest(late: timedelta, first: int, constraints: Constraints) -> None:
    """A plan begins with a whole quarter-hour, and not before it may."""
    for latest in (None, NOON + 6 * QUARTER):
        found = plan(drawn("123456"), HOUR / 2, NOON + late, latest, constraints)
        assert places(found) == [first, first + 1]


@pytest.mark.parametrize("constraints", [WHOLE, SPLIT])
@pytest.mark.parametrize(
    ("early", "last"), [(LEAST, 3), (NOTHING, 4), (-LEAST, 4), (-QUARTER, 5)]
)
def test_latest(early: timedelta, last: int, constraints: Constraints) -> None:
    """It has ended when it must have."""
    latest = NOON + 5 * QUARTER - early
    found = plan(drawn("987654"), HOUR / 2, NOON, latest, constraints)
    assert places(found) == [last - 1, last]


def test_without_an_end() -> None:
    """All known prices count then, but not what is named after them without one."""
    assert planned("5432-", 2) == ([2, 3], None)
    assert planned("5432-", 5) == ([0, 1, 2, 3], Shortfall.PRICES_NOT_KNOWN)
    known = replace(SPLIT, maximum_pause=2 * QUARTER)
    assert planned("1144----", 2, known) == ([0, 1], None)


@pytest.mark.parametrize("constraints", [WHOLE, SPLIT])
@pytest.mark.parametrize(
    ("earliest", "latest"),
    [(NOON, NOON), (NOON, NOON - HOUR), (NOON + LEAST, NOON + QUARTER)],
)
def test_a_window_without_a_quarter(
    earliest: datetime, latest: datetime, constraints: Constraints
) -> None:
    """There is no time for anything, nor is there a mean price."""
    for prices in (drawn("1111"), drawn("")):
        found = plan(prices, QUARTER, earliest, latest, constraints)
        assert found == Plan((), Shortfall.WINDOW_TOO_SHORT)
        assert plan(prices, NOTHING, earliest, latest, constraints) == Plan()


@pytest.mark.parametrize("constraints", [WHOLE, SPLIT])
@pytest.mark.parametrize("picture", ["", "----", "1", "...."])
def test_nothing_is_known(picture: str, constraints: Constraints) -> None:
    """Without prices nothing is planned, and what is over does not count."""
    prices = drawn(picture)
    unknown = Plan((), Shortfall.PRICES_NOT_KNOWN)
    for latest in (None, END):
        after = plan(prices, HOUR, NOON + QUARTER, latest, constraints)
        assert after == unknown
        assert plan(prices, NOTHING, NOON + QUARTER, latest, constraints) == Plan()


@pytest.mark.parametrize(
    ("constraints", "past", "expected"),
    [
        (SPLIT, NO_PAST, [1, 4, 7]),
        # A run that goes on lasts its minimum, the begun quarter-hour counted as one.
        (replace(SPLIT, minimum_run=HOUR), Past(running=QUARTER), [0, 1, 2]),
        (replace(SPLIT, minimum_run=HOUR), Past(running=31 * MINUTE), [0, 1, 2]),
        (replace(SPLIT, minimum_run=HOUR / 2), Past(running=QUARTER), [0, 3, 4]),
        (replace(SPLIT, minimum_run=HOUR / 2), Past(running=LEAST), [0, 3, 4]),
        (replace(SPLIT, minimum_run=3 * QUARTER), Past(running=QUARTER), [0, 1, 2]),
        (replace(SPLIT, minimum_run=QUARTER), Past(running=QUARTER), [1, 4, 7]),
        # It goes on without a start, and is not to be started again.
        (WHOLE, Past(running=HOUR, starts=1), [0, 1, 2]),
        (replace(SPLIT, maximum_starts=1), Past(running=HOUR, starts=1), [0, 1, 2]),
        (replace(SPLIT, maximum_starts=2), Past(running=HOUR, starts=1), [0, 1, 4]),
        (replace(SPLIT, maximum_starts=2), Past(starts=1), [3, 4, 5]),
        (replace(SPLIT, maximum_starts=3), Past(starts=1), [0, 1, 4]),
        (WHOLE, Past(starts=1), []),
        (WHOLE, Past(starts=2), []),
        (replace(SPLIT, maximum_starts=1), Past(starts=2), []),
        # The pause that has begun is not yet long enough, or it is.
        (replace(SPLIT, minimum_pause=HOUR / 2), Past(pause=NOTHING), [3, 4, 7]),
        (replace(SPLIT, minimum_pause=HOUR / 2), Past(pause=14 * MINUTE), [3, 4, 7]),
        (replace(SPLIT, minimum_pause=HOUR / 2), Past(pause=QUARTER), [1, 4, 7]),
        (SPLIT, Past(pause=NOTHING), [1, 4, 7]),
        # It must soon end, whether it began before the window or in it.
        (replace(SPLIT, maximum_pause=HOUR), Past(waited=HOUR), [0, 1, 4]),
        (replace(SPLIT, maximum_pause=HOUR), Past(waited=DAY), [0, 1, 4]),
        (replace(SPLIT, maximum_pause=HOUR), Past(waited=59 * MINUTE), [1, 4, 7]),
        (replace(SPLIT, maximum_pause=HOUR), Past(pause=DAY), [1, 4, 7]),
        # The rest of a longer need is no need of its own, for which it may run so short.
        (replace(SPLIT, minimum_run=HOUR), NO_PAST, [3, 4, 5]),
        (replace(SPLIT, minimum_run=HOUR), Past(done=LEAST), []),
        (replace(SPLIT, minimum_run=HOUR), Past(done=HOUR), []),
        (replace(SPLIT, minimum_run=HOUR), Past(done=HOUR, running=HOUR), [0, 1, 2]),
    ],
)
def test_past(constraints: Constraints, past: Past, expected: list[int]) -> None:
    """What was done before the window counts in it."""
    assert planned(PICTURE, 3, constraints, past)[0] == expected


def test_at_once_after_a_pause() -> None:
    """Without a minimum pause none is kept, however short it has been."""
    for constraints in (WHOLE, SPLIT):
        for pause in (NOTHING, LEAST, MINUTE):
            assert planned("123", 1, constraints, Past(pause=pause)) == ([0], None)


def quarters_or_none(length: int) -> st.SearchStrategy[timedelta | None]:
    """Return a length of time, or that there is none."""
    return st.none() | st.integers(0, length).map(lambda n: n * QUARTER)


constraints_of_all_kinds = st.builds(
    Constraints,
    split=st.booleans(),
    minimum_run=st.integers(0, 4).map(lambda n: n * QUARTER),
    minimum_pause=st.integers(0, 4).map(lambda n: n * QUARTER),
    maximum_pause=quarters_or_none(6),
    maximum_starts=st.none() | st.integers(0, 3),
    price_ceiling=st.none() | st.integers(-1, 2).map(eur),
)


@given(
    amounts=st.lists(st.none() | st.integers(-2, 3), min_size=1, max_size=24),
    need=st.integers(0, 12),
    constraints=constraints_of_all_kinds,
    running=st.integers(0, 3),
)
@steady
def test_a_plan_is_the_best_choice_of_usable_quarters(
    amounts: list[Amount], need: int, constraints: Constraints, running: int
) -> None:
    """It is that of the quarters which are known and not too dear, in whole cents."""
    ceiling = constraints.price_ceiling
    costs = [
        None if ct is None or (ceiling is not None and eur(ct) > ceiling) else int(ct)
        for ct in amounts
    ]
    rules = Rules(maximum_starts=1)
    longest = constraints.maximum_pause
    if constraints.split:
        rules = Rules(
            minimum_run=constraints.minimum_run // QUARTER,
            minimum_pause=constraints.minimum_pause // QUARTER,
            maximum_pause=None if longest is None else longest // QUARTER,
            maximum_starts=constraints.maximum_starts,
        )
    before = Before(running=running)
    expected = best_quarters(costs, need, rules, before)
    found = plan(
        PriceSeries.of(items(NOON, amounts)),
        need * QUARTER,
        NOON,
        NOON + len(amounts) * QUARTER,
        constraints,
        past=Past(running=running * QUARTER),
    )
    if expected is None:
        free = replace(rules, maximum_pause=None)
        assert places(found) == best_quarters(costs, need, free, before)
        assert found.reason is not None
    else:
        assert places(found) == expected
        assert (found.reason is None) is (len(expected) == need)
