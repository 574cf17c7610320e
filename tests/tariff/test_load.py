"""Tests of what an owner wants of a load: its windows, and how long it shall run."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice, pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.load import (
    EVERY_DAY,
    LONGEST_NEED,
    Fallback,
    Load,
    LoadWindow,
    time_for,
)
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    QUARTER,
    local_day,
    local_moment,
    quarters_in,
)

from .loads import LONG_DAY, NIGHT, SHORT_DAY, WEDNESDAY, local
from .series import steady, utc

SUNDAY = 6

clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59)) | st.builds(
    time, st.integers(0, 4), st.sampled_from((0, 15, 30))
)
days_around_changes = st.builds(
    lambda day, n: day + n * DAY,
    st.sampled_from((WEDNESDAY, SHORT_DAY, LONG_DAY)),
    st.integers(-3, 3),
)


def window_on(day: date, load: Load) -> LoadWindow:
    """Return the window that opens on a day."""
    return next(load.windows(day))


@pytest.mark.parametrize(
    ("earliest", "ready_by", "start", "end"),
    [
        ("08:00", "16:00", "2026-07-01 06:00", "2026-07-01 14:00"),
        ("22:00", "06:00", "2026-07-01 20:00", "2026-07-02 04:00"),
        ("22:00", "21:59", "2026-07-01 20:00", "2026-07-02 19:59"),
        ("22:00", "22:01", "2026-07-01 20:00", "2026-07-01 20:01"),
        ("00:00", "00:00", "2026-06-30 22:00", "2026-07-01 22:00"),
        ("17:00", "17:00", "2026-07-01 15:00", "2026-07-02 15:00"),
        ("22:00", "00:00", "2026-07-01 20:00", "2026-07-01 22:00"),
        ("00:00", "06:00", "2026-06-30 22:00", "2026-07-01 04:00"),
        ("23:59", "00:00", "2026-07-01 21:59", "2026-07-01 22:00"),
    ],
)
def test_window(earliest: str, ready_by: str, start: str, end: str) -> None:
    """It ends on the next day where it would not end after its start on the same."""
    load = Load(
        earliest_start=time.fromisoformat(earliest),
        ready_by=time.fromisoformat(ready_by),
    )
    window = window_on(WEDNESDAY, load)
    assert (window.day, window.start, window.end) == (WEDNESDAY, utc(start), utc(end))
    assert window.counts_from == window.start


@pytest.mark.parametrize(
    ("day", "earliest", "ready_by", "hours"),
    [
        # An hour is left out at 2:00, and comes twice at 2:00.
        (SHORT_DAY, "00:00", "00:00", 23),
        (LONG_DAY, "00:00", "00:00", 25),
        (SHORT_DAY - DAY, "12:00", "12:00", 23),
        (LONG_DAY - DAY, "12:00", "12:00", 25),
        (SHORT_DAY - DAY, "22:00", "06:00", 7),
        (LONG_DAY - DAY, "22:00", "06:00", 9),
        (SHORT_DAY, "01:00", "03:00", 1),
        (LONG_DAY, "01:00", "03:00", 3),
        (SHORT_DAY, "01:30", "02:30", 1),
        (SHORT_DAY, "02:15", "03:00", -0.25),
        (SHORT_DAY, "02:30", "03:30", 0),
        (SHORT_DAY, "02:30", "04:00", 0.5),
        (SHORT_DAY, "03:00", "04:00", 1),
        (LONG_DAY, "01:00", "02:00", 1),
        (LONG_DAY, "02:00", "02:30", 0.5),
        (LONG_DAY, "02:30", "03:00", 1.5),
        (LONG_DAY, "03:00", "04:00", 1),
    ],
)
def test_window_on_clock_changes(
    day: date, earliest: str, ready_by: str, hours: float
) -> None:
    """It lasts as long as the clocks make it: nothing, if they leave it out."""
    load = Load(
        earliest_start=time.fromisoformat(earliest),
        ready_by=time.fromisoformat(ready_by),
    )
    window = window_on(day, load)
    assert window.end - window.start == hours * HOUR
    assert window.day == day


def test_windows_of_some_days() -> None:
    """Days name the day on which a window opens."""
    sundays = Load(
        earliest_start=time(22), ready_by=time(6), days=frozenset({SUNDAY, 2})
    )
    found = list(islice(sundays.windows(WEDNESDAY), 4))
    assert [window.day for window in found] == [
        WEDNESDAY,
        WEDNESDAY + 4 * DAY,
        WEDNESDAY + 7 * DAY,
        WEDNESDAY + 11 * DAY,
    ]
    assert found[1].start == utc("2026-07-05 20:00")
    assert found[1].end == utc("2026-07-06 04:00")
    assert next(sundays.windows(WEDNESDAY + DAY)) == found[1]


def test_windows_from() -> None:
    """The first is the one that is open, until it closes."""
    for moment, day in (
        ("05:59", WEDNESDAY - DAY),
        ("06:00", WEDNESDAY),
        ("21:59", WEDNESDAY),
        ("23:00", WEDNESDAY),
    ):
        first, second = islice(NIGHT.windows_from(local(moment)), 2)
        assert (first.day, second.day) == (day, day + DAY)


@given(
    earliest=clocks,
    ready_by=clocks,
    days=st.frozensets(st.sampled_from(sorted(EVERY_DAY)), min_size=1),
    day=days_around_changes,
    minute=st.integers(0, 1439),
)
@steady
def test_windows_from_any_moment(
    earliest: time, ready_by: time, days: frozenset[int], day: date, minute: int
) -> None:
    """They are all that close later, in order, none left out."""
    moment = local_moment(day) + timedelta(minutes=minute)
    load = Load(earliest_start=earliest, ready_by=ready_by, days=days)
    found = list(islice(load.windows_from(moment), 8))
    first = local_day(moment) - 9 * DAY
    all_of_them = islice(load.windows(first), 40)
    assert found == [window for window in all_of_them if moment < window.end][:8]
    for before, after in pairwise(found):
        assert before.day < after.day
        assert before.start < after.start
        # Only where the clocks leave out the time at which it closes.
        assert before.end - after.start < HOUR
    for window in found:
        assert window.day.weekday() in days
        assert window.end - window.start <= 25 * HOUR
        assert local_day(window.start) == window.day


@pytest.mark.parametrize(
    ("earliest", "ready_by", "fallback_start", "expected", "counts_from"),
    [
        # Before the window, in it before and after midnight, at its edges, after it.
        ("22:00", "06:00", "20:00", "2026-07-01 18:00", "2026-07-01 18:00"),
        ("22:00", "06:00", "23:00", "2026-07-01 21:00", "2026-07-01 20:00"),
        ("22:00", "06:00", "02:00", "2026-07-02 00:00", "2026-07-01 20:00"),
        ("22:00", "06:00", "00:00", "2026-07-01 22:00", "2026-07-01 20:00"),
        ("22:00", "06:00", "22:00", "2026-07-01 20:00", "2026-07-01 20:00"),
        ("22:00", "06:00", "05:59", "2026-07-02 03:59", "2026-07-01 20:00"),
        ("22:00", "06:00", "06:00", "2026-07-01 04:00", "2026-07-01 04:00"),
        ("22:00", "06:00", "12:00", "2026-07-01 10:00", "2026-07-01 10:00"),
        ("08:00", "16:00", "07:00", "2026-07-01 05:00", "2026-07-01 05:00"),
        ("08:00", "16:00", "12:00", "2026-07-01 10:00", "2026-07-01 06:00"),
        ("08:00", "16:00", "20:00", "2026-07-01 18:00", "2026-07-01 06:00"),
        ("08:00", "16:00", "16:00", "2026-07-01 14:00", "2026-07-01 06:00"),
        ("00:00", "00:00", "02:00", "2026-07-01 00:00", "2026-06-30 22:00"),
        ("17:00", "17:00", "02:00", "2026-07-02 00:00", "2026-07-01 15:00"),
        ("17:00", "17:00", "18:00", "2026-07-01 16:00", "2026-07-01 15:00"),
        ("22:00", "00:00", "00:00", "2026-06-30 22:00", "2026-06-30 22:00"),
        ("06:00", "00:00", "03:00", "2026-07-01 01:00", "2026-07-01 01:00"),
    ],
)
def test_fallback_start(
    earliest: str, ready_by: str, fallback_start: str, expected: str, counts_from: str
) -> None:
    """It is of the day on which the window opens, or of the night that it goes on in."""
    load = Load(
        earliest_start=time.fromisoformat(earliest),
        ready_by=time.fromisoformat(ready_by),
        fallback=Fallback.WINDOW,
        fallback_start=time.fromisoformat(fallback_start),
    )
    window = window_on(WEDNESDAY, load)
    assert window.fallback_start == utc(expected)
    assert window.counts_from == utc(counts_from)


@pytest.mark.parametrize("fallback", [Fallback.OFF, Fallback.ALWAYS_ON])
def test_only_the_fallback_window_counts_from_its_start(fallback: Fallback) -> None:
    """Without it nothing that ran before the window counts."""
    load = Load(earliest_start=time(22), fallback=fallback, fallback_start=time(20))
    window = window_on(WEDNESDAY, load)
    assert window.counts_from == window.start == local("22:00")


def test_fallback_start_in_the_hours_of_a_change() -> None:
    """A time that is left out is counted on, one that comes twice is the first."""
    load = Load(fallback=Fallback.WINDOW, fallback_start=time(2, 30))
    assert window_on(SHORT_DAY, load).fallback_start == utc("2026-03-29 01:30")
    assert window_on(LONG_DAY, load).fallback_start == utc("2026-10-25 00:30")


@pytest.mark.parametrize(
    ("energy", "power", "expected"),
    [
        ("11", "11", HOUR),
        ("10", "3", timedelta(hours=3, minutes=20)),
        ("0", "11", timedelta()),
        ("0.1", "0.3", timedelta(minutes=20)),
        ("7.4", "7.4", HOUR),
        ("2.2", "4.4", HOUR / 2),
        ("5", "3", timedelta(hours=1, minutes=40)),
        ("167.9", "1", timedelta(hours=167, minutes=54)),
        ("168.1", "1", timedelta(days=7)),
        ("1e30", "1e-3", timedelta(days=7)),
        ("1", "7", timedelta(microseconds=514_285_715)),
        ("0.000000001", "22", timedelta.resolution),
    ],
)
def test_time_for(energy: str, power: str, expected: timedelta) -> None:
    """An energy takes exactly as long as it takes, up to the next microsecond."""
    assert time_for(Decimal(energy), Decimal(power)) == expected


@given(energy=st.decimals(0, 200, places=3), power=st.decimals("0.001", 50, places=3))
@steady
def test_time_for_is_enough(energy: Decimal, power: Decimal) -> None:
    """It is the least time in which the energy is drawn, up to the longest need."""
    exact = Fraction(energy) / Fraction(power) * 3_600_000_000
    exact = min(exact, Fraction(LONGEST_NEED / timedelta.resolution))
    found = time_for(energy, power) / timedelta.resolution
    assert exact <= found < exact + 1


@pytest.mark.parametrize(
    ("energy", "power", "quarters"),
    [("11", "11", 4), ("11.001", "11", 5), ("0.001", "11", 1), ("10", "3", 14)],
)
def test_need_in_quarters(energy: str, power: str, quarters: int) -> None:
    """Whole quarter-hours stay what they are, a bit more is one more."""
    assert quarters_in(time_for(Decimal(energy), Decimal(power))) == quarters


def test_quarters_in() -> None:
    """A duration takes up each quarter-hour that it begins."""
    least = timedelta.resolution
    durations = (timedelta(), least, QUARTER - least, QUARTER, QUARTER + least, DAY)
    assert [quarters_in(duration) for duration in durations] == [0, 1, 1, 1, 2, 96]


def test_machine_in_another_zone() -> None:
    """Windows are the same moments whatever zone a moment is told in."""
    moment = datetime.fromisoformat("2026-07-01T23:30-07:00")
    assert next(NIGHT.windows_from(moment)).start == utc("2026-07-02 20:00")
