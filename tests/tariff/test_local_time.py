"""Tests of quarter-hours and of the local days that they belong to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
import time as clock_of_the_machine
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    LOCAL_TIME,
    QUARTER,
    day_bounds,
    in_local_time,
    local_day,
    local_moment,
    next_full_quarter,
    start_of_quarter,
)

from .series import steady, utc

SHORT_DAY = date(2026, 3, 29)
LONG_DAY = date(2026, 10, 25)
ANY_MOMENT = st.integers(-(10**15), 10**15).map(
    lambda microseconds: utc("1970-01-01") + timedelta(microseconds=microseconds)
) | st.integers(-5000, 5000).map(
    lambda seconds: utc("2026-10-25 01:00") + timedelta(seconds=seconds)
)


@pytest.fixture(params=["Pacific/Kiritimati", "America/St_Johns", "Europe/Berlin"])
def machine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the machine's clock into another time zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        clock_of_the_machine.tzset()
        yield
    clock_of_the_machine.tzset()


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-07-01 21:59:59.999999", date(2026, 7, 1)),
        ("2026-07-01 22:00", date(2026, 7, 2)),
        ("2026-01-01 22:59:59.999999", date(2026, 1, 1)),
        ("2026-01-01 23:00", date(2026, 1, 2)),
        ("2026-03-28 23:00", SHORT_DAY),
        ("2026-03-29 21:59", SHORT_DAY),
        ("2026-03-29 22:00", date(2026, 3, 30)),
        ("2026-10-24 22:00", LONG_DAY),
        ("2026-10-25 22:59", LONG_DAY),
        ("2026-10-25 23:00", date(2026, 10, 26)),
    ],
)
def test_local_day(moment: str, day: date) -> None:
    """A moment belongs to the day on the local calendar, whatever zone tells it."""
    assert local_day(utc(moment)) == day
    assert local_day(utc(moment).astimezone(ZoneInfo("America/Los_Angeles"))) == day


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        (date(2026, 7, 1), time(13, 15), "2026-07-01 11:15"),
        (date(2026, 1, 1), time(13, 15), "2026-01-01 12:15"),
        (date(2026, 1, 1), time(0, 30), "2025-12-31 23:30"),
        (SHORT_DAY, time(1, 59), "2026-03-29 00:59"),
        (SHORT_DAY, time(2), "2026-03-29 01:00"),
        (SHORT_DAY, time(2, 30), "2026-03-29 01:30"),
        (SHORT_DAY, time(3), "2026-03-29 01:00"),
        (LONG_DAY, time(1, 59), "2026-10-24 23:59"),
        (LONG_DAY, time(2), "2026-10-25 00:00"),
        (LONG_DAY, time(2, 59), "2026-10-25 00:59"),
        (LONG_DAY, time(3), "2026-10-25 02:00"),
    ],
)
def test_local_moment(day: date, clock: time, moment: str) -> None:
    """A double hour is the first, and one left out is counted on from before it."""
    found = local_moment(day, clock)
    assert found == utc(moment)
    assert found.tzinfo is UTC


def test_local_moment_is_midnight() -> None:
    """Without a clock it is the start of the day."""
    assert local_moment(date(2026, 7, 2)) == utc("2026-07-01 22:00")


@pytest.mark.parametrize(
    ("day", "quarters", "start", "end"),
    [
        (date(2026, 7, 1), 96, "2026-06-30 22:00", "2026-07-01 22:00"),
        (date(2026, 1, 1), 96, "2025-12-31 23:00", "2026-01-01 23:00"),
        (SHORT_DAY, 92, "2026-03-28 23:00", "2026-03-29 22:00"),
        (LONG_DAY, 100, "2026-10-24 22:00", "2026-10-25 23:00"),
    ],
)
def test_day_bounds(day: date, quarters: int, start: str, end: str) -> None:
    """A day has 96 quarter-hours, and those of the changes of the clocks 92 and 100."""
    bounds = day_bounds(day)
    assert bounds == (utc(start), utc(end))
    assert [bound.tzinfo for bound in bounds] == [UTC, UTC]
    assert (bounds[1] - bounds[0]) / QUARTER == quarters


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)))
@steady
def test_days_follow_each_other(day: date) -> None:
    """Days leave out nothing, and every moment inside them is theirs."""
    start, end = day_bounds(day)
    assert day_bounds(day + DAY)[0] == end
    assert local_day(start) == local_day(end - timedelta.resolution) == day
    assert local_day(start - timedelta.resolution) == day - DAY
    assert (end - start) / QUARTER in (92, 96, 100)


def test_in_local_time_when_an_hour_comes_twice() -> None:
    """The two passes of an hour are an hour apart, whoever subtracts them."""
    first, second = utc("2026-10-25 00:30"), utc("2026-10-25 01:30")
    assert in_local_time(first).isoformat() == "2026-10-25T02:30:00+02:00"
    assert in_local_time(second).isoformat() == "2026-10-25T02:30:00+01:00"
    assert in_local_time(second) - in_local_time(first) == HOUR
    assert in_local_time(first) < in_local_time(second)
    naive = second.astimezone(LOCAL_TIME) - first.astimezone(LOCAL_TIME)
    assert naive == timedelta(0), "or there would be nothing to do better"


def test_in_local_time_when_an_hour_is_left_out() -> None:
    """Two moments around the missing hour are as far apart as they are."""
    before, after = utc("2026-03-29 00:45"), utc("2026-03-29 01:00")
    assert in_local_time(before).isoformat() == "2026-03-29T01:45:00+01:00"
    assert in_local_time(after).isoformat() == "2026-03-29T03:00:00+02:00"
    assert in_local_time(after) - in_local_time(before) == QUARTER


@given(moment=ANY_MOMENT, later=st.timedeltas(timedelta(0), timedelta(days=200)))
@steady
def test_in_local_time(moment: datetime, later: timedelta) -> None:
    """It is the same moment with the local clock, and its offset is fixed."""
    local = in_local_time(moment)
    assert isinstance(local.tzinfo, timezone)
    assert local == moment
    assert local.replace(tzinfo=None) == moment.astimezone(LOCAL_TIME).replace(
        tzinfo=None
    )
    assert in_local_time(moment + later) - local == later


@pytest.mark.parametrize(
    ("moment", "begin", "following"),
    [
        ("2026-07-01 10:00", "2026-07-01 10:00", "2026-07-01 10:00"),
        ("2026-07-01 10:00:00.000001", "2026-07-01 10:00", "2026-07-01 10:15"),
        ("2026-07-01 10:14:59.999999", "2026-07-01 10:00", "2026-07-01 10:15"),
        ("2026-07-01 10:15", "2026-07-01 10:15", "2026-07-01 10:15"),
        ("2026-07-01 10:37:05", "2026-07-01 10:30", "2026-07-01 10:45"),
        ("2026-12-31 23:50", "2026-12-31 23:45", "2027-01-01 00:00"),
        ("1969-12-31 23:50", "1969-12-31 23:45", "1970-01-01 00:00"),
    ],
)
def test_quarters_around_a_moment(moment: str, begin: str, following: str) -> None:
    """A quarter-hour includes its start, and the next full one may be now."""
    assert start_of_quarter(utc(moment)) == utc(begin)
    assert next_full_quarter(utc(moment)) == utc(following)


@given(moment=ANY_MOMENT)
@steady
def test_quarters_around_any_moment(moment: datetime) -> None:
    """Both are at 0, 15, 30 or 45 minutes, and as near as they can be."""
    begin, following = start_of_quarter(moment), next_full_quarter(moment)
    assert begin <= moment < begin + QUARTER
    assert following - QUARTER < moment <= following
    for found in (begin, following):
        assert (found.minute % 15, found.second, found.microsecond) == (0, 0, 0)
        assert found.tzinfo is UTC


@pytest.mark.usefixtures("machine")
def test_the_machine_plays_no_part() -> None:
    """Local is where the market is, not where the program runs."""
    moment = utc("2026-10-25 01:30")
    assert local_day(utc("2026-10-24 22:00")) == LONG_DAY
    assert local_moment(LONG_DAY, time(3)) == utc("2026-10-25 02:00")
    assert day_bounds(LONG_DAY) == (utc("2026-10-24 22:00"), utc("2026-10-25 23:00"))
    assert in_local_time(moment).isoformat() == "2026-10-25T02:30:00+01:00"
    assert start_of_quarter(moment) == next_full_quarter(moment) == moment
