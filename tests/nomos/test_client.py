"""Tests of the endpoints, the token and the pages."""

import asyncio

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.nomos_smartmeter.nomos import (
    ClientCredentials,
    NomosAuthenticationError,
    NomosClient,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    NomosResponseError,
)
from tests.simulated import CLIENT_ID, CLIENT_SECRET, SimulatedNomos


async def test_subscription(client: NomosClient, nomos: SimulatedNomos) -> None:
    """One subscription is read in full, without what nobody uses."""
    subscription = await client.subscription(nomos.subscription.id)
    assert subscription.id == nomos.subscription.id
    assert subscription.number == "4X44EMKX"
    assert (subscription.status, subscription.type) == ("active", "consumption")
    assert subscription.address.street == "Torstraße"
    assert subscription.address.city == "Berlin"
    assert subscription.meter.type == "analog"
    assert "Wendt" not in str(subscription.to_dict())


async def test_plan(client: NomosClient, nomos: SimulatedNomos) -> None:
    """One plan is read."""
    plan = await client.plan(nomos.subscription.plan)
    assert (plan.name, plan.slug) == ("Dynamisch", "dynamisch")


async def test_meter_order(client: NomosClient, nomos: SimulatedNomos) -> None:
    """One order is read with its times in UTC."""
    nomos.set_order(status="activated")
    order = await client.meter_order(nomos.order.id)
    assert order.subscription == nomos.subscription.id
    assert (order.status, order.provider) == ("activated", "energy-metering")
    assert order.activated_at is not None
    assert order.activated_at.utcoffset() is not None
    assert not order.activated_at.utcoffset()
    assert order.cancelled_at is None


async def test_meter_orders(client: NomosClient, nomos: SimulatedNomos) -> None:
    """The orders of one subscription are asked for with a filter."""
    page = await client.meter_orders(subscription=nomos.subscription.id)
    assert [order.id for order in page.items] == [nomos.order.id]
    assert page.next_page is None
    assert "filter" in nomos.requests("/meter-orders")[0].url


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_pages(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A list of 300 is three pages of a hundred."""
    seen: set[str] = set()
    cursor = None
    for _ in range(3):
        page = await client.subscriptions(cursor=cursor)
        seen |= {item.id for item in page.items}
        cursor = page.next_page
    assert cursor is None
    assert seen == set(nomos.world.subscriptions)


@pytest.mark.parametrize("item_id", ["sub_unknown", "../oauth/token", "a?b", ""])
async def test_unknown_id(
    client: NomosClient, nomos: SimulatedNomos, item_id: str
) -> None:
    """An id that is none is not found, whatever was typed."""
    with pytest.raises(NomosNotFoundError):
        await client.subscription(item_id)
    assert all("oauth" not in e.url for e in nomos.requests("/subscriptions*"))


async def test_another_item_than_asked_for(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """An answer about something else is refused."""
    answer = (await client.plan(nomos.subscription.plan)).to_dict()
    body = str(answer | {"id": "pln_other"}).replace("'", '"')
    nomos.fail("/plans/*", status=200, body=body)
    with pytest.raises(NomosResponseError):
        await client.plan(nomos.subscription.plan)


async def test_one_token_for_many_requests(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """Requests at the same time share one token, asked for once."""
    await asyncio.gather(
        *(client.subscription(nomos.subscription.id) for _ in range(5))
    )
    assert nomos.lines().count("POST /oauth/token") == 1


async def test_token_is_renewed_before_it_expires(
    client: NomosClient, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """A token is used for an hour less a margin, and then replaced."""
    await client.plan(nomos.subscription.plan)
    freezer.tick(3600 - 61)
    await client.plan(nomos.subscription.plan)
    assert nomos.lines().count("POST /oauth/token") == 1
    freezer.tick(2)
    await client.plan(nomos.subscription.plan)
    assert nomos.lines().count("POST /oauth/token") == 2


async def test_lost_token_is_renewed_once(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """A token that the API has forgotten is replaced without anybody noticing."""
    await client.plan(nomos.subscription.plan)
    nomos.world.tokens.expire_all()
    await asyncio.gather(*(client.plan(nomos.subscription.plan) for _ in range(3)))
    assert nomos.lines().count("POST /oauth/token") == 2


async def test_fresh_token_refused(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A 401 to a fresh token is the end: two tokens were tried, no more."""
    nomos.fail("/plans/*", status=401)
    with pytest.raises(NomosAuthenticationError) as failure:
        await client.plan(nomos.subscription.plan)
    assert nomos.lines().count("POST /oauth/token") == 2
    assert nomos.lines().count(f"GET /plans/{nomos.subscription.plan}") == 2
    assert failure.value.request_id


async def test_wrong_secret(
    session: aiohttp.ClientSession, nomos: SimulatedNomos
) -> None:
    """Wrong credentials are told as such, and do not reach the message."""
    client = NomosClient(session, ClientCredentials(CLIENT_ID, "a-typo:ä€"), nomos.url)
    with pytest.raises(NomosAuthenticationError) as failure:
        await client.subscriptions()
    assert failure.value.status == 401
    assert failure.value.code == "UNAUTHORIZED"
    assert "a-typo" not in repr(failure.value)
    assert nomos.lines() == ["POST /oauth/token"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, NomosAuthenticationError),
        (403, NomosAuthenticationError),
        (404, NomosResponseError),
        (405, NomosResponseError),
        (429, NomosRateLimitError),
        (500, NomosConnectionError),
    ],
)
async def test_token_endpoint_refuses(
    client: NomosClient, nomos: SimulatedNomos, status: int, kind: type[NomosError]
) -> None:
    """What the token endpoint refuses is about the client, not about a contract."""
    nomos.fail("/oauth/token", status=status)
    with pytest.raises(NomosError) as failure:
        await client.subscription(nomos.subscription.id)
    assert type(failure.value) is kind
    assert failure.value.status == status
    assert failure.value.request_id


