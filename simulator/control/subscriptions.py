"""Changes of subscriptions."""

from aiohttp import web

from simulator.keys import CONTROL, world_of

from . import changes_of, find, state_of

ROUTES = web.RouteTableDef()


@ROUTES.patch(f"{CONTROL}/subscriptions/{{id}}")
async def change_subscription(request: web.Request) -> web.Response:
    """Set fields of a subscription and show it."""
    world = world_of(request)
    subscription = find(world.subscriptions, request)
    world.update_subscription(subscription, await changes_of(request))
    return web.json_response(state_of(subscription))
