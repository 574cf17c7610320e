"""How the tests perform the actions, and read what they are told."""

import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from custom_components import nomos_smartmeter
from custom_components.nomos_smartmeter.const import DOMAIN

ACTIONS: dict[str, dict[str, Any]] = {
    "get_prices": {},
    "find_cheapest_window": {"duration": "01:00"},
    "plan_load": {"run_time": "01:00"},
    "list_meter_orders": {},
}
ORDERS: dict[str, dict[str, Any]] = {
    "order_smart_meter": {"confirm": True},
    "order_grid_fee_reduction": {"module": 1, "confirm": True},
    "submit_meter_reading": {"value": 12345.6},
}
LOST: list[dict[str, Any]] = [
    {"drop": True},
    {"status": 500},
    {"status": 200, "body": "<html>"},
    {"status": 200, "body": "{}"},
]
"""How the answer to an order gets lost."""
TRANSLATIONS = Path(nomos_smartmeter.__file__).parent / "translations"


async def act(
    hass: HomeAssistant, action: str, entry_id: str, **fields: Any
) -> dict[str, Any]:
    """Call an action with the fields that it needs at least, and some more."""
    answer: Any = await hass.services.async_call(
        DOMAIN,
        action,
        {"config_entry": entry_id, **(ACTIONS | ORDERS)[action], **fields},
        blocking=True,
        return_response=True,
    )
    assert isinstance(answer, dict)
    return answer


def text_of(err: HomeAssistantError, language: str) -> str:
    """Return what a refusal says, with all that belongs into it."""
    assert err.translation_domain == DOMAIN
    file = TRANSLATIONS / f"{language}.json"
    texts = json.loads(file.read_text(encoding="utf-8"))["exceptions"]
    message: str = texts[err.translation_key]["message"]
    return message.format(**(err.translation_placeholders or {}))


def check_texts(err: HomeAssistantError, key: str, *parts: str) -> None:
    """See that a refusal is told in either language, and names what it is about."""
    assert err.translation_key == key
    english, german = text_of(err, "en"), text_of(err, "de")
    assert english != german
    assert str(err) == english.removesuffix(".")
    for part in parts:
        assert part in english
        assert part in german


def reports_missing_scope(hass: HomeAssistant) -> bool:
    """Tell whether a repair asks for the permission to write."""
    return any(
        issue.translation_key == "missing_write_scope"
        for issue in ir.async_get(hass).issues.values()
    )
