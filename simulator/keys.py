"""What the application and each of its requests carry along."""

from aiohttp import web

from .faults import Fault
from .journal import Observer
from .model import Credential
from .rate_limit import Allowance
from .webhooks import Webhooks
from .world import World

WORLD = web.AppKey("world", World)
WEBHOOKS = web.AppKey("webhooks", Webhooks)
OBSERVE: web.AppKey[Observer | None] = web.AppKey("observe")

ALLOWANCE = web.RequestKey("allowance", Allowance)
CREDENTIAL = web.RequestKey("credential", Credential)
FAULT = web.RequestKey("fault", Fault)
REQUEST_ID = web.RequestKey("request_id", str)
VERSION = web.RequestKey("version", str)

CONTROL = "/_simulator"


def world_of(request: web.Request) -> World:
    """Return the world that a request is about."""
    return request.config_dict[WORLD]
