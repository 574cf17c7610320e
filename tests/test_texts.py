"""Tests of the texts: every word that the code can show exists in both languages."""

import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.nomos_smartmeter.coordinator import POLL_ERRORS
from custom_components.nomos_smartmeter.sensor import METER_ORDER_SENSORS
from custom_components.nomos_smartmeter.tariff.meter_order import (
    OrderStatus,
    PricingReason,
)

INTEGRATION = Path(__file__).parent.parent / "custom_components/nomos_smartmeter"
REASONS = {
    "no_order",
    "check_missing",
    "grid_operator_registration",
    "pre_existing",
    "customer_request",
}


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
    assert {d.key for d in METER_ORDER_SENSORS} == set(entity["sensor"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_message_has_a_text(language: str) -> None:
    """Every error of the dialogs and every failure of a poll can be read."""
    texts = load(language)
    flow = source("config_flow.py")
    problems = set(re.findall(r'(?:_ProblemError\(\s*|key = )"(\w+)"', flow))
    problems |= {"subscription_not_found", "wrong_account"}
    assert problems == set(texts["config"]["error"])
    keys = {*POLL_ERRORS.values(), "authentication_failed", "invalid_response"}
    assert keys == set(texts["exceptions"])
    steps = set(re.findall(r"async def async_step_(\w+)", flow)) - {"reauth"}
    assert steps == set(texts["config"]["step"])
