"""The application: every resource and every control endpoint, found by its module."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules

from aiohttp import web

from . import control, resources
from .journal import Observer
from .keys import OBSERVE, WEBHOOKS, WORLD
from .middlewares import MIDDLEWARES
from .webhooks import Webhooks
from .world import World


def create_app(world: World, *, observe: Observer | None = None) -> web.Application:
    """Return the application for a world; `observe` sees every exchange of the API."""
    app = web.Application(middlewares=(*MIDDLEWARES, control.explain_refusal))
    app[WORLD] = world
    app[OBSERVE] = observe
    app[WEBHOOKS] = webhooks = Webhooks(world)
    for package in (resources, control):
        for routes in _routes(package.__name__, package.__path__):
            app.add_routes(routes)
    app.on_startup.append(webhooks.start)
    app.on_shutdown.append(_release_answers)
    app.on_shutdown.append(webhooks.stop)
    return app


def _routes(package: str, path: Iterable[str]) -> Iterator[web.RouteTableDef]:
    for module in iter_modules(path):
        yield import_module(f"{package}.{module.name}").ROUTES


async def _release_answers(app: web.Application) -> None:
    app[WORLD].faults.clear()
