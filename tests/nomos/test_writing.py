"""Tests of what the client changes: once, and with a clear word of what came of it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.nomos_smartmeter.nomos import (
    API_VERSION_CURIE,
    API_VERSION_EDISON,
    NomosAuthenticationError,
    NomosClient,
    NomosConflictError,
    NomosConnectionError,
    NomosError,
    NomosPermissionError,
    NomosRateLimitError,
    NomosResponseError,
)
from tests.simulated import SimulatedNomos

type Write = Callable[[NomosClient, str], Awaitable[object]]

WRITES: list[tuple[str, Write]] = [
    ("/meter-orders", lambda client, sub: client.place_meter_order(sub)),
    (
        "/grid-fee-reductions",
        lambda client, sub: client.order_grid_fee_reduction(sub, 1),
    ),
    (
        "/meter-readings",
        lambda client, sub: client.submit_meter_reading(
            sub, Decimal("1234.5"), datetime.now(UTC) - timedelta(days=1)
        ),
    ),
]
each = pytest.mark.parametrize(
    ("path", "write"), WRITES, ids=[path for path, _ in WRITES]
)


def posts(nomos: SimulatedNomos, path: str) -> int:
    """Return how often something was asked for."""
    return sum(exchange.method == "POST" for exchange in nomos.requests(path))


async def test_order(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A meter can be ordered once."""
    nomos.remove_order()
    order = await client.place_meter_order(nomos.subscription.id)
    assert order.id == nomos.order.id
    with pytest.raises(NomosConflictError) as failure:
        await client.place_meter_order(nomos.subscription.id)
    assert failure.value.problems == ("duplicate_meter_order",)
    assert failure.value.message == "A meter order for this subscription already exists"
    assert failure.value.message not in str(failure.value)
    assert not failure.value.outcome_unknown


