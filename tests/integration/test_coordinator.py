"""Tests of polling, outages and restarts."""

from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.nomos_smartmeter import coordinator
from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.nomos import transport
from tests.simulated import SimulatedNomos

from .home import (
    FAULTS,
    move_on,
    our_lines,
    pricing,
    restart,
    set_up,
    state_of,
    tracebacks,
)


async def test_polls_once_a_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """From then on it is five requests a day, always at the same time of day."""
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
            "GET /grid-fee-reductions",
            "GET /meter-readings",
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
        waits.append(entry.runtime_data.meter_order.update_interval)
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
    await loaded.runtime_data.meter_order.async_refresh()
    assert state_of(hass, loaded, "meter_order_status").last_reported == before


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
    await entry.runtime_data.meter_order.async_refresh()
    await move_on(hass, freezer, timedelta(hours=71, minutes=59))
    assert pricing(hass, entry) == STATE_ON
    await move_on(hass, freezer, timedelta(minutes=1))
    assert pricing(hass, entry) == STATE_UNAVAILABLE
    await move_on(hass, freezer, timedelta(hours=12))
    assert pricing(hass, entry) == STATE_UNAVAILABLE
    assert len(our_lines(caplog, "meter order")) == 1
    assert not tracebacks(caplog)
    nomos.heal()
    await move_on(hass, freezer, timedelta(hours=1))
    assert pricing(hass, entry) == STATE_ON
    assert len(our_lines(caplog, "meter order")) == 2


async def test_a_failed_poll_is_tried_again_within_the_hour(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """An outage costs about one request an hour, and ends within one."""
    nomos.fail(drop=True)
    await loaded.runtime_data.meter_order.async_refresh()
    nomos.exchanges.clear()
    await move_on(hass, freezer, timedelta(hours=24))
    assert 24 <= len(nomos.exchanges) <= 48
    nomos.heal()
    nomos.set_order(status="activated")
    await move_on(hass, freezer, timedelta(hours=1))
    assert pricing(hass, loaded) == STATE_ON


async def test_answer_to_a_change(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """What Nomos has answered to a change is known, should the next answer fail."""
    meter_order = loaded.runtime_data.meter_order
    changed = replace(meter_order.data, order=None)
    nomos.fail(status=503)
    await meter_order.async_take(changed)
    assert state_of(hass, loaded, "meter_order_status").state != "waiting"
    await restart(hass, loaded)
    assert loaded.runtime_data.meter_order.data == changed


@pytest.mark.parametrize("status", [429, 503])
async def test_asked_to_wait(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    status: int,
) -> None:
    """Who is asked to wait comes back when the wait is over, and not before."""
    nomos.fail(status=status, headers={"retry-after": "3590"})
    await loaded.runtime_data.meter_order.async_refresh()
    nomos.heal()
    nomos.exchanges.clear()
    freezer.tick(3580)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not nomos.exchanges
    freezer.tick(20)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert nomos.exchanges


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", ["0", "5"])
async def test_a_short_wait_is_no_storm(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    status: int,
    seconds: str,
) -> None:
    """Who is asked to wait for a moment still comes back no sooner than usual."""
    nomos.fail(status=status, headers={"retry-after": seconds})
    await loaded.runtime_data.meter_order.async_refresh()
    nomos.exchanges.clear()
    for _ in range(360):
        freezer.tick(10)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert 1 <= len(nomos.exchanges) <= 2 * 3


async def test_answer_that_stands_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
) -> None:
    """Where nobody polled for three days, the next answer brings everything back."""
    hass.config_entries.async_update_entry(entry, pref_disable_polling=True)
    await set_up(hass, entry)
    await move_on(hass, freezer, timedelta(hours=73))
    assert pricing(hass, entry) == STATE_UNAVAILABLE
    await entry.runtime_data.meter_order.async_refresh()
    assert pricing(hass, entry) == STATE_OFF


async def test_wrong_secret_later_on(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """A secret that is changed at Nomos leads to reauthentication, not to off."""
    nomos.set_order(status="activated")
    await loaded.runtime_data.meter_order.async_refresh()
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
    await loaded.runtime_data.meter_order.async_refresh()
    assert list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))
    nomos.heal()
    await move_on(hass, freezer, timedelta(hours=1))
    assert not list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_lost_token(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A token that Nomos has lost is nothing that anybody notices."""
    nomos.world.tokens.expire_all()
    await loaded.runtime_data.meter_order.async_refresh()
    assert loaded.runtime_data.meter_order.last_update_success
    assert not list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))


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
    assert "too slow" in str(loaded.runtime_data.meter_order.last_exception)


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
