"""Faults put in force and ended."""

from dataclasses import asdict

from aiohttp import web

from simulator.faults import Fault
from simulator.fields import build
from simulator.keys import CONTROL, world_of

from . import changes_of

ROUTES = web.RouteTableDef()


@ROUTES.post(f"{CONTROL}/faults")
async def add_fault(request: web.Request) -> web.Response:
    """Put a fault in force."""
    fault = build(Fault, await changes_of(request))
    world_of(request).faults.add(fault)
    return web.json_response(asdict(fault))


@ROUTES.delete(f"{CONTROL}/faults")
async def clear_faults(request: web.Request) -> web.Response:
    """End all faults."""
    world_of(request).faults.clear()
    return web.json_response({"faults": []})
