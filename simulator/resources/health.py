"""The health check."""

from aiohttp import web

from simulator.access import without_token

ROUTES = web.RouteTableDef()


@ROUTES.get("/health")
@without_token
async def check_health(request: web.Request) -> web.Response:
    """Say that the API is up."""
    return web.Response(text="OK")
