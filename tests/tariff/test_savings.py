"""Tests of what the runs of a load cost, and of what their times save."""

from datetime import datetime, time
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.load import Load, LoadWindow
from custom_components.nomos_smartmeter.tariff.local_time import QUARTER
from custom_components.nomos_smartmeter.tariff.savings import (
    Costs,
    costs_in,
    mean_price_of,
)
from custom_components.nomos_smartmeter.tariff.schedule import Run, Schedule

from .loads import MINUTE, WEDNESDAY
from .series import NOON, drawn, eur, series, steady

TWO_KW = Decimal(2)
AFTERNOON = Load(earliest_start=time(14), ready_by=time(16))  # from noon on in UTC


def window(load: Load = AFTERNOON) -> LoadWindow:
    """Return the window of a load that opens at noon."""
    found = next(load.windows(WEDNESDAY))
    assert found.start == NOON
    return found


def run(start: float, end: float | None) -> Run:
    """Return a run from and to so many quarter-hours after noon."""
    return Run(at(start), None if end is None else at(end))


def at(quarters: float) -> datetime:
    """Return the moment so many quarter-hours after noon."""
    return NOON + quarters * QUARTER


def cents(costs: Costs | None) -> tuple[Decimal | None, ...]:
    """Return costs, what they are at once and what is saved, in cents."""
    if costs is None:
        return ()
    amounts = (costs.planned, costs.at_once, costs.savings)
    return tuple(None if amount is None else amount * 100 for amount in amounts)


@pytest.mark.parametrize(
    ("picture", "runs", "asked_at", "expected"),
    [
        # A quarter-hour at 2 kW costs half of what a kilowatt-hour costs.
        ("98765432", [run(6, 8)], None, (Decimal("2.5"), Decimal("8.5"), 6)),
        ("98765432", [run(6, 8)], at(0), (Decimal("2.5"), Decimal("8.5"), 6)),
        ("98765432", [run(6, 8)], at(4), (Decimal("2.5"), Decimal("4.5"), 2)),
        ("98765432", [run(6, 8)], at(3.5), (Decimal("2.5"), Decimal("4.5"), 2)),
        ("98765432", [run(6, 8)], at(-9), (Decimal("2.5"), Decimal("8.5"), 6)),
        ("98765432", [run(0, 2)], None, (Decimal("8.5"), Decimal("8.5"), 0)),
        # Asked for when it ran already: at once is when it began.
        ("98765432", [run(1, 3)], at(7), (Decimal("7.5"), Decimal("7.5"), 0)),
        ("98765432", [run(1, 2), run(4, 5)], None, (Decimal("6.5"), Decimal("8.5"), 2)),
        (
            "98765432",
            [run(1, 2), run(4, 5)],
            at(7),
            (Decimal("6.5"), Decimal("7.5"), 1),
        ),
        ("98765432", [run(7.5, 8)], None, (Decimal("0.5"), Decimal("2.25"), 1.75)),
        ("98765432", [run(6.5, 7.5)], None, (Decimal("1.25"), Decimal("4.5"), 3.25)),
        # Only what is in the window counts, an open-ended run up to its end.
        ("98765432", [run(-4, -2), run(-1, 1), run(8, 9)], None, (4.5, 4.5, 0)),
        ("98765432", [run(6, None)], None, (Decimal("2.5"), Decimal("8.5"), 6)),
        # Cheap at once: the plan that could not be made at once saves less than nothing.
        ("11119999", [run(6, 8)], None, (9, 1, -8)),
        ("-9999911", [run(6, 8)], None, (1, None, None)),
        (".9999911", [run(6, 8)], at(1), (1, 9, 8)),
        ("999999-1", [run(6, 8)], None, ()),
        ("9999991", [run(6, 8)], None, ()),
        ("99999999", [], None, ()),
        ("99999999", [run(8, 9)], None, ()),
        ("99999999", [run(-2, 0)], None, ()),
    ],
)
def test_costs(
    picture: str,
    runs: list[Run],
    asked_at: datetime | None,
    expected: tuple[Decimal | None, ...],
) -> None:
    """They are of all runs in the window, against one run from when it was asked for."""
    for begun in range(len(runs) + 1):
        schedule = Schedule(tuple(runs[:begun]), tuple(runs[begun:]), asked_at=asked_at)
        found = costs_in(window(), schedule, drawn(picture), TWO_KW)
        assert cents(found) == expected


def test_costs_at_once_from_the_next_full_quarter() -> None:
    """A window that opens inside a quarter-hour is used from the next one on."""
    load = Load(earliest_start=time(14, 5), ready_by=time(16))
    open_late = next(load.windows(WEDNESDAY))
    schedule = Schedule(planned=(run(6, 8),))
    found = costs_in(open_late, schedule, drawn("98765432"), TWO_KW)
    assert cents(found) == (Decimal("2.5"), Decimal("7.5"), Decimal(5))


def test_costs_without_power_of_two() -> None:
    """Nothing is lost in the digits."""
    schedule = Schedule(planned=(Run(NOON, NOON + 10 * MINUTE),))
    found = costs_in(window(), schedule, drawn("3"), Decimal("0.7"))
    assert found is not None
    assert round(found.planned, 20) == round(eur(3) * Decimal("0.7") / 6, 20)


@pytest.mark.parametrize(
    ("picture", "piece", "expected"),
    [
        ("1234", run(0, 4), "2.5"),
        ("1234", run(1, 2), "2"),
        ("1234", run(0.5, 2), Decimal(5) / 3),
        ("1234", run(1.2, 1.6), "2"),
        ("1111", run(0, 4), "1"),
        ("1-34", run(0, 1), "1"),
        ("1-34", run(0, 2), None),
        ("1.34", run(0.5, 2.5), None),
        ("123", run(2, 4), None),
        ("1234", run(-1, 1), None),
        ("1234", run(0, None), None),
        ("", run(0, 1), None),
    ],
)
def test_mean_price_of(
    picture: str, piece: Run, expected: str | Decimal | None
) -> None:
    """Each part of a quarter-hour counts for as long as it lasts."""
    found = mean_price_of(drawn(picture), piece)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert round(found, 20) == round(Decimal(expected) / 100, 20)


@given(
    amounts=st.lists(st.integers(-3, 9), min_size=12, max_size=12),
    start=st.integers(0, 179),
    length=st.integers(1, 60),
)
@steady
def test_mean_price_minute_by_minute(
    amounts: list[int], start: int, length: int
) -> None:
    """It is the mean of the price of each minute."""
    piece = Run(NOON + start * MINUTE, NOON + (start + length) * MINUTE)
    found = mean_price_of(series(NOON, *amounts), piece)
    if start + length > 180:
        assert found is None
        return
    exact = Fraction(
        sum(amounts[n // 15] for n in range(start, start + length)), length
    )
    assert found is not None
    assert abs(Fraction(found) * 100 - exact) < Fraction(1, 10**20)
