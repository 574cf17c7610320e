"""Tokens and credentials."""

from aiohttp import web

from simulator.fields import assign
from simulator.keys import CONTROL, world_of

from . import changes_of, find

ROUTES = web.RouteTableDef()


@ROUTES.post(f"{CONTROL}/tokens/expire")
async def expire_tokens(request: web.Request) -> web.Response:
    """Let every token issued so far be refused."""
    world_of(request).tokens.expire_all()
    return web.json_response({"status": "ok"})


@ROUTES.patch(f"{CONTROL}/credentials/{{id}}")
async def change_credential(request: web.Request) -> web.Response:
    """Change a credential; tokens issued before keep their scope."""
    credential = find(world_of(request).credentials, request)
    assign(credential, await changes_of(request))
    return web.json_response(
        {
            "client_id": credential.client_id,
            "scope": credential.scope,
            "customer": credential.customer,
            "version": credential.version,
        }
    )


@ROUTES.patch(f"{CONTROL}/oauth-clients/{{id}}")
async def change_oauth_client(request: web.Request) -> web.Response:
    """Change a program: its name, its secret, or where customers are sent back to."""
    client = find(world_of(request).oauth_clients, request)
    assign(client, await changes_of(request))
    return web.json_response(
        {
            "client_id": client.client_id,
            "name": client.name,
            "redirect_uris": client.redirect_uris,
        }
    )


@ROUTES.post(f"{CONTROL}/customers/{{id}}/revoke")
async def revoke_consent(request: web.Request) -> web.Response:
    """Let a customer withdraw what was allowed to other programs."""
    world = world_of(request)
    world.consents.revoke(find(world.customers, request).id)
    world.tokens.expire_all()
    return web.json_response({"status": "ok"})
