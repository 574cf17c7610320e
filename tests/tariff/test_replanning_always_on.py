"""Tests of a load that is always on while there is no price, and of the change over."""

from dataclasses import replace

import pytest

from custom_components.nomos_smartmeter.tariff.local_time import (
    HOUR,
)
from custom_components.nomos_smartmeter.tariff.planning import Constraints
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries
from custom_components.nomos_smartmeter.tariff.replanning import next_change
from custom_components.nomos_smartmeter.tariff.schedule import Reason, Run

from .loads import (
    ALWAYS,
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
    priced,
    until,
    without,
)
from .series import items


def test_always_on() -> None:
    """It ignores window, days and need."""
    load = replace(ALWAYS, days=frozenset({6}))
    for need in (hours(0), hours(1), None):
        life = Life(local("09:03"), load, need)
        assert (life.plan, life.schedule.reason) == (
            ["09:03-"],
            Reason.FALLBACK_ALWAYS_ON,
        )
        life.live(local("23:00", FRIDAY))
        assert life.was_on == ["09:03-23:00"]
        assert life.schedule.runs == (Run(local("09:03"), None),)


@pytest.mark.parametrize(
    ("now", "cheap", "plan", "was_on"),
    [
        # The plan uses the present quarter-hour: it goes on without a flicker.
        ("22:07", "22:00-23:00", ["22:07-23:00"], ["20:00-23:00"]),
        ("22:00", "22:00-23:00", ["22:00-23:00"], ["20:00-23:00"]),
        # Otherwise it stops at once. What it ran since the window opened counts, but
        # for the beginning of the present quarter-hour.
        ("22:07", "03:00-04:00", ["03:00-04:00"], ["20:00-22:07", "03:00-04:00"]),
        ("22:30", "03:00-04:00", ["03:00-03:30"], ["20:00-22:30", "03:00-03:30"]),
        ("22:55", "03:00-04:00", ["03:00-03:15"], ["20:00-22:55", "03:00-03:15"]),
        ("23:00", "03:00-04:00", [], ["20:00-23:00"]),
        ("01:00", "03:00-04:00", [], ["20:00-01:00"]),
        # What it ran before does not.
        ("21:00", "03:00-04:00", ["03:00-04:00"], ["20:00-21:00", "03:00-04:00"]),
    ],
)
@pytest.mark.parametrize("constraints", [Constraints(), SPLIT])
def test_prices_while_always_on(
    constraints: Constraints, now: str, cheap: str, plan: list[str], was_on: list[str]
) -> None:
    """An open-ended run is decided anew when dynamic pricing is there."""
    life = Life(local("20:00"), replace(ALWAYS, constraints=constraints))
    life.live(local(now, THURSDAY if now < "12:00" else WEDNESDAY))
    assert life.schedule.asked_at == local("20:00")
    life.learn(priced((cheap, 5)))
    assert life.plan == plan
    assert life.schedule.asked_at == life.now
    life.live(local("06:00", THURSDAY), [life.now + MINUTE, local("23:20")])
    assert life.was_on == was_on


def test_prices_and_the_owners_word_at_once() -> None:
    """An open-ended run is not the one piece of a load, whoever ends it."""
    life = Life(local("20:00"), ALWAYS)
    life.live(local("22:30"))
    life.prices = priced(("03:00-04:00", 5))
    life.owner_wants(need=hours(1))
    assert (life.is_on, life.plan) == (False, ["03:00-03:30"])


def test_always_on_until_the_need_is_met() -> None:
    """The hand-over counts exactly: no quarter-hour is run twice, none is missing."""
    life = Life(local("21:50"), ALWAYS, hours(2))
    life.live(local("23:10"))
    # From 22:00 to 23:00 is an hour; what of this quarter-hour is behind it is lost.
    life.learn(priced(("04:00-05:00", 5)))
    assert life.plan == ["04:00-05:00"]
    life.live(local("06:00", THURSDAY))
    assert life.was_on == ["21:50-23:10", "04:00-05:00"]


def test_always_on_when_the_need_is_unknown() -> None:
    """With prices nothing can be planned, and an open-ended run has no planned end."""
    life = Life(local("20:00"), ALWAYS, None)
    life.live(local("20:30"))
    life.learn(priced())
    assert (life.plan, life.schedule.reason) == ([], Reason.NEED_UNKNOWN)
    assert life.was_on == ["20:00-20:30"]


