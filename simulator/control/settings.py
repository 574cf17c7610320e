"""Settings of the API."""

from dataclasses import asdict

from aiohttp import web

from simulator.fields import assign
from simulator.keys import CONTROL, world_of

from . import changes_of

ROUTES = web.RouteTableDef()


@ROUTES.patch(f"{CONTROL}/settings")
async def change_settings(request: web.Request) -> web.Response:
    """Change settings and show them all."""
    settings = world_of(request).settings
    assign(settings, await changes_of(request))
    return web.json_response(asdict(settings))
