"""Tests of versions, timeouts, repetitions and errors."""

from datetime import UTC, datetime
from http import HTTPMethod

import aiohttp
import pytest

from custom_components.nomos_smartmeter.nomos import (
    API_VERSION_CURIE,
    API_VERSION_EDISON,
    NomosAuthenticationError,
    NomosClient,
    NomosConflictError,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    NomosResponseError,
    parse_base_url,
    transport,
)
from tests.simulated import SimulatedNomos


def versions(nomos: SimulatedNomos) -> list[str]:
    """Return the API version that each request asked for."""
    return [e.request_headers["X-API-Version"] for e in nomos.exchanges]


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://api.nomos.energy", "https://api.nomos.energy"),
        ("https://api.nomos.energy/", "https://api.nomos.energy"),
        ("https://proxy.example/nomos/", "https://proxy.example/nomos"),
        ("http://127.0.0.1:8088", "http://127.0.0.1:8088"),
        ("http://[::1]:8088/", "http://[::1]:8088"),
        ("http://localhost:8088", "http://localhost:8088"),
        ("https://x/a%2Fb/", "https://x/a%2Fb"),
        ("https://x/%C3%A4/ü b", "https://x/%C3%A4/%C3%BC%20b"),
        ("https://käse.example.", "https://xn--kse-qla.example."),
        ("https://nomos_simulator:8088", "https://nomos_simulator:8088"),
        ("https://[fe80::1%25eth0]", "https://[fe80::1%25eth0]"),
    ],
)
def test_base_url(value: str, url: str) -> None:
    """HTTPS is taken anywhere, HTTP on loopback."""
    assert str(parse_base_url(value)) == url


@pytest.mark.parametrize(
    "value",
    [
        "",
        "api.nomos.energy",
        "http://api.nomos.energy",
        "http://192.168.1.5:8088",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://localhost",
        "https://user:secret@api.nomos.energy",
        "https://api.nomos.energy/?token=secret",
        "https://api.nomos.energy/#here",
        "https://",
        "https://[",
        "file:///etc/passwd",
        "https://a b",
        "https://.",
        "https://..",
        "https://a..b",
        "https://.example",
        "https://%20",
        "https://a%2Fb",
        "https://*",
        "https://:8088",
        "https://\ud800",
        f"https://{'a' * 64}.example",
    ],
)
def test_refused_base_url(value: str) -> None:
    """Anything that would send secrets in the clear is refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_base_url(value)


async def test_pinned_version(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Every request names the version it wants."""
    await client.plan(nomos.subscription.plan)
    assert set(versions(nomos)) == {API_VERSION_CURIE}
    assert client.api_version == API_VERSION_CURIE


