"""Who is asking, and what they may do and see."""

from base64 import b64decode
from collections.abc import Awaitable, Callable

from aiohttp import web

from .errors import ApiError
from .keys import CREDENTIAL, world_of
from .model import Credential
from .tokens import Token

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_READING_METHODS = ("GET", "HEAD")
_without_token: set[Handler] = set()


def without_token(handler: Handler) -> Handler:
    """Let a handler answer requests that carry no access token."""
    _without_token.add(handler)
    return handler


def needs_token(request: web.Request) -> bool:
    """Whether a request must show an access token."""
    match = request.match_info
    return match.http_exception is None and match.handler not in _without_token


def basic_auth(request: web.Request) -> tuple[str, str]:
    """Return the client id and secret of a request, empty where it has none."""
    try:
        text = b64decode(_authorization(request, "Basic"), validate=True).decode()
    except ValueError:
        text = ""
    client_id, _, secret = text.partition(":")
    return client_id, secret


def claimed_credential(request: web.Request) -> Credential | None:
    """Return the credential that a request names, checked or not."""
    if (token := _token_of(request)) is not None:
        return token.credential
    client_id, _ = basic_auth(request)
    return world_of(request).credentials.get(client_id)


def authorize(request: web.Request) -> Credential:
    """Return the credential behind a valid token that covers the request."""
    token = _token_of(request)
    if token is None or token.expired:
        raise ApiError(
            401, "Invalid or malformed token", headers={"WWW-Authenticate": "Bearer"}
        )
    needed = "read:*" if request.method in _READING_METHODS else "write:*"
    if needed not in token.scope.split():
        raise ApiError(403, f"The token lacks the scope {needed}")
    return token.credential


def sees(request: web.Request, customer: str) -> bool:
    """Whether the client may see what belongs to a customer."""
    return request[CREDENTIAL].customer in (None, customer)


def _token_of(request: web.Request) -> Token | None:
    return world_of(request).tokens.find(_authorization(request, "Bearer"))


def _authorization(request: web.Request, scheme: str) -> str:
    used, _, value = request.headers.get("Authorization", "").partition(" ")
    return value if used.lower() == scheme.lower() else ""
