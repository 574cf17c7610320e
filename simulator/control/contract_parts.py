"""What belongs to a contract beside its order: modules of §14a EnWG and readings."""

from aiohttp import web

from simulator.fields import FieldError, assign
from simulator.keys import CONTROL, world_of
from simulator.model import Subscription
from simulator.moments import now

from . import changes_of, find, state_of

ROUTES = web.RouteTableDef()


@ROUTES.post(f"{CONTROL}/grid-fee-reductions")
async def add_reduction(request: web.Request) -> web.Response:
    """Give a subscription a module, whatever the rules say."""
    changes = await changes_of(request)
    subscription = _subscription(request, changes)
    return web.json_response(
        state_of(world_of(request).add_reduction(subscription, changes))
    )


@ROUTES.patch(f"{CONTROL}/grid-fee-reductions/{{id}}")
async def change_reduction(request: web.Request) -> web.Response:
    """Set fields of a module."""
    reduction = find(world_of(request).grid_fee_reductions, request)
    assign(reduction, await changes_of(request))
    reduction.updated_at = now()
    return web.json_response(state_of(reduction))


@ROUTES.post(f"{CONTROL}/meter-readings")
async def add_reading(request: web.Request) -> web.Response:
    """Let a meter have been read, whatever the rules say."""
    changes = await changes_of(request)
    subscription = _subscription(request, changes)
    return web.json_response(
        state_of(world_of(request).add_reading(subscription, changes))
    )


def _subscription(request: web.Request, changes: dict[str, object]) -> Subscription:
    subscriptions = world_of(request).subscriptions
    subscription = subscriptions.get(str(changes.pop("subscription", "")))
    if subscription is None:
        raise FieldError("subscription: there is none with this id")
    return subscription
