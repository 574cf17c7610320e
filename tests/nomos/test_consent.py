"""Tests of going on with a customer's consent: every token works once, and none is lost."""

import asyncio
from base64 import urlsafe_b64encode
from hashlib import sha256
import time
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest
from yarl import URL

from custom_components.nomos_smartmeter.nomos import (
    API_VERSION_CURIE,
    API_VERSION_EDISON,
    AuthorizationCode,
    Grant,
    NomosAuthenticationError,
    NomosClient,
    NomosConnectionError,
    NomosError,
    NomosPermissionError,
    NomosResponseError,
    Transport,
    exchange_code,
    refresh,
)
from tests.simulated import SimulatedNomos

PROGRAM = ("demo-program", "demo-program-secret")
BACK = "https://example.com/auth/external/callback"
VERIFIER = "v" * 64
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def transport(session: aiohttp.ClientSession, nomos: SimulatedNomos) -> Transport:
    """Return the way to the simulated Nomos."""
    return Transport(session, nomos.url)


@pytest.fixture
async def code(session: aiohttp.ClientSession, nomos: SimulatedNomos) -> str:
    """Return what a customer comes back with."""
    asked = {
        "response_type": "code",
        "client_id": PROGRAM[0],
        "redirect_uri": BACK,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    decision = {"customer": nomos.subscription.customer, "decision": "allow"}
    async with session.post(
        f"{nomos.url}/oauth/authorize",
        params=asked,
        data=decision,
        allow_redirects=False,
    ) as answer:
        return URL(answer.headers["Location"]).query["code"]


@pytest.fixture
async def grant(transport: Transport, code: str) -> Grant:
    """Return a fresh consent."""
    return await exchange_code(transport, PROGRAM, code=code, code_verifier=VERIFIER)


class Keeper:
    """Keeps what is granted."""

    def __init__(self) -> None:
        """Keep nothing so far."""
        self.kept: list[tuple[Grant, Grant]] = []

    def __call__(self, new: Grant, old: Grant) -> None:
        """Keep a new grant."""
        self.kept.append((new, old))


@pytest.fixture
def keeper() -> Keeper:
    """Return who keeps what is granted."""
    return Keeper()


@pytest.fixture
def authentication(grant: Grant, keeper: Keeper) -> AuthorizationCode:
    """Return the authentication with the fresh consent."""
    return AuthorizationCode(*PROGRAM, grant, keeper)


@pytest.fixture
def client(
    session: aiohttp.ClientSession,
    nomos: SimulatedNomos,
    authentication: AuthorizationCode,
) -> NomosClient:
    """Return a client that was consented to."""
    return NomosClient(session, authentication, nomos.url)


def refreshes(nomos: SimulatedNomos) -> int:
    """Return how often a token was asked for, the code of the consent aside."""
    return len(nomos.requests("/oauth/token")) - 1


async def test_reading(
    client: NomosClient, nomos: SimulatedNomos, keeper: Keeper
) -> None:
    """The token of the consent is used as long as it lasts; it only reads."""
    assert await client.subscription(nomos.subscription.id)
    assert refreshes(nomos) == 0
    assert not await client.may_write()
    assert not keeper.kept


async def test_only_basic(nomos: SimulatedNomos, grant: Grant) -> None:
    """The secret of the program is in the header and nowhere else."""
    exchange = nomos.requests("/oauth/token")[0]
    assert exchange.request_headers["Authorization"].startswith("Basic ")
    assert PROGRAM[1].encode() not in exchange.request_body
    assert exchange.request_headers["Content-Type"] == "application/json"
    assert grant.access_token not in repr(grant)
    assert grant.refresh_token not in repr(grant)


async def test_refresh(
    client: NomosClient,
    nomos: SimulatedNomos,
    keeper: Keeper,
    grant: Grant,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each hour a new pair is had, and kept before it is used."""
    freezer.tick(3600)
    await client.subscription(nomos.subscription.id)
    freezer.tick(3600)
    await client.subscription(nomos.subscription.id)
    (first, zeroth), (second, of_first) = keeper.kept
    assert zeroth == grant
    assert of_first == first
    assert len({grant.refresh_token, first.refresh_token, second.refresh_token}) == 3
    assert second.expires_at == pytest.approx(time.time() + 3600)
    assert Grant.from_dict(second.to_dict()) == second


async def test_two_refreshes_at_once(
    client: NomosClient, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """A refresh token works once: who comes meanwhile waits for the same answer."""
    freezer.tick(3600)
    await asyncio.gather(
        *(client.subscription(nomos.subscription.id) for _ in range(5))
    )
    assert refreshes(nomos) == 1


async def test_cancelled_refresh(
    client: NomosClient,
    nomos: SimulatedNomos,
    keeper: Keeper,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The answer to a refresh is kept, though nobody waits for it any more."""
    freezer.tick(3600)
    nomos.fail("/oauth/token", delay=60)
    asking = asyncio.create_task(client.subscription(nomos.subscription.id))
    while refreshes_under_way(nomos) < 1:
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not keeper.kept
    nomos.heal()
    assert await client.subscription(nomos.subscription.id)
    assert len(keeper.kept) == refreshes(nomos) == 1


def refreshes_under_way(nomos: SimulatedNomos) -> int:
    """Return how many refreshes have reached Nomos."""
    return sum(r.path == "/oauth/token" for r in nomos.world.requests) - 1


async def test_failed_refresh_nobody_waits_for(
    client: NomosClient, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """A failure that nobody waits for is no trouble, and the next one tries again."""
    freezer.tick(3600)
    nomos.fail("/oauth/token", delay=60, status=503, count=1)
    asking = asyncio.create_task(client.subscription(nomos.subscription.id))
    while refreshes_under_way(nomos) < 1:
        await asyncio.sleep(0)
    asking.cancel()
    nomos.heal()
    with pytest.raises(NomosConnectionError):
        await client.subscription(nomos.subscription.id)
    assert await client.subscription(nomos.subscription.id)


async def test_older_version(
    transport: Transport, nomos: SimulatedNomos, code: str
) -> None:
    """A code and a refresh token that a version refuses work in the one before."""
    nomos.world.settings.versions = [API_VERSION_EDISON]
    grant = await exchange_code(transport, PROGRAM, code=code, code_verifier=VERIFIER)
    assert len(nomos.requests("/oauth/token")) == 2
    grant = await refresh(transport, PROGRAM, grant.refresh_token)
    assert len(nomos.requests("/oauth/token")) == 3
    assert transport.api_version == API_VERSION_EDISON
    # Also where the version is refused first at a refresh.
    transport.api_version = API_VERSION_CURIE
    assert await refresh(transport, PROGRAM, grant.refresh_token)
    assert len(nomos.requests("/oauth/token")) == 5
    assert transport.api_version == API_VERSION_EDISON


async def test_refresh_by_itself(
    transport: Transport, nomos: SimulatedNomos, grant: Grant
) -> None:
    """A refresh token brings the next grant once; what is unreadable is no grant."""
    again = await refresh(transport, PROGRAM, grant.refresh_token)
    assert again.refresh_token != grant.refresh_token
    with pytest.raises(NomosAuthenticationError):
        await refresh(transport, PROGRAM, grant.refresh_token)
    nomos.fail("/oauth/token", body='{"refresh_token": "next"}')
    with pytest.raises(NomosResponseError):
        await refresh(transport, PROGRAM, again.refresh_token)


async def test_changed_secret(
    client: NomosClient,
    nomos: SimulatedNomos,
    authentication: AuthorizationCode,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A refresh is proven by the secret of the day, which shows nowhere."""
    freezer.tick(3600)
    authentication.use_client(PROGRAM[0], "wrong-secret")
    assert "wrong-secret" not in repr(authentication)
    with pytest.raises(NomosAuthenticationError):
        await client.subscription(nomos.subscription.id)
    authentication.use_client(*PROGRAM)
    assert await client.subscription(nomos.subscription.id)


async def test_withdrawn_consent(
    client: NomosClient, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Without consent the owner must sign in again."""
    nomos.world.consents.revoke(nomos.subscription.customer)
    freezer.tick(3600)
    with pytest.raises(NomosAuthenticationError):
        await client.subscription(nomos.subscription.id)


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 429}])
async def test_outage(
    client: NomosClient,
    nomos: SimulatedNomos,
    keeper: Keeper,
    freezer: FrozenDateTimeFactory,
    fault: dict[str, Any],
) -> None:
    """While Nomos is out of order the refresh token stays, and is sent once a time."""
    freezer.tick(3600)
    nomos.fail("/oauth/token", **fault)
    with pytest.raises(NomosError):
        await client.subscription(nomos.subscription.id)
    assert refreshes(nomos) == 1
    nomos.heal()
    assert await client.subscription(nomos.subscription.id)
    assert len(keeper.kept) == 1


async def test_refresh_token_that_stays(
    client: NomosClient,
    nomos: SimulatedNomos,
    keeper: Keeper,
    grant: Grant,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An answer without a new refresh token leaves the old one valid."""
    freezer.tick(3600)
    body = '{"access_token": "t", "expires_in": 3600, "scope": "write:*"}'
    nomos.fail("/oauth/token", status=200, body=body)
    with pytest.raises(NomosPermissionError):
        await client.subscription(nomos.subscription.id)
    assert keeper.kept[0][0].refresh_token == grant.refresh_token


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"expires_in": 3600, "refresh_token": "next"}', ["next"]),
        (
            '{"access_token": "t\\n", "expires_in": 9, "refresh_token": "next"}',
            ["next"],
        ),
        ('{"access_token": "t", "expires_in": 3600, "refresh_token": 7}', []),
        ('{"expires_in": 3600}', []),
        (
            '{"access_token": "t", "expires_in": 1e300, "refresh_token": "next"}',
            ["next"],
        ),
        ('{"access_token": "t", "expires_in": 9, "refresh_token": "\\ud800"}', []),
        (
            '{"access_token": "\\ud800", "expires_in": 9, "refresh_token": "next"}',
            ["next"],
        ),
        ("[]", []),
    ],
)
async def test_unreadable_answer(
    client: NomosClient,
    nomos: SimulatedNomos,
    keeper: Keeper,
    authentication: AuthorizationCode,
    freezer: FrozenDateTimeFactory,
    body: str,
    kept: list[str],
) -> None:
    """What comes next is kept even where nothing else of an answer can be read."""
    freezer.tick(3600)
    before = authentication.grant.refresh_token
    nomos.fail("/oauth/token", body=body)
    with pytest.raises(NomosResponseError):
        await client.subscription(nomos.subscription.id)
    assert [new.refresh_token for new, _ in keeper.kept] == kept
    assert authentication.grant.refresh_token == (kept or [before])[0]


async def test_token_that_cannot_be_kept(
    session: aiohttp.ClientSession,
    nomos: SimulatedNomos,
    grant: Grant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is used as long as the program runs, and the failure is told without it."""

    def _keep(new: Grant, old: Grant) -> None:
        raise OSError("the disk is full")

    authentication = AuthorizationCode(*PROGRAM, grant, _keep)
    client = NomosClient(session, authentication, nomos.url)
    for _ in range(2):
        freezer.tick(3600)
        assert await client.subscription(nomos.subscription.id)
    assert caplog.text.count("could not be kept") == 2
    assert authentication.grant.refresh_token not in caplog.text


async def test_code_is_refused(transport: Transport, code: str) -> None:
    """A code in wrong hands brings nothing."""
    with pytest.raises(NomosAuthenticationError):
        await exchange_code(transport, PROGRAM, code=code, code_verifier="w" * 64)


async def test_consent_without_refresh_token(
    transport: Transport, nomos: SimulatedNomos, code: str
) -> None:
    """A consent that would end within the hour is none."""
    nomos.fail("/oauth/token", body='{"access_token": "t", "expires_in": 3600}')
    with pytest.raises(NomosResponseError, match="no refresh token"):
        await exchange_code(transport, PROGRAM, code=code, code_verifier=VERIFIER)


async def test_old_grant(
    session: aiohttp.ClientSession,
    nomos: SimulatedNomos,
    grant: Grant,
    keeper: Keeper,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was kept over a long time begins with a refresh."""
    freezer.tick(7200)
    again = AuthorizationCode(*PROGRAM, Grant.from_dict(grant.to_dict()), keeper)
    client = NomosClient(session, again, nomos.url)
    assert await client.subscription(nomos.subscription.id)
    assert nomos.requests("/subscriptions/*")[0].status == 200
    assert len(keeper.kept) == 1


async def test_stopped_refresh(
    client: NomosClient,
    nomos: SimulatedNomos,
    authentication: AuthorizationCode,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Where everything stops a refresh does, too, and is no failure."""
    freezer.tick(3600)
    nomos.fail("/oauth/token", delay=60)
    asking = asyncio.create_task(client.subscription(nomos.subscription.id))
    while refreshes_under_way(nomos) < 1:
        await asyncio.sleep(0)
    assert authentication._renewal is not None
    authentication._renewal.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
