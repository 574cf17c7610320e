"""Modules of §14a EnWG."""

from typing import Any

from aiohttp import web

from simulator.access import sees
from simulator.bodies import read_object
from simulator.errors import invalid, not_found
from simulator.filters import Filterable, date_field, enum_field, string_field
from simulator.grid_fee import MODULES, GridFeeReduction, check_possible
from simulator.keys import world_of
from simulator.moments import to_api
from simulator.pages import page_response

from .subscriptions import visible_subscription

ROUTES = web.RouteTableDef()

_FIELDS: dict[str, Filterable[GridFeeReduction]] = {
    "status": enum_field(lambda reduction: reduction.status),
    "customer": string_field(lambda reduction: reduction.customer),
    "subscription": string_field(lambda reduction: reduction.subscription),
    "created_at": date_field(lambda reduction: reduction.created_at),
    "updated_at": date_field(lambda reduction: reduction.updated_at),
}


@ROUTES.get("/grid-fee-reductions")
async def list_reductions(request: web.Request) -> web.Response:
    """List the modules that the client sees."""
    reductions = world_of(request).grid_fee_reductions.values()
    seen = [reduction for reduction in reductions if sees(request, reduction.customer)]
    return page_response(request, seen, _FIELDS, _render)


@ROUTES.get("/grid-fee-reductions/{id}")
async def show_reduction(request: web.Request) -> web.Response:
    """Show a module."""
    reductions = world_of(request).grid_fee_reductions
    reduction = reductions.get(request.match_info["id"])
    if reduction is None or not sees(request, reduction.customer):
        raise not_found()
    return web.json_response(_render(reduction))


@ROUTES.post("/grid-fee-reductions")
async def create_reduction(request: web.Request) -> web.Response:
    """Order a module: at once for a supplied subscription, else for later."""
    asked = await read_object(request)
    if not isinstance(subscription_id := asked.get("subscription"), str):
        raise invalid("subscription", "invalid_type", "expected string")
    if (module := asked.get("type")) not in MODULES:
        raise invalid("type", "invalid_value", "unknown module")
    subscription = visible_subscription(request, subscription_id)
    world = world_of(request)
    check_possible(subscription, module, world.reductions_of(subscription.id))
    status = "ordered" if subscription.status == "active" else "intended"
    reduction = world.add_reduction(subscription, {"type": module, "status": status})
    return web.json_response(_render(reduction))


def _render(reduction: GridFeeReduction) -> dict[str, Any]:
    return {
        "object": "grid_fee_reduction",
        "id": reduction.id,
        "subscription": reduction.subscription,
        "customer": reduction.customer,
        "type": reduction.type,
        "status": reduction.status,
        "valid_from": to_api(reduction.valid_from),
        "valid_until": to_api(reduction.valid_until),
        "created_at": to_api(reduction.created_at),
        "updated_at": to_api(reduction.updated_at),
    }