async def test_orders_of_all(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Without a subscription every order that can be seen is listed."""
    page = await client.meter_orders()
    assert [order.id for order in page.items] == [nomos.order.id]
    assert "filter" not in nomos.requests("/meter-orders")[0].url


async def test_module(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A module of section 14a can be ordered, and is listed."""
    made = await client.order_grid_fee_reduction(nomos.subscription.id, 1)
    assert (made.type, made.status) == ("enwg-14a-module-1", "ordered")
    page = await client.grid_fee_reductions(subscription=nomos.subscription.id)
    assert page.items == (made,)
    assert not (await client.grid_fee_reductions(subscription="sub_x")).items


async def test_reading(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A reading is taken to the digit, and listed."""
    at = datetime.now(UTC) - timedelta(days=1)
    made = await client.submit_meter_reading(
        nomos.subscription.id, Decimal("1234.5"), at
    )
    assert made.value == Decimal("1234.5")
    page = await client.meter_readings(subscription=nomos.subscription.id)
    assert page.items == (made,)


@each
@pytest.mark.parametrize(
    ("fault", "kind", "outcome_unknown"),
    [
        ({"drop": True}, NomosConnectionError, True),
        ({"status": 503}, NomosConnectionError, True),
        ({"status": 429, "headers": {"retry-after": "0"}}, NomosRateLimitError, False),
        ({"status": 400, "body": '{"message": "no"}'}, NomosResponseError, False),
        ({"status": 406}, NomosResponseError, False),
        ({"status": 408, "body": '<?xml version="1.0"?>'}, NomosResponseError, False),
        ({"status": 503, "body": "version"}, NomosConnectionError, True),
        ({"status": 403}, NomosPermissionError, False),
        ({"status": 200, "body": "<html>"}, NomosResponseError, True),
        ({"status": 200, "body": "{}"}, NomosResponseError, True),
    ],
)
async def test_sent_once(
    client: NomosClient,
    nomos: SimulatedNomos,
    path: str,
    write: Write,
    fault: dict[str, Any],
    kind: type[NomosError],
    outcome_unknown: bool,
) -> None:
    """Whatever the answer, nothing is asked for a second time."""
    nomos.remove_order()
    nomos.fail(path, method="POST", **fault)
    with pytest.raises(kind) as failure:
        await write(client, nomos.subscription.id)
    assert failure.value.outcome_unknown is outcome_unknown
    assert posts(nomos, path) == 1


@each
async def test_older_version(
    client: NomosClient, nomos: SimulatedNomos, path: str, write: Write
) -> None:
    """What is refused for its version was not done: the version before is tried."""
    nomos.remove_order()
    await client.subscription(nomos.subscription.id)
    nomos.world.settings.versions = [API_VERSION_EDISON]
    await write(client, nomos.subscription.id)
    assert posts(nomos, path) == 2
    assert client.api_version == API_VERSION_EDISON


@each
@pytest.mark.parametrize(
    ("fault", "kind", "outcome_unknown"),
    [
        ({"drop": True}, NomosConnectionError, True),
        ({"status": 503}, NomosConnectionError, True),
        ({"status": 409}, NomosConflictError, False),
    ],
)
async def test_failure_in_the_older_version(
    client: NomosClient,
    nomos: SimulatedNomos,
    path: str,
    write: Write,
    fault: dict[str, Any],
    kind: type[NomosError],
    outcome_unknown: bool,
) -> None:
    """What comes of the second attempt is what is told, and there is no third."""
    nomos.remove_order()
    refusal = {"status": 400, "body": '{"message": "Unsupported API version"}'}
    nomos.fail(path, method="POST", count=1, **refusal)
    nomos.fail(path, method="POST", **fault)
    with pytest.raises(kind) as failure:
        await write(client, nomos.subscription.id)
    assert failure.value.outcome_unknown is outcome_unknown
    assert posts(nomos, path) == 2
    assert client.api_version == API_VERSION_CURIE


@each
async def test_no_version(
    client: NomosClient, nomos: SimulatedNomos, path: str, write: Write
) -> None:
    """Where both versions are refused the first refusal is told."""
    body = '{"code": "%s", "message": "Unsupported API version"}'
    nomos.fail(path, method="POST", status=400, body=body % "FIRST", count=1)
    nomos.fail(path, method="POST", status=400, body=body % "SECOND")
    with pytest.raises(NomosResponseError) as failure:
        await write(client, nomos.subscription.id)
    assert failure.value.code == "FIRST"
    assert not failure.value.outcome_unknown
    assert posts(nomos, path) == 2
    assert client.api_version == API_VERSION_CURIE


@each
@pytest.mark.parametrize(
    "fault", [{"drop": True}, {"status": 503}, {"status": 401}, {"body": "<html>"}]
)
@pytest.mark.parametrize("sent", [0, 1])
async def test_no_token(
    client: NomosClient,
    nomos: SimulatedNomos,
    path: str,
    write: Write,
    fault: dict[str, Any],
    sent: int,
) -> None:
    """Without a token nothing is done, nor with one that was refused."""
    if sent:
        await client.subscription(nomos.subscription.id)
        nomos.fail(path, method="POST", status=401)
    nomos.fail("/oauth/token", **fault)
    with pytest.raises(NomosError) as failure:
        await write(client, nomos.subscription.id)
    assert not failure.value.outcome_unknown
    assert posts(nomos, path) == sent


@each
async def test_refused_token(
    client: NomosClient, nomos: SimulatedNomos, path: str, write: Write
) -> None:
    """A refused token has changed nothing: a new one is tried, and no third."""
    nomos.remove_order()
    await client.subscription(nomos.subscription.id)
    nomos.world.tokens.expire_all()
    await write(client, nomos.subscription.id)
    assert posts(nomos, path) == 2
    nomos.fail(path, method="POST", status=401)
    with pytest.raises(NomosAuthenticationError):
        await write(client, nomos.subscription.id)
    assert posts(nomos, path) == 4


@each
async def test_read_only_token(
    client: NomosClient,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    path: str,
    write: Write,
) -> None:
    """Without the scope to write nothing is sent, and reading goes on with the token."""
    nomos.credential.scope = "read:*"
    assert not await client.may_write()
    with pytest.raises(NomosPermissionError) as failure:
        await write(client, nomos.subscription.id)
    assert failure.value.scope == "write:*"
    assert not failure.value.outcome_unknown
    assert posts(nomos, path) == 0
    tokens = len(nomos.requests("/oauth/token"))
    await client.subscription(nomos.subscription.id)
    assert len(nomos.requests("/oauth/token")) == tokens
    nomos.credential.scope = "read:* write:*"
    freezer.tick(600)
    assert await client.may_write()


async def test_scope_is_asked_for_now_and_then(
    client: NomosClient, nomos: SimulatedNomos, freezer: FrozenDateTimeFactory
) -> None:
    """Who tries again and again without the scope causes a token each ten minutes."""
    nomos.credential.scope = "read:*"
    for tokens in (1, 2, 3):
        for _ in range(5):
            assert not await client.may_write()
        freezer.tick(599)
        assert not await client.may_write()
        assert len(nomos.requests("/oauth/token")) == tokens
        freezer.tick(1)


async def test_made_for_somebody_else(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """An answer about another contract is not believed."""
    nomos.remove_order()
    body = (
        '{"id": "x", "subscription": "sub_x", "status": "created", "created_at": "%s"}'
    )
    nomos.fail("/meter-orders", body=body % "2026-01-01T00:00:00Z")
    with pytest.raises(NomosResponseError) as failure:
        await client.place_meter_order(nomos.subscription.id)
    assert failure.value.outcome_unknown


@pytest.mark.parametrize(
    ("body", "message", "problems"),
    [
        ('{"message": " a\\n\\u0007 b "}', "a b", ()),
        ('{"message": 7, "errors": {}}', None, ()),
        ('{"message": "", "errors": ["x", {"code": "two words"}]}', None, ()),
        ('{"message": "%s"}' % ("x" * 400), "x" * 300, ()),
        ('{"errors": [{"code": "unsupported_meter"}]}', None, ("unsupported_meter",)),
    ],
)
async def test_words_of_a_refusal(
    client: NomosClient,
    nomos: SimulatedNomos,
    body: str,
    message: str | None,
    problems: tuple[str, ...],
) -> None:
    """The API's own words are cut to what can be shown."""
    nomos.fail("/meter-readings", status=422, body=body)
    with pytest.raises(NomosResponseError) as failure:
        await client.submit_meter_reading(
            nomos.subscription.id, Decimal(1), datetime.now(UTC)
        )
    assert failure.value.message == message
    assert failure.value.problems == problems


async def test_too_large(client: NomosClient, nomos: SimulatedNomos) -> None:
    """An answer without end is not read to it."""
    nomos.fail("/subscriptions/*", status=200, body=" " * (5 * 2**20 + 1))
    with pytest.raises(NomosResponseError, match="too large"):
        await client.subscription(nomos.subscription.id)
