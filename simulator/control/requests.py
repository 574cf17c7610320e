"""The requests that the API has received."""

from aiohttp import web

from simulator.keys import CONTROL, world_of

ROUTES = web.RouteTableDef()


@ROUTES.get(f"{CONTROL}/requests")
async def list_requests(request: web.Request) -> web.Response:
    """List the requests, oldest first."""
    requests = world_of(request).requests
    return web.json_response({"requests": [entry.as_json() for entry in requests]})


@ROUTES.delete(f"{CONTROL}/requests")
async def forget_requests(request: web.Request) -> web.Response:
    """Forget the requests so far."""
    world_of(request).requests.clear()
    return web.json_response({"requests": []})
