"""The action that lists the meter orders that credentials see, thousands perhaps."""

import asyncio
from collections.abc import Collection
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .action_input import CONTRACT, entry_of, field, one_of
from .contract import state_of_order
from .errors import translation_of
from .nomos import MeterOrder, NomosError, NomosResponseError
from .price_formats import local_text
from .tariff.meter_order import OrderStatus
from .writing import reading_failed

PAGES = 1000
"""How many pages are read before they are taken for endless: 100,000 orders."""
PAUSE = 0.5
"""Seconds between two pages: a fifth of what Nomos allows, and room for others."""


def _statuses(value: Any) -> list[str]:
    read = one_of([str(status) for status in OrderStatus])
    return [read(status) for status in cv.ensure_list(value)]


LIST_METER_ORDERS = vol.Schema(
    {
        **CONTRACT,
        vol.Optional("status"): field("status", _statuses, "not_a_choice"),
    }
)


async def async_list_meter_orders(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Return all orders that the credentials of a contract see, newest first.

    Statuses are picked here: Nomos knows other words, and ignores a filter that it does
    not understand.
    """
    entry = entry_of(hass, call)
    client = entry.runtime_data.meter_order.client
    wanted: Collection[str] = call.data.get("status", ())
    orders: dict[str, JsonObjectType] = {}
    cursor = None
    for _ in range(PAGES):
        try:
            page = await client.meter_orders(cursor=cursor)
        except NomosError as err:
            raise reading_failed(hass, entry, err) from err
        for order in page.items:
            described = _described(order)
            if not wanted or described["status"] in wanted:
                orders[order.id] = described
        if (cursor := page.next_page) is None:
            return {"orders": list(orders.values())}
        await asyncio.sleep(PAUSE)
    raise HomeAssistantError(**translation_of(NomosResponseError("endless pages")))


def _described(order: MeterOrder) -> JsonObjectType:
    state = state_of_order(order)
    return {
        "id": order.id,
        "subscription": order.subscription,
        "status": state.status,
        "api_status": state.api_status,
        "reason": state.reason,
        "needs_attention": state.needs_attention,
        "provider": order.provider,
        "created_at": local_text(order.created_at),
        "appointment_at": local_text(order.appointment_at),
        "installed_at": local_text(order.installed_at),
        "activated_at": local_text(order.activated_at),
        "blocked_at": local_text(order.blocked_at),
        "cancelled_at": local_text(order.cancelled_at),
    }
