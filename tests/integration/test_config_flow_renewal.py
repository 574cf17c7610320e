"""Tests of the dialogs that renew credentials."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import CLIENT_ID, CLIENT_SECRET, SimulatedNomos

from .dialog import submit, typed


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
    flow = await loaded.start_reconfigure_flow(hass)
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
        flow = await loaded.start_reconfigure_flow(hass)
        result = await submit(hass, flow, typed(nomos, **others))
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "wrong_account"}
    assert loaded.data == nomos.account


async def test_reconfiguration(
    hass: HomeAssistant, nomos: SimulatedNomos, scenario: str, loaded: MockConfigEntry
) -> None:
    """Another secret and another address can be given."""
    flow = await loaded.start_reconfigure_flow(hass)
    assert flow["step_id"] == "reconfigure"
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
