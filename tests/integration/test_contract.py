"""Tests of finding what belongs to a contract."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from tests.simulated import SimulatedNomos

from .home import move_on, pricing, set_up, state_of


async def test_order_placed_later(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """An order that comes later is found."""
    nomos.remove_order()
    await set_up(hass, entry)
    nomos.world.place_order(nomos.subscription)
    await entry.runtime_data.meter_order.async_refresh()
    assert state_of(hass, entry, "meter_order_status").state == "waiting"


async def test_order_that_is_gone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """An order stays for ever: that it is gone is believed after three days only."""
    nomos.set_order(status="activated")
    await set_up(hass, entry)
    nomos.remove_order()
    await entry.runtime_data.meter_order.async_refresh()
    assert not entry.runtime_data.meter_order.last_update_success
    await move_on(hass, freezer, timedelta(hours=71, minutes=30))
    assert pricing(hass, entry) == STATE_ON
    await move_on(hass, freezer, timedelta(hours=2))
    state = state_of(hass, entry, "meter_order_status")
    assert state.attributes["reason"] == "no_order"


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_orders_of_others(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Where the filter is ignored, the right order is found among hundreds."""
    nomos.world.settings.ignore_filters = True
    nomos.world.meter_orders.clear()
    subscriptions = list(nomos.world.subscriptions.values())
    for subscription in subscriptions:
        order = nomos.world.place_order(subscription)
        nomos.world.update_order(order, {"status": "ordered"})
    nomos.set_order(status="checked")
    await set_up(hass, entry)
    assert state_of(hass, entry, "meter_order_status").state == "checked"
    assert len(nomos.requests("/meter-orders")) <= 3


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_no_order_among_orders_of_others(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Orders of other contracts are not taken for one's own."""
    nomos.world.settings.ignore_filters = True
    own = nomos.world.order_of(nomos.subscription.id)
    if own is not None:
        del nomos.world.meter_orders[own.id]
    await set_up(hass, entry)
    assert (
        state_of(hass, entry, "meter_order_status").attributes["reason"] == "no_order"
    )


async def test_more_orders_than_can_be_searched(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """An endless list of orders of others is an answer that cannot be understood."""
    nomos.fail(
        "/meter-orders",
        status=200,
        body='{"object": "list", "items": [], "has_more": true, "next_page": "again"}',
    )
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert len(nomos.requests("/meter-orders")) == 10


async def test_another_order_than_known(
    hass: HomeAssistant, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """An order that belongs to another contract now is looked for anew."""
    old = nomos.order
    old.subscription = "sub_other"
    nomos.world.update_order(
        nomos.world.place_order(nomos.subscription), {"status": "checked"}
    )
    await loaded.runtime_data.meter_order.async_refresh()
    assert state_of(hass, loaded, "meter_order_status").state == "checked"


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_plan_is_not_needed(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, status: int
) -> None:
    """The plan only names the device; without it all else works."""
    nomos.fail("/plans/*", status=status)
    await set_up(hass, entry)
    assert pricing(hass, entry) == STATE_OFF
    nomos.heal()
    await entry.runtime_data.meter_order.async_refresh()
    assert entry.runtime_data.meter_order.data.plan.name == "Dynamisch"


async def test_plan_refused(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Credentials refused are refused, whatever they were used for."""
    nomos.fail("/plans/*", status=401)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
