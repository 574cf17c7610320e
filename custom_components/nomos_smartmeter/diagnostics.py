"""Diagnostics of a contract, free of secrets and persons."""

from hashlib import sha256
import re
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_TOKEN,
    CONF_WEBHOOK_ID,
)
from homeassistant.core import HomeAssistant

from .const import CONF_AUTH_IMPLEMENTATION, CONF_SIGNING_KEY
from .coordinator import NomosConfigEntry
from .load_coordinator import LoadCoordinator
from .load_settings import CONF_ENERGY_ENTITY, in_hours
from .price_formats import as_map
from .tariff.prices import DayPrices
from .tariff.schedule import Run

TO_REDACT = {
    CONF_AUTH_IMPLEMENTATION,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_TOKEN,
    CONF_WEBHOOK_ID,
    CONF_SIGNING_KEY,
    "address",
    "number",
}
IDS = {"id", "subscription", "plan"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: NomosConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault."""
    if entry.state is not ConfigEntryState.LOADED:
        return {
            "entry": async_redact_data(entry.data, TO_REDACT),
            "options": async_redact_data(entry.options, TO_REDACT),
            "state": entry.state.value,
            "reason": entry.reason,
        }
    meter_order, prices = entry.runtime_data.meter_order, entry.runtime_data.prices
    loads = entry.runtime_data.loads.coordinators.values()
    push = entry.runtime_data.push.received
    contract = meter_order.data
    pricing = contract.dynamic_pricing
    state = contract.order_state
    return {
        "entry": async_redact_data(entry.data, TO_REDACT),
        "options": async_redact_data(entry.options, TO_REDACT),
        "api_version": meter_order.client.api_version,
        "last_success": meter_order.last_success,
        "last_poll_succeeded": meter_order.last_update_success,
        "last_error": str(meter_order.last_exception or "") or None,
        "answer_stands": meter_order.stands,
        "dynamic_pricing": {"active": pricing.active, "reason": pricing.reason},
        "meter_order_status": state.status if state else None,
        "prices": {
            "shown": prices.is_shown,
            "known_until": prices.data.known_until,
            "today": _day(prices.view.today),
            "tomorrow": _day(prices.view.tomorrow),
            "last_error": str(prices.last_failure or "") or None,
        },
        "push": {"last": push.at, "topic": push.topic, "events": len(push.ids)},
        "loads": [_load(load) for load in loads],
        "contract": _with_aliases(async_redact_data(contract.to_dict(), TO_REDACT)),
    }


def _day(prices: DayPrices) -> dict[str, Any]:
    """Return what is known of a day; the prices are as good as public."""
    return {
        "known": prices.known,
        "prices": as_map(prices.quarters),
    }


def _load(load: LoadCoordinator) -> dict[str, Any]:
    """Return how a load runs; its name, and that of an entity, may tell of persons."""
    settings = dict(load.subentry.data)
    has_entity = settings.pop(CONF_ENERGY_ENTITY, None) is not None
    need, schedule = load.data.need, load.data.schedule
    return {
        "settings": {**settings, f"has_{CONF_ENERGY_ENTITY}": has_entity},
        "need": need and {"hours": in_hours(need.time), "told_at": need.told_at},
        "schedule": {
            "begun": [_run(run) for run in schedule.begun],
            "planned": [_run(run) for run in schedule.planned],
            "reason": schedule.reason,
            "asked_at": schedule.asked_at,
        },
    }


def _run(run: Run) -> dict[str, Any]:
    return {"start": run.start, "end": run.end}


def _with_aliases(value: Any, key: str = "") -> Any:
    """Replace ids by names that are the same in every download."""
    if isinstance(value, dict):
        return {name: _with_aliases(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_aliases(item, key) for item in value]
    return _alias(value) if key in IDS and isinstance(value, str) else value


def _alias(identifier: str) -> str:
    """Return a name for an id, which keeps its kind where the id tells it."""
    kind = re.match(r"[a-z]{2,4}_", identifier)
    digest = sha256(identifier.encode()).hexdigest()[:8]
    return f"{kind[0] if kind else 'id_'}{digest}"
