"""Tests of what an owner's word does to a schedule."""

from dataclasses import replace
from datetime import time

import pytest

from custom_components.nomos_smartmeter.tariff.load import Load, Need
from custom_components.nomos_smartmeter.tariff.local_time import HOUR, QUARTER
from custom_components.nomos_smartmeter.tariff.planning import Constraints
from custom_components.nomos_smartmeter.tariff.schedule import Reason, Run

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
    until,
)
from .series import drawn, eur

SPLIT_TEATIME = replace(TEATIME, constraints=SPLIT)


@pytest.mark.parametrize(
    ("need", "plan"),
    [
        (hours(3), ["23:37-02:00"]),
        (hours(2.1), ["23:37-01:15"]),
        (hours(2), ["23:37-01:00"]),
        (hours(1), ["23:37-00:00"]),
        (hours(0.75), ["23:37-23:45"]),
        (hours(0.5), []),
        (hours(0), []),
    ],
)
def test_another_need_in_the_middle_of_a_run(need: Need, plan: list[str]) -> None:
    """The owner's word counts at once; what has run counts."""
    life = running()
    life.owner_wants(need=need)
    assert life.plan == plan
    life.live(local("06:00", THURSDAY))
    assert life.time_on == max(37 * MINUTE, need.time + -need.time % QUARTER)


def test_a_longer_need_in_several_pieces() -> None:
    """More is run where it is cheapest, without a break in what goes on."""
    life = running(load=SPLIT_NIGHT)
    life.owner_wants(need=hours(3))
    assert life.plan == ["23:37-01:00", "03:00-04:00"]
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["23:00-01:00", "03:00-04:00"]


def test_a_longer_need_and_a_minimum_run() -> None:
    """What has run of the present piece counts for its minimum, and then it may end."""
    constraints = Constraints(split=True, minimum_run=HOUR)
    load = replace(TEATIME, constraints=constraints)
    life = Life(local("14:00"), load, prices=drawn("1111999922229999"))
    life.live(local("14:50"))
    life.owner_wants(need=hours(2))
    assert life.plan == ["14:50-15:00", "16:00-17:00"]


def test_another_window_in_the_middle_of_a_run() -> None:
    """A run that is out of the new window stops at once."""
    life = running()
    life.owner_wants(replace(NIGHT, earliest_start=time(3)))
    assert (life.is_on, life.plan) == (False, ["03:00-05:00"])
    life.owner_wants(replace(NIGHT, ready_by=time(0, 30)))
    assert life.plan == ["23:45-00:30"]


def test_a_ceiling_in_the_middle_of_a_run() -> None:
    """A run that the owner finds too dear stops at once."""
    life = running()
    ceiling = Constraints(price_ceiling=eur(4))
    life.owner_wants(replace(NIGHT, constraints=ceiling))
    assert (life.plan, life.schedule.reason) == ([], Reason.CEILING_TOO_LOW)
    assert life.schedule.begun == (Run(local("23:00"), local("23:37")),)


def test_what_nothing_changes_changes_nothing() -> None:
    """The owner's word alone does not make it flicker, nor run more."""
    life = running(load=SPLIT_NIGHT)
    for minute in range(200):
        life.live(local("23:37") + minute * MINUTE)
        life.look(by_owner=True)
    assert life.was_on == ["23:00-01:00"]


@pytest.mark.parametrize("load", [NIGHT, SPLIT_NIGHT])
def test_off_and_on_again(load: Load) -> None:
    """Off wins at once, also over what is to come; on again the rest is planned."""
    life = running(load=load)
    life.enable(enabled=False)
    assert (life.plan, life.schedule.reason) == ([], Reason.DISABLED)
    life.learn(priced(usual=-9))
    life.live(local("01:10", THURSDAY))
    assert life.plan == []
    life.enable(enabled=True)
    # 37 of 120 minutes have run; six quarter-hours are what is missing.
    assert life.plan == ["01:15-02:45"]
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["23:00-23:37", "01:15-02:45"]


def test_off_when_a_run_should_have_begun() -> None:
    """What did not begin is not remembered as if it had."""
    life = Life(local("20:00"), prices=priced(("23:00-00:00", 5)))
    life.load = replace(NIGHT, enabled=False)
    life.sleep(local("23:10"))
    assert life.schedule.begun == ()


def test_off_for_a_moment() -> None:
    """In the same quarter-hour it goes on with the next, nothing counted twice."""
    life = running()
    life.enable(enabled=False)
    life.live(local("23:40"))
    life.enable(enabled=True)
    assert life.plan == ["23:45-01:15"]


def test_on_again_has_a_start_again() -> None:
    """Starts are counted from the owner's last word on."""
    constraints = Constraints(split=True, maximum_starts=1)
    load = replace(TEATIME, constraints=constraints)
    life = Life(local("14:00"), load, prices=drawn("1111111111111111"))
    life.live(local("14:03"))
    life.enable(enabled=False)
    life.live(local("14:07"))
    life.enable(enabled=True)
    assert life.plan == ["14:15-15:15"]


