"""Tests of the reasons why less is planned than was asked for."""

from dataclasses import replace
from datetime import datetime

import pytest

from custom_components.nomos_smartmeter.tariff.local_time import HOUR, QUARTER
from custom_components.nomos_smartmeter.tariff.planning import (
    Constraints,
    Past,
    Shortfall,
)

from .plans import SPLIT, WHOLE, planned
from .series import NOON, eur


@pytest.mark.parametrize(
    ("picture", "need", "latest", "constraints", "expected"),
    [
        # Everything fits.
        ("1111", 4, NOON + HOUR, SPLIT, ([0, 1, 2, 3], None)),
        # The window is too short, with or without unknown prices in it.
        ("1111", 5, NOON + HOUR, SPLIT, ([0, 1, 2, 3], Shortfall.WINDOW_TOO_SHORT)),
        ("1111", 5, NOON + HOUR, WHOLE, ([0, 1, 2, 3], Shortfall.WINDOW_TOO_SHORT)),
        ("1-11", 5, NOON + HOUR, SPLIT, ([0, 2, 3], Shortfall.PRICES_NOT_KNOWN)),
        # Prices are missing at the end, or in the middle.
        ("11", 3, NOON + HOUR, SPLIT, ([0, 1], Shortfall.PRICES_NOT_KNOWN)),
        ("11", 3, NOON + HOUR, WHOLE, ([0, 1], Shortfall.PRICES_NOT_KNOWN)),
        ("11-1", 3, NOON + HOUR, WHOLE, ([0, 1], Shortfall.PRICES_NOT_KNOWN)),
        ("11.1", 3, NOON + HOUR, WHOLE, ([0, 1], Shortfall.PRICES_NOT_KNOWN)),
        ("21.11", 3, None, WHOLE, ([3, 4], Shortfall.PRICES_NOT_KNOWN)),
        ("2.1", 2, None, WHOLE, ([2], Shortfall.PRICES_NOT_KNOWN)),
        ("21.11", 3, None, SPLIT, ([1, 3, 4], None)),
        # The ceiling stands in the way, which comes before unknown prices.
        ("1921", 3, None, replace(SPLIT, price_ceiling=eur(2)), ([0, 2, 3], None)),
        (
            "1921",
            3,
            None,
            replace(SPLIT, price_ceiling=eur("1.99")),
            ([0, 3], Shortfall.CEILING_TOO_LOW),
        ),
        (
            "1921",
            3,
            None,
            replace(WHOLE, price_ceiling=eur(2)),
            ([2, 3], Shortfall.CEILING_TOO_LOW),
        ),
        (
            "192-",
            4,
            NOON + HOUR,
            replace(SPLIT, price_ceiling=eur(2)),
            ([0, 2], Shortfall.CEILING_TOO_LOW),
        ),
        (
            "1-22",
            4,
            NOON + HOUR,
            replace(SPLIT, price_ceiling=eur(2)),
            ([0, 2, 3], Shortfall.PRICES_NOT_KNOWN),
        ),
        (
            "55",
            1,
            None,
            replace(WHOLE, price_ceiling=eur(4)),
            ([], Shortfall.CEILING_TOO_LOW),
        ),
        ("55", 1, None, replace(WHOLE, price_ceiling=eur(5)), ([0], None)),
        # It may not start as often as it would have to.
        (
            "1111",
            1,
            None,
            replace(SPLIT, maximum_starts=0),
            ([], Shortfall.STARTS_USED_UP),
        ),
        (
            "1111",
            1,
            NOON + HOUR,
            replace(SPLIT, maximum_starts=0),
            ([], Shortfall.STARTS_USED_UP),
        ),
        (
            "11-11",
            4,
            None,
            replace(SPLIT, maximum_starts=1),
            ([0, 1], Shortfall.PRICES_NOT_KNOWN),
        ),
        # A pause is too long because no price is known, or they are too high, or since
        # there is too little to run; but then all of it is run.
        (
            "1---1",
            2,
            None,
            replace(SPLIT, maximum_pause=2 * QUARTER),
            ([0, 4], Shortfall.PAUSE_TOO_LONG),
        ),
        ("1--91", 2, None, replace(SPLIT, maximum_pause=2 * QUARTER), ([0, 3], None)),
        (
            "1--91",
            2,
            None,
            replace(SPLIT, maximum_pause=2 * QUARTER, price_ceiling=eur(1)),
            ([0, 4], Shortfall.PAUSE_TOO_LONG),
        ),
        (
            "9999991",
            1,
            None,
            replace(SPLIT, maximum_pause=2 * QUARTER),
            ([6], Shortfall.PAUSE_TOO_LONG),
        ),
        # If that is too little as well, there is the other reason.
        (
            "1---1",
            3,
            None,
            replace(SPLIT, maximum_pause=2 * QUARTER),
            ([0, 4], Shortfall.PRICES_NOT_KNOWN),
        ),
    ],
)
def test_reason(
    picture: str,
    need: int,
    latest: datetime | None,
    constraints: Constraints,
    expected: tuple[list[int], Shortfall | None],
) -> None:
    """As much as can be is planned, and it is told why it is not more."""
    assert planned(picture, need, constraints, latest=latest) == expected


def test_a_short_pause_may_cost_quarters() -> None:
    """Where more could be run after too long a pause, a ceiling is not to blame."""
    constraints = Constraints(
        split=True, minimum_run=3 * QUARTER, maximum_pause=6 * QUARTER
    )
    latest = NOON + 14 * QUARTER
    unknown = planned("-----111-11111", 5, constraints, latest=latest)
    assert unknown == ([5, 6, 7], Shortfall.PRICES_NOT_KNOWN)
    high = planned(
        "99999111911111", 5, replace(constraints, price_ceiling=eur(1)), latest=latest
    )
    assert high == ([5, 6, 7], Shortfall.CEILING_TOO_LOW)


def test_no_start_is_left() -> None:
    """Once what was started has ended nothing more is run; while it runs it goes on."""
    over = Past(starts=1)
    assert planned("1111", 2, WHOLE, over) == ([], Shortfall.STARTS_USED_UP)
    late = planned("11", 4, WHOLE, Past(running=QUARTER, starts=1), NOON + HOUR / 2)
    assert late == ([0, 1], Shortfall.WINDOW_TOO_SHORT)
    missing = planned("-111", 2, WHOLE, Past(running=QUARTER, starts=1))
    assert missing == ([], Shortfall.PRICES_NOT_KNOWN)
