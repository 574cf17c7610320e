"""Endpoints for webhooks, and deliveries on demand: true ones, and ones that trouble."""

from dataclasses import replace
from datetime import timedelta
import secrets
from typing import Any

from aiohttp import web

from simulator.events import Event
from simulator.fields import FieldError, build
from simulator.identifiers import new_id
from simulator.keys import CONTROL, WEBHOOKS, world_of
from simulator.model import WebhookEndpoint
from simulator.webhooks import Delivery

from . import changes_of, find

ROUTES = web.RouteTableDef()

_PATH = f"{CONTROL}/webhooks"
_AGE = 600
_LARGE = 100_000
_LARGEST = 10_000_000
_OLDEST = 1_000_000_000


@ROUTES.post(_PATH)
async def register_endpoint(request: web.Request) -> web.Response:
    """Register an endpoint; only this answer shows its secret."""
    secret = "whsec_" + secrets.token_urlsafe(24)
    values = {"secret": secret, **await changes_of(request)}
    endpoint = build(WebhookEndpoint, values)
    world_of(request).webhooks[endpoint.id] = endpoint
    return web.json_response(_state(endpoint) | {"secret": endpoint.secret})


@ROUTES.get(_PATH)
async def list_endpoints(request: web.Request) -> web.Response:
    """List the endpoints."""
    endpoints = world_of(request).webhooks.values()
    return web.json_response({"webhooks": [_state(entry) for entry in endpoints]})


@ROUTES.delete(f"{_PATH}/{{id}}")
async def remove_endpoint(request: web.Request) -> web.Response:
    """Remove an endpoint; what it has not taken yet is not tried again."""
    endpoint = find(world_of(request).webhooks, request)
    del world_of(request).webhooks[endpoint.id]
    return web.json_response(_state(endpoint))


@ROUTES.get(f"{CONTROL}/webhook-deliveries")
async def list_deliveries(request: web.Request) -> web.Response:
    """List what was delivered or tried to be, oldest first."""
    return _told(*request.config_dict[WEBHOOKS].deliveries)


@ROUTES.delete(f"{CONTROL}/webhook-deliveries")
async def forget_deliveries(request: web.Request) -> web.Response:
    """Forget the deliveries so far."""
    request.config_dict[WEBHOOKS].deliveries.clear()
    return _told()


@ROUTES.post(f"{_PATH}/{{id}}/test")
async def send_test(request: web.Request) -> web.Response:
    """Send a test event, as the button of the dashboard does."""
    event = Event(topic="test.event", context={})
    world_of(request).events.keep(event)
    return _told(await _send(request, event))


@ROUTES.post(f"{_PATH}/{{id}}/repeat")
async def repeat_event(request: web.Request) -> web.Response:
    """Send the last event again, signed now."""
    (event,) = _last(request, 1)
    return _told(await _send(request, event))


@ROUTES.post(f"{_PATH}/{{id}}/replay")
async def replay_event(request: web.Request) -> web.Response:
    """Send the last event as it was signed some seconds ago; negative is ahead."""
    (event,) = _last(request, 1)
    seconds = await _number(request, "age", _AGE, -_OLDEST, _OLDEST)
    return _told(await _send(request, event, age=timedelta(seconds=seconds)))


@ROUTES.post(f"{_PATH}/{{id}}/forge")
async def forge_event(request: web.Request) -> web.Response:
    """Send an event like the last one, new by its id, signed with a wrong secret."""
    (event,) = _last(request, 1)
    secret = secrets.token_urlsafe(24)
    forged = replace(event, id=new_id("evt"))
    return _told(await _send(request, forged, secret=secret))


@ROUTES.post(f"{_PATH}/{{id}}/oversize")
async def send_oversized(request: web.Request) -> web.Response:
    """Send an event like the last one, new by its id, in a large body; rightly signed."""
    (event,) = _last(request, 1)
    size = await _number(request, "bytes", _LARGE, 0, _LARGEST)
    event = replace(event, id=new_id("evt"), context={**event.context, "padding": ""})
    padding = "x" * (size - len(event.body()))
    event = replace(event, context={**event.context, "padding": padding})
    return _told(await _send(request, event))


@ROUTES.post(f"{_PATH}/{{id}}/swap")
async def swap_events(request: web.Request) -> web.Response:
    """Send the last two events, the newer one first."""
    older, newer = _last(request, 2)
    return _told(await _send(request, newer), await _send(request, older))


async def _send(request: web.Request, event: Event, **how: Any) -> Delivery:
    endpoint = find(world_of(request).webhooks, request)
    return await request.config_dict[WEBHOOKS].send(endpoint, event, **how)


def _last(request: web.Request, count: int) -> list[Event]:
    find(world_of(request).webhooks, request)
    events = world_of(request).events.last(count)
    if len(events) < count:
        raise web.HTTPConflict(text=f"There have been {len(events)} events yet")
    return events


async def _number(
    request: web.Request, name: str, default: int, least: int, most: int
) -> int:
    """Return the one field that a request may have."""
    changes = await changes_of(request) if request.can_read_body else {}
    number = changes.pop(name, default)
    if changes:
        raise FieldError(f"there is no field {', '.join(changes)}")
    if type(number) is not int or not least <= number <= most:
        raise FieldError(f"{name}: expected {least} to {most}")
    return number


def _state(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "automatic": endpoint.automatic,
    }


def _told(*deliveries: Delivery) -> web.Response:
    shown = [delivery.as_json() for delivery in deliveries]
    return web.json_response({"deliveries": shown})
