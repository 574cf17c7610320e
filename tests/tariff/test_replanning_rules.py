"""Tests of rules that hold between runs, however often the schedule is made anew."""

from dataclasses import replace
from datetime import time

import pytest

from custom_components.nomos_smartmeter.tariff.load import Load
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    local_moment,
)
from custom_components.nomos_smartmeter.tariff.planning import Constraints
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries
from custom_components.nomos_smartmeter.tariff.schedule import Reason, Run, Schedule

from .loads import (
    MINUTE,
    NIGHT,
    SHORT_DAY,
    SPLIT,
    TEATIME,
    THURSDAY,
    Life,
    hours,
    local,
    priced,
    without,
)
from .series import drawn, eur, full_day, series


def test_a_short_contiguous_run_is_not_followed_by_another() -> None:
    """What a gap cut short has had its one piece."""
    prices = without(priced(), (local("23:00"), local("23:30")))
    life = Life(local("20:00"), NIGHT, hours(8), prices)
    assert life.plan == ["23:30-06:00"]
    prices = without(prices, (local("00:15", THURSDAY), local("05:30", THURSDAY)))
    life.learn(prices)
    assert life.plan == ["22:00-23:00"]
    life.live(local("06:00", THURSDAY), [local("23:20"), local("01:03", THURSDAY)])
    assert life.was_on == ["22:00-23:00"]


def test_in_one_piece_around_midnight() -> None:
    """The run of today that ends at midnight is not half of that of tomorrow."""
    prices = priced(("23:00-00:00", 1), ("00:00-00:15", 1), ("10:00-11:00", 2))
    life = Life(local("12:00"), Load(), prices=prices)
    assert life.plan == ["23:00-00:00", "10:00-11:00"]
    life.live(local("23:00", THURSDAY), [local("23:30"), local("00:00", THURSDAY)])
    assert life.was_on == ["23:00-00:00", "10:00-11:00"]


def test_windows_that_overlap_in_spring() -> None:
    """Where the clocks leave out the end of a window, no time is planned twice."""
    load = Load(earliest_start=time(3), ready_by=time(2, 30), constraints=SPLIT)
    cheap = series("2026-03-29 01:00", 1, 1, 1)
    days = (SHORT_DAY - DAY, SHORT_DAY, SHORT_DAY + DAY)
    prices = PriceSeries.of([i for day in days for i in full_day(day, 9)]).merge(cheap)
    life = Life(local_moment(SHORT_DAY - DAY, time(12)), load, hours(1), prices)
    assert life.plan == ["12:00-12:30", "03:00-04:00"]
    life.live(local_moment(SHORT_DAY, time(23)))
    assert life.was_on == ["12:00-12:30", "03:00-04:00"]


def test_minimum_run_is_not_left_over() -> None:
    """What is left is less than the minimum run, so that it does not run at all."""
    constraints = Constraints(split=True, minimum_run=HOUR)
    load = Load(earliest_start=time(14), ready_by=time(18), constraints=constraints)
    prices = drawn("1111....111.....")
    life = Life(local("14:00"), load, hours(1.75), prices)
    expected = (["14:00-15:00"], Reason.PRICES_NOT_KNOWN)
    assert (life.plan, life.schedule.reason) == expected
    life.live(local("18:00"), [local("15:10"), local("15:46")])
    assert life.was_on == ["14:00-15:00"]


def test_pauses_count_from_the_run_before() -> None:
    """A minimum pause is kept whenever the schedule is made."""
    constraints = Constraints(split=True, minimum_pause=HOUR)
    load = replace(TEATIME, constraints=constraints)
    prices = drawn("1999991199999999")
    life = Life(local("13:00"), load, hours(0.5), prices)
    assert life.plan == ["14:00-14:15", "15:30-15:45"]
    life.live(local("14:20"))
    life.learn(drawn("1911192299999999"))
    assert life.plan == ["15:30-15:45"]
    life.live(local("18:00"), [local("14:40"), local("15:01")])
    assert life.was_on == ["14:00-14:15", "15:30-15:45"]


