"""Tests of loads while there is nothing to plan with, and of the hand-over."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from custom_components.nomos_smartmeter.const import CONF_PREVIEW_PRICES
from tests.simulated import SimulatedNomos

from .home import local
from .loads import DISHWASHER, WALLBOX, House, load, move_in, tell_prices

NOW = local("2026-07-01 15:07")
CHEAP_AT_THREE = ("2026-07-02 03:00", 8, 10)
THREE_HOURS = {**WALLBOX, "energy": 33}
CAR = {"energy": None, "energy_entity": "sensor.car_missing"}

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which an order is on its way."""
    return "household"


async def wait_for_meter(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    **changes: Any,
) -> House:
    """Set up a home that waits for its meter, with a car that needs three hours."""
    tell_prices(nomos, CHEAP_AT_THREE)
    nomos.subscription.meter.type = "smart"
    return await move_in(hass, freezer, nomos, load({**THREE_HOURS, **changes}))


@pytest.mark.parametrize(
    ("fallback", "changes"),
    [
        ("off", []),
        ("window", ["1 22:00 on", "2 01:00 off", "2 22:00 on", "3 01:00 off"]),
        ("always_on", []),
    ],
)
async def test_before_the_meter_is_there(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    fallback: str,
    changes: list[str],
) -> None:
    """Each night the same, by the clock, and no price is asked for."""
    house = await wait_for_meter(hass, freezer, nomos, fallback=fallback)
    seen = house.watch()
    await house.live_until("2026-07-03 12:00")
    assert seen == changes
    assert house.run() == (STATE_ON if fallback == "always_on" else STATE_OFF)
    assert house.reason() == f"fallback_{fallback}"
    assert not nomos.requests("*/prices")


