"""Tests of schedules that follow the prices, through time and all that it brings."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from custom_components.nomos_smartmeter.tariff.load import Fallback, Load
from custom_components.nomos_smartmeter.tariff.local_time import (
    DAY,
    HOUR,
    QUARTER,
    local_moment,
)
from custom_components.nomos_smartmeter.tariff.planning import Constraints
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries
from custom_components.nomos_smartmeter.tariff.replanning import next_change, remade
from custom_components.nomos_smartmeter.tariff.schedule import Reason, Run

from .loads import (
    LONG_DAY,
    MINUTE,
    NIGHT,
    SHORT_DAY,
    SPLIT,
    SPLIT_NIGHT,
    TEATIME,
    THURSDAY,
    WEDNESDAY,
    Life,
    hours,
    local,
    priced,
    spans,
    until,
    without,
)
from .series import Amount, eur, full_day, items


def test_planned_before_the_window_opens() -> None:
    """Tonight is planned as soon as its prices are known, and lived as planned."""
    life = Life(local("13:00"), prices=until(priced(), local("00:00", THURSDAY)))
    assert (life.plan, life.schedule.reason) == ([], Reason.PRICES_NOT_KNOWN)
    life.live(local("13:20"))
    life.learn(priced(("02:00-03:00", 5)))
    assert (life.plan, life.schedule.reason) == (["02:00-03:00"], Reason.PLANNED)
    life.live(local("21:00", THURSDAY))
    assert life.was_on == ["02:00-03:00"]
    assert life.schedule.reason is Reason.PRICES_NOT_KNOWN


def test_known_to_the_very_end() -> None:
    """A window that is not open is planned when its last quarter-hour is known."""
    for end, plan in (("06:00", ["22:00-23:00"]), ("05:45", [])):
        prices = until(priced(), local(end, THURSDAY))
        life = Life(local("21:59"), prices=prices)
        assert life.plan == plan
        # Once it is open there is no waiting for the rest.
        life.live(local("22:00"))
        assert life.plan == ["22:00-23:00"]


def test_two_days_of_windows() -> None:
    """Each window has its own need, and its own plan."""
    prices = priced(("16:00-17:00", 5), ("02:00-03:00", 5))
    load = Load(earliest_start=time(12), ready_by=time(12))
    life = Life(local("06:00"), load, prices=prices)
    assert life.plan == ["06:00-07:00", "16:00-17:00"]
    life.live(local("11:59", THURSDAY))
    assert life.was_on == ["06:00-07:00", "16:00-17:00"]


def test_at_the_latest_from_the_next_full_quarter() -> None:
    """A start now is a start at the next full quarter-hour."""
    for now, start in (("22:00", "22:00-23:00"), ("22:01", "22:15-23:15")):
        life = Life(local(now), prices=priced())
        assert life.plan == [start]
        assert life.is_on is (now == "22:00")


def test_tomorrow_brings_a_better_time() -> None:
    """What has not begun moves when prices of the same window arrive; what has, not."""
    load = Load(earliest_start=time(12), ready_by=time(12), constraints=SPLIT)
    cheap = (("13:00-13:30", 10), ("20:00-20:30", 15))
    today = until(priced(*cheap), local("00:00", THURSDAY))
    life = Life(local("12:00"), load, hours(1), today)
    assert life.plan == ["13:00-13:30", "20:00-20:30"]
    life.live(local("13:10"))
    life.learn(priced(*cheap, ("02:00-03:00", 5)))
    assert life.plan == ["13:10-13:30", "02:00-02:30"]
    life.live(local("12:00", THURSDAY))
    assert life.was_on == ["13:00-13:30", "02:00-02:30"]


def test_new_prices_do_not_move_what_has_begun() -> None:
    """Neither a lower price later, nor a price that is withdrawn, ends a run."""
    life = Life(local("21:00"), prices=priced(("23:00-00:00", 10)))
    life.live(local("23:20"))
    life.learn(priced(("02:00-03:00", -5), ("23:00-00:00", 90)))
    assert life.plan == ["23:20-00:00"]
    life.learn(without(priced(), (local("23:00"), local("00:00", THURSDAY))))
    assert life.plan == ["23:20-00:00"]
    # Without a word to the contrary it is not the owner who changes something.
    life.load = replace(NIGHT, ready_by=time(23))
    assert remade(life.schedule, life.situation).begun == life.schedule.begun
    life.load = NIGHT
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["23:00-00:00"]


def test_the_earlier_of_equals() -> None:
    """At equal prices it starts when the window opens, and stays with that."""
    for load in (NIGHT, SPLIT_NIGHT):
        life = Life(local("15:00"), load, hours(1.5), priced())
        life.live(local("06:00", THURSDAY))
        assert life.was_on == ["22:00-23:30"]


@pytest.mark.parametrize("load", [NIGHT, SPLIT_NIGHT])
def test_never_more_than_needed(load: Load) -> None:
    """Not even where all prices are paid out."""
    life = Life(local("15:00"), load, hours(1.1), priced(usual=-10))
    life.live(local("06:00", THURSDAY))
    assert life.time_on == 5 * QUARTER


@pytest.mark.parametrize("load", [NIGHT, SPLIT_NIGHT])
def test_a_need_that_is_larger_than_the_window(load: Load) -> None:
    """It runs all the time, says why that is not enough, and ends in time."""
    life = Life(local("15:00"), load, hours(9), priced(("23:00-02:00", 90)))
    assert life.schedule.reason is Reason.WINDOW_TOO_SHORT
    life.live(local("07:00", THURSDAY))
    assert life.was_on == ["22:00-06:00"]


def test_a_ceiling_below_everything() -> None:
    """Nothing is planned, with the reason, until something is below it."""
    ceiling = Constraints(split=True, price_ceiling=eur(20))
    life = Life(local("15:00"), replace(NIGHT, constraints=ceiling), prices=priced())
    assert (life.plan, life.schedule.reason) == ([], Reason.CEILING_TOO_LOW)
    life.live(local("23:00"))
    life.learn(priced(("01:00-01:30", 20), ("02:00-02:15", "20.01")))
    assert life.plan == ["01:00-01:30"]
    assert life.schedule.reason is Reason.CEILING_TOO_LOW
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["01:00-01:30"]


def test_a_piece_never_bridges_a_missing_price() -> None:
    """In one piece it runs between the gaps, as long as it can; in several around."""
    gap = (local("23:00"), local("05:15", THURSDAY))
    prices = without(priced(("22:30-23:00", 40)), gap)
    for load, plan, reason in (
        (NIGHT, ["22:00-23:00"], Reason.PRICES_NOT_KNOWN),
        (SPLIT_NIGHT, ["22:00-22:30", "05:15-06:00"], Reason.PLANNED),
    ):
        life = Life(local("20:00"), load, hours(1.25), prices)
        assert (life.plan, life.schedule.reason) == (plan, reason)
        life.live(local("06:00", THURSDAY))
        assert life.was_on == plan


def test_ready_by_just_passed() -> None:
    """What is not done by then is not done; the next window starts anew."""
    load = replace(TEATIME, constraints=SPLIT)
    life = Life(local("17:50"), load, hours(2), priced(("15:00-16:00", 5)))
    assert (life.plan, life.schedule.reason) == (
        ["14:00-16:00"],
        Reason.WINDOW_TOO_SHORT,
    )
    life.live(local("18:00"))
    assert spans(life.schedule.planned) == ["14:00-16:00"]
    assert life.schedule.planned[0].start == local("14:00", THURSDAY)
    assert life.schedule.reason is Reason.PLANNED
    assert life.was_on == []


def test_some_days_only() -> None:
    """Days restrict when windows open, not when they close."""
    only_thursday = replace(NIGHT, days=frozenset({3}))
    life = Life(local("12:00"), only_thursday, prices=priced(usual=-1))
    assert (life.plan, life.schedule.reason) == ([], Reason.PRICES_NOT_KNOWN)
    life.live(local("21:00", THURSDAY))
    two_days = items(local("00:00", THURSDAY), [9] * 192)
    life.learn(PriceSeries.of(two_days))
    assert life.schedule.planned[0].start == local("22:00", THURSDAY)
    life.live(local("12:00", THURSDAY + 2 * DAY))
    assert life.time_on == HOUR


def test_sundays_only_over_two_weeks() -> None:
    """One run a week, on the night that begins on Sunday."""
    sunday = WEDNESDAY + 4 * DAY
    load = replace(NIGHT, days=frozenset({6}))
    prices = PriceSeries.of(items(local("00:00"), [9] * 96 * 14))
    life = Life(local("00:00"), load, prices=prices)
    life.live(local("00:00", WEDNESDAY + 13 * DAY))
    assert [run.start for run in life.on] == [
        local("22:00", sunday),
        local("22:00", sunday + 7 * DAY),
    ]


@pytest.mark.parametrize(
    ("day", "need", "expected"),
    [
        # The hour from 2:00 is left out: 7 hours from 22:00 to 6:00.
        (SHORT_DAY, 7, ["22:00-06:00"]),
        (SHORT_DAY, 2, ["01:00-04:00"]),
        # It comes twice: 9 hours.
        (LONG_DAY, 9, ["22:00-06:00"]),
        (LONG_DAY, 2, ["02:00-03:00"]),
        (LONG_DAY, 3, ["01:00-03:00"]),
    ],
)
def test_clock_change_in_the_window(day: date, need: int, expected: list[str]) -> None:
    """Hours are hours: one that is left out is none, one that comes twice is two."""
    first, last = local_moment(day, time(1)), local_moment(day, time(4))
    in_all = (local_moment(day, time(23)) - local_moment(day - DAY)) // QUARTER
    prices = PriceSeries.of(items(local_moment(day - DAY), [30] * in_all))
    cheap: list[Amount] = [10, 9, 9, 10] if day == LONG_DAY else [10, 10]
    prices = prices.merge(PriceSeries.of(items(first, cheap, 4)))
    assert prices.at(last - HOUR) is not None
    for load in (NIGHT, SPLIT_NIGHT):
        life = Life(local_moment(day - DAY, time(15)), load, hours(need), prices)
        life.live(local_moment(day, time(21)))
        assert (life.was_on, life.time_on) == (expected, need * HOUR)


@pytest.mark.parametrize(("day", "length"), [(SHORT_DAY, 23), (LONG_DAY, 25)])
def test_a_whole_day_of_a_clock_change(day: date, length: int) -> None:
    """Equal times mean all of it, and the next day begins after it."""
    prices = PriceSeries.of([*full_day(day, 9), *full_day(day + DAY, 9)])
    life = Life(local_moment(day), Load(), hours(30), prices)
    life.live(local_moment(day + DAY) - MINUTE)
    assert life.schedule.begun[0].start == local_moment(day)
    assert life.schedule.begun[0].end == local_moment(day) + length * HOUR


def test_restart_in_the_middle_of_a_run() -> None:
    """The stored schedule goes on, whatever the prices are when it is read again."""
    life = Life(local("20:00"), prices=priced(("23:00-00:00", 5)))
    life.live(local("23:10"))
    life.prices = priced(("02:00-03:00", 1))
    life.sleep(local("23:14"))
    assert life.plan == ["23:14-00:00"]
    life.live(local("06:00", THURSDAY))
    assert life.plan == []
    assert life.schedule.begun == (Run(local("23:00"), local("00:00", THURSDAY)),)


@pytest.mark.parametrize(
    ("back", "plan"),
    [
        # A little late it is as if nothing had been.
        ("23:00:59", ["23:00-00:00"]),
        # Later it counts from then on, and the rest is made up for.
        ("23:04", ["23:04-00:15"]),
        ("23:05", ["01:00-02:00"]),
        ("23:40", ["01:00-02:00"]),
        ("02:10", ["02:15-03:15"]),
    ],
)
def test_machine_off_when_a_run_should_have_begun(back: str, plan: list[str]) -> None:
    """A run that was missed is planned anew."""
    life = Life(local("20:00"), prices=priced(("23:00-00:00", 5), ("01:00-02:00", 6)))
    life.sleep(local(back, THURSDAY if back < "12:00" else WEDNESDAY))
    assert life.plan == plan
    life.live(local("06:00", THURSDAY))
    assert len(life.on) >= 1
    assert life.plan == []


def test_machine_off_for_days() -> None:
    """Nothing of what was planned long ago is left, and today is planned."""
    life = Life(local("20:00"), prices=priced())
    assert life.plan == ["22:00-23:00"]
    later = WEDNESDAY + 9 * DAY
    life.prices = PriceSeries.of(items(local("00:00", later), [30] * 192))
    life.sleep(local("12:00", later))
    assert life.schedule.begun == ()
    assert life.schedule.planned[0].start == local("22:00", later)


def test_next_change() -> None:
    """It is the next moment at which something begins, ends or is not known any more."""
    prices = until(priced(), local("00:00", THURSDAY))
    for now, expected in (
        ("13:00", "22:00"),
        ("21:59", "22:00"),
        ("22:00", "23:00"),
        ("22:30", "23:00"),
        ("23:00", "00:00"),
    ):
        life = Life(local("13:00"), prices=prices)
        life.live(local(now))
        found = next_change(life.schedule, life.situation)
        assert found == local(expected, THURSDAY if expected < now else WEDNESDAY)


def test_next_change_without_prices_in_the_next_window() -> None:
    """The end of what is known is a change, as the fallback takes over then."""
    prices = until(priced(), local("20:00"))
    life = Life(
        local("13:00"), replace(NIGHT, fallback=Fallback.ALWAYS_ON), prices=prices
    )
    assert life.plan == []
    assert next_change(life.schedule, life.situation) == local("20:00")
    life.live(local("21:00"))
    assert life.was_on == ["20:00-21:00"]


def test_reasons_when_it_is_done() -> None:
    """While it runs all is as planned, afterwards it is done, until the next window."""
    life = Life(local("21:00"), prices=until(priced(), local("06:00", THURSDAY)))
    reasons: list[tuple[str, Reason | None]] = []
    for now in ("22:30", "23:00", "23:30"):
        life.live(local(now))
        reasons.append((now, life.schedule.reason))
    assert reasons == [
        ("22:30", Reason.PLANNED),
        ("23:00", Reason.DONE),
        ("23:30", Reason.DONE),
    ]
    life.live(local("06:00", THURSDAY))
    assert life.schedule.reason is Reason.FALLBACK_OFF


@pytest.mark.parametrize("price", [Decimal("-0.01"), Decimal(0)])
def test_prices_that_are_not_above_zero(price: Decimal) -> None:
    """A price of nothing is a price."""
    prices = priced(("03:00-04:00", str(price * 100)))
    life = Life(local("20:00"), prices=prices)
    assert life.plan == ["03:00-04:00"]


def test_twenty_loads_live_apart() -> None:
    """The schedule of one depends on nothing but its own."""
    lives = [
        Life(local("20:00"), SPLIT_NIGHT, hours(n / 4), priced(("02:00-04:00", 9)))
        for n in range(1, 21)
    ]
    for life in lives:
        life.live(local("06:00", THURSDAY))
    assert [life.time_on for life in lives] == [n * QUARTER for n in range(1, 21)]
