"""Tests of what a load does while there is no price, and of how that changes over."""

from dataclasses import replace
from datetime import date, time

import pytest

from custom_components.nomos_smartmeter.tariff.load import Fallback, Load, Need
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    local_moment,
)
from custom_components.nomos_smartmeter.tariff.planning import Constraints
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries
from custom_components.nomos_smartmeter.tariff.schedule import Reason, Run

from .loads import (
    AT_TWO,
    FRIDAY,
    MINUTE,
    NIGHT,
    SPLIT,
    THURSDAY,
    WEDNESDAY,
    Life,
    hours,
    local,
    missing,
    priced,
    until,
)
from .series import items

FALLBACK = Reason.FALLBACK_WINDOW


def test_off() -> None:
    """It stays off, and is planned as soon as there are prices."""
    life = Life(local("20:00"))
    assert (life.plan, life.schedule.reason) == ([], Reason.FALLBACK_OFF)
    life.live(local("23:50"))
    life.learn(priced())
    assert life.plan == ["00:00-01:00"]


def test_off_lets_go_on_what_has_begun() -> None:
    """When prices are lost a run that has begun goes on, what was planned does not."""
    load = replace(NIGHT, constraints=SPLIT)
    life = Life(
        local("20:00"), load, prices=priced(("22:00-22:30", 5), ("03:00-03:30", 5))
    )
    life.live(local("22:20"))
    life.lose_prices()
    assert (life.plan, life.schedule.reason) == (["22:20-22:30"], Reason.FALLBACK_OFF)
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["22:00-22:30"]


def test_from_the_fallback_start_on() -> None:
    """The need is run daily from then on, in one piece."""
    life = Life(local("12:00"), replace(AT_TWO, constraints=SPLIT), hours(1.1))
    assert (life.plan, life.schedule.reason) == (["02:00-03:15"], FALLBACK)
    life.live(local("12:00", THURSDAY), [local("02:20", THURSDAY)])
    assert life.plan == ["02:00-03:15"]
    assert life.schedule.planned[0].start == local("02:00", FRIDAY)
    life.live(local("12:00", FRIDAY))
    assert life.was_on == ["02:00-03:15", "02:00-03:15"]


def test_of_some_days() -> None:
    """Days name the day on which the window opens, not that of the fallback start."""
    life = Life(local("12:00"), replace(AT_TWO, days=frozenset({6})))
    sunday = WEDNESDAY + 4 * DAY
    for week in (0, 7):
        monday = sunday + (week + 1) * DAY
        assert life.schedule.planned == (
            Run(local("02:00", monday), local("03:00", monday)),
        )
        life.live(local("12:00", monday))
    assert life.was_on == ["02:00-03:00", "02:00-03:00"]


@pytest.mark.parametrize(
    ("now", "need", "plan", "day"),
    [
        # Late it begins at once, as long as the window is open.
        ("02:07", hours(1), "02:07-03:07", THURSDAY),
        ("05:50", hours(1), "05:50-06:50", THURSDAY),
        ("06:00", hours(1), "02:00-03:00", FRIDAY),
        ("03:10", missing(60), "03:10-04:10", THURSDAY),
        # Or as long as it would have run.
        ("06:50", hours(5), "06:50-11:50", THURSDAY),
        ("07:00", hours(5), "02:00-07:00", FRIDAY),
        ("01:00", hours(5), "02:00-07:00", THURSDAY),
    ],
)
def test_late_in_the_fallback(now: str, need: Need, plan: str, day: date) -> None:
    """What was missed is run later than it should have been."""
    life = Life(local(now, THURSDAY), AT_TWO, None)
    assert (life.plan, life.schedule.reason) == ([], Reason.NEED_UNKNOWN)
    life.learn(need=need)
    assert life.plan[0] == plan
    assert life.schedule.runs[0].start == local(plan[:5], day)


def test_a_piece_of_the_fallback_that_is_cut() -> None:
    """Off for a while, the rest is run, and no more than that."""
    life = Life(local("12:00"), AT_TWO, hours(2))
    life.live(local("02:50", THURSDAY))
    life.enable(enabled=False)
    life.live(local("03:20", THURSDAY))
    life.enable(enabled=True)
    assert life.plan == ["03:20-04:35", "02:00-04:00"]
    life.live(local("12:00", THURSDAY))
    assert life.was_on == ["02:00-02:50", "03:20-04:35"]
    assert life.schedule.reason is FALLBACK


