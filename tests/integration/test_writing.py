"""Tests of what all changes at Nomos have in common: orders and readings alike."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import SimulatedNomos

from .actions import ORDERS, act, check_texts
from .home import move_on, pricing, set_up, state_of, until_asked

PATHS = {
    "order_smart_meter": "/meter-orders",
    "order_grid_fee_reduction": "/grid-fee-reductions",
    "submit_meter_reading": "/meter-readings",
}
SHOWN = {
    "order_smart_meter": ("meter_order_status", "waiting"),
    "order_grid_fee_reduction": ("grid_fee_module_1", "ordered"),
    "submit_meter_reading": ("last_meter_reading", "12345.6"),
}
SECOND = {
    "order_smart_meter": "order_exists",
    "order_grid_fee_reduction": "module_exists",
    "submit_meter_reading": "reading_refused",
}


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which nothing is ordered yet."""
    return "new-contract"


@pytest.fixture
async def home(home: None, hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Let the contract be supplied, so that everything can be wanted of it."""
    nomos.set_subscription(status="active", start_at="-40 days")


def posts(nomos: SimulatedNomos, action: str) -> int:
    """Return how often an action has sent something."""
    return sum(e.method == "POST" for e in nomos.requests(PATHS[action]))


async def begin(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    action: str,
    **fault: Any,
) -> asyncio.Task[dict[str, Any]]:
    """Let a change reach Nomos, which does not answer before its faults are healed."""
    nomos.fail(PATHS[action], method="POST", delay=60, count=1, **fault)
    task = hass.async_create_task(act(hass, action, entry.entry_id))
    while not any(
        (request.method, request.path) == ("POST", PATHS[action])
        for request in nomos.world.requests
    ):
        await asyncio.sleep(0)
    return task


@pytest.mark.parametrize("action", ORDERS)
async def test_second_one_after_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, action: str
) -> None:
    """What comes while the first is under way waits for it, whatever is set up anew."""
    first = await begin(hass, loaded, nomos, action)
    await hass.config_entries.async_reload(loaded.entry_id)
    second = hass.async_create_task(act(hass, action, loaded.entry_id))
    await asyncio.sleep(0)
    nomos.heal()
    assert (await first)["id"]
    with pytest.raises(HomeAssistantError) as refused:
        await second
    assert refused.value.translation_key == SECOND[action]
    assert posts(nomos, action) == (2 if action == "submit_meter_reading" else 1)
    key, shown = SHOWN[action]
    assert state_of(hass, loaded, key).state == shown


@pytest.mark.parametrize("action", ORDERS)
async def test_unloaded_meanwhile(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, action: str
) -> None:
    """What was under way ends well; what waited for it is told that it cannot begin."""
    first = await begin(hass, loaded, nomos, action)
    second = hass.async_create_task(act(hass, action, loaded.entry_id))
    await asyncio.sleep(0)
    await hass.config_entries.async_unload(loaded.entry_id)
    nomos.heal()
    assert (await first)["id"]
    with pytest.raises(HomeAssistantError) as refused:
        await second
    check_texts(refused.value, "not_loaded")
    assert posts(nomos, action) == 1


@pytest.mark.parametrize("action", ORDERS)
async def test_unloaded_and_the_answer_is_lost(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, action: str
) -> None:
    """That nothing is known is told, though there is nobody to look again."""
    first = await begin(hass, loaded, nomos, action, status=500)
    await hass.config_entries.async_unload(loaded.entry_id)
    nomos.heal()
    with pytest.raises(HomeAssistantError) as lost:
        await first
    assert str(lost.value.translation_key).endswith("_outcome_unknown")


@pytest.mark.parametrize("action", ORDERS)
async def test_outage_right_afterwards(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, action: str
) -> None:
    """What Nomos has answered to a change is known, though the next poll fails."""
    nomos.fail("/subscriptions/*", status=503)
    assert (await act(hass, action, loaded.entry_id))["id"]
    await hass.async_block_till_done()
    key, shown = SHOWN[action]
    assert state_of(hass, loaded, key).state == shown
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, loaded, key).state == shown
    if action == "order_smart_meter":
        assert not ir.async_get(hass).issues


@pytest.mark.parametrize("action", ORDERS)
async def test_looks_again_within_the_hour(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    action: str,
) -> None:
    """Where the answer is lost the owner is told to look in an hour, and can see then."""
    path = PATHS[action]
    nomos.fail(path, method="POST", afterwards=True, status=500)
    nomos.fail(path, method="GET", body='{"object": "list", "items": []}')
    with pytest.raises(HomeAssistantError) as lost:
        await act(hass, action, loaded.entry_id)
    assert str(lost.value.translation_key).endswith("_outcome_unknown")
    nomos.heal()
    await move_on(hass, freezer, timedelta(hours=1))
    key, shown = SHOWN[action]
    assert state_of(hass, loaded, key).state == shown


@pytest.mark.parametrize("action", [*ORDERS, "list_meter_orders"])
async def test_credentials_are_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, action: str
) -> None:
    """Credentials that an action finds refused are asked for anew."""
    nomos.credential.client_secret = "renewed"
    nomos.world.tokens.expire_all()
    with pytest.raises(HomeAssistantError):
        await act(hass, action, loaded.entry_id)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


@pytest.mark.parametrize(
    ("at_the_token", "key", "flows"),
    [
        ({"status": 401}, "authentication_failed", 1),
        ({"drop": True}, "cannot_connect", 0),
        ({"status": 429}, "rate_limited", 0),
        ({"body": "{}"}, "invalid_response", 0),
    ],
)
async def test_token_is_refused_when_it_is_sent(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    at_the_token: dict[str, Any],
    key: str,
    flows: int,
) -> None:
    """What fails for want of a token is told as that, and not as a refused change."""
    await set_up(hass, entry)
    nomos.fail("/meter-orders", method="POST", status=401)
    nomos.fail("/oauth/token", **at_the_token)
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "order_smart_meter", entry.entry_id)
    assert refused.value.translation_key == key
    assert len(hass.config_entries.flow.async_progress()) == flows


async def test_poll_that_began_before(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A poll that does not know of the order yet does not undo it."""
    coordinator = loaded.runtime_data.meter_order
    nomos.world.requests.clear()
    nomos.fail("/grid-fee-reductions", method="GET", delay=60, count=1)
    polling = hass.async_create_task(coordinator.async_refresh())
    await until_asked(nomos, "GET", "/grid-fee-reductions")
    ordering = hass.async_create_task(act(hass, "order_smart_meter", loaded.entry_id))
    while coordinator.data.order is None:
        await asyncio.sleep(0)
    nomos.heal()
    nomos.fail("/subscriptions/*", status=503)
    assert (await ordering)["id"]
    await polling
    await hass.async_block_till_done()
    assert state_of(hass, loaded, "meter_order_status").state == "waiting"
    assert not ir.async_get(hass).issues


async def test_old_answer_stays_old(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is sent to Nomos does not make younger what has been known for long."""
    nomos.fail("/subscriptions/*", status=503)
    await move_on(hass, freezer, timedelta(hours=80))
    assert pricing(hass, loaded) == STATE_UNAVAILABLE
    assert (await act(hass, "submit_meter_reading", loaded.entry_id))["id"]
    await hass.async_block_till_done()
    assert pricing(hass, loaded) == STATE_UNAVAILABLE


@pytest.mark.parametrize("action", ORDERS)
async def test_cancelled(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    action: str,
) -> None:
    """What a stopped automation has sent is looked for within the hour."""
    nomos.fail(PATHS[action], method="POST", delay=60, afterwards=True, status=500)
    task = hass.async_create_task(act(hass, action, loaded.entry_id))
    await until_asked(nomos, "POST", PATHS[action])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    nomos.heal()
    await move_on(hass, freezer, timedelta(hours=1))
    key, shown = SHOWN[action]
    assert state_of(hass, loaded, key).state == shown


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("action", ORDERS)
async def test_removed_meanwhile(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    action: str,
    status: int,
) -> None:
    """Of a contract that is gone nothing is asked for, nor left to repair."""
    task = await begin(hass, loaded, nomos, action, status=status)
    await hass.config_entries.async_remove(loaded.entry_id)
    nomos.heal()
    nomos.fail(PATHS[action], method="POST", status=status)
    with pytest.raises(HomeAssistantError):
        await task
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()
    assert not ir.async_get(hass).issues
