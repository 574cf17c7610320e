"""Tests of the dialog that adds a contract."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.nomos_smartmeter.account_form import base_url_in
from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.nomos import API_VERSION_EDISON, transport
from tests.simulated import CLIENT_ID, CLIENT_SECRET, SimulatedNomos

from .dialog import reach_choice, start, submit, typed
from .home import add_entry


async def test_only_contract_is_taken(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """One contract needs no choice; the entry is set up with the token of the flow."""
    result = await submit(
        hass,
        await start(hass),
        typed(nomos, client_id=f" {CLIENT_ID} ", client_secret=f"{CLIENT_SECRET}\n"),
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Torstraße 119"
    assert result["data"] == nomos.account
    assert result["result"].unique_id == nomos.subscription.id
    assert result["result"].state is ConfigEntryState.LOADED
    assert nomos.lines().count("POST /oauth/token") == 1


async def test_production_is_the_default(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """Without a word about the server it is the real one, with or without the section."""
    schema = (await start(hass))["data_schema"]
    assert schema is not None
    assert schema.schema["advanced"].options["collapsed"]
    credentials = {"client_id": "a", "client_secret": "b"}
    values = schema({**credentials, "advanced": {}})
    assert values["advanced"] == {"base_url": "https://api.nomos.energy"}
    assert base_url_in(schema(credentials)) == "https://api.nomos.energy"
    # The frontend takes a default of the section for all that is in it.
    (section,) = (key for key in schema.schema if key == "advanced")
    assert section.default is vol.UNDEFINED


async def test_typed_address_stays(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """After a wrong secret the form holds the address that was typed."""
    nomos.fail("/oauth/token", status=401)
    result = await submit(hass, await start(hass), typed(nomos))
    schema = result["data_schema"]
    assert schema is not None
    (field,) = schema.schema["advanced"].schema.schema
    assert field.description == {"suggested_value": nomos.url}


@pytest.mark.parametrize("scenario", ["moving"])
async def test_choice_of_contract(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Several contracts are told apart by address, number, kind and status."""
    flow, options = await reach_choice(hass, nomos)
    assert options == [
        "Am Deich 4a, 26123 Oldenburg · 7K2MZ9QA · Electricity supply · active",
        "Am Deich 4a, 26123 Oldenburg · 7K2MZ9QB · Feed-in · active",
        "Lange Straße 71, 30161 Hannover · 2C8TR4VW · Electricity supply · ended",
    ]
    result = await submit(hass, flow, {"subscription": options[0]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Am Deich 4a"
    chosen = nomos.world.subscriptions[str(result["result"].unique_id)]
    assert chosen.number == "7K2MZ9QA"


@pytest.mark.parametrize("scenario", ["moving"])
async def test_choice_with_an_address_that_cannot_be_read(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """One contract that cannot be read does not keep the others from being chosen."""
    nomos.fail(f"/subscriptions/{nomos.subscription.id}", status=500)
    flow, options = await reach_choice(hass, nomos)
    assert "7K2MZ9QA · Electricity supply · active" in options
    result = await submit(hass, flow, {"subscription": options[-1]})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("scenario", ["moving"])
async def test_choice_in_german(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """The options speak the language of the home."""
    hass.config.language = "de"
    _, options = await reach_choice(hass, nomos)
    labels = " ".join(options)
    assert "Einspeisung · aktiv" in labels
    assert "Strombezug · beendet" in labels


@pytest.mark.parametrize("scenario", ["moving"])
async def test_unknown_words_in_the_choice(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """A status that nobody knows yet is shown as it is; so is an id without a number."""
    nomos.set_subscription(status="paused", number=None)
    nomos.exchanges = []
    _, options = await reach_choice(hass, nomos)
    nomos.exchanges.clear()
    nomos.set_subscription(status="active")
    ending = f"{nomos.subscription.id} · Electricity supply · paused"
    assert any(label.endswith(ending) for label in options)


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_number_typed(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """The number of a listed contract does as well as its id."""
    flow, options = await reach_choice(hass, nomos)
    number = options[0].partition(" ")[0]
    result = await submit(hass, flow, {"subscription": f" {number} "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    chosen = nomos.world.subscriptions[str(result["result"].unique_id)]
    assert chosen.number == number


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_organisation(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Of 300 contracts a page is offered, any can be typed, in few requests."""
    flow, options = await reach_choice(hass, nomos)
    assert len(options) == 100
    listed = {option.partition(" ")[0] for option in options}
    beyond = next(
        subscription.id
        for subscription in nomos.world.subscriptions.values()
        if subscription.number not in listed
    )
    result = await submit(hass, flow, {"subscription": "sub_nobody"})
    assert result["errors"] == {"base": "subscription_not_found"}
    result = await submit(hass, result, {"subscription": beyond})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == beyond
    assert len(nomos.requests("/subscriptions")) == 1
    assert len(nomos.exchanges) <= 12


@pytest.mark.parametrize("scenario", ["organisation"])
@pytest.mark.parametrize("versions", [["2026-05-27.curie"], [API_VERSION_EDISON]])
async def test_organisation_whose_filters_are_ignored(
    hass: HomeAssistant, nomos: SimulatedNomos, versions: list[str]
) -> None:
    """Setting up one of 300 takes at most twelve requests, whatever the server lacks."""
    nomos.world.settings.ignore_filters = True
    nomos.world.settings.versions = versions
    flow, options = await reach_choice(hass, nomos)
    result = await submit(hass, flow, {"subscription": options[-1]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED
    assert len(nomos.exchanges) <= 12


@pytest.mark.parametrize("scenario", ["moving"])
async def test_two_contracts_of_one_account(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """Further contracts are added one by one; what is there is not offered again."""
    for left in (3, 2, 1):
        flow, options = await reach_choice(hass, nomos)
        assert len(options) == left
        result = await submit(hass, flow, {"subscription": options[0]})
        assert result["type"] is FlowResultType.CREATE_ENTRY
    result = await submit(hass, await start(hass), typed(nomos))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert len(hass.config_entries.async_loaded_entries(DOMAIN)) == 3
    assert nomos.lines().count("POST /oauth/token") == 1


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_configured_contract_typed(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """A contract that is set up already cannot be added by typing its id either."""
    flow, options = await reach_choice(hass, nomos)
    assert not any(str(nomos.subscription.number) in option for option in options)
    result = await submit(hass, flow, {"subscription": entry.unique_id})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_only_contract_configured_already(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """The same contract twice aborts."""
    result = await submit(hass, await start(hass), typed(nomos))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


@pytest.mark.parametrize("configured", [False, True])
async def test_one_contract_on_the_first_of_many_pages(
    hass: HomeAssistant, nomos: SimulatedNomos, configured: bool
) -> None:
    """The first of many is not taken for the only one, and any can be typed."""
    if configured:
        add_entry(hass, nomos)
    body = (
        '{"object": "list", "items": [{"id": "%s", "status": "active", "plan": "p"}],'
        ' "has_more": true, "next_page": "more"}'
    )
    nomos.fail("/subscriptions", status=200, body=body % nomos.subscription.id)
    result = await submit(hass, await start(hass), typed(nomos))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "subscription")
    schema = result["data_schema"]
    assert schema is not None
    config = schema.schema["subscription"].config
    assert config["custom_value"]
    assert len(config["options"]) == (0 if configured else 1)


async def test_contract_without_address(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """Without an address, the contract number is the title."""
    body = (
        '{"id": "%s", "status": "active", "plan": "pln_1", "number": "4X44EMKX",'
        ' "address": {"street": "", "house_number": "", "zip": "", "city": ""},'
        ' "meter": {"type": "analog"}}'
    )
    nomos.fail("/subscriptions/*", status=200, body=body % nomos.subscription.id)
    result = await submit(hass, await start(hass), typed(nomos))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "4X44EMKX"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500}, "cannot_connect"),
        ({"status": 503, "body": "<html>Sorry</html>"}, "cannot_connect"),
        ({"drop": True}, "cannot_connect"),
        ({"delay": 60}, "cannot_connect"),
        ({"status": 401}, "invalid_auth"),
        ({"status": 403}, "missing_scope"),
        ({"status": 429, "headers": {"retry-after": "42"}}, "rate_limited"),
        ({"status": 402}, "invalid_response"),
        ({"status": 404}, "invalid_response"),
        ({"status": 200, "body": ""}, "invalid_response"),
        ({"status": 200, "body": "null"}, "invalid_response"),
        ({"status": 200, "body": "[]"}, "invalid_response"),
        ({"status": 200, "body": '{"items": []}'}, "no_subscription"),
    ],
)
async def test_errors_are_told_and_can_be_mended(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    error: str,
) -> None:
    """Whatever goes wrong, the form says it, keeps what was typed, and goes on."""
    monkeypatch.setattr(transport, "REQUEST_TIMEOUT", 0.5)
    nomos.fail("/subscriptions", **fault)
    result = await submit(hass, await start(hass), typed(nomos))
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    schema = result["data_schema"]
    assert schema is not None
    suggested = {
        str(key): (key.description or {}).get("suggested_value")
        for key in schema.schema
    }
    assert suggested["client_id"] == CLIENT_ID
    nomos.heal()
    result = await submit(hass, result, typed(nomos))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_error_placeholders(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """What support needs, and how long to wait, is in the message."""
    nomos.fail("/subscriptions", status=402, count=1)
    result = await submit(hass, await start(hass), typed(nomos))
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["status"] == "402"
    assert len(placeholders["request_id"]) == 36
    nomos.fail("/subscriptions", status=429, headers={"retry-after": "42"})
    result = await submit(hass, result, typed(nomos))
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["seconds"] == "42"
    assert len(placeholders["request_id"]) == 36


async def test_wrong_secret(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Wrong credentials are noticed at once."""
    result = await submit(hass, await start(hass), typed(nomos, client_secret="wrong"))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await submit(hass, result, typed(nomos))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_missing_scope(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Credentials that may not read are refused before anything is read."""
    nomos.credential.scope = "write:*"
    result = await submit(hass, await start(hass), typed(nomos))
    assert result["errors"] == {"base": "missing_scope"}
    assert result["description_placeholders"] == {"scope": "read:*"}
    assert nomos.lines() == ["POST /oauth/token"]


@pytest.mark.parametrize(
    "base_url", ["http://api.nomos.energy", "api.nomos.energy", "https://a:b@c", ""]
)
async def test_insecure_url(
    hass: HomeAssistant, nomos: SimulatedNomos, base_url: str
) -> None:
    """Secrets are not sent in the clear; the form goes on with a better address."""
    result = await submit(hass, await start(hass), typed(nomos, base_url=base_url))
    assert result["errors"] == {"base": "insecure_url"}
    schema = result["data_schema"]
    assert schema is not None
    assert not schema.schema["advanced"].options["collapsed"]
    result = await submit(hass, result, typed(nomos, base_url=f"{nomos.url}/"))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["base_url"] == nomos.url
