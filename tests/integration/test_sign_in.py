"""Tests of the sign-in: the dialog, the consent, and what may go wrong on the way."""

import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.application_credentials import (
    DOMAIN as APPLICATION_CREDENTIALS,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import (
    HomeAssistantError,
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations
from homeassistant.setup import async_setup_component
import pytest
from yarl import URL

from custom_components.nomos_smartmeter.application_credentials import (
    NomosImplementation,
    async_get_description_placeholders,
)
from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.nomos import API_VERSION_EDISON
from tests.simulated import SimulatedNomos

from .actions import ORDERS, act, check_texts
from .dialog import start, submit
from .sign_in import PROGRAM, SECRET, Browser, refreshes, register, signed_in


async def test_sign_in(browser: Browser, nomos: SimulatedNomos) -> None:
    """A consent is enough to read the contract; no secret is typed."""
    entry = await signed_in(browser)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.unique_id == nomos.subscription.id
    assert entry.title == "Torstraße 119"
    assert set(entry.data) == {"auth_implementation", "token", "base_url"}
    assert SECRET not in str(entry.data)
    assert refreshes(nomos) == 0


async def test_only_basic(browser: Browser, nomos: SimulatedNomos) -> None:
    """The secret of the program is sent in the header alone, and PKCE proves the rest."""
    flow = await submit(
        browser.hass, await start(browser.hass, "oauth"), browser.address
    )
    asked = URL(flow["url"]).query
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "https://example.com/auth/external/callback"
    await browser.decide(flow)
    exchange = nomos.requests("/oauth/token")[0]
    assert exchange.request_headers["Authorization"].startswith("Basic ")
    assert SECRET.encode() not in exchange.request_body
    assert PROGRAM.encode() not in exchange.request_body


async def test_production_is_the_default(browser: Browser) -> None:
    """Who opens no section signs in at Nomos itself."""
    flow = await submit(browser.hass, await start(browser.hass, "oauth"), {})
    assert flow["url"].startswith("https://api.nomos.energy/oauth/authorize?")


async def test_insecure_url(browser: Browser) -> None:
    """Nobody is sent to sign in where others could listen; what was typed stays."""
    form = await start(browser.hass, "oauth")
    typed = {"advanced": {"base_url": "http://nomos.example"}}
    result = await submit(browser.hass, form, typed)
    assert (result["step_id"], result["errors"]) == ("oauth", {"base": "insecure_url"})
    result = await submit(browser.hass, result, browser.address)
    assert result["type"] is FlowResultType.EXTERNAL_STEP


async def test_denied(browser: Browser) -> None:
    """Who does not consent is told that nothing was set up."""
    flow = await submit(
        browser.hass, await start(browser.hass, "oauth"), browser.address
    )
    result = await browser.decide(flow, "deny")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "user_rejected_authorize"
    assert result["description_placeholders"] == {"error": "access_denied"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 401}, "oauth_unauthorized"),
        ({"status": 400}, "oauth_unauthorized"),
        ({"status": 503}, "oauth_failed"),
        ({"drop": True}, "oauth_failed"),
        ({"body": "<html>"}, "oauth_failed"),
    ],
)
async def test_no_token(
    browser: Browser,
    nomos: SimulatedNomos,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
    reason: str,
) -> None:
    """A code that brings no token is told as what it is, and never logged."""
    flow = await submit(
        browser.hass, await start(browser.hass, "oauth"), browser.address
    )
    nomos.fail("/oauth/token", **fault)
    result = await browser.decide(flow)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)
    assert SECRET not in caplog.text
    assert len(nomos.requests("/oauth/token")) == 1


