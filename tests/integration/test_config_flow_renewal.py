"""Tests of the dialogs that renew credentials."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import CLIENT_ID, CLIENT_SECRET, SimulatedNomos

from .dialog import start_reconfiguring, submit, typed
from .home import pricing, set_up
from .set_ups import state_of, watch_set_ups


async def test_reauthentication(
    hass: HomeAssistant, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """New credentials of the same contract are taken and used."""
    nomos.credential.client_secret = "renewed"
    nomos.world.tokens.expire_all()
    flow = await loaded.start_reauth_flow(hass)
    assert flow["step_id"] == "reauth_confirm"
    wrong = {"client_id": CLIENT_ID, "client_secret": "wrong"}
    result = await submit(hass, flow, wrong)
    assert result["errors"] == {"base": "invalid_auth"}
    assert loaded.data == nomos.account
    right = {"client_id": CLIENT_ID, "client_secret": "renewed"}
    result = await submit(hass, result, right)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert loaded.data == nomos.account | right
    assert loaded.state is ConfigEntryState.LOADED


async def test_reconfiguration_keeps_the_address(
    hass: HomeAssistant, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """Who does not open the section keeps the address; nothing goes elsewhere."""
    flow = await start_reconfiguring(hass, loaded)
    account = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    result = await submit(hass, flow, account)
    assert result["reason"] == "reconfigure_successful"
    assert loaded.data == nomos.account


@pytest.mark.parametrize("scenario", ["neighbours"])
@pytest.mark.parametrize("kind", ["reauth", "reconfigure"])
@pytest.mark.parametrize("status", [403, 404])
async def test_credentials_of_somebody_else(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
    kind: str,
    status: int,
) -> None:
    """Valid credentials that do not see this contract are refused."""
    nomos.fail("/subscriptions/*", status=status)
    others = {"client_id": "neighbour-client", "client_secret": "neighbour-secret"}
    if kind == "reauth":
        flow = await loaded.start_reauth_flow(hass)
        result = await submit(hass, flow, others)
    else:
        flow = await start_reconfiguring(hass, loaded)
        result = await submit(hass, flow, typed(nomos, **others))
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "wrong_account"}
    assert loaded.data == nomos.account


async def test_reconfiguration(
    hass: HomeAssistant, nomos: SimulatedNomos, scenario: str, loaded: MockConfigEntry
) -> None:
    """Another secret and another address can be given."""
    flow = await start_reconfiguring(hass, loaded)
    assert flow["step_id"] == "reconfigure_credentials"
    elsewhere = {"base_url": "http://127.0.0.1:1"}
    result = await submit(hass, flow, typed(nomos, **elsewhere))
    assert result["errors"] == {"base": "cannot_connect"}
    second = SimulatedNomos(scenario)
    second.credential.client_secret = "renewed"
    await second.start()
    moved = second.account | {"client_secret": "renewed"}
    result = await submit(hass, result, typed(nomos, **moved))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert loaded.data == moved
    assert loaded.title == "Torstraße 119"
    assert loaded.state is ConfigEntryState.LOADED
    await second.stop()


async def renew(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, kind: str
) -> None:
    """Enter the credentials that are valid now."""
    secret = nomos.credential.client_secret
    right = {"client_id": CLIENT_ID, "client_secret": secret}
    if kind == "reauth":
        flow = await entry.start_reauth_flow(hass)
    else:
        flow = await start_reconfiguring(hass, entry)
    result = await submit(hass, flow, right)
    assert result["reason"] == f"{kind}_successful"
    assert entry.data == nomos.account | right


@pytest.mark.parametrize("kind", ["reauth", "reconfigure"])
@pytest.mark.parametrize("secret", ["renewed", CLIENT_SECRET])
async def test_set_up_once(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    secret: str,
) -> None:
    """Whether they differ or not, the contract is set up once with them, no more."""
    set_ups, runtime_data = watch_set_ups(hass, loaded), loaded.runtime_data
    nomos.credential.client_secret = secret
    nomos.world.tokens.expire_all()
    await renew(hass, nomos, loaded, kind)
    assert len(set_ups) == 1
    assert loaded.state is ConfigEntryState.LOADED
    assert loaded.runtime_data is not runtime_data
    assert not list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))
    assert pricing(hass, loaded) == STATE_OFF
    # What Home Assistant has against a listener beside its own reload.
    assert "update listener" not in caplog.text
    # And so it is with the next ones.
    await renew(hass, nomos, loaded, kind)
    assert len(set_ups) == 2


@pytest.mark.parametrize("kind", ["reauth", "reconfigure"])
@pytest.mark.parametrize("secret", ["renewed", CLIENT_SECRET])
async def test_set_up_that_has_failed(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    secret: str,
) -> None:
    """A contract that is not set up, for whatever reason, is so at once with them."""
    nomos.credential.client_secret = "renewed"
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    nomos.credential.client_secret = secret
    set_ups = watch_set_ups(hass, entry)
    await renew(hass, nomos, entry, kind)
    assert len(set_ups) == 1
    assert state_of(entry) is ConfigEntryState.LOADED
    assert pricing(hass, entry) == STATE_OFF
    assert not list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
    assert "update listener" not in caplog.text


@pytest.mark.parametrize("secret", ["renewed", CLIENT_SECRET])
async def test_set_up_that_is_tried_again(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, secret: str
) -> None:
    """So is one that waits for Nomos, and one that somebody has unloaded."""
    nomos.fail(status=503)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    nomos.heal()
    nomos.credential.client_secret = secret
    nomos.world.tokens.expire_all()
    set_ups = watch_set_ups(hass, entry)
    await renew(hass, nomos, entry, "reconfigure")
    assert len(set_ups) == 1
    assert state_of(entry) is ConfigEntryState.LOADED
    await hass.config_entries.async_unload(entry.entry_id)
    nomos.credential.client_secret = "another"
    await renew(hass, nomos, entry, "reconfigure")
    assert len(set_ups) == 2
    assert state_of(entry) is ConfigEntryState.LOADED
