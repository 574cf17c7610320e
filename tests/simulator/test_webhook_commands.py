"""Webhooks on demand: true ones, and those that a receiver must withstand."""

import time
from typing import Any

import pytest

from custom_components.nomos_smartmeter.nomos.webhooks import is_signed

from .client import ApiClient
from .endpoints import change_order, register, send
from .receiver import SECRET, Receiver


async def test_a_test_event(household: ApiClient, receiver: Receiver) -> None:
    """The button of the dashboard reaches its endpoint and no other."""
    await register(household, receiver.url)
    webhook = await register(household, receiver.url)
    assert await send(household, webhook, "test") == [200]
    (received,) = await receiver.wait_for(1)
    assert received.notice.topic == "test.event"
    assert received.is_signed


async def test_a_duplicate(household: ApiClient, receiver: Receiver) -> None:
    """A repeated event is the same to the last byte."""
    webhook = await register(household, receiver.url)
    await change_order(household, status="ordered")
    await receiver.wait_for(1)
    assert await send(household, webhook, "repeat") == [200]
    first, second = await receiver.wait_for(2)
    assert first.body == second.body
    assert second.is_signed


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 401), ({"age": 310}, 401), ({"age": -310}, 401), ({"age": 290}, 200)],
)
async def test_a_replay(
    household: ApiClient, receiver: Receiver, fields: dict[str, int], status: int
) -> None:
    """An event that was signed long ago is known by its time only."""
    webhook = await register(household, receiver.url)
    await change_order(household, status="ordered")
    await receiver.wait_for(1)
    before = time.time()
    assert await send(household, webhook, "replay", **fields) == [status]
    first, second = await receiver.wait_for(2)
    assert first.body == second.body
    moment, _, _ = second.signature.removeprefix("t=").partition(",")
    age = before - int(moment)
    assert abs(age - fields.get("age", 600)) < 3
    assert is_signed(SECRET, second.signature, second.body, int(moment))


async def test_a_forgery(household: ApiClient, receiver: Receiver) -> None:
    """A forged event is like the true one, but for its id and its signature."""
    webhook = await register(household, receiver.url)
    await change_order(household, status="ordered")
    await receiver.wait_for(1)
    assert await send(household, webhook, "forge") == [401]
    first, second = await receiver.wait_for(2)
    assert second.notice.id != first.notice.id
    assert second.notice.topic == first.notice.topic
    assert second.notice.context == first.notice.context


@pytest.mark.parametrize(
    ("fields", "status"), [({}, 413), ({"bytes": 65_536}, 200), ({"bytes": 1}, 200)]
)
async def test_oversized(
    household: ApiClient, receiver: Receiver, fields: dict[str, int], status: int
) -> None:
    """A large body is truly signed, so nothing but its size is wrong."""
    webhook = await register(household, receiver.url)
    await change_order(household, status="ordered")
    await receiver.wait_for(1)
    assert await send(household, webhook, "oversize", **fields) == [status]
    if status == 200:
        first, second = await receiver.wait_for(2)
        least = len(first.body) + len(', "padding": ""')
        assert len(second.body) == max(fields["bytes"], least)
        assert second.is_signed
        assert second.notice.id != first.notice.id


async def test_out_of_order(household: ApiClient, receiver: Receiver) -> None:
    """An endpoint that is told on demand hears of the newer event first."""
    webhook = await register(household, receiver.url, automatic=False)
    await change_order(household, status="ordered")
    answer = await household.control("POST", f"webhooks/{webhook}/swap")
    assert answer.status == 409
    await change_order(household, status="check_submitted")
    assert await send(household, webhook, "swap") == [200, 200]
    newer, older = await receiver.wait_for(2)
    assert newer.notice.topic == "meter_order.check_submitted"
    assert older.notice.topic == "meter_order.placed"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("webhooks/whk_1/test", {}, 404),
        ("webhooks/whk_1/swap", {}, 404),
        ("webhooks/{id}/repeat", {}, 409),
        ("webhooks/{id}/replay", {}, 409),
        ("webhooks/{id}/forge", {}, 409),
        ("webhooks/{id}/oversize", {}, 409),
        ("webhooks/{id}/swap", {}, 409),
        ("webhooks/{id}/replay", {"age": "old"}, 400),
        ("webhooks/{id}/replay", {"age": True}, 400),
        ("webhooks/{id}/replay", {"age": 10**12}, 400),
        ("webhooks/{id}/replay", {"colour": "red"}, 400),
        ("webhooks/{id}/oversize", {"bytes": 10**9}, 400),
        ("webhooks/{id}/explode", {}, 404),
    ],
)
async def test_refused(
    household: ApiClient,
    receiver: Receiver,
    path: str,
    fields: dict[str, Any],
    status: int,
) -> None:
    """What cannot be sent is refused with a reason."""
    webhook = await register(household, receiver.url, automatic=False)
    if status == 400:
        await change_order(household, status="ordered")
    answer = await household.control("POST", path.format(id=webhook), **fields)
    assert (answer.status, bool(answer.json["error"])) == (status, True)
    assert not receiver.received


async def test_without_a_body(household: ApiClient, receiver: Receiver) -> None:
    """What needs no fields needs no body either."""
    webhook = await register(household, receiver.url, automatic=False)
    await change_order(household, status="ordered")
    async with household.http.post(
        f"/_simulator/webhooks/{webhook}/replay"
    ) as response:
        (delivery,) = (await response.json())["deliveries"]
    assert delivery["status"] == 401
