"""Tests of needs that others tell: of nothing, of what is still missing, of silence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from custom_components.nomos_smartmeter.tariff.load import Load, Need
from custom_components.nomos_smartmeter.tariff.local_time import HOUR, QUARTER
from custom_components.nomos_smartmeter.tariff.planning import Constraints
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries
from custom_components.nomos_smartmeter.tariff.schedule import Reason

from .loads import (
    MINUTE,
    NIGHT,
    SPLIT,
    SPLIT_NIGHT,
    TEATIME,
    THURSDAY,
    Life,
    hours,
    local,
    missing,
    priced,
    running,
)
from .series import drawn

SPLIT_TEATIME = replace(TEATIME, constraints=SPLIT)


@pytest.mark.parametrize("need", [hours(0), missing(0)])
def test_nothing_needed(need: Need) -> None:
    """A need of zero plans nothing."""
    life = Life(local("20:00"), need=need, prices=priced())
    assert (life.plan, life.schedule.reason) == ([], Reason.NOTHING_NEEDED)
    life.live(local("12:00", THURSDAY))
    assert life.was_on == []


def charging(
    load: Load, prices: PriceSeries, minutes: float, told: Callable[[float], float]
) -> Life:
    """Return the night of a car that tells every minute what it is still missing.

    Args:
        load: How it charges.
        prices: What that costs.
        minutes: What it needs at first.
        told: What it says when it needs so many minutes.
    """

    def sensor(life: Life) -> Need:
        return missing(max(0.0, told(minutes - life.time_on / MINUTE)))

    life = Life(local("20:00"), load, None, prices, sensor=sensor)
    life.live(
        local("06:00", THURSDAY), [local("21:50") + n * MINUTE for n in range(490)]
    )
    return life


def test_remaining_need_is_met_as_it_shrinks() -> None:
    """What has run is not subtracted again from what is still missing."""
    prices = priced(("02:00-03:00", 5))
    life = charging(SPLIT_NIGHT, prices, 120, lambda left: left)
    assert life.was_on == ["22:00-23:00", "02:00-03:00"]


@pytest.mark.parametrize("constraints", [Constraints(), SPLIT])
@pytest.mark.parametrize("jitter", [1, 20])
def test_a_need_that_jitters(constraints: Constraints, jitter: int) -> None:
    """The relay does not flap, whatever the car says from minute to minute."""
    random = Random(jitter)
    load = replace(NIGHT, constraints=constraints)
    prices = priced(("23:00-00:00", 5), ("03:00-04:00", 6))
    life = charging(
        load, prices, 100, lambda left: left + random.uniform(-jitter, jitter)
    )
    assert len(life.was_on) <= (5 if constraints.split else 1)
    assert all(run.end and run.end - run.start >= QUARTER for run in life.schedule.runs)
    assert abs(life.time_on - 100 * MINUTE) <= QUARTER + jitter * MINUTE


def test_a_car_that_charges_slowly() -> None:
    """A piece goes on at its end while more is missing than was thought."""
    prices = priced(("23:00-00:00", 5))
    life = charging(NIGHT, prices, 60, lambda left: 60 - (60 - left) / 2)
    assert life.was_on == ["23:00-01:00"]


def test_a_car_that_is_full_early() -> None:
    """A run that has begun goes on to its planned end."""
    life = running(missing(120))
    life.learn(need=missing(0))
    assert life.plan == ["23:37-01:00"]
    assert life.schedule.reason is Reason.NOTHING_NEEDED
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["23:00-01:00"]


def test_a_need_that_grows_while_it_runs() -> None:
    """What is more than what will be run by its end is planned after it."""
    life = running(missing(120), SPLIT_NIGHT)
    life.learn(need=missing(83 + 30))
    assert life.plan == ["23:37-01:00", "03:00-03:30"]
    life.learn(need=missing(83))
    assert life.plan == ["23:37-01:00"]


def test_what_is_still_missing_may_be_less_than_a_minimum_run() -> None:
    """A car that is not quite full after its run is charged for the rest."""
    constraints = Constraints(split=True, minimum_run=HOUR)
    load = replace(TEATIME, constraints=constraints)
    life = Life(local("14:00"), load, missing(60), drawn("1111999999919999"))
    life.live(local("15:20"))
    assert life.plan == []
    life.learn(need=missing(15))
    assert life.plan == ["16:45-17:00"]


def test_what_is_missing_after_a_window_is_planned_in_the_next() -> None:
    """A need that remains is met once, not in each window."""
    load = replace(TEATIME, constraints=SPLIT)
    for need, plan in (
        (missing(180), ["14:00-17:00"]),
        (missing(300), ["14:00-18:00", "14:00-15:00"]),
    ):
        life = Life(local("12:00"), load, need, priced())
        assert life.plan == plan
    life = Life(local("12:00"), load, hours(3), priced())
    assert life.plan == ["14:00-17:00", "14:00-17:00"]


@pytest.mark.parametrize("load", [NIGHT, SPLIT_NIGHT])
def test_an_unknown_need(load: Load) -> None:
    """Nothing new starts; what has begun goes on to its planned end."""
    life = running(load=load)
    life.learn(need=hours(3))
    life.lose_need()
    assert (life.plan, life.schedule.reason) == (["23:37-01:00"], Reason.NEED_UNKNOWN)
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["23:00-01:00"]


def test_a_need_that_is_unknown_when_a_run_is_due() -> None:
    """A run does not begin then, not even at its very minute."""
    for gone in ("20:30", "23:00", "23:05"):
        life = Life(local("20:00"), prices=priced(("23:00-00:00", 5)))
        life.need = None
        life.sleep(local(gone))
        assert life.plan == []
        life.live(local("23:20"))
        life.learn(need=hours(1))
        assert life.plan == ["23:30-00:30"]


def test_restart_before_the_need_is_known() -> None:
    """Entities come minutes after a restart: a run goes on, and the plan returns."""
    life = running(hours(3), SPLIT_NIGHT)
    plan = life.plan
    life.need = None
    life.sleep(local("23:40"))
    assert life.plan == ["23:40-01:00"]
    life.live(local("23:43"))
    life.learn(need=hours(3))
    assert life.plan == [plan[0].replace("23:37", "23:43"), *plan[1:]]
    assert life.schedule.asked_at == local("20:00")


def test_a_need_that_becomes_known_is_asked_for_then() -> None:
    """It counts as asked for when a car comes, if nothing has run for it."""
    life = Life(local("20:00"), need=missing(0), prices=priced())
    life.live(local("22:40"))
    life.learn(need=missing(60))
    assert life.schedule.asked_at == local("22:40")
    life.live(local("22:50"))
    life.learn(need=missing(0))
    life.live(local("23:00"))
    life.learn(need=missing(60))
    # It has run, so that a need that comes and goes does not win starts.
    assert life.schedule.asked_at == local("22:40")
    life.lose_need()
    life.learn(need=missing(30))
    assert life.schedule.asked_at == local("22:40")


def test_a_need_of_seconds() -> None:
    """It is rounded up to a quarter-hour."""
    life = Life(local("20:00"), need=Need(timedelta(seconds=1)), prices=priced())
    assert life.plan == ["22:00-22:15"]
