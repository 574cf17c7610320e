"""Tests of setting up, unloading and removal."""

import asyncio
from datetime import timedelta
import logging
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryState,
    ConfigSubentry,
)
from homeassistant.const import STATE_OFF, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components import nomos_smartmeter
from custom_components.nomos_smartmeter import contract
from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.load_settings import LoadSettings
from custom_components.nomos_smartmeter.nomos import transport
from tests.simulated import SimulatedNomos

from .home import (
    FAULTS,
    STORE,
    add_entry,
    move_on,
    pricing,
    set_up,
    state_of,
    tracebacks,
)
from .loads import DISHWASHER, WALLBOX, add_entry_with, load
from .set_ups import watch_set_ups


async def test_first_poll_is_at_once(
    loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Setting up asks once for everything."""
    assert nomos.lines() == [
        "POST /oauth/token",
        f"GET /subscriptions/{nomos.subscription.id}",
        "GET /meter-orders",
        f"GET /plans/{nomos.subscription.plan}",
        "GET /grid-fee-reductions",
        "GET /meter-readings",
    ]


@pytest.mark.parametrize("fault", [*FAULTS, {"delay": 60}])
async def test_faults_at_set_up(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
) -> None:
    """Without any answer so far, set-up is tried again later, without a traceback."""
    monkeypatch.setattr(transport, "REQUEST_TIMEOUT", 0.5)
    nomos.fail("/[sm]*", **fault)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason
    assert not tracebacks(caplog)
    nomos.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert pricing(hass, entry) == STATE_OFF


async def test_wrong_secret_at_set_up(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Credentials refused at the first poll lead to reauthentication."""
    nomos.credential.client_secret = "changed"
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_read_only_scope_is_enough(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Reading needs no more than the scope to read."""
    nomos.credential.scope = "read:*"
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED


async def test_removal_forgets(
    hass: HomeAssistant, hass_storage: dict[str, Any], loaded: MockConfigEntry
) -> None:
    """With the entry goes what was stored of it."""
    assert STORE in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done()
    assert not [key for key in hass_storage if key.startswith(STORE)]


@pytest.mark.parametrize("fault", [{}, {"status": 401}, {"status": 500}])
async def test_removal_while_a_poll_is_on_its_way(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """A poll that ends after the removal stores nothing, starts nothing, logs nothing."""
    nomos.fail("/sub*", delay=60, count=1)
    poll = hass.async_create_task(loaded.runtime_data.meter_order.async_refresh())
    while not nomos.world.requests[-1].path.startswith("/sub"):
        await asyncio.sleep(0)
    await hass.config_entries.async_remove(loaded.entry_id)
    nomos.heal()
    if fault:
        nomos.fail(**fault)
    await poll
    assert STORE not in hass_storage
    assert not hass.config_entries.flow.async_progress()


async def test_unload_leaves_nothing_behind(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """After unloading nothing is asked, and loading again works."""
    await hass.config_entries.async_unload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.NOT_LOADED
    nomos.exchanges.clear()
    await move_on(hass, freezer, timedelta(days=4))
    assert not nomos.exchanges
    await set_up(hass, loaded)
    assert pricing(hass, loaded) == STATE_OFF


async def test_what_sets_up_anew(
    hass: HomeAssistant, nomos: SimulatedNomos, caplog: pytest.LogCaptureFixture
) -> None:
    """Only that does which entities are made from; the rest is taken as it comes."""
    entry = add_entry_with(hass, nomos, load(WALLBOX))
    await set_up(hass, entry)
    set_ups, entries = watch_set_ups(hass, entry), hass.config_entries
    wallbox = entry.subentries["wallbox"]

    async def count() -> int:
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED
        return len(set_ups)

    for changes in ({"energy": 22}, {"enabled": False}, {"days": ["mon"]}):
        data = {**wallbox.data, **changes}
        entries.async_update_subentry(entry, wallbox, data=data)
        settings = entry.runtime_data.loads.coordinators["wallbox"].settings
        assert settings == LoadSettings.read(data)
    entries.async_update_entry(entry, title="Holiday home")
    assert await count() == 0
    entries.async_update_subentry(entry, wallbox, title="Garage")
    assert await count() == 1
    data = {**wallbox.data, "kind": "other"}
    entries.async_update_subentry(entry, wallbox, data=data)
    assert await count() == 2
    dishes = ConfigSubentry(
        data=MappingProxyType({**WALLBOX, "kind": "appliance"}),
        subentry_type="load",
        title="Dishwasher",
        unique_id=None,
    )
    entries.async_add_subentry(entry, dishes)
    assert await count() == 3
    assert set(entry.runtime_data.loads.coordinators) == set(entry.subentries)
    entries.async_remove_subentry(entry, "wallbox")
    assert await count() == 4
    assert set(entry.runtime_data.loads.coordinators) == {dishes.subentry_id}
    entries.async_update_entry(entry, options={"preview_prices": True})
    assert await count() == 5
    assert not tracebacks(caplog)
    assert "update listener" not in caplog.text


async def test_unloaded_contract_takes_no_changes(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """What changes while it is unloaded is there when it is loaded again."""
    entry = add_entry_with(hass, nomos, load(WALLBOX), load(DISHWASHER, "D", "dishes"))
    await set_up(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    assert not entry.update_listeners
    set_ups = watch_set_ups(hass, entry)
    hass.config_entries.async_remove_subentry(entry, "dishes")
    hass.config_entries.async_update_entry(entry, options={"preview_prices": True})
    await hass.async_block_till_done()
    assert not set_ups
    await set_up(hass, entry)
    assert set(entry.runtime_data.loads.coordinators) == {"wallbox"}
    assert len(entry.update_listeners) == 1


async def test_platforms_that_do_not_unload(
    hass: HomeAssistant, hass_storage: dict[str, Any], loaded: MockConfigEntry
) -> None:
    """As long as loads may run on, what is kept of them is not closed."""
    entries = hass.config_entries
    with patch.object(entries, "async_unload_platforms", return_value=False):
        assert not await entries.async_unload(loaded.entry_id)
    assert f"{STORE}.loads" not in hass_storage
    loaded.mock_state(hass, ConfigEntryState.LOADED)
    assert await entries.async_unload(loaded.entry_id)
    assert f"{STORE}.loads" in hass_storage


async def test_failed_set_up(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Whatever goes wrong, the next set-up begins anew."""
    push = {
        "webhook_enabled": True,
        "webhook_secret": "whsec_of_the_dashboard",
        "webhook_id": "an-id-that-nobody-guesses",
    }
    hass.config_entries.async_update_entry(entry, options=push)
    with patch.object(
        nomos_smartmeter, "async_update_issues", side_effect=ArithmeticError
    ):
        await set_up(hass, entry)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == []
    await hass.config_entries.async_reload(entry.entry_id)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [entry]


@pytest.mark.parametrize("scenario", ["neighbours"])
async def test_two_entries_at_once(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Two contracts of two accounts do not get into each other's way."""
    first = add_entry(hass, nomos)
    subscription = list(nomos.world.subscriptions.values())[1]
    second = MockConfigEntry(
        domain=DOMAIN,
        title="Attic",
        unique_id=subscription.id,
        data=nomos.account
        | {"client_id": "neighbour-client", "client_secret": "neighbour-secret"},
    )
    second.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    assert state_of(hass, first, "meter_order_status").state == "blocked_wim"
    assert (
        state_of(hass, second, "meter_order_status").state == "installation_scheduled"
    )


async def test_nothing_secret_is_logged(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither credentials nor persons reach the log, even at its chattiest."""
    caplog.set_level(logging.DEBUG)
    await set_up(hass, entry)
    nomos.fail(status=500, body='{"message": "demo-secret Wendt"}')
    await entry.runtime_data.meter_order.async_refresh()
    nomos.heal()
    nomos.fail("/sub*", status=200, body='{"id": "x", "address": "Geheimweg 7"}')
    await entry.runtime_data.meter_order.async_refresh()
    bearer = nomos.requests("/subscriptions/*")[0].request_headers["Authorization"]
    for secret in ("demo-secret", "Wendt", "Geheimweg", bearer.split()[1]):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("/grid-fee-reductions", "grid_fee_module_1"),
        ("/meter-readings", "last_meter_reading"),
        ("/plans/*", None),
    ],
)
async def test_details_are_not_waited_for(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    missing: str | None,
) -> None:
    """A detail that hangs costs neither the order nor the other details."""
    monkeypatch.setattr(contract, "DETAIL_TIMEOUT", 0.1)
    told = {"value": 1300.5, "timestamp": "-3 days"}
    nomos.world.add_reading(nomos.subscription, told)
    nomos.fail(path, delay=60)
    await set_up(hass, entry)
    shown = {
        key: state_of(hass, entry, key).state
        for key in ("meter_order_status", "grid_fee_module_1", "last_meter_reading")
    }
    assert shown == {
        "meter_order_status": "waiting",
        "grid_fee_module_1": "none",
        "last_meter_reading": "1300.5",
    } | ({missing: STATE_UNKNOWN} if missing else {})
    nomos.heal()
