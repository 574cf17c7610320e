"""Access tokens."""

from collections.abc import Callable, Mapping
import secrets
from typing import Any

from aiohttp import web

from simulator.access import basic_auth, without_token
from simulator.bodies import read_object
from simulator.errors import ApiError, invalid
from simulator.keys import world_of
from simulator.model import Credential

ROUTES = web.RouteTableDef()

type TokenRequest = Mapping[str, Any]


@ROUTES.post("/oauth/token")
@without_token
async def create_token(request: web.Request) -> web.Response:
    """Give out an access token for the grant that the client shows."""
    credential = _authenticated_client(request)
    asked = await _token_request(request)
    if (grant := _GRANTS.get(str(asked.get("grant_type")))) is None:
        raise invalid("grant_type", "invalid_value", "unsupported grant")
    scope = grant(credential, asked)
    world = world_of(request)
    lifetime = world.settings.token_lifetime
    return web.json_response(
        {
            "access_token": world.tokens.issue(credential, scope, lifetime),
            "token_type": "Bearer",
            "expires_in": lifetime,
            "refresh_token": secrets.token_hex(32),
            "scope": scope,
        },
        headers={"Cache-Control": "no-store"},
    )


def _authenticated_client(request: web.Request) -> Credential:
    client_id, secret = basic_auth(request)
    credential = world_of(request).credentials.get(client_id)
    if credential is None or credential.client_secret != secret:
        raise ApiError(
            401, "Invalid client credentials", headers={"WWW-Authenticate": "Basic"}
        )
    return credential


async def _token_request(request: web.Request) -> TokenRequest:
    if request.content_type == "application/json":
        return await read_object(request)
    return await request.post()


def _by_client_credentials(credential: Credential, asked: TokenRequest) -> str:
    wanted = str(asked.get("scope", credential.scope)).split()
    granted = [scope for scope in credential.scope.split() if scope in wanted]
    if not granted:
        raise invalid("scope", "invalid_value", "scope not granted to this client")
    return " ".join(granted)


_GRANTS: dict[str, Callable[[Credential, TokenRequest], str]] = {
    "client_credentials": _by_client_credentials,
}
