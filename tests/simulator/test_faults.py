"""Faults: what they answer, whom they hit, how long they last."""

import asyncio
from typing import Any

from aiohttp import ClientError
import pytest

from .client import CLIENT_CREDENTIALS, ApiClient


async def _add(api: ApiClient, **fault: Any) -> None:
    answer = await api.control("POST", "faults", **fault)
    assert answer.status == 200, answer.text


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (402, "PAYMENT_REQUIRED"),
        (422, "UNPROCESSABLE_ENTITY"),
        (429, "TOO_MANY_REQUESTS"),
        (500, "INTERNAL_SERVER_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
    ],
)
async def test_a_status_comes_in_the_envelope(
    household: ApiClient, status: int, code: str
) -> None:
    """A status alone gives the API's own error."""
    await _add(household, status=status, headers={"retry-after": "7"})
    answer = await household.get("/plans")
    assert answer.status == status
    assert answer.json["code"] == code
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize("body", ["", "null", "[]", '{"object": "li', "<html>"])
async def test_any_body(household: ApiClient, body: str) -> None:
    """A body is given as it is, with status 200 where there is no other."""
    await _add(household, body=body)
    answer = await household.get("/plans")
    assert (answer.status, answer.text) == (200, body)
    assert answer.headers["Content-Type"].startswith("application/json")


async def test_a_page_of_html(household: ApiClient) -> None:
    """A proxy answers without any of the API's headers."""
    await _add(household, status=503, body="<h1>Wartung</h1>", content_type="text/html")
    answer = await household.get("/plans")
    assert (answer.status, answer.text) == (503, "<h1>Wartung</h1>")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "X-API-Version" not in answer.headers


async def test_a_dropped_connection(household: ApiClient) -> None:
    """A dropped connection brings no answer; the log has no status for it."""
    await _add(household, drop=True)
    with pytest.raises(ClientError):
        await household.get("/plans")
    assert household.world.requests[-1].status is None
    assert household.exchanges[-1].status is None
    assert household.exchanges[-1].faulted


async def test_a_hanging_connection(household: ApiClient) -> None:
    """An answer is held back until the faults end, and is then the true one."""
    await _add(household, path="/plans", delay=3600)
    hanging = asyncio.create_task(household.get("/plans"))
    while household.world.requests[-1].path != "/plans":
        await household.control("GET", "health")
    assert (await household.get("/subscriptions")).status == 200
    assert not hanging.done()
    await household.control("DELETE", "faults")
    async with asyncio.timeout(10):
        answer = await hanging
    assert answer.status == 200
    assert answer.items
    assert not household.exchanges[-1].faulted


async def test_a_delay_ends_by_itself(household: ApiClient) -> None:
    """A short delay passes, and what else the fault says comes after it."""
    await _add(household, delay=0.01, status=500)
    assert (await household.get("/plans")).status == 500


@pytest.mark.parametrize(
    ("fault", "hit"),
    [
        ({}, True),
        ({"path": "/meter-orders"}, True),
        ({"path": "/meter*"}, True),
        ({"path": "*"}, True),
        ({"path": "/subscriptions*"}, False),
        ({"path": "/meter-orders/*"}, False),
        ({"method": "GET"}, True),
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
        ({"path": "/meter-orders", "method": "POST"}, False),
        ({"count": 0}, False),
    ],
)
async def test_whom_a_fault_hits(
    household: ApiClient, fault: dict[str, Any], hit: bool
) -> None:
    """A fault hits the requests whose path and method it names."""
    await _add(household, status=500, **fault)
    answer = await household.get("/meter-orders")
    assert answer.status == (500 if hit else 200)


async def test_a_fault_that_wears_off(household: ApiClient) -> None:
    """A counted fault ends by itself, and the next one takes its place."""
    await _add(household, status=500, count=2)
    await _add(household, status=503, count=1)
    statuses = [(await household.get("/plans")).status for _ in range(4)]
    assert statuses == [500, 500, 503, 200]


async def test_ending_all_faults(household: ApiClient) -> None:
    """Faults can be ended."""
    await _add(household, status=500)
    await household.control("DELETE", "faults")
    assert (await household.get("/plans")).status == 200


@pytest.mark.parametrize("path", ["/oauth/token", "/health"])
async def test_faults_hit_what_needs_no_token(household: ApiClient, path: str) -> None:
    """The token endpoint and the health check can fail as well."""
    await _add(household, path=path, status=500)
    method = "POST" if path == "/oauth/token" else "GET"
    answer = await household.request(method, path, json=CLIENT_CREDENTIALS)
    assert answer.status == 500


async def test_faults_do_not_hit_the_control(household: ApiClient) -> None:
    """The simulator can always be controlled."""
    await _add(household, drop=True)
    assert (await household.control("GET", "health")).json == {"status": "ok"}


async def test_a_fault_that_does_not_exist(household: ApiClient) -> None:
    """A misspelt fault is refused with the reason."""
    answer = await household.control("POST", "faults", staus=500)
    assert answer.status == 400
    assert answer.json == {"error": "Fault has no field 'staus'"}