async def test_fall_back_to_edison(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Where curie is not served, edison is asked for and stays."""
    nomos.world.settings.versions = [API_VERSION_EDISON]
    nomos.set_order(status="installation_planning")
    order = await client.meter_order(nomos.order.id)
    assert order.status == "installation_planning"
    assert order.appointment_at is None
    subscription = await client.subscription(nomos.subscription.id)
    assert subscription.type == "consumption"
    assert versions(nomos) == [API_VERSION_CURIE] + [API_VERSION_EDISON] * 3
    assert client.api_version == API_VERSION_EDISON


@pytest.mark.parametrize("path", ["/plans/*", "/oauth/token"])
@pytest.mark.parametrize(
    ("status", "body", "tries"),
    [
        (400, "{}", 2),
        (406, "", 2),
        (410, "gone", 2),
        (426, "<html>", 2),
        (400, '{"message": "Unsupported API version"}', 1),
        (403, '{"message": "This version is not open to you"}', 1),
        (404, '{"message": "The API version is not known"}', 1),
        (422, '{"code": "UNPROCESSABLE_ENTITY", "message": "Bad X-API-Version"}', 1),
    ],
)
async def test_ways_to_refuse_a_version(
    client: NomosClient,
    nomos: SimulatedNomos,
    path: str,
    status: int,
    body: str,
    tries: int,
) -> None:
    """A version can be refused in several ways, with the token or later."""
    nomos.fail(path, status=status, body=body, count=tries)
    await client.plan(nomos.subscription.plan)
    assert client.api_version == API_VERSION_EDISON
    assert len(nomos.requests(path)) == tries + 1


async def test_stray_refusal(client: NomosClient, nomos: SimulatedNomos) -> None:
    """One request that is refused without a reason does not cost the version."""
    nomos.fail("/plans/*", status=400, count=1)
    await client.plan(nomos.subscription.plan)
    assert client.api_version == API_VERSION_CURIE
    assert len(nomos.requests("/plans/*")) == 2


async def test_encoded_base_url(
    session: aiohttp.ClientSession, nomos: SimulatedNomos
) -> None:
    """What is encoded in the path of the address is sent as it was typed."""
    there = transport.Transport(session, f"{nomos.url}/a%2Fb")
    with pytest.raises(NomosNotFoundError):
        await there.request(HTTPMethod.GET, "health")
    # The specification knows no such path, and nothing else was asked for.
    asked = nomos.exchanges.pop()
    assert asked.url.endswith("/a%2Fb/health")


async def test_refusal_of_something_else(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """A request that is refused on edison as well leaves the version as it was."""
    nomos.fail("/plans/*", status=400)
    with pytest.raises(NomosResponseError) as failure:
        await client.plan(nomos.subscription.plan)
    assert failure.value.status == 400
    assert client.api_version == API_VERSION_CURIE
    assert len(nomos.requests("/plans/*")) == 3


@pytest.mark.parametrize(
    ("status", "kind", "tries"),
    [
        (300, NomosResponseError, 1),
        (401, NomosAuthenticationError, 2),
        (402, NomosResponseError, 1),
        (403, NomosPermissionError, 1),
        (404, NomosNotFoundError, 1),
        (405, NomosResponseError, 1),
        (409, NomosConflictError, 1),
        (422, NomosResponseError, 1),
        (429, NomosRateLimitError, 3),
        (500, NomosConnectionError, 3),
        (503, NomosConnectionError, 3),
    ],
)
@pytest.mark.parametrize("body", [None, "<html><h1>Sorry</h1></html>", "", "[]"])
async def test_error_statuses(
    client: NomosClient,
    nomos: SimulatedNomos,
    status: int,
    kind: type[NomosError],
    tries: int,
    body: str | None,
) -> None:
    """Each refusal is of its kind, told with its request id, and tried as it should."""
    nomos.fail("/plans/*", status=status, body=body)
    with pytest.raises(NomosError) as failure:
        await client.plan(nomos.subscription.plan)
    assert type(failure.value) is kind
    assert failure.value.status == status
    assert f"HTTP {status}" in str(failure.value)
    assert len(nomos.requests("/plans/*")) == tries
    if body is None and status >= 400:
        assert failure.value.request_id is not None
        assert failure.value.request_id in str(failure.value)


async def test_temporary_refusal(client: NomosClient, nomos: SimulatedNomos) -> None:
    """What passes within the tries is never noticed."""
    nomos.fail("/plans/*", status=503, body="", count=1)
    nomos.fail("/plans/*", status=429, headers={"retry-after": "0"}, count=1)
    assert (await client.plan(nomos.subscription.plan)).name == "Dynamisch"
    assert len(nomos.requests("/plans/*")) == 3


async def test_long_waits_are_left_to_the_caller(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """Whoever should wait longer than a request may last is told how long."""
    nomos.fail("/plans/*", status=429, headers={"retry-after": "17"})
    with pytest.raises(NomosRateLimitError) as failure:
        await client.plan(nomos.subscription.plan)
    assert failure.value.retry_after == 17
    assert len(nomos.requests("/plans/*")) == 1


@pytest.mark.freeze_time(datetime(2026, 7, 1, 8, tzinfo=UTC))
@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000"])
async def test_wait_until_a_date(
    client: NomosClient, nomos: SimulatedNomos, zone: str
) -> None:
    """A wait can be told as the moment when it ends, which is always in UTC."""
    until = f"Wed, 01 Jul 2026 09:00:00 {zone}"
    nomos.fail("/plans/*", status=429, headers={"retry-after": until})
    with pytest.raises(NomosRateLimitError) as failure:
        await client.plan(nomos.subscription.plan)
    assert failure.value.retry_after == 3600


@pytest.mark.parametrize("retry_after", ["soon", "nan", "inf", "-5", "0"])
async def test_unreadable_waits(
    client: NomosClient, nomos: SimulatedNomos, retry_after: str
) -> None:
    """A wait that is none does not hold anything up."""
    nomos.fail("/plans/*", status=429, headers={"retry-after": retry_after})
    with pytest.raises(NomosRateLimitError) as failure:
        await client.plan(nomos.subscription.plan)
    assert not failure.value.retry_after
    assert len(nomos.requests("/plans/*")) == 3


async def test_pauses_grow_and_are_jittered(
    client: NomosClient, nomos: SimulatedNomos, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pauses between tries grow, and are not the same for everybody."""
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(transport, "BACKOFF", 0.5)
    monkeypatch.setattr("asyncio.sleep", note)
    nomos.fail("/plans/*", status=500)
    with pytest.raises(NomosConnectionError):
        await client.plan(nomos.subscription.plan)
    assert 0.5 <= pauses[0] <= 1.0 <= pauses[1] <= 2.0
    assert pauses[1] != 2 * pauses[0]


@pytest.mark.parametrize("body", ["", "null", "[]", "5", "[" * 100_000, "{", "<html>"])
async def test_no_object(client: NomosClient, nomos: SimulatedNomos, body: str) -> None:
    """An answer that is no object is told as such."""
    nomos.fail("/plans/*", status=200, body=body)
    with pytest.raises(NomosResponseError):
        await client.plan(nomos.subscription.plan)


async def test_dropped_connection(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A connection that breaks is a failure to connect."""
    nomos.fail("/plans/*", drop=True)
    with pytest.raises(NomosConnectionError):
        await client.plan(nomos.subscription.plan)


async def test_hanging_connection(
    client: NomosClient, nomos: SimulatedNomos, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that does not come is given up after the timeout, at the first try."""
    monkeypatch.setattr(transport, "REQUEST_TIMEOUT", 0.2)
    nomos.fail("/plans/*", delay=60)
    with pytest.raises(NomosConnectionError, match="no answer"):
        await client.plan(nomos.subscription.plan)
    assert len(nomos.requests("/oauth/token")) == 1


async def test_nobody_there(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A refused connection is a failure to connect."""
    await nomos.stop()
    with pytest.raises(NomosConnectionError):
        await client.subscription(nomos.subscription.id)


async def test_redirects_are_not_followed(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """Credentials go nowhere but to the address they were given for."""
    nomos.fail("/plans/*", status=307, headers={"location": f"{nomos.url}/health"})
    with pytest.raises(NomosResponseError):
        await client.plan(nomos.subscription.plan)
    assert not nomos.requests("/health")


async def test_messages_repeat_nothing_of_the_answer(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """The API's free text, which may hold what was sent, is not passed on."""
    nomos.fail(
        "/plans/*",
        status=403,
        body='{"code": "demo-secret is wrong", "message": "demo-secret",'
        ' "requestId": ["demo-secret"]}',
    )
    with pytest.raises(NomosPermissionError) as failure:
        await client.plan(nomos.subscription.plan)
    assert "demo-secret" not in f"{failure.value!r} {failure.value}"
    assert str(failure.value) == (
        "The credentials lack a permission (scope read:*, HTTP 403)"
    )


def test_error_without_facts() -> None:
    """A failure that nothing is known of is still told."""
    assert str(NomosNotFoundError()) == "Nomos does not know this"


async def test_plain_http_is_refused(session: aiohttp.ClientSession) -> None:
    """A client for an address in the clear cannot be made."""
    with pytest.raises(ValueError, match="not encrypted"):
        transport.Transport(session, "http://api.nomos.energy")