def test_pauses_in_the_fallback() -> None:
    """The pause that a compressor needs is kept there as well."""
    pause = Constraints(split=True, minimum_pause=HOUR)
    load = replace(AT_TWO, constraints=pause)
    life = Life(local("12:00"), load, hours(2))
    life.live(local("02:30", THURSDAY))
    life.enable(enabled=False)
    life.live(local("02:40", THURSDAY))
    life.enable(enabled=True)
    assert life.plan == ["03:30-05:00"]
    # A run that goes on until shortly before the fallback starts.
    life = Life(local("20:00"), load, missing(90), priced(("00:00-01:30", 5)))
    life.live(local("01:10", THURSDAY))
    life.need = missing(140)
    life.lose_prices()
    assert life.plan == ["01:10-01:30", "02:30-04:30"]
    life.owner_wants(replace(load, fallback_start=time(1)))
    assert life.plan == ["01:10-03:40"]
    life.owner_wants(load)
    assert life.plan == ["02:10-04:40"]


def test_prices_in_the_middle_of_the_fallback() -> None:
    """A run of the fallback that has begun goes on to its end, and counts."""
    life = Life(local("12:00"), AT_TWO, hours(1))
    life.live(local("02:20", THURSDAY))
    life.learn(priced(("03:00-05:00", 1)))
    assert (life.plan, life.schedule.reason) == (["02:20-03:00"], FALLBACK)
    life.live(local("05:00", THURSDAY))
    assert life.was_on == ["02:00-03:00"]
    assert life.schedule.reason is Reason.DONE


def test_prices_before_the_fallback_starts() -> None:
    """The plan takes over what the fallback had planned."""
    life = Life(local("12:00"), AT_TWO)
    life.live(local("23:00"))
    life.learn(priced(("04:00-05:00", 1)))
    assert life.plan == ["04:00-05:00"]


def test_what_the_fallback_ran_before_the_window_counts() -> None:
    """A fallback that starts before the window runs for that window."""
    load = replace(NIGHT, fallback=Fallback.WINDOW, fallback_start=time(20))
    life = Life(local("12:00"), load, hours(3))
    life.live(local("20:40"))
    life.enable(enabled=False)
    life.live(local("21:00"))
    life.learn(priced(("23:00-02:00", 5)))
    life.enable(enabled=True)
    assert life.plan == ["23:00-01:30"]


def test_prices_are_lost_in_the_middle_of_the_window() -> None:
    """The fallback runs what is missing, after a run that goes on."""
    load = replace(AT_TWO, constraints=SPLIT)
    prices = priced(("22:30-23:00", 5), ("01:45-02:15", 5), ("04:00-05:00", 6))
    life = Life(local("20:00"), load, hours(2), prices)
    life.live(local("01:50", THURSDAY))
    assert life.plan == ["01:50-02:15", "04:00-05:00"]
    life.lose_prices()
    assert (life.plan, life.schedule.reason) == (["01:50-03:15"], FALLBACK)
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["22:30-23:00", "01:45-03:15"]


def test_the_service_is_down_for_a_day() -> None:
    """The fallback stands in while no price is known, and not longer."""
    load = Load(
        earliest_start=time(12),
        ready_by=time(12),
        fallback=Fallback.WINDOW,
        fallback_start=time(2),
        constraints=SPLIT,
    )
    prices = until(priced(("18:00-19:00", 5)), local("00:00", THURSDAY))
    life = Life(local("12:00"), load, hours(1), prices)
    life.live(local("09:00", FRIDAY))
    # Wednesday by what was known, Thursday's at 2:00 on Friday by the fallback.
    assert life.was_on == ["18:00-19:00", "02:00-03:00"]
    life.learn(PriceSeries.of(items(local("00:00", FRIDAY), [9] * 192)))
    assert life.plan == ["12:00-13:00"]


