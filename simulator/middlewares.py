"""What happens to every request of the API before and after its own handler."""

from functools import wraps
from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from .access import authorize, claimed_credential, needs_token
from .envelope import error_response
from .errors import ApiError
from .faults import Fault
from .journal import Exchange, LoggedRequest
from .keys import (
    ALLOWANCE,
    CONTROL,
    CREDENTIAL,
    FAULT,
    OBSERVE,
    REQUEST_ID,
    VERSION,
    world_of,
)
from .moments import now
from .versions import NEWEST_FIRST

_VERSION_HEADER = "X-API-Version"
_HEALTH = "/health"


def _api_only(middleware: Middleware) -> Middleware:
    @web.middleware
    @wraps(middleware)
    async def skip_control(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if request.path.startswith(f"{CONTROL}/"):
            return await handler(request)
        return await middleware(request, handler)

    return skip_control


@_api_only
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log the request and show the whole exchange to the observer."""
    request[REQUEST_ID] = str(uuid4())
    entry = LoggedRequest(
        method=request.method,
        path=request.path,
        query=request.query,
        api_version=request.headers.get(_VERSION_HEADER),
        at=now(),
    )
    world_of(request).requests.append(entry)
    exchange = Exchange(
        method=request.method,
        url=str(request.url),
        request_headers=request.headers.copy(),
        request_body=await request.read(),
    )
    response = await handler(request)
    fault = request.get(FAULT)
    exchange.faulted = fault is not None
    if fault is None or not fault.drop:
        entry.status = exchange.status = response.status
        exchange.response_headers = response.headers.copy()
        if isinstance(response, web.Response) and isinstance(response.body, bytes):
            exchange.response_body = response.body
    if observe := request.config_dict[OBSERVE]:
        observe(exchange)
    return response


@_api_only
async def inject_fault(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a fault delay, replace or drop the answer."""
    faults = world_of(request).faults
    fault = faults.take(request.method, request.path)
    if fault is None:
        return await handler(request)
    if fault.delay:
        await faults.hold(fault.delay)
    if not fault.replaces_answer:
        return await handler(request)
    request[FAULT] = fault
    if fault.afterwards:
        await handler(request)
    if fault.drop:
        return _drop(request)
    return _faulty_answer(request, fault)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _faulty_answer(request: web.Request, fault: Fault) -> web.Response:
    status = fault.status or 200
    if fault.body is None and status >= 400:
        error = ApiError(status, "Injected fault", headers=fault.headers)
        return error_response(request, error)
    return web.Response(
        status=status,
        text=fault.body or "",
        content_type=fault.content_type,
        headers=fault.headers,
    )


@_api_only
async def complete_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put errors into their envelope and the API's headers on every answer."""
    try:
        response = await handler(request)
    except ApiError as err:
        response = error_response(request, err)
    except web.HTTPNotFound:
        response = error_response(request, ApiError(404, "Resource not found"))
    except web.HTTPMethodNotAllowed as err:
        allowed = {"Allow": ", ".join(sorted(err.allowed_methods))}
        error = ApiError(405, "Method not allowed", headers=allowed)
        response = error_response(request, error)
    response.headers[_VERSION_HEADER] = request[VERSION]
    response.headers["x-request-id"] = request[REQUEST_ID]
    if allowance := request.get(ALLOWANCE):
        response.headers.update(allowance.headers())
    return response


@_api_only
async def choose_version(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Speak the version asked for, else the client's own; refuse what is not offered."""
    offered = world_of(request).settings.versions
    asked = request.headers.get(_VERSION_HEADER)
    credential = claimed_credential(request)
    if asked is None and credential is not None and credential.version in offered:
        asked = credential.version
    request[VERSION] = asked or next(v for v in NEWEST_FIRST if v in offered)
    if request[VERSION] not in offered and request.path != _HEALTH:
        raise ApiError(
            400,
            f"Unsupported API version '{asked}', expected one of: {', '.join(offered)}",
        )
    return await handler(request)


@_api_only
async def limit_rate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a credential's requests beyond the limit."""
    if credential := claimed_credential(request):
        world = world_of(request)
        limit = world.settings.rate_limit
        allowance = world.rate_limiter.count(credential.client_id, limit)
        request[ALLOWANCE] = allowance
        if allowance.exceeded:
            raise ApiError(429, "Too many requests")
    return await handler(request)


@_api_only
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Demand a valid token that covers the request."""
    if needs_token(request):
        request[CREDENTIAL] = authorize(request)
    return await handler(request)


MIDDLEWARES = (
    record,
    inject_fault,
    complete_answer,
    choose_version,
    limit_rate,
    authenticate,
)
