"""Readiness of the simulator."""

from aiohttp import web

from simulator.keys import CONTROL

ROUTES = web.RouteTableDef()


@ROUTES.get(f"{CONTROL}/health")
async def report_ready(request: web.Request) -> web.Response:
    """Say that the simulator runs."""
    return web.json_response({"status": "ok"})