async def test_no_program(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Without a program the frontend is asked to take its credentials first."""
    assert await async_setup_component(hass, APPLICATION_CREDENTIALS, {})
    result = await submit(hass, await start(hass, "oauth"), {})
    assert result["reason"] == "missing_credentials"


@pytest.mark.parametrize(
    ("component", "url", "address"),
    [
        ("my", None, "https://my.home-assistant.io/redirect/oauth"),
        ("", "https://home.example", "https://home.example/auth/external/callback"),
        (
            "",
            None,
            "https://YOUR-HOME-ASSISTANT/auth/external/callback",
        ),
    ],
)
async def test_redirect_address(
    hass: HomeAssistant, component: str, url: str | None, address: str
) -> None:
    """The dialog tells the address that Nomos must know of the program."""
    hass.config.components.add(component)
    hass.config.external_url = url
    told = await async_get_description_placeholders(hass)
    assert told == {"redirect_url": address}


async def test_two_programs(browser: Browser) -> None:
    """Of several programs one is chosen, by the name that the owner gave it."""
    hass = browser.hass
    await register(hass, "another")
    flow = await submit(hass, await start(hass, "oauth"), browser.address)
    assert (flow["type"], flow["step_id"]) == (
        FlowResultType.FORM,
        "pick_implementation",
    )
    schema = flow["data_schema"]
    assert schema is not None
    names = {"another": "My another", PROGRAM: f"My {PROGRAM}"}
    assert schema.schema["implementation"].container == names
    flow = await submit(hass, flow, {"implementation": PROGRAM})
    result = await browser.decide(flow)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_another_try(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """What fails after the consent is tried again without a second one.

    The token that was renewed meanwhile is the one that is kept.
    """
    flow = await submit(
        browser.hass, await start(browser.hass, "oauth"), browser.address
    )
    nomos.fail("/subscriptions*", status=404)
    result = await browser.decide(flow)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "consented")
    assert result["errors"] == {"base": "invalid_response"}
    nomos.heal()
    freezer.tick(3600)
    result = await submit(browser.hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert refreshes(nomos) == 1
    freezer.tick(3600)
    entry = result["result"]
    assert await entry.runtime_data.meter_order.client.subscription(entry.unique_id)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 401}, "invalid_auth"),
        ({"status": 403}, "missing_scope"),
        ({"body": '{"object": "list", "items": []}'}, "no_subscription"),
    ],
)
async def test_consent_is_no_use(
    browser: Browser, nomos: SimulatedNomos, fault: dict[str, Any], reason: str
) -> None:
    """What would not be better at another try ends the dialog, and says why."""
    flow = await submit(
        browser.hass, await start(browser.hass, "oauth"), browser.address
    )
    nomos.fail("/subscriptions", **fault)
    result = await browser.decide(flow)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


@pytest.mark.parametrize("scenario", ["new-contract"])
async def test_only_reads(browser: Browser, nomos: SimulatedNomos) -> None:
    """What a sign-in cannot do is said, and not held against it by a repair."""
    hass = browser.hass
    nomos.set_subscription(status="active")
    entry = await signed_in(browser)
    before = len(nomos.exchanges)
    for action in ORDERS:
        with pytest.raises(HomeAssistantError) as refused:
            await act(hass, action, entry.entry_id)
        check_texts(refused.value, "signed_in_reads_only")
    assert len(nomos.exchanges) == before
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "no_order_signed_in"
    assert not issue.is_fixable


async def program_at(nomos: SimulatedNomos, hass: HomeAssistant) -> NomosImplementation:
    """Return the program that Home Assistant knows, at the simulated Nomos."""
    (known,) = (await async_get_implementations(hass, DOMAIN)).values()
    assert isinstance(known, NomosImplementation)
    return known.at(nomos.url)


async def test_core_renews(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Who has a consent and no contract can renew it by core's own means."""
    token = dict((await signed_in(browser)).data["token"])
    program = await program_at(nomos, browser.hass)
    freezer.tick(3600)
    renewed = await program.async_refresh_token({**token, "more": "of core"})
    assert refreshes(nomos) == 1
    assert renewed["more"] == "of core"
    assert renewed["expires_in"] == 3600
    assert renewed["expires_at"] == pytest.approx(time.time() + 3600)
    for name in ("access_token", "refresh_token"):
        assert renewed[name] != token[name]
    again = await program.async_refresh_token(renewed)
    assert again["refresh_token"] != renewed["refresh_token"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 401}, OAuth2TokenRequestReauthError),
        ({"status": 400}, OAuth2TokenRequestReauthError),
        ({"status": 429}, OAuth2TokenRequestConnectionError),
        ({"status": 503}, OAuth2TokenRequestConnectionError),
        ({"drop": True}, OAuth2TokenRequestConnectionError),
        ({"body": "<html>"}, OAuth2TokenRequestConnectionError),
        ({"body": '{"refresh_token": "r"}'}, OAuth2TokenRequestConnectionError),
    ],
)
async def test_core_cannot_renew(
    browser: Browser,
    nomos: SimulatedNomos,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
    kind: type[Exception],
) -> None:
    """A token that is not renewed is told as core expects it, after one request."""
    program = await program_at(nomos, browser.hass)
    nomos.fail("/oauth/token", **fault)
    with pytest.raises(kind) as failure:
        await program.async_refresh_token({"refresh_token": "shown-once"})
    assert refreshes(nomos) == 1
    told = f"{failure.value!r} {failure.value} {caplog.text}"
    assert SECRET not in told
    assert "shown-once" not in told


async def test_older_version(
    browser: Browser, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Where the newest version is not served a sign-in and its refreshes work."""
    nomos.world.settings.versions = [API_VERSION_EDISON]
    entry = await signed_in(browser)
    assert entry.state is ConfigEntryState.LOADED
    freezer.tick(3600)
    await entry.runtime_data.meter_order.async_refresh()
    assert entry.runtime_data.meter_order.last_update_success
    await browser.hass.config_entries.async_reload(entry.entry_id)
    freezer.tick(3600)
    await entry.runtime_data.meter_order.async_refresh()
    assert entry.runtime_data.meter_order.last_update_success
    assert not browser.hass.config_entries.flow.async_progress()
