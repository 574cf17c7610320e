"""Control of the simulator, not part of the API; a module's ROUTES join the application."""

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from simulator.fields import FieldError
from simulator.keys import CONTROL
from simulator.meter_order import OrderStuckError
from simulator.moments import to_api


@web.middleware
async def explain_refusal(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say in JSON why a control request was refused."""
    try:
        return await handler(request)
    except FieldError as err:
        return _refusal(400, str(err))
    except OrderStuckError as err:
        return _refusal(409, str(err))
    except web.HTTPException as err:
        if not request.path.startswith(f"{CONTROL}/"):
            raise
        return _refusal(err.status, err.text or err.reason)


async def changes_of(request: web.Request) -> dict[str, Any]:
    """Return the fields that a control request sets."""
    try:
        body = await request.json()
    except ValueError as err:
        raise FieldError(f"expected JSON: {err}") from err
    if not isinstance(body, dict):
        raise FieldError("expected an object of fields")
    return body


def find[T](things: dict[str, T], request: web.Request) -> T:
    """Return the thing whose id stands in the path."""
    thing_id = request.match_info["id"]
    if thing_id not in things:
        raise web.HTTPNotFound(text=f"There is no {thing_id}")
    return things[thing_id]


def state_of(thing: Any) -> dict[str, Any]:
    """Return all fields of a thing as JSON can hold them."""
    return {name: _plain(value) for name, value in asdict(thing).items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return to_api(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case list():
            return [_plain(entry) for entry in value]
        case dict():
            return {_plain(key): _plain(entry) for key, entry in value.items()}
    return value


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)