def test_an_owner_cannot_win_a_start() -> None:
    """A run that begins with the quarter-hour of the owner's word is one of those."""
    constraints = Constraints(split=True, maximum_starts=2)
    load = replace(TEATIME, constraints=constraints)
    life = Life(local("13:00"), load, prices=drawn("1199992399999299"))
    life.live(local("14:07"))
    life.look(by_owner=True)
    expected = ["14:07-14:30", "15:30-16:00"]
    assert life.plan == expected
    life.live(local("14:08"))
    life.look()
    life.live(local("18:00"), [local("14:30"), local("15:00")])
    assert life.was_on == ["14:00-14:30", "15:30-16:00"]


def test_in_one_piece_after_the_owners_word() -> None:
    """A load in one piece goes on where it can, even if there are better times."""
    life = Life(local("13:00"), TEATIME, hours(1), drawn("1111888833333333"))
    life.live(local("14:50"))
    life.owner_wants(need=hours(1.75))
    assert life.plan == ["14:50-15:45"]
    life.live(local("15:20"), [local("14:55")])
    # A gap in the prices ends it, and there is no other piece.
    life.prices = drawn("111111--33333333")
    life.owner_wants(need=hours(2))
    assert life.plan == ["15:20-15:30"]
    assert life.schedule.reason is Reason.PRICES_NOT_KNOWN
    life.live(local("18:00"), [local("15:21"), local("15:40"), local("16:00")])
    assert life.was_on == ["14:00-15:30"]


def test_a_piece_that_cannot_go_on_may_begin_anew() -> None:
    """Where the owner's word leaves nothing of it, the rest is one piece later."""
    life = Life(local("13:00"), TEATIME, hours(1), drawn("1111888833333333"))
    life.live(local("14:20"))
    life.owner_wants(replace(TEATIME, earliest_start=time(15)))
    assert (life.is_on, life.plan) == (False, ["16:00-17:00"])
    life = Life(local("13:00"), TEATIME, hours(1), drawn("5555888833333333"))
    life.owner_wants(replace(TEATIME, ready_by=time(15)))
    life.live(local("14:20"))
    ceiling = Constraints(price_ceiling=eur(4))
    life.owner_wants(replace(TEATIME, constraints=ceiling))
    assert (life.is_on, life.plan) == (False, ["16:00-16:45"])
    life.live(local("18:00"), [local("14:21"), local("16:10"), local("16:45")])
    assert life.was_on == ["14:00-14:20", "16:00-16:45"]


def test_minimum_run_after_off_and_on() -> None:
    """What is left over is run, if the owner made it less than the minimum run."""
    constraints = Constraints(split=True, minimum_run=HOUR)
    load = replace(TEATIME, constraints=constraints)
    life = Life(local("14:00"), load, prices=drawn("1111111111111111"))
    life.live(local("14:30"))
    life.enable(enabled=False)
    life.live(local("15:00"))
    life.enable(enabled=True)
    assert life.plan == ["15:00-15:30"]


def test_the_owners_word_about_a_remaining_need() -> None:
    """The rest is planned from the start of the present quarter-hour on."""
    life = running(missing(120))
    # 7 minutes of this quarter-hour are behind it.
    life.owner_wants(need=missing(23))
    assert life.plan == ["23:37-00:00"]
    life.owner_wants(need=missing(24))
    assert life.plan == ["23:37-00:15"]


@pytest.mark.parametrize("constraints", [Constraints(), SPLIT])
@pytest.mark.parametrize(
    ("minutes", "plan"), [(0, []), (4, ["18:11-18:15"]), (15, ["18:11-18:30"])]
)
def test_the_owners_word_inside_a_quarter_hour(
    constraints: Constraints, minutes: int, plan: list[str]
) -> None:
    """What is missing is counted from now on, not from the quarter-hour's start."""
    load = Load(earliest_start=time(17), ready_by=time(22), constraints=constraints)
    life = Life(local("17:00"), load, missing(120), priced(("18:00-20:00", 5)))
    life.live(local("18:11"))
    assert life.is_on
    life.owner_wants(need=missing(minutes))
    assert life.plan == plan
    life.live(local("22:00"), [local("18:12"), local("18:16")])
    assert life.plan == []


def test_the_owners_word_inside_a_quarter_hour_that_is_left() -> None:
    """If it does not go on, all that is missing is planned later."""
    load = Load(earliest_start=time(17), ready_by=time(22), constraints=SPLIT)
    life = Life(local("17:00"), load, missing(120), priced(("18:00-20:00", 5)))
    life.live(local("18:11"))
    life.prices = priced(("20:00-21:00", 1))
    for minutes, plan in (
        (0, []),
        (15, ["20:00-20:15"]),
        (60, ["20:00-21:00"]),
    ):
        life.owner_wants(need=missing(minutes))
        assert (life.is_on, life.plan) == (False, plan)


def test_the_owners_word_while_the_need_is_unknown() -> None:
    """What has begun goes on, as nobody can tell how long it shall."""
    life = running()
    life.lose_need()
    life.owner_wants(replace(NIGHT, ready_by=time(7)))
    assert life.plan == ["23:37-01:00"]
    life.enable(enabled=False)
    assert life.plan == []


def test_known_until_matters_not_to_the_owner() -> None:
    """A change while only a part of the window is known plans with that."""
    life = Life(local("22:05"), prices=until(priced(), local("00:00", THURSDAY)))
    life.owner_wants(need=hours(3))
    assert life.plan == ["22:15-00:00"]
