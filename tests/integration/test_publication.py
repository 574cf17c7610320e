"""Tests of when to look for the prices of tomorrow."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
import time as machine

import pytest

from custom_components.nomos_smartmeter.publication import (
    SPREAD,
    may_be_published,
    next_look,
)
from custom_components.nomos_smartmeter.tariff.local_time import in_local_time

from .home import local

MINUTE = timedelta(minutes=1)
LEAST = timedelta.resolution
NOTHING = timedelta()
DAYS = [
    "2026-01-15",
    "2026-07-01",
    "2026-03-28",
    "2026-03-29",
    "2026-10-24",
    "2026-10-25",
]


@pytest.fixture(
    params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati"],
    autouse=True,
)
def zone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Let the machine be in another zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        machine.tzset()
        yield
    machine.tzset()


def midnight_after(day: str) -> datetime:
    """Return the end of a day."""
    following = date.fromisoformat(day) + timedelta(days=1)
    return local(f"{following} 00:00")


def looks(day: str, spread: timedelta = NOTHING) -> list[datetime]:
    """Return all looks from the start of a day to that of the next one."""
    found = []
    now = local(f"{day} 00:00") + spread
    while now < midnight_after(day) + spread:
        found.append(next_look(now, spread, tomorrow_known=False))
        assert now < found[-1]
        now = found[-1]
    return found


def clocks(moments: list[datetime]) -> list[time]:
    """Return what local clocks show."""
    return [in_local_time(moment).time() for moment in moments]


def test_no_look_before_the_auction() -> None:
    """Before 13:00 there is nothing to look for, and it is known that there is not."""
    for day in DAYS:
        first = local(f"{day} 13:00")
        for clock in ("00:00", "01:30", "03:30", "09:00", "12:59:59.999999"):
            now = local(f"{day} {clock}")
            assert not may_be_published(now)
            assert next_look(now, NOTHING, tomorrow_known=False) == first
        for clock in ("13:00", "14:20", "20:00", "23:59:59.999999"):
            assert may_be_published(local(f"{day} {clock}"))


def test_looks_of_a_day() -> None:
    """They are dense about the publication, rarer later, and end in the evening."""
    for day in DAYS:
        *found, last = looks(day)
        assert clocks(found[:3]) == [time(13), time(13, 40), time(14, 10)]
        assert local(f"{day} 14:20") in found
        assert local(f"{day} 15:00") in found
        assert local(f"{day} 19:40") == found[-1]
        for one, other in pairwise(found):
            now = in_local_time(one).time()
            if time(14, 10) <= now < time(14, 40):
                assert other - one == 5 * MINUTE
            elif time(14, 40) <= now:
                assert other - one == 20 * MINUTE
        assert last == midnight_after(day)


def test_no_look_in_the_evening() -> None:
    """From 20:00 on nobody looks; from midnight on it is the day itself that lacks."""
    for day in DAYS:
        late = midnight_after(day) + 4 * MINUTE
        for clock in ("19:44", "20:00", "22:30", "23:59:59.999999"):
            now = local(f"{day} {clock}")
            assert next_look(now, 4 * MINUTE, tomorrow_known=False) == late
        assert clocks([late]) == [time(0, 4)]
        following = next_look(late, 4 * MINUTE, tomorrow_known=False)
        assert clocks([following]) == [time(13, 4)]
        assert following - late < timedelta(hours=15)


def test_spread() -> None:
    """Every home has its own minute, and else the same looks."""
    for day in DAYS:
        for spread in (LEAST, MINUTE, SPREAD - LEAST):
            assert looks(day, spread) == [look + spread for look in looks(day)]
            first = local(f"{day} 13:00")
            assert next_look(first, spread, tomorrow_known=False) == first + spread


def test_homes_spread_over_the_shortest_pause() -> None:
    """So a home is never ahead of another by more than one look."""
    pauses = [other - one for one, other in pairwise(looks(DAYS[0]))]
    assert min(pauses) == SPREAD


def test_a_look_is_always_ahead() -> None:
    """At the moment of a look it is the next one that comes next."""
    for day in DAYS:
        for one, other in pairwise(looks(day)):
            assert next_look(one, NOTHING, tomorrow_known=False) == other
            assert next_look(one - LEAST, NOTHING, tomorrow_known=False) == one


def test_tomorrow_is_known() -> None:
    """Then there is nothing to look for until the next afternoon."""
    for day in DAYS:
        following = in_local_time(midnight_after(day)).date()
        for clock in ("00:00", "12:59", "13:00", "14:25", "19:59", "23:59:59.999999"):
            now = local(f"{day} {clock}")
            for spread in (NOTHING, MINUTE):
                look = next_look(now, spread, tomorrow_known=True)
                assert look == local(f"{following} 13:00") + spread
