"""Diagnostics of a contract, free of secrets and persons."""

from hashlib import sha256
import re
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant

from .coordinator import NomosConfigEntry

TO_REDACT = {CONF_CLIENT_ID, CONF_CLIENT_SECRET, "address", "number"}
IDS = {"id", "subscription", "plan"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: NomosConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault."""
    coordinator = entry.runtime_data
    contract = coordinator.data
    pricing = contract.dynamic_pricing
    state = contract.order_state
    return {
        "entry": async_redact_data(entry.data, TO_REDACT),
        "api_version": coordinator.client.api_version,
        "last_success": coordinator.last_success,
        "last_poll_succeeded": coordinator.last_update_success,
        "last_error": str(coordinator.last_exception or "") or None,
        "answer_stands": coordinator.answer_stands,
        "dynamic_pricing": {"active": pricing.active, "reason": pricing.reason},
        "meter_order_status": state.status if state else None,
        "contract": _with_aliases(async_redact_data(contract.to_dict(), TO_REDACT)),
    }


def _with_aliases(document: dict[str, Any]) -> dict[str, Any]:
    """Replace ids by names that are the same in every download."""
    return {
        key: _with_aliases(value)
        if isinstance(value, dict)
        else _alias(value)
        if key in IDS and isinstance(value, str)
        else value
        for key, value in document.items()
    }


def _alias(identifier: str) -> str:
    """Return a name for an id, which keeps its kind where the id tells it."""
    kind = re.match(r"[a-z]{2,4}_", identifier)
    digest = sha256(identifier.encode()).hexdigest()[:8]
    return f"{kind[0] if kind else 'id_'}{digest}"
