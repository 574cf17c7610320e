"""Tests of the texts: every word that the code can show exists in both languages."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.const import WEEKDAYS
from homeassistant.helpers.entity import EntityDescription
import pytest
import yaml

from custom_components.nomos_smartmeter.account_form import CREDENTIALS, TRANSIENT
from custom_components.nomos_smartmeter.binary_sensor import (
    DYNAMIC_PRICING_ACTIVE,
    METER_ORDER_PROBLEM,
    PRICE_BINARY_SENSORS,
    RUN,
)
from custom_components.nomos_smartmeter.calendar import SCHEDULE
from custom_components.nomos_smartmeter.condition import CONDITIONS
from custom_components.nomos_smartmeter.errors import translation_of
from custom_components.nomos_smartmeter.event import METER_ORDER
from custom_components.nomos_smartmeter.load_flow import LIMITS, NEED, WHAT
from custom_components.nomos_smartmeter.load_settings import LoadKind
from custom_components.nomos_smartmeter.nomos import (
    NomosAuthenticationError,
    NomosConflictError,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    NomosResponseError,
)
from custom_components.nomos_smartmeter.number import RUN_TIME
from custom_components.nomos_smartmeter.options_flow import OPTIONS, WEBHOOK
from custom_components.nomos_smartmeter.price_formats import (
    FORECAST_ATTRIBUTES,
    FORMATS,
)
from custom_components.nomos_smartmeter.sensor import (
    LAST_METER_READING,
    LAST_PUSH,
    LOAD_SENSORS,
    METER_ORDER_SENSORS,
    MODULE_SENSORS,
    PAYOUT_SENSORS,
    PRICE_SENSORS,
)
from custom_components.nomos_smartmeter.switch import ENABLED
from custom_components.nomos_smartmeter.tariff.grid_fee import (
    MODULES,
    GridFeeLevel,
    ModuleStatus,
    Obstacle,
)
from custom_components.nomos_smartmeter.tariff.load import Fallback
from custom_components.nomos_smartmeter.tariff.meter_order import (
    OrderStatus,
    PricingReason,
)
from custom_components.nomos_smartmeter.tariff.prices import PriceLevel
from custom_components.nomos_smartmeter.tariff.schedule import Reason
from custom_components.nomos_smartmeter.time import TIMES
from custom_components.nomos_smartmeter.trigger import TRIGGERS

INTEGRATION = Path(__file__).parent.parent / "custom_components/nomos_smartmeter"
REASONS = {
    "no_order",
    "check_missing",
    "grid_operator_registration",
    "pre_existing",
    "customer_request",
}
REFUSING = (
    "action_input.py",
    "get_prices.py",
    "list_meter_orders.py",
    "meter_readings.py",
    "module_ordering.py",
    "number.py",
    "ordering_actions.py",
    "planning_actions.py",
)
READINGS = {"customer_report", "grid_reading", "grid_estimation"}

FAILURES: tuple[NomosError, ...] = (
    NomosAuthenticationError(),
    NomosConflictError(),
    NomosConnectionError(),
    NomosNotFoundError(),
    NomosPermissionError("read:*"),
    NomosRateLimitError(),
    NomosResponseError(),
)


def flat(tree: dict[str, Any], path: str = "") -> dict[str, str]:
    """Return the texts by their full key."""
    texts: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{path}.{key}".lstrip(".")
        texts |= flat(value, name) if isinstance(value, dict) else {name: value}
    return texts


def load(language: str) -> dict[str, Any]:
    """Return a language's texts."""
    file = INTEGRATION / "translations" / f"{language}.json"
    tree: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return tree


def source(name: str) -> str:
    """Return the source of a module."""
    return (INTEGRATION / name).read_text(encoding="utf-8")