async def test_waiters_share_the_failure(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """Whoever waits for a token while it is refused does not ask once more."""
    nomos.fail("/oauth/token", status=401)
    results = await asyncio.gather(
        *(client.plan(nomos.subscription.plan) for _ in range(4)),
        return_exceptions=True,
    )
    assert all(isinstance(result, NomosAuthenticationError) for result in results)
    assert nomos.lines() == ["POST /oauth/token"]
    nomos.heal()
    assert (await client.plan(nomos.subscription.plan)).slug == "dynamisch"


async def test_token_endpoint_out_of_order(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """A token endpoint that answers nonsense is no wrong password."""
    nomos.fail("/oauth/token", status=302, headers={"location": "/elsewhere"})
    with pytest.raises(NomosResponseError):
        await client.subscriptions()
    assert nomos.lines() == ["POST /oauth/token"]


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"access_token": 5, "expires_in": 3600}',
        '{"access_token": "t", "expires_in": "soon"}',
        '{"access_token": "t", "expires_in": true}',
        '{"access_token": "t", "expires_in": NaN}',
        '{"access_token": "t", "expires_in": Infinity}',
        '{"access_token": "t\\r\\nX: y", "expires_in": 3600}',
        '{"access_token": "t\\ud800", "expires_in": 3600}',
        '{"access_token": "t", "expires_in": 3600, "refresh_token": "\\ud800"}',
        '{"access_token": "t", "expires_in": 3600, "scope": "\\udfff"}',
        '{"access_token": "t", "expires_in": 1e300}',
        '{"access_token": "t", "expires_in": 1%s}' % ("0" * 400),
        '{"access_token": "t", "expires_in": 1000000001}',
        '{"access_token": "t", "expires_in": -1}',
    ],
)
async def test_malformed_token(
    client: NomosClient, nomos: SimulatedNomos, body: str
) -> None:
    """A token that is none is an unexpected answer."""
    nomos.fail("/oauth/token", status=200, body=body)
    with pytest.raises(NomosResponseError):
        await client.subscriptions()


@pytest.mark.parametrize("expires_in", [0, 10**9])
async def test_odd_life_of_a_token(
    client: NomosClient, nomos: SimulatedNomos, expires_in: int
) -> None:
    """A token that lasts for no time, or for decades, is a token."""
    body = f'{{"access_token": "t", "expires_in": {expires_in}}}'
    nomos.fail("/oauth/token", status=200, body=body)
    with pytest.raises(NomosAuthenticationError):
        await client.plan(nomos.subscription.plan)
    assert len(nomos.requests("/plans/*")) == 2


async def test_short_lived_token(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A token shorter than the margin is still used for half of its life."""
    nomos.world.settings.token_lifetime = 30
    await client.plan(nomos.subscription.plan)
    await client.plan(nomos.subscription.plan)
    assert nomos.lines().count("POST /oauth/token") == 1


async def test_scope_is_read_from_the_token(
    client: NomosClient, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Without the scope to read nothing is tried, until it has been granted."""
    nomos.credential.scope = "write:*"
    with pytest.raises(NomosPermissionError) as failure:
        await client.subscription(nomos.subscription.id)
    assert failure.value.scope == "read:*"
    assert nomos.lines() == ["POST /oauth/token"]
    nomos.credential.scope = "read:*"
    freezer.tick(600)
    assert await client.subscription(nomos.subscription.id)
    assert nomos.lines().count("POST /oauth/token") == 2


async def test_untold_scope_is_left_to_the_api(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """A token without a scope is tried; the API knows what it may."""
    nomos.fail(
        "/oauth/token", status=200, body='{"access_token": "t", "expires_in": 3600}'
    )
    with pytest.raises(NomosAuthenticationError):
        await client.subscription(nomos.subscription.id)
    assert len(nomos.requests("/subscriptions/*")) == 2


async def test_token_is_in_no_representation(
    session: aiohttp.ClientSession, nomos: SimulatedNomos
) -> None:
    """Neither token nor secret shows when something is printed."""
    credentials = ClientCredentials(CLIENT_ID, CLIENT_SECRET)
    client = NomosClient(session, credentials, nomos.url)
    await client.plan(nomos.subscription.plan)
    bearer = nomos.requests("/plans/*")[0].request_headers["Authorization"]
    shown = repr(credentials) + repr(client) + repr(credentials._token)
    assert bearer.removeprefix("Bearer ") not in shown
    assert CLIENT_SECRET not in shown
