"""Access tokens, and the page on which a customer consents."""

from collections.abc import Iterable, Mapping
from html import escape
import secrets
from typing import Any

from aiohttp import web
from yarl import URL

from simulator.access import basic_auth, without_token
from simulator.bodies import read_object
from simulator.consents import OAuthClient
from simulator.errors import ApiError, invalid
from simulator.keys import world_of
from simulator.model import Credential, Customer
from simulator.world import World

ROUTES = web.RouteTableDef()

type TokenRequest = Mapping[str, Any]


@ROUTES.get("/oauth/authorize")
@without_token
async def ask_consent(request: web.Request) -> web.Response:
    """Show who asks for what, and let a customer decide."""
    client = _asking_client(request)
    customers = world_of(request).customers.values()
    return web.Response(text=_page(client, customers), content_type="text/html")


@ROUTES.post("/oauth/authorize")
@without_token
async def decide(request: web.Request) -> web.Response:
    """Send the customer back with a code, or with the news that there is none."""
    client = _asking_client(request)
    query, form = request.query, await request.post()
    answer = {"state": query["state"]} if "state" in query else {}
    if form.get("decision") == "allow":
        customer = str(form.get("customer"))
        if customer not in world_of(request).customers:
            raise invalid("customer", "invalid_value", "unknown customer")
        answer["code"] = world_of(request).consents.give_code(
            client, customer, query["redirect_uri"], query["code_challenge"]
        )
    else:
        answer["error"] = "access_denied"
    back = URL(query["redirect_uri"]).update_query(answer)
    return web.Response(status=302, headers={"Location": str(back)})


def _asking_client(request: web.Request) -> OAuthClient:
    query = request.query
    client = world_of(request).oauth_clients.get(query.get("client_id", ""))
    if client is None:
        raise invalid("client_id", "invalid_value", "unknown client")
    if query.get("response_type") != "code":
        raise invalid("response_type", "invalid_value", "expected 'code'")
    if not client.accepts(query.get("redirect_uri", "")):
        raise invalid("redirect_uri", "invalid_value", "not registered")
    if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
        raise invalid("code_challenge", "invalid_value", "expected PKCE with S256")
    return client


def _page(client: OAuthClient, customers: Iterable[Customer]) -> str:
    choices = "".join(
        f'<option value="{escape(customer.id)}">'
        f"{escape(customer.first_name)} {escape(customer.last_name)}</option>"
        for customer in customers
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Nomos (simulated)</title>
<style>body {{ font: 1.1em sans-serif; max-width: 32em; margin: 4em auto; }}
button, select {{ font: inherit; padding: .5em 1em; margin: .5em .5em 0 0; }}</style>
</head><body><h1>{escape(client.name)} asks for access</h1>
<p>It may read your contract, its prices and its meter. It cannot change anything.</p>
<form method="post"><label>Signed in as <select name="customer">{choices}</select></label>
<p><button id="allow" name="decision" value="allow">Allow</button>
<button id="deny" name="decision" value="deny">Deny</button></p></form>
</body></html>"""


@ROUTES.post("/oauth/token")
@without_token
async def create_token(request: web.Request) -> web.Response:
    """Give out an access token for the grant that the client shows."""
    client = _authenticated_client(request)
    asked = await _token_request(request)
    kind = str(asked.get("grant_type"))
    world = world_of(request)
    if isinstance(client, OAuthClient):
        credential = _consented(world, client, kind, asked)
        scope = credential.scope
        refresh_token = world.consents.give_refresh_token(credential)
    elif kind == "client_credentials":
        credential, scope = client, _granted_scope(client, asked)
        refresh_token = secrets.token_hex(32)
    else:
        raise invalid("grant_type", "invalid_value", "unsupported grant")
    lifetime = world.settings.token_lifetime
    return web.json_response(
        {
            "access_token": world.tokens.issue(credential, scope, lifetime),
            "token_type": "Bearer",
            "expires_in": lifetime,
            "refresh_token": refresh_token,
            "scope": scope,
        },
        headers={"Cache-Control": "no-store"},
    )


def _authenticated_client(request: web.Request) -> Credential | OAuthClient:
    client_id, secret = basic_auth(request)
    world = world_of(request)
    client = world.credentials.get(client_id) or world.oauth_clients.get(client_id)
    if client is None or client.client_secret != secret:
        raise ApiError(
            401, "Invalid client credentials", headers={"WWW-Authenticate": "Basic"}
        )
    return client


async def _token_request(request: web.Request) -> TokenRequest:
    if request.content_type == "application/json":
        return await read_object(request)
    return await request.post()


def _consented(
    world: World, client: OAuthClient, kind: str, asked: TokenRequest
) -> Credential:
    if kind == "authorization_code":
        redirect_uri = asked.get("redirect_uri")
        return world.consents.take_code(
            client,
            str(asked.get("code")),
            str(asked.get("code_verifier")),
            None if redirect_uri is None else str(redirect_uri),
        )
    if kind == "refresh_token":
        return world.consents.take_refresh_token(
            client, str(asked.get("refresh_token"))
        )
    raise invalid("grant_type", "invalid_value", "unsupported grant")


def _granted_scope(credential: Credential, asked: TokenRequest) -> str:
    wanted = str(asked.get("scope", credential.scope)).split()
    granted = [scope for scope in credential.scope.split() if scope in wanted]
    if not granted:
        raise invalid("scope", "invalid_value", "scope not granted to this client")
    return " ".join(granted)