def test_languages_are_equally_complete() -> None:
    """Both languages have the same texts, with the same placeholders."""
    english, german = flat(load("en")), flat(load("de"))
    assert set(english) == set(german)
    for key, text in english.items():
        placeholders = re.compile(r"{(\w+)}")
        assert set(placeholders.findall(text)) == set(
            placeholders.findall(german[key])
        ), key


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_state_has_a_text(language: str) -> None:
    """Every status and every reason can be read by a person."""
    entity = load(language)["entity"]
    order = entity["sensor"]["meter_order_status"]
    assert set(order["state"]) == set(OrderStatus)
    assert set(order["state_attributes"]["reason"]["state"]) == REASONS
    pricing = entity["binary_sensor"]["dynamic_pricing_active"]["state_attributes"]
    assert set(pricing["reason"]["state"]) == set(PricingReason)
    assert set(entity["sensor"]["price_level"]["state"]) == set(PriceLevel)
    for number in MODULES:
        module = entity["sensor"][f"grid_fee_module_{number}"]
        assert set(module["state"]) == set(ModuleStatus)
        assert set(module["state_attributes"]) == {"valid_from", "valid_until"}
    window = entity["sensor"]["grid_fee_window"]
    assert set(window["state"]) == set(GridFeeLevel)
    assert set(window["state_attributes"]) == {"next_change"}
    reading = entity["sensor"]["last_meter_reading"]["state_attributes"]
    assert set(reading) == {"timestamp", "type"}
    assert set(reading["type"]["state"]) == READINGS
    forecast = entity["sensor"]["price_forecast"]["state_attributes"]
    assert set(forecast) == FORECAST_ATTRIBUTES
    run = entity["binary_sensor"]["run"]["state_attributes"]
    assert set(run) == {"intervals", "reason", "known_until"}
    assert set(run["reason"]["state"]) == set(Reason)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_entity_has_a_name(language: str) -> None:
    """No entity goes by the name of its kind."""
    sensors: tuple[EntityDescription, ...] = (
        *METER_ORDER_SENSORS,
        *MODULE_SENSORS,
        LAST_METER_READING,
        *PRICE_SENSORS,
        *PAYOUT_SENSORS,
        *LOAD_SENSORS,
        LAST_PUSH,
    )
    binary_sensors: tuple[EntityDescription, ...] = (
        DYNAMIC_PRICING_ACTIVE,
        METER_ORDER_PROBLEM,
        *PRICE_BINARY_SENSORS,
        RUN,
    )
    keys = {
        "event": {METER_ORDER.key},
        "binary_sensor": {description.key for description in binary_sensors},
        "calendar": {SCHEDULE.key},
        "number": {RUN_TIME.key},
        "sensor": {description.key for description in sensors},
        "switch": {ENABLED.key},
        "time": {time.key for time in TIMES},
    }
    entity = load(language)["entity"]
    assert {domain: set(names) for domain, names in entity.items()} == keys
    assert all(text["name"] for names in entity.values() for text in names.values())


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("kind", "classes"), [("triggers", TRIGGERS), ("conditions", CONDITIONS)]
)
def test_every_trigger_and_condition_has_a_text(
    language: str, kind: str, classes: dict[str, Any]
) -> None:
    """What automations can be made of says what it is, with all its fields."""
    texts = load(language)[kind]
    shown = yaml.safe_load(source(f"{kind}.yaml"))
    icons = json.loads(source("icons.json"))[kind]
    assert set(texts) == set(classes) == set(icons)
    assert {key for key in shown if not key.startswith(".")} == set(classes)
    for key, text in texts.items():
        assert text["name"]
        assert text["description"]
        fields = shown[key].get("fields", {})
        assert set(fields) == set(text.get("fields", {}))


def steps(name: str) -> set[str]:
    """Return the steps of a dialog that show something."""
    return set(re.findall(r"async def async_step_(\w+)", source(name))) - {"reauth"}


