"""How the tests sign in, as a customer does in the browser."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .dialog import start, submit

PROGRAM = "demo-program"
SECRET = "demo-program-secret"


async def register(
    hass: HomeAssistant, program: str = PROGRAM, secret: str = SECRET
) -> None:
    """Tell Home Assistant of the program that is registered at Nomos."""
    assert await async_setup_component(hass, "application_credentials", {})
    # It registers pages, for which it is too late once a browser is there.
    assert await async_setup_component(hass, "calendar", {})
    credential = ClientCredential(program, secret, f"My {program}")
    await async_import_client_credential(hass, DOMAIN, credential, program)


class Browser:
    """Goes where the dialogs send it, and decides there as a customer."""

    def __init__(
        self,
        hass: HomeAssistant,
        nomos: SimulatedNomos,
        client: ClientSessionGenerator,
    ) -> None:
        """Prepare to open pages of Home Assistant and of Nomos."""
        self.hass = hass
        self.nomos = nomos
        self._client = client

    async def decide(
        self, flow: ConfigFlowResult, decision: str = "allow", customer: str = ""
    ) -> ConfigFlowResult:
        """Decide on the page of Nomos that a dialog leads to, and come back."""
        assert (flow["type"], flow["step_id"]) == (FlowResultType.EXTERNAL_STEP, "auth")
        form = {
            "decision": decision,
            "customer": customer or self.nomos.subscription.customer,
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(flow["url"], data=form, allow_redirects=False) as answer,
        ):
            assert answer.status == 302
            back = URL(answer.headers["Location"])
        client = await self._client()
        async with client.get(back.path_qs) as answer:
            assert answer.status == 200
        return await self.hass.config_entries.flow.async_configure(flow["flow_id"])

    async def sign_in(self) -> ConfigFlowResult:
        """Add the contract by a sign-in."""
        flow = await submit(self.hass, await start(self.hass, "oauth"), self.address)
        result = await self.decide(flow)
        await self.hass.async_block_till_done()
        return result

    @property
    def address(self) -> dict[str, Any]:
        """What is typed to sign in at the simulated Nomos."""
        return {"advanced": {"base_url": self.nomos.url}}


async def signed_in(browser: Browser) -> ConfigEntry:
    """Return a contract that is read with its owner's consent, set up."""
    result = await browser.sign_in()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return result["result"]


async def start_signing_in_again(
    hass: HomeAssistant, entry: ConfigEntry
) -> ConfigFlowResult:
    """Open the dialog that asks to sign in again, and follow it."""
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_oauth"
    assert flow["context"]["source"] == SOURCE_REAUTH
    return await submit(hass, flow, {})


def refresh_token(entry: ConfigEntry) -> str:
    """Return what the next token is had with."""
    token: Mapping[str, str] = entry.data["token"]
    return token["refresh_token"]


def refreshes(nomos: SimulatedNomos) -> int:
    """Return how often a new token was asked for with an old one."""
    return sum(
        b'"refresh_token"' in exchange.request_body
        for exchange in nomos.requests("/oauth/token")
    )
