"""The market and the publication of its prices."""

from aiohttp import web

from simulator.fields import assign
from simulator.keys import CONTROL, world_of

from . import changes_of, state_of

ROUTES = web.RouteTableDef()


@ROUTES.patch(f"{CONTROL}/market")
async def change_market(request: web.Request) -> web.Response:
    """Set fields of the market and show them all."""
    market = world_of(request).market
    assign(market, await changes_of(request))
    return web.json_response(state_of(market))