def refusals_in(name: str) -> set[str]:
    """Return the texts that a module refuses something with."""
    told = (
        r'(?:problem\(|_error\(|field\([^,]+,[^"]*|translation_key=|key = )"(\w+)"',
        r'^    "\w+": "(\w+)",$',
        r'next\(known, "(\w+)"\)',
        r'(?:refused|outcome_unknown)\(\s*(?:\w+,\s*)+"(\w+)"',
    )
    return {
        key
        for pattern in told
        for key in re.findall(pattern, source(name), re.MULTILINE)
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_message_has_a_text(language: str) -> None:
    """Every error of the dialogs and every failure of a poll can be read."""
    texts = load(language)
    problems = set(
        re.findall(
            r'(?:ProblemError\(\s*|key = )"(\w+)"',
            source("config_flow.py") + source("account_form.py"),
        )
    )
    problems |= {"subscription_not_found", "wrong_account"}
    assert problems == set(texts["config"]["error"])
    of_a_consent = problems - TRANSIENT - {"insecure_url"}
    assert set(texts["config"]["abort"]) == {"already_configured", *of_a_consent}
    told = re.findall(r"(?:yield |errors\[\w+\] = )(.+)", source("load_flow.py"))
    problems = {word for line in told for word in re.findall(r'"(\w+)"', line)}
    assert problems - {"base"} == set(texts["config_subentries"]["load"]["error"])
    failures = {translation_of(failure)["translation_key"] for failure in FAILURES}
    ordering = refusals_in("ordering.py") | refusals_in("writing.py")
    others = {key for name in REFUSING for key in refusals_in(name)}
    assert failures | ordering | others | set(Obstacle) == set(texts["exceptions"])
    errors = re.findall(r'errors\[\w+\] = "(\w+)"', source("options_flow.py"))
    assert set(errors) == set(texts["options"]["error"])
    repair = texts["issues"]["no_order"]["fix_flow"]
    assert set(repair["abort"]) == ordering | failures
    assert set(repair["error"]) == {"not_confirmed"}
    for key in ordering | failures:
        assert repair["abort"][key] == texts["exceptions"][key]["message"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_repair_has_a_text(language: str) -> None:
    """Whatever is to be repaired says what it means and what to do."""
    issues = load(language)["issues"]
    keys = set(
        re.findall(r'"((?:no|order|missing|subscription)_\w+)"', source("issues.py"))
    )
    assert keys == set(issues)
    words = load(language)["entity"]["event"]["meter_order"]["state_attributes"]
    assert set(words["event_type"]["state"]) == set(OrderStatus)
    assert set(words["previous_status"]["state"]) == set(OrderStatus)


CREDENTIAL_STEPS = ("credentials", "reauth_confirm", "reconfigure_credentials")
STEPS_WITH_ADDRESS = (
    "oauth",
    "credentials",
    "reconfigure_oauth",
    "reconfigure_credentials",
)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_has_a_text(language: str) -> None:
    """Every page of the dialogs has a title, and each field a label and an explanation."""
    texts = load(language)
    dialogs = {
        "config_flow.py": texts["config"]["step"],
        "options_flow.py": texts["options"]["step"],
        "load_flow.py": texts["config_subentries"]["load"]["step"],
    }
    inherited = {"config_flow.py": {"pick_implementation", "auth"}}
    for name, pages in dialogs.items():
        assert set(pages) == steps(name) | inherited.get(name, set())
        assert all(page["title"] for page in pages.values())
    account, loads = dialogs["config_flow.py"], dialogs["load_flow.py"]
    forms = [
        *((account[step], CREDENTIALS.schema) for step in CREDENTIAL_STEPS),
        (account["subscription"], ["subscription"]),
        *(
            (account[step]["sections"]["advanced"], ["base_url"])
            for step in STEPS_WITH_ADDRESS
        ),
        (dialogs["options_flow.py"]["init"], OPTIONS.schema),
        (dialogs["options_flow.py"]["webhook"], WEBHOOK.schema),
        (loads["user"], WHAT.schema),
        (loads["reconfigure"], WHAT.schema),
        (loads["need"], NEED.schema),
        (loads["limits"], LIMITS.schema),
    ]
    for page, fields in forms:
        names = {str(field) for field in fields}
        assert set(page["data"]) == set(page["data_description"]) == names
        assert all({**page["data"], **page["data_description"]}.values())
    for menu in ("user", "reconfigure"):
        page = account[menu]
        assert set(page["menu_options"]) == set(page["menu_option_descriptions"])
        assert set(page["menu_options"]) <= set(account)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_choice_has_a_text(language: str) -> None:
    """Every choice that a dialog or an action offers can be read."""
    texts = load(language)
    choices = {
        name: set(selector["options"]) for name, selector in texts["selector"].items()
    }
    assert choices["fallback"] == set(Fallback)
    assert choices["load_kind"] == set(LoadKind)
    assert choices["weekday"] == set(WEEKDAYS)
    assert choices["price_format"] == set(FORMATS)
    assert choices["meter_order_status"] == set(OrderStatus)
    assert choices["price_level"] == set(PriceLevel)
    shown = {
        selector.config["translation_key"]: set(selector.config["options"])
        for form in (WHAT, NEED, LIMITS)
        for selector in form.schema.values()
        if "translation_key" in selector.config
    }
    assert shown.items() <= choices.items()
    assert set(shown) == {"fallback", "load_kind", "weekday"}
    menu = texts["config_subentries"]["load"]
    assert menu["entry_type"]
    assert set(menu["initiate_flow"]) == {"user", "reconfigure"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_field_has_a_text(language: str) -> None:
    """Every action with its fields and their choices can be read."""
    texts = load(language)["services"]
    actions = yaml.safe_load(source("services.yaml"))
    assert set(actions) == set(texts)
    for name, action in actions.items():
        assert set(action["fields"]) == set(texts[name]["fields"])
        for text in (texts[name], *texts[name]["fields"].values()):
            assert text["name"]
            assert text["description"]