async def test_days_hold_in_the_fallback_window(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A load that runs on Thursdays only does so by the clock as well."""
    house = await wait_for_meter(hass, freezer, nomos, days=["thu"])
    assert house.plan() == ["2 22:00 – 3 01:00"]


async def test_always_on_ignores_window_and_days(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """It is on at once, and goes off when it is disabled, which wins over everything."""
    house = await wait_for_meter(
        hass, freezer, nomos, fallback="always_on", days=["sun"], energy=0
    )
    assert house.run() == STATE_ON
    await house.set("enabled", "off")
    assert (house.run(), house.reason()) == (STATE_OFF, "disabled")
    await house.set("enabled", "on")
    assert house.run() == STATE_ON


async def test_always_on_with_a_car_that_says_nothing(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """It is on without any need, but with prices nothing is on that nobody needs."""
    house = await wait_for_meter(hass, freezer, nomos, **CAR, fallback="always_on")
    assert (house.run(), house.reason()) == (STATE_ON, "fallback_always_on")
    await house.contract_is(order="activated")
    assert (house.run(), house.reason()) == (STATE_OFF, "need_unknown")


async def test_hand_over_in_the_middle_of_a_fallback_window(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """The run that has begun goes on to its end, and the need is met with it."""
    house = await wait_for_meter(hass, freezer, nomos)
    await house.live_until("2026-07-01 22:30")
    seen = house.watch()
    await house.contract_is(order="activated")
    assert house.run() == STATE_ON
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 01:00 off"]
    assert house.reason() == "prices_not_known"


async def test_hand_over_before_the_fallback_window(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """The night is planned by prices from the moment on at which they count."""
    house = await wait_for_meter(hass, freezer, nomos)
    assert house.plan() == ["1 22:00 – 2 01:00"]
    await house.live_until("2026-07-01 21:59")
    seen = house.watch()
    await house.contract_is(order="activated")
    assert house.reason() == "planned"
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 22:00 on", "1 23:00 off", "2 03:00 on", "2 05:00 off"]


async def test_hand_over_of_a_load_that_is_always_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """It goes off at once unless it is cheap, and what it ran since 18:00 counts."""
    house = await wait_for_meter(hass, freezer, nomos, fallback="always_on")
    assert house.run() == STATE_ON
    await house.live_until("2026-07-01 19:00")
    seen = house.watch()
    await house.contract_is(order="activated")
    assert (house.run(), house.reason()) == (STATE_OFF, "planned")
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 19:00 off", "2 03:00 on", "2 05:00 off"]


async def test_hand_over_of_a_load_that_is_on_in_a_cheap_hour(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """What would go off and on again stays on."""
    house = await wait_for_meter(
        hass, freezer, nomos, fallback="always_on", earliest_start="02:00:00"
    )
    await house.live_until("2026-07-02 03:07")
    seen = house.watch()
    await house.contract_is(order="activated")
    assert house.run() == STATE_ON
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 05:00 off"]


@pytest.mark.parametrize("fallback", ["off", "window", "always_on"])
async def test_hand_over_with_prices_in_preview(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    fallback: str,
) -> None:
    """Prices that are only shown plan nothing, and at once do when they are paid."""
    house = await wait_for_meter(hass, freezer, nomos, fallback=fallback)
    hass.config_entries.async_update_entry(
        house.entry, options={CONF_PREVIEW_PRICES: True}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert nomos.requests("*/prices")
    assert house.reason() == f"fallback_{fallback}"
    await house.contract_is(order="activated")
    assert house.reason() == "planned"
    assert house.run() == STATE_OFF
    await house.contract_is(order="cancelled")
    assert house.reason() == f"fallback_{fallback}"
    assert house.run() == (STATE_ON if fallback == "always_on" else STATE_OFF)


@pytest.mark.parametrize(
    ("fallback", "changes"),
    [
        ("off", ["2 05:00 off"]),
        ("window", ["2 05:00 off"]),
        ("always_on", []),
    ],
)
async def test_pricing_that_ends_in_the_middle_of_a_run(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    fallback: str,
    changes: list[str],
) -> None:
    """The run that has begun goes on; after it the fallback holds."""
    nomos.set_order(status="activated")
    house = await wait_for_meter(
        hass, freezer, nomos, fallback=fallback, energy=22, minimum_pause={"hours": 1}
    )
    await house.live_until("2026-07-02 03:07")
    seen = house.watch()
    await house.contract_is(status="ended")
    assert house.run() == STATE_ON
    await house.live_until("2026-07-02 12:00")
    assert seen == changes
    assert house.reason() == f"fallback_{fallback}"


async def test_pricing_that_ends_before_a_run(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """What was planned by prices is planned no more."""
    nomos.set_order(status="activated")
    house = await wait_for_meter(hass, freezer, nomos, energy=22)
    assert house.plan() == ["2 03:00 – 2 05:00"]
    await house.contract_is(status="ended")
    assert house.plan() == ["1 22:00 – 2 00:00"]
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 22:00 on", "2 00:00 off"]


async def test_need_in_the_fallback_window(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """The owner's word counts there, too: at once, and in the middle of a run."""
    house = await wait_for_meter(hass, freezer, nomos)
    await house.set("run_time", 2)
    assert house.plan() == ["1 22:00 – 2 00:00"]
    await house.live_until("2026-07-01 23:00")
    seen = house.watch()
    await house.set("run_time", 0.5)
    assert house.run() == STATE_OFF
    await house.set("run_time", 1.5)
    assert house.run() == STATE_ON
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 23:00 off", "1 23:00 on", "1 23:30 off"]


async def test_restart_in_the_middle_of_a_fallback(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A run by the clock is gone on with as well, to the same end."""
    house = await wait_for_meter(hass, freezer, nomos)
    await house.live_until("2026-07-01 22:30")
    await house.stop()
    await house.at("2026-07-01 22:50")
    await house.start()
    assert house.run() == STATE_ON
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 01:00 off"]


async def test_restart_while_always_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """It is on again with the set-up, and the time before it counts at the hand-over."""
    house = await wait_for_meter(hass, freezer, nomos, fallback="always_on")
    await house.live_until("2026-07-01 19:00")
    await house.stop()
    await house.at("2026-07-01 20:00")
    await house.start()
    assert house.run() == STATE_ON
    await house.live_until("2026-07-01 20:30")
    seen = house.watch()
    await house.contract_is(order="activated")
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 20:30 off", "2 03:00 on", "2 03:30 off"]


@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_nomos_silent_for_a_day(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Known prices are used to their end, then it goes by the clock, and back again."""
    tell_prices(nomos, ("2026-07-02 03:00", 4, 10), ("2026-07-04 05:00", 4, 10), days=5)
    by_night = {"earliest_start": "00:30:00", "fallback_start": "02:00:00"}
    house = await move_in(hass, freezer, nomos, load({**WALLBOX, **by_night}))
    seen = house.watch()
    nomos.fail(drop=True)
    await house.live_until("2026-07-03 02:20")
    assert (house.run(), house.reason()) == (STATE_ON, "fallback_window")
    nomos.heal()
    await house.live_until("2026-07-03 02:55")
    assert house.run() == STATE_ON
    await house.live_until("2026-07-04 12:00")
    assert seen == [
        "2 03:00 on",
        "2 04:00 off",
        "3 02:00 on",
        "3 03:00 off",
        "4 05:00 on",
        "4 06:00 off",
    ]


@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_prices_that_end_in_the_middle_of_the_night(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """What prices are known of an open window are planned with, and the reason says so."""
    freezer.move_to(NOW - timedelta(hours=5))
    tell_prices(nomos, ("2026-07-01 23:00", 4, 10))
    house = await move_in(hass, freezer, nomos, load(THREE_HOURS))
    assert (house.plan(), house.reason()) == ([], "prices_not_known")
    nomos.fail(drop=True)
    await house.live_until("2026-07-01 18:00")
    assert house.plan() == ["1 18:00 – 1 20:00", "1 23:00 – 2 00:00"]
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 20:00 off", "1 23:00 on", "2 00:00 off"]


@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_start_while_nomos_is_silent_and_nothing_is_known(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Without a price the load runs by the clock, or not at all, as it is set."""
    nomos.fail("/subscriptions/*/prices", status=503)
    house = await move_in(
        hass, freezer, nomos, load(WALLBOX), load(DISHWASHER, "Dish", "dish")
    )
    assert (house.plan(), house.reason()) == (["1 22:00 – 1 23:00"], "fallback_window")
    assert (house.plan("dish"), house.reason("dish")) == ([], "fallback_off")