@pytest.mark.parametrize("extra", [[], range(240)])
def test_a_maximum_pause_does_not_slide(extra: list[int]) -> None:
    """While prices fall it is not put off again and again, however often planned."""
    constraints = Constraints(split=True, maximum_pause=HOUR)
    load = replace(TEATIME, constraints=constraints)
    prices = series(local("14:00"), *range(40, 24, -1))
    life = Life(local("13:00"), load, hours(0.75), prices)
    life.live(local("18:00"), [local("14:00") + minute * MINUTE for minute in extra])
    assert life.was_on == ["15:00-15:15", "16:15-16:30", "17:30-17:45"]


def test_a_maximum_pause_is_of_one_window() -> None:
    """That it was off until the window opened does not make it start at once."""
    constraints = Constraints(split=True, maximum_pause=2 * HOUR)
    load = replace(NIGHT, constraints=constraints)
    prices = priced(("23:30-00:00", 20), ("02:00-02:30", 20), ("04:30-05:00", 20))
    ran = Schedule((Run(local("14:00"), local("15:00")),), asked_at=local("09:00"))
    for schedule in (Schedule(), ran):
        life = Life(local("16:00"), load, hours(1.5), prices, schedule)
        assert life.plan == ["23:30-00:00", "02:00-02:30", "04:30-05:00"]


def test_a_run_that_grew_over_the_edge_of_windows() -> None:
    """However it came about, a run that has lasted need not last any longer."""
    ceiling = Constraints(split=True, minimum_run=HOUR, price_ceiling=eur(20))
    cheap = ("22:45-23:45", 5), ("00:00-00:45", 19), ("10:00-11:15", 5)
    life = Life(local("12:00"), Load(constraints=ceiling), hours(1.25), priced(*cheap))
    life.live(local("23:00"))
    assert life.plan == ["23:00-23:45", "10:00-11:15"]
    life.learn(priced(*cheap, ("23:45-00:00", 5)))
    assert life.plan == ["23:00-00:00", "10:00-11:15"]


def test_maximum_starts_are_kept_over_time() -> None:
    """Starts that were used are used, whatever prices bring."""
    constraints = Constraints(split=True, maximum_starts=2)
    load = replace(TEATIME, constraints=constraints)
    life = Life(local("13:00"), load, hours(1), drawn("1199911999119999"))
    assert life.plan == ["14:00-14:30", "15:15-15:45"]
    life.live(local("14:50"))
    life.learn(drawn("1199999191919999"))
    assert life.plan == ["15:30-16:00"]
    life.live(local("18:00"), [local("15:40"), local("16:00"), local("17:01")])
    assert life.was_on == ["14:00-14:30", "15:30-16:00"]


def test_starts_of_another_window_do_not_count() -> None:
    """Each window has its own."""
    constraints = Constraints(split=True, maximum_starts=1)
    load = replace(TEATIME, constraints=constraints)
    life = Life(local("13:00"), load, prices=priced())
    life.live(local("20:00", THURSDAY))
    assert life.was_on == ["14:00-15:00", "14:00-15:00"]


def test_a_pause_over_the_edge_of_windows() -> None:
    """A pause is kept between the last run of one window and the first of the next."""
    constraints = Constraints(split=True, minimum_pause=2 * HOUR)
    load = Load(constraints=constraints)
    prices = priced(("23:00-00:00", 1), ("00:30-01:30", 1), ("09:00-10:00", 2))
    life = Life(local("12:00"), load, hours(1), prices)
    assert life.plan == ["23:00-00:00", "09:00-10:00"]
    prices = priced(("23:00-00:00", 1), ("00:00-01:00", 1))
    life = Life(local("12:00"), load, hours(1), prices)
    life.live(local("09:00", THURSDAY))
    assert life.was_on == ["23:00-01:00"]
