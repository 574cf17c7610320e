"""Plans."""

from typing import Any

from aiohttp import web

from simulator.errors import not_found
from simulator.filters import Filterable, date_field, string_field
from simulator.keys import VERSION, world_of
from simulator.model import Plan
from simulator.moments import to_api
from simulator.pages import page_response
from simulator.versions import EDISON

ROUTES = web.RouteTableDef()

_FIELDS: dict[str, Filterable[Plan]] = {
    "status": string_field(lambda plan: plan.status),
    "created_at": date_field(lambda plan: plan.created_at),
}


@ROUTES.get("/plans")
async def list_plans(request: web.Request) -> web.Response:
    """List the plans."""
    plans = [p for p in world_of(request).plans.values() if _offered(request, p)]
    return page_response(request, plans, _FIELDS, lambda p: _render(request, p))


@ROUTES.get("/plans/{id}")
async def show_plan(request: web.Request) -> web.Response:
    """Show a plan."""
    plan = world_of(request).plans.get(request.match_info["id"])
    if plan is None or not _offered(request, plan):
        raise not_found()
    return web.json_response(_render(request, plan))


def _offered(request: web.Request, plan: Plan) -> bool:
    return plan.type == "consumption" or request[VERSION] != EDISON


def _render(request: web.Request, plan: Plan) -> dict[str, Any]:
    shared = {
        "object": "plan",
        "id": plan.id,
        "name": plan.name,
        "slug": plan.slug,
        "description": plan.description,
        "price": plan.price,
        "currency": "EUR",
        "created_at": to_api(plan.created_at),
    }
    return shared if request[VERSION] == EDISON else shared | {"type": plan.type}
