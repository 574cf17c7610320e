"""Tests of what happens to a consent later: no token is lost, and a new one is taken."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import application_credentials
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_OFF
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2Implementation,
    async_add_implementation_provider,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.diagnostics import (
    async_get_config_entry_diagnostics,
)
from tests.simulated import CLIENT_ID, CLIENT_SECRET, SimulatedNomos

from .dialog import start_reconfiguring, submit, typed
from .home import state_of
from .set_ups import state_of as set_up_state, watch_set_ups
from .sign_in import (
    PROGRAM,
    Browser,
    refresh_token,
    refreshes,
    register,
    signed_in,
    start_signing_in_again,
)


async def poll(entry: ConfigEntry) -> None:
    """Ask Nomos what is new of a contract."""
    await entry.runtime_data.meter_order.async_refresh()


async def begin_refresh(
    entry: ConfigEntry, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> asyncio.Task[None]:
    """Let a refresh reach Nomos, which does not answer it before its faults are healed."""
    freezer.tick(3600)
    asked = len(nomos.world.requests)
    nomos.fail("/oauth/token", delay=60, count=1)
    polling = asyncio.create_task(poll(entry))
    while not any(
        request.path == "/oauth/token" for request in list(nomos.world.requests)[asked:]
    ):
        await asyncio.sleep(0)
    return polling


async def test_token_rotates(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Every new refresh token is kept, and does not set the contract up anew."""
    entry = await signed_in(browser)
    set_ups = watch_set_ups(browser.hass, entry)
    kept = {refresh_token(entry)}
    for _ in range(3):
        freezer.tick(3600)
        await poll(entry)
        assert entry.runtime_data.meter_order.last_update_success
        kept.add(refresh_token(entry))
    await browser.hass.async_block_till_done()
    assert (len(kept), refreshes(nomos)) == (4, 3)
    assert not set_ups


