"""The course of meter orders."""

from aiohttp import web

from simulator.fields import FieldError
from simulator.keys import CONTROL, world_of
from simulator.meter_order import MeterOrder

from . import changes_of, find, state_of

ROUTES = web.RouteTableDef()


@ROUTES.post(f"{CONTROL}/meter-orders")
async def place_order(request: web.Request) -> web.Response:
    """Put an order for a subscription, whatever the rules say."""
    world = world_of(request)
    changes = await changes_of(request)
    subscription = world.subscriptions.get(changes.pop("subscription", ""))
    if subscription is None:
        raise FieldError("subscription: there is none with this id")
    return _state(world.place_order(subscription, changes))


@ROUTES.patch(f"{CONTROL}/meter-orders/{{id}}")
async def change_order(request: web.Request) -> web.Response:
    """Set fields of an order."""
    world = world_of(request)
    order = find(world.meter_orders, request)
    world.update_order(order, await changes_of(request))
    return _state(order)


@ROUTES.post(f"{CONTROL}/meter-orders/{{id}}/advance")
async def advance_order(request: web.Request) -> web.Response:
    """Move an order to its next milestone."""
    world = world_of(request)
    order = find(world.meter_orders, request)
    world.advance_order(order)
    return _state(order)


@ROUTES.delete(f"{CONTROL}/meter-orders/{{id}}")
async def remove_order(request: web.Request) -> web.Response:
    """Remove an order, as if it had never been placed."""
    world = world_of(request)
    order = find(world.meter_orders, request)
    del world.meter_orders[order.id]
    return _state(order)


def _state(order: MeterOrder) -> web.Response:
    return web.json_response({"status": order.status} | state_of(order))
