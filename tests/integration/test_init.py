"""Tests of setting up, polling, outages, restarts and removal."""

import asyncio
from datetime import UTC, datetime, timedelta
import logging
from time import monotonic
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.nomos_smartmeter import coordinator
from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.nomos import transport
from tests.simulated import SimulatedNomos

from .conftest import add_entry, set_up, state_of

STORE = f"{DOMAIN}.01JXEXAMPLE0000000000ENTRY"


async def move_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, by: timedelta
) -> None:
    """Let time pass, half an hour at a time, and let happen what is due."""
    end = datetime.now(UTC) + by
    while (now := datetime.now(UTC)) < end:
        freezer.move_to(min(end, now + timedelta(minutes=30)))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Take the entry down and up again, as a restart of Home Assistant would."""
    await hass.config_entries.async_unload(entry.entry_id)
    await set_up(hass, entry)


def pricing(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the state of the sensor that money hangs on."""
    return state_of(hass, entry, "dynamic_pricing_active").state


def our_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has logged for everybody to see."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(f"custom_components.{DOMAIN}")
        and record.levelno >= logging.INFO
    ]


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what has been logged with a traceback, debugging aside."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.exc_info and record.levelno > logging.DEBUG
    ]


async def test_first_poll_is_at_once(
    loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Setting up asks once for everything."""
    assert nomos.lines() == [
        "POST /oauth/token",
        f"GET /subscriptions/{nomos.subscription.id}",
        "GET /meter-orders",
        f"GET /plans/{nomos.subscription.plan}",
    ]


async def test_polls_once_a_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """From then on it is three requests a day, always at the same time of day."""
    await move_on(hass, freezer, timedelta(days=2))
    nomos.exchanges.clear()
    nomos.world.requests.clear()
    await move_on(hass, freezer, timedelta(days=7))
    assert (
        nomos.lines()
        == [
            "POST /oauth/token",
            f"GET /subscriptions/{nomos.subscription.id}",
            f"GET /meter-orders/{nomos.order.id}",
        ]
        * 7
    )
    times = {r.at.time() for r in nomos.world.requests}
    assert len(times) == 1


async def test_each_entry_has_its_own_time_of_day(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """Installations do not come all at once, and none polls twice within an hour."""
    waits = []
    for number in range(48):
        entry = MockConfigEntry(
            domain=DOMAIN,
            unique_id=nomos.subscription.id,
            data=nomos.account,
            entry_id=f"01JXEXAMPLE000000000000{number:03}",
        )
        entry.add_to_hass(hass)
        await set_up(hass, entry)
        waits.append(entry.runtime_data.update_interval)
        await hass.config_entries.async_remove(entry.entry_id)
    assert len({wait.total_seconds() // 3600 for wait in waits}) > 12
    assert min(waits) > timedelta(hours=1)
    assert max(waits) <= timedelta(hours=25)


async def test_change_is_seen_with_the_next_poll(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """The day the meter is live, dynamic pricing turns on by itself."""
    assert pricing(hass, loaded) == STATE_OFF
    nomos.set_order(status="activated")
    await move_on(hass, freezer, timedelta(hours=25))
    assert pricing(hass, loaded) == STATE_ON


async def test_nothing_is_written_where_nothing_has_changed(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """A poll that brings nothing new touches no state."""
    before = state_of(hass, loaded, "meter_order_status").last_reported
    await loaded.runtime_data.async_refresh()
    assert state_of(hass, loaded, "meter_order_status").last_reported == before


async def test_order_placed_later(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """An order that comes later is found."""
    nomos.remove_order()
    await set_up(hass, entry)
    nomos.world.place_order(nomos.subscription)
    await entry.runtime_data.async_refresh()
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
    await entry.runtime_data.async_refresh()
    assert not entry.runtime_data.last_update_success
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
    assert len(nomos.exchanges) <= 6


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
    await loaded.runtime_data.async_refresh()
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
    await entry.runtime_data.async_refresh()
    assert entry.runtime_data.data.plan.name == "Dynamisch"


async def test_plan_refused(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Credentials refused are refused, whatever they were used for."""
    nomos.fail("/plans/*", status=401)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR


FAULTS: list[dict[str, Any]] = [
    {"drop": True},
    *({"status": status} for status in (402, 403, 404, 429, 500, 503)),
    {"status": 429, "headers": {"retry-after": "86400"}},
    {"status": 503, "body": "<html>Maintenance</html>", "content_type": "text/html"},
    *(
        {"status": 200, "body": body}
        for body in ("", "null", "[]", "{}", '[{"id": 1}]')
    ),
    {"status": 200, "body": '{"items": {}}'},
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


@pytest.mark.parametrize("fault", [*FAULTS, {"status": 401}])
async def test_answer_stands_for_three_days(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """An outage is bridged for 72 hours, never with off, and told in two lines."""
    nomos.set_order(status="activated")
    await set_up(hass, entry)
    caplog.clear()
    nomos.fail(**fault)
    await entry.runtime_data.async_refresh()
    await move_on(hass, freezer, timedelta(hours=71, minutes=59))
    assert pricing(hass, entry) == STATE_ON
    await move_on(hass, freezer, timedelta(minutes=1))
    assert pricing(hass, entry) == STATE_UNAVAILABLE
    await move_on(hass, freezer, timedelta(hours=12))
    assert pricing(hass, entry) == STATE_UNAVAILABLE
    assert len(our_lines(caplog)) == 1
    assert not tracebacks(caplog)
    nomos.heal()
    await move_on(hass, freezer, timedelta(hours=1))
    assert pricing(hass, entry) == STATE_ON
    assert len(our_lines(caplog)) == 2


async def test_a_failed_poll_is_tried_again_within_the_hour(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """An outage costs about one request an hour, and ends within one."""
    nomos.fail(drop=True)
    await loaded.runtime_data.async_refresh()
    nomos.exchanges.clear()
    await move_on(hass, freezer, timedelta(hours=24))
    assert 24 <= len(nomos.exchanges) <= 48
    nomos.heal()
    nomos.set_order(status="activated")
    await move_on(hass, freezer, timedelta(hours=1))
    assert pricing(hass, loaded) == STATE_ON


async def test_asked_to_wait(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """Who is asked to wait comes back when the wait is over, and not before."""
    nomos.fail(status=429, headers={"retry-after": "3000"})
    await loaded.runtime_data.async_refresh()
    nomos.heal()
    nomos.exchanges.clear()
    freezer.tick(2990)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not nomos.exchanges
    freezer.tick(20)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert nomos.exchanges


async def test_wrong_secret_later_on(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """A secret that is changed at Nomos leads to reauthentication, not to off."""
    nomos.set_order(status="activated")
    await loaded.runtime_data.async_refresh()
    nomos.world.tokens.expire_all()
    nomos.credential.client_secret = "changed"
    await move_on(hass, freezer, timedelta(hours=25))
    flows = list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))
    assert len(flows) == 1
    assert pricing(hass, loaded) == STATE_ON


async def test_refusal_that_was_a_mistake(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """If Nomos takes the credentials again, nobody is asked for new ones any more."""
    nomos.fail(status=401)
    await loaded.runtime_data.async_refresh()
    assert list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))
    nomos.heal()
    await move_on(hass, freezer, timedelta(hours=1))
    assert not list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_wrong_secret_at_set_up(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Credentials refused at the first poll lead to reauthentication."""
    nomos.credential.client_secret = "changed"
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_lost_token(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A token that Nomos has lost is nothing that anybody notices."""
    nomos.world.tokens.expire_all()
    await loaded.runtime_data.async_refresh()
    assert loaded.runtime_data.last_update_success
    assert not list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_read_only_scope_is_enough(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Reading needs no more than the scope to read."""
    nomos.credential.scope = "read:*"
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 401}])
async def test_restart_in_an_outage(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    fault: dict[str, Any],
) -> None:
    """After a restart the last answer stands for the rest of its 72 hours."""
    nomos.set_order(status="activated")
    await set_up(hass, entry)
    nomos.fail(**fault)
    await move_on(hass, freezer, timedelta(hours=20))
    await restart(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert pricing(hass, entry) == STATE_ON
    await move_on(hass, freezer, timedelta(hours=51, minutes=59))
    assert pricing(hass, entry) == STATE_ON
    await move_on(hass, freezer, timedelta(minutes=1))
    assert pricing(hass, entry) == STATE_UNAVAILABLE


async def test_restart_while_nomos_hangs(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A restart waits for one request's timeout, and goes on with the last answer."""
    monkeypatch.setattr(transport, "REQUEST_TIMEOUT", 0.2)
    nomos.fail(delay=60)
    before = len(nomos.world.requests)
    await restart(hass, loaded)
    assert loaded.state is ConfigEntryState.LOADED
    assert pricing(hass, loaded) == STATE_OFF
    assert len(nomos.world.requests) == before + 1


async def test_restart_while_nomos_is_slow(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Answers that come slowly one after the other are not waited for either."""
    monkeypatch.setattr(coordinator, "REQUEST_TIMEOUT", 0.3)
    nomos.fail(delay=0.2)
    begin = monotonic()
    await restart(hass, loaded)
    assert monotonic() - begin < 0.2 * 2
    assert pricing(hass, loaded) == STATE_OFF
    assert "too slow" in str(loaded.runtime_data.last_exception)


async def test_restart_after_the_answer_has_become_too_old(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
) -> None:
    """An answer of three days ago is as good as none, and comes back with Nomos."""
    nomos.fail(drop=True)
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(timedelta(hours=72))
    await set_up(hass, loaded)
    assert loaded.state is ConfigEntryState.SETUP_RETRY
    assert pricing(hass, loaded) == STATE_UNAVAILABLE
    nomos.heal()
    await move_on(hass, freezer, timedelta(minutes=30))
    assert pricing(hass, loaded) == STATE_OFF


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"at": "2026-07-01T08:00:00+00:00"},
        {"at": "yesterday", "contract": {}},
        {"at": "2026-07-01T08:00:00+00:00", "contract": {"subscription": 5}},
        ["what"],
        "what",
    ],
)
async def test_unreadable_store(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    stored: object,
) -> None:
    """A stored answer that cannot be read is as good as none."""
    hass_storage[STORE] = {
        "version": 1,
        "minor_version": 1,
        "key": STORE,
        "data": stored,
    }
    await set_up(hass, entry)
    assert pricing(hass, entry) == STATE_OFF
    assert (
        hass_storage[STORE]["data"]["contract"]["subscription"]["number"] == "4X44EMKX"
    )


async def test_store_of_a_newer_version(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Nor does what a newer version of the integration has stored."""
    hass_storage[STORE] = {"version": 99, "key": STORE, "data": {}}
    await set_up(hass, entry)
    assert pricing(hass, entry) == STATE_OFF


@pytest.mark.parametrize("damage", [KeyError("version"), TypeError("a list")])
async def test_damaged_store(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    damage: Exception,
) -> None:
    """Nor a file of another shape, at which Home Assistant's own reading fails."""
    hass_storage[STORE] = {"version": 1, "key": STORE, "data": {}}
    with patch(
        "homeassistant.helpers.storage.Store._async_load_data", side_effect=damage
    ) as load:
        await set_up(hass, entry)
    assert load.called
    assert pricing(hass, entry) == STATE_OFF


async def test_store_holds_no_secrets_or_persons(
    hass_storage: dict[str, Any], loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """What is stored is what is shown, and no more."""
    stored = str(hass_storage[STORE])
    for secret in ("demo-secret", "Wendt", "jana", "DE02", "1APA", "50491310272"):
        assert secret not in stored


async def test_removal_forgets(
    hass: HomeAssistant, hass_storage: dict[str, Any], loaded: MockConfigEntry
) -> None:
    """With the entry goes what was stored of it."""
    assert STORE in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done()
    assert STORE not in hass_storage


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
    poll = hass.async_create_task(loaded.runtime_data.async_refresh())
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
    await entry.runtime_data.async_refresh()
    nomos.heal()
    nomos.fail("/sub*", status=200, body='{"id": "x", "address": "Geheimweg 7"}')
    await entry.runtime_data.async_refresh()
    bearer = nomos.requests("/subscriptions/*")[0].request_headers["Authorization"]
    for secret in ("demo-secret", "Wendt", "Geheimweg", bearer.split()[1]):
        assert secret not in caplog.text