def test_prices_are_lost_while_always_on_is_the_fallback() -> None:
    """A planned run that has begun is followed by one without an end, at once."""
    life = Life(local("20:00"), ALWAYS, prices=priced())
    life.live(local("22:30"))
    life.lose_prices()
    assert life.plan == ["22:30-"]
    assert life.schedule.reason is Reason.FALLBACK_ALWAYS_ON
    life.live(local("01:00", THURSDAY), [local("22:40"), local("23:00")])
    assert life.was_on == ["22:00-01:00"]


def test_off_and_on_again_while_always_on() -> None:
    """Off wins over the fallback; on again a pause is kept where one is wanted."""
    pause = Constraints(split=True, minimum_pause=HOUR)
    for constraints, start in (
        (Constraints(), "20:40-"),
        (SPLIT, "20:40-"),
        (replace(pause, split=False), "20:40-"),
        (pause, "21:30-"),
    ):
        life = Life(local("20:00"), replace(ALWAYS, constraints=constraints))
        life.live(local("20:30"))
        life.enable(enabled=False)
        assert (life.plan, life.schedule.reason) == ([], Reason.DISABLED)
        life.live(local("20:40"))
        life.enable(enabled=True)
        assert life.plan == [start]
        life.live(local("22:00"), [local("21:00"), local("21:29")])
        assert life.plan == ["22:00-"]


def test_the_owners_word_while_always_on() -> None:
    """It goes on without a flicker where the fallback stays, and stops where not."""
    life = Life(local("20:00"), ALWAYS)
    life.live(local("20:30"))
    life.owner_wants(need=hours(3))
    assert life.plan == ["20:30-"]
    life.owner_wants(NIGHT)
    assert (life.plan, life.schedule.reason) == ([], Reason.FALLBACK_OFF)
    life.owner_wants(AT_TWO)
    assert (life.plan, life.schedule.reason) == (
        ["02:00-05:00"],
        Reason.FALLBACK_WINDOW,
    )


def test_no_price_in_what_is_left_of_the_window() -> None:
    """Prices are unknown then, though there are others; missing ones are no matter."""
    gap = (local("00:00", THURSDAY), local("06:00", THURSDAY))
    life = Life(local("20:00"), ALWAYS, hours(3), without(priced(), gap))
    assert life.plan == ["22:00-00:00"]
    assert life.schedule.reason is Reason.PRICES_NOT_KNOWN
    life.live(local("12:00", THURSDAY))
    # With the next window there is something to plan with again.
    assert life.was_on == ["22:00-06:00"]
    assert life.schedule.reason is Reason.PRICES_NOT_KNOWN
    # Before the window opens that is no matter, even if there is no price at all.
    for first in ("22:00", "20:30"):
        prices = without(priced(), (local(first), gap[1]))
        life = Life(local("20:00"), ALWAYS, hours(3), prices)
        life.live(local("12:00", THURSDAY))
        assert life.was_on == ["22:00-06:00"]


def test_the_last_quarter_with_a_price_is_lived_without_a_flicker() -> None:
    """A quarter-hour that has begun has a price, and cannot be planned any more."""
    prices = without(priced(), (local("22:30"), local("06:00", THURSDAY)))
    ceiling = Constraints(split=True, price_ceiling=priced().intervals[0].price)
    load = replace(ALWAYS, constraints=ceiling)
    life = Life(local("22:20"), load, hours(3), prices)
    assert (life.plan, life.schedule.reason) == ([], Reason.PRICES_NOT_KNOWN)
    assert next_change(life.schedule, life.situation) == local("22:30")
    life.live(local("22:31"))
    assert life.plan == ["22:31-"]


def test_the_service_is_down_and_always_on_stands_in() -> None:
    """From the end of the last known price until there are prices again."""
    prices = until(priced(), local("00:00", THURSDAY))
    life = Life(local("12:00"), ALWAYS, hours(1), prices)
    life.live(local("10:03", FRIDAY))
    assert life.was_on == ["22:00-23:00", "00:00-10:03"]
    life.learn(PriceSeries.of(items(local("00:00", FRIDAY), [9] * 192)))
    assert life.plan == ["22:00-23:00"]
    assert not life.is_on
