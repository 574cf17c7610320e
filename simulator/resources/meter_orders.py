"""Smart meter orders."""

from typing import Any

from aiohttp import web

from simulator.access import sees
from simulator.bodies import read_object
from simulator.errors import ApiError, FieldProblem, invalid, not_found
from simulator.filters import Filterable, date_field, enum_field, string_field
from simulator.keys import VERSION, world_of
from simulator.meter_order import MeterOrder
from simulator.model import Subscription
from simulator.moments import to_api
from simulator.pages import page_response
from simulator.versions import EDISON

from .subscriptions import visible_subscription

ROUTES = web.RouteTableDef()

_PRODUCT = "smart-meter"

_CURIE_FIELDS: dict[str, Filterable[MeterOrder]] = {
    "status": enum_field(lambda order: order.curie_status),
    "customer": string_field(lambda order: order.customer),
    "subscription": string_field(lambda order: order.subscription),
}
_EDISON_FIELDS = _CURIE_FIELDS | {
    "status": enum_field(lambda order: order.edison_status),
    "product": string_field(lambda order: _PRODUCT),
    "created_at": date_field(lambda order: order.created_at),
    "updated_at": date_field(lambda order: order.updated_at),
}


@ROUTES.get("/meter-orders")
async def list_orders(request: web.Request) -> web.Response:
    """List the orders that the client sees."""
    orders = world_of(request).meter_orders.values()
    seen = [order for order in orders if sees(request, order.customer)]
    fields = _EDISON_FIELDS if request[VERSION] == EDISON else _CURIE_FIELDS
    return page_response(request, seen, fields, lambda o: _render(request, o))


@ROUTES.get("/meter-orders/{id}")
async def show_order(request: web.Request) -> web.Response:
    """Show an order."""
    order = world_of(request).meter_orders.get(request.match_info["id"])
    if order is None or not sees(request, order.customer):
        raise not_found()
    return web.json_response(_render(request, order))


@ROUTES.post("/meter-orders")
async def create_order(request: web.Request) -> web.Response:
    """Order a smart meter: the first and only time for a subscription."""
    subscription = visible_subscription(request, await _ordered_for(request))
    _check_order_possible(request, subscription)
    order = world_of(request).place_order(subscription)
    return web.json_response(_render(request, order))


async def _ordered_for(request: web.Request) -> str:
    subscription = (await read_object(request)).get("subscription")
    if not isinstance(subscription, str):
        raise invalid("subscription", "invalid_type", "expected string")
    return subscription


def _check_order_possible(request: web.Request, subscription: Subscription) -> None:
    world = world_of(request)
    if subscription.type == "feed_in":
        raise _refused(
            400,
            "unsupported_meter_order",
            "A smart meter cannot be ordered for a feed-in subscription",
        )
    if _PRODUCT not in world.plans[subscription.plan].products:
        raise _refused(
            400, "unsupported_product", "The plan does not offer a smart meter"
        )
    if world.order_of(subscription.id) is not None:
        raise _refused(
            409,
            "duplicate_meter_order",
            "A meter order for this subscription already exists",
        )


def _refused(status: int, code: str, message: str) -> ApiError:
    return ApiError(status, message, FieldProblem(code, "subscription", message))


def _render(request: web.Request, order: MeterOrder) -> dict[str, Any]:
    shared = {
        "object": "meter_order",
        "id": order.id,
        "subscription": order.subscription,
        "customer": order.customer,
        "provider": order.provider,
        "created_at": to_api(order.created_at),
    }
    if request[VERSION] == EDISON:
        return shared | {
            "status": order.edison_status,
            "updated_at": to_api(order.updated_at),
        }
    return shared | {
        "status": order.curie_status,
        "appointment_at": to_api(order.appointment_at),
        "installed_at": to_api(order.installed_at),
        "activated_at": to_api(order.activated_at),
        "cancelled_at": to_api(order.cancelled_at),
        "cancelled_reason": order.cancelled_reason,
        "blocked_at": to_api(order.blocked_at),
        "blocked_reason": order.blocked_reason,
    }
