"""Tests of the texts: every word that the code can show exists in both languages."""

import json
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

from custom_components.nomos_smartmeter.binary_sensor import PRICE_BINARY_SENSORS
from custom_components.nomos_smartmeter.errors import translation_of
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
from custom_components.nomos_smartmeter.price_formats import (
    FORECAST_ATTRIBUTES,
    FORMATS,
)
from custom_components.nomos_smartmeter.sensor import (
    METER_ORDER_SENSORS,
    PAYOUT_SENSORS,
    PRICE_SENSORS,
)
from custom_components.nomos_smartmeter.tariff.meter_order import (
    OrderStatus,
    PricingReason,
)
from custom_components.nomos_smartmeter.tariff.prices import PriceLevel

INTEGRATION = Path(__file__).parent.parent / "custom_components/nomos_smartmeter"
REASONS = {
    "no_order",
    "check_missing",
    "grid_operator_registration",
    "pre_existing",
    "customer_request",
}

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
    keys = {sensor.key for sensor in METER_ORDER_SENSORS}
    keys |= {sensor.key for sensor in (*PRICE_SENSORS, *PAYOUT_SENSORS)}
    assert keys == set(entity["sensor"])
    assert set(entity["sensor"]["price_level"]["state"]) == set(PriceLevel)
    forecast = entity["sensor"]["price_forecast"]["state_attributes"]
    assert set(forecast) == FORECAST_ATTRIBUTES
    assert {sensor.key for sensor in PRICE_BINARY_SENSORS} < set(
        entity["binary_sensor"]
    )


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_message_has_a_text(language: str) -> None:
    """Every error of the dialogs and every failure of a poll can be read."""
    texts = load(language)
    flow = source("config_flow.py")
    problems = set(re.findall(r'(?:_ProblemError\(\s*|key = )"(\w+)"', flow))
    problems |= {"subscription_not_found", "wrong_account"}
    assert problems == set(texts["config"]["error"])
    failures = {translation_of(failure)["translation_key"] for failure in FAILURES}
    actions = set(
        re.findall(
            r'(?:_problem\(|_moment, |\), |_duration, )"(\w+)"', source("services.py")
        )
    )
    assert failures | actions == set(texts["exceptions"])
    steps = set(re.findall(r"async def async_step_(\w+)", flow)) - {"reauth", "init"}
    assert steps == set(texts["config"]["step"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_field_has_a_text(language: str) -> None:
    """Every action with its fields and their choices can be read."""
    texts = load(language)
    actions = yaml.safe_load(source("services.yaml"))
    assert set(actions) == set(texts["services"])
    for name, action in actions.items():
        assert set(action["fields"]) == set(texts["services"][name]["fields"])
    assert set(texts["selector"]["price_format"]["options"]) == set(FORMATS)