async def test_new_token_is_used_after_a_restart(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """A contract that is set up anew goes on with the token that was kept."""
    entry = await signed_in(browser)
    freezer.tick(3600)
    await poll(entry)
    await browser.hass.config_entries.async_reload(entry.entry_id)
    await browser.hass.async_block_till_done()
    assert set_up_state(entry) is ConfigEntryState.LOADED
    assert refreshes(nomos) == 1
    freezer.tick(3600)
    await poll(entry)
    assert entry.runtime_data.meter_order.last_update_success
    assert refreshes(nomos) == 2


async def test_two_polls_at_once(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Whoever needs a token at the same moment shares one refresh."""
    entry = await signed_in(browser)
    freezer.tick(3600)
    await asyncio.gather(poll(entry), entry.runtime_data.prices.async_refresh())
    assert entry.runtime_data.meter_order.last_update_success
    assert refreshes(nomos) == 1


async def test_refresh_outlives_an_unload(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """A refresh that is under way at an unload is kept; nothing asks a second time."""
    entry = await signed_in(browser)
    old = refresh_token(entry)
    polling = await begin_refresh(entry, nomos, freezer)
    assert await browser.hass.config_entries.async_unload(entry.entry_id)
    polling.cancel()
    setting_up = asyncio.create_task(
        browser.hass.config_entries.async_setup(entry.entry_id)
    )
    await asyncio.sleep(0)
    assert refresh_token(entry) == old
    nomos.heal()
    assert await setting_up
    await browser.hass.async_block_till_done()
    assert set_up_state(entry) is ConfigEntryState.LOADED
    assert refresh_token(entry) != old
    assert refreshes(nomos) == 1


async def change_secret(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Let the program have another secret, at Nomos and in Home Assistant."""
    nomos.world.oauth_clients[PROGRAM].client_secret = "another-secret"
    programs = hass.data[application_credentials.DATA_COMPONENT]
    (known,) = programs.async_items()
    await programs.async_delete_item(known["id"])
    await register(hass, secret="another-secret")


async def test_changed_secret(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """A contract that is set up anew uses the secret that the program has by then."""
    hass = browser.hass
    entry = await signed_in(browser)
    # A request may hold it for as long as it takes.
    before = entry.runtime_data.meter_order.client
    await change_secret(hass, nomos)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.runtime_data.meter_order.client is not before
    freezer.tick(3600)
    await poll(entry)
    assert entry.runtime_data.meter_order.last_update_success
    assert [e.status for e in nomos.requests("/oauth/token")] == [200, 200]
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("secret_changes", [False, True])
async def test_refresh_for_what_was_unloaded(
    browser: Browser,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    secret_changes: bool,
) -> None:
    """A refresh that begins late, for the set-up before, is the only one."""
    hass = browser.hass
    entry = await signed_in(browser)
    before = entry.runtime_data.meter_order.client
    if secret_changes:
        await change_secret(hass, nomos)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    freezer.tick(3600)
    await asyncio.gather(before.subscription(nomos.subscription.id), poll(entry))
    assert entry.runtime_data.meter_order.last_update_success
    assert refreshes(nomos) == 1
    kept = refresh_token(entry)
    freezer.tick(3600)
    await poll(entry)
    assert entry.runtime_data.meter_order.last_update_success
    assert refresh_token(entry) != kept


async def test_stop_waits_for_a_refresh(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Home Assistant does not end before the new token is kept."""
    entry = await signed_in(browser)
    old = refresh_token(entry)
    polling = await begin_refresh(entry, nomos, freezer)
    polling.cancel()
    nomos.heal()
    await browser.hass.async_block_till_done()
    assert refresh_token(entry) != old


async def test_removed_meanwhile(
    browser: Browser,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of a contract that is gone nothing is kept, and nothing fails."""
    hass = browser.hass
    entry = await signed_in(browser)
    polling = await begin_refresh(entry, nomos, freezer)
    await hass.config_entries.async_remove(entry.entry_id)
    nomos.heal()
    await asyncio.wait((polling,))
    await hass.async_block_till_done()
    assert not hass.config_entries.async_entries(DOMAIN)
    assert "could not be kept" not in caplog.text


async def test_consent_is_withdrawn(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Who takes the consent back is asked to sign in again, and what is known stays."""
    hass = browser.hass
    entry = await signed_in(browser)
    nomos.world.consents.revoke(nomos.subscription.customer)
    freezer.tick(3600)
    await poll(entry)
    await hass.async_block_till_done()
    assert state_of(hass, entry, "dynamic_pricing_active").state == STATE_OFF
    asked = refreshes(nomos)
    result = await browser.decide(await start_signing_in_again(hass, entry))
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "reauth_successful",
    )
    await hass.async_block_till_done()
    assert set_up_state(entry) is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()
    freezer.tick(3600)
    await poll(entry)
    assert entry.runtime_data.meter_order.last_update_success
    assert refreshes(nomos) == asked + 1


async def test_old_refresh_ends_after_a_new_sign_in(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """What comes late of an old consent does not replace the new one."""
    hass = browser.hass
    entry = await signed_in(browser)
    flow = await start_signing_in_again(hass, entry)
    polling = await begin_refresh(entry, nomos, freezer)
    result = await browser.decide(flow)
    assert result["reason"] == "reauth_successful"
    signed = refresh_token(entry)
    nomos.heal()
    await asyncio.wait((polling,))
    await hass.async_block_till_done()
    assert refresh_token(entry) == signed
    assert set_up_state(entry) is ConfigEntryState.LOADED


@pytest.mark.parametrize("scenario", ["neighbours"])
@pytest.mark.parametrize("kind", ["reauth", "reconfigure"])
async def test_another_account(
    browser: Browser, nomos: SimulatedNomos, kind: str
) -> None:
    """A second sign-in with another account is refused, and changes nothing."""
    hass = browser.hass
    entry = await signed_in(browser)
    data = dict(entry.data)
    other = next(
        customer
        for customer in nomos.world.customers
        if customer != nomos.subscription.customer
    )
    if kind == "reauth":
        flow = await start_signing_in_again(hass, entry)
    else:
        form = await start_reconfiguring(hass, entry, "oauth")
        flow = await submit(hass, form, {})
    result = await browser.decide(flow, customer=other)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert dict(entry.data) == data
    # What was asked for is asked for once more, as it has not been renewed.
    await hass.async_block_till_done()
    steps = [flow["step_id"] for flow in hass.config_entries.flow.async_progress()]
    assert steps == (["reauth_oauth"] if kind == "reauth" else [])


async def test_from_credentials_to_a_sign_in_and_back(
    browser: Browser, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """The way in which a contract is read can be changed, and nothing else does."""
    hass = browser.hass
    set_ups = watch_set_ups(hass, loaded)
    form = await start_reconfiguring(hass, loaded, "oauth")
    result = await browser.decide(await submit(hass, form, {}))
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert set(loaded.data) == {"auth_implementation", "token", "base_url"}
    form = await start_reconfiguring(hass, loaded)
    account = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    result = await submit(hass, form, account)
    assert result["reason"] == "reconfigure_successful"
    assert loaded.data == nomos.account
    assert len(set_ups) == 2


async def test_insecure_url(
    browser: Browser, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """A sign-in at an address where others could listen is not begun."""
    form = await start_reconfiguring(browser.hass, loaded, "oauth")
    typed_in = {"advanced": typed(nomos, base_url="http://nomos.example")["advanced"]}
    result = await submit(browser.hass, form, typed_in)
    assert result["errors"] == {"base": "insecure_url"}


async def test_program_is_gone(browser: Browser) -> None:
    """Who has removed the program is asked to sign in with another."""
    hass = browser.hass
    entry = await signed_in(browser)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "auth_implementation": "gone"}
    )
    await hass.async_block_till_done()
    assert set_up_state(entry) is ConfigEntryState.SETUP_ERROR
    result = await browser.decide(await start_signing_in_again(hass, entry))
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert set_up_state(entry) is ConfigEntryState.LOADED


async def test_program_is_not_known_yet(hass: HomeAssistant, browser: Browser) -> None:
    """What gives the programs may be out of order, and is waited for."""
    entry = await signed_in(browser)

    async def _out_of_order(
        hass: HomeAssistant, domain: str
    ) -> list[AbstractOAuth2Implementation]:
        raise ImplementationUnavailableError("out of order")

    async_add_implementation_provider(
        hass, application_credentials.DOMAIN, _out_of_order
    )
    await hass.config_entries.async_reload(entry.entry_id)
    assert set_up_state(entry) is ConfigEntryState.SETUP_RETRY


async def test_diagnostics(browser: Browser, nomos: SimulatedNomos) -> None:
    """Nothing of a consent is in what owners send to others."""
    entry = await signed_in(browser)
    told = str(await async_get_config_entry_diagnostics(browser.hass, entry))
    token = entry.data["token"]
    for secret in (token["access_token"], token["refresh_token"], "demo-program"):
        assert secret not in told