@pytest.mark.parametrize("fallback", list(Fallback))
def test_off_wins_over_everything(fallback: Fallback) -> None:
    """No fallback and no price turns on what is switched off."""
    load = replace(AT_TWO, fallback=fallback, enabled=False)
    for prices in (None, priced()):
        for need in (None, hours(1)):
            life = Life(local("20:00"), load, need, prices)
            life.live(local("12:00", THURSDAY))
            assert (life.was_on, life.schedule.reason) == ([], Reason.DISABLED)


@pytest.mark.parametrize("fallback", [Fallback.WINDOW, Fallback.OFF])
def test_nothing_needed_in_the_fallback(fallback: Fallback) -> None:
    """A need of zero runs nothing, an unknown one neither."""
    load = replace(AT_TWO, fallback=fallback)
    life = Life(local("20:00"), load, hours(0))
    life.live(local("12:00", THURSDAY))
    life.lose_need()
    life.live(local("12:00", FRIDAY))
    assert life.was_on == []
    assert life.schedule.reason is (
        Reason.NEED_UNKNOWN if fallback is Fallback.WINDOW else Reason.FALLBACK_OFF
    )


def test_reason_when_nothing_is_needed_in_the_fallback() -> None:
    """It says that nothing is needed, also while something still runs."""
    life = Life(local("12:00"), AT_TWO, missing(60))
    life.live(local("02:20", THURSDAY))
    life.learn(need=missing(0))
    assert life.plan == ["02:20-03:00"]
    assert life.schedule.reason is Reason.NOTHING_NEEDED


def test_a_need_that_is_told_late_in_the_fallback() -> None:
    """A slow car goes on while it is missing something, and stops when it is full."""

    def sensor(life: Life) -> Need:
        return missing(max(0, 60 - life.time_on / MINUTE / 2))

    life = Life(local("12:00"), AT_TWO, None, sensor=sensor)
    minutes = [local("02:00", THURSDAY) + n * MINUTE for n in range(300)]
    life.live(local("12:00", THURSDAY), minutes)
    assert life.was_on == ["02:00-04:00"]


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        # 2:00 is left out, and 3:00 is in its place; or it comes twice.
        (date(2026, 3, 29), "03:00", "05:00"),
        (date(2026, 10, 25), "02:00", "03:00"),
    ],
)
def test_fallback_at_a_clock_change(day: date, start: str, end: str) -> None:
    """Two hours are two hours."""
    life = Life(local_moment(day - DAY, time(12)), AT_TWO, hours(2))
    assert life.plan == [f"{start}-{end}"]
    life.live(local_moment(day, time(12)))
    assert life.time_on == 2 * HOUR


def test_a_need_of_a_whole_day() -> None:
    """Runs that touch are one, and each day has its own."""
    load = replace(AT_TWO, earliest_start=time(2), ready_by=time(2))
    life = Life(local("02:00"), load, hours(24))
    assert life.plan == ["02:00-02:00"]
    life.live(local("12:00", FRIDAY), [local("13:00", THURSDAY)])
    assert life.time_on == 58 * HOUR


def test_a_need_is_rounded_up_in_the_fallback() -> None:
    """It is whole quarter-hours, from whichever minute on."""
    life = Life(local("02:03", THURSDAY), AT_TWO, hours(0.6))
    assert life.plan[0] == "02:03-02:48"


def test_a_need_of_more_than_a_day() -> None:
    """It goes on for as long as it has to, and does not begin again meanwhile."""
    life = Life(local("12:00"), AT_TWO, missing(60 * 100))
    whole = Run(local("12:00"), local("12:00") + 100 * HOUR)
    assert life.schedule.runs == (whole,)
    life.live(local("12:00", FRIDAY))
    assert life.schedule.runs == (whole,)


def test_a_fallback_that_goes_on_after_the_edge_of_windows() -> None:
    """It is of the window in which it begins, and takes nothing from the next one."""
    load = Load(fallback=Fallback.WINDOW, fallback_start=time(22))
    life = Life(local("12:00"), load, hours(4))
    life.live(local("12:00", FRIDAY))
    assert life.was_on == ["22:00-02:00", "22:00-02:00"]
