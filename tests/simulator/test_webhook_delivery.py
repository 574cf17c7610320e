"""Webhooks to receivers that are not there, or do not want: late, but not in the way."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
import logging

from aiohttp.test_utils import unused_port
import pytest

from simulator import load_scenario
from simulator.meter_order import NEXT_MILESTONE
from simulator.settings import Settings
from simulator.webhooks import RETRIES

from .client import ApiClient
from .endpoints import ORDER, change_order, deliveries_of, register, send
from .receiver import Receiver


async def test_retries(household: ApiClient, receiver: Receiver) -> None:
    """What is not taken comes again, later each time, until it is."""
    household.world.settings.webhook_backoff = 0.05
    receiver.answers = [500, 302, 404]
    webhook = await register(household, receiver.url)
    await change_order(household, status="ordered")
    received = await receiver.wait_for(4)
    assert len({one.body for one in received}) == 1
    assert all(one.is_signed for one in received)
    deliveries = await deliveries_of(household, 4)
    assert [delivery["status"] for delivery in deliveries] == [500, 302, 404, 200]
    assert [delivery["attempt"] for delivery in deliveries] == [1, 2, 3, 4]
    assert {delivery["webhook"] for delivery in deliveries} == {webhook}
    moments = [datetime.fromisoformat(delivery["at"]) for delivery in deliveries]
    waits = [(late - early).total_seconds() for early, late in pairwise(moments)]
    for wait, least in zip(waits, (0.05, 0.1, 0.2), strict=True):
        assert wait > least - 0.005


async def test_end_of_the_retries(household: ApiClient, receiver: Receiver) -> None:
    """After twelve retries, in life about three days, an event is lost."""
    waits = [Settings().webhook_backoff * 2**retry for retry in range(RETRIES)]
    assert RETRIES == 12
    assert timedelta(days=2.5) < timedelta(seconds=sum(waits)) < timedelta(days=3.5)
    household.world.settings.webhook_backoff = 0
    receiver.answers = [503] * 13
    webhook = await register(household, receiver.url)
    await change_order(household, status="ordered")
    await deliveries_of(household, 13)
    assert await send(household, webhook, "test") == [200]
    assert receiver.topics == ["meter_order.placed"] * 13 + ["test.event"]


async def test_no_retries_for_who_has_gone(
    household: ApiClient, receiver: Receiver
) -> None:
    """A removed endpoint hears nothing more; what is sent on demand comes once."""
    household.world.settings.webhook_backoff = 0.05
    receiver.answers = [500, 500]
    webhook = await register(household, receiver.url)
    await change_order(household, status="ordered")
    await receiver.wait_for(1)
    await household.control("DELETE", f"webhooks/{webhook}")
    webhook = await register(household, receiver.url, automatic=False)
    assert await send(household, webhook, "test") == [500]
    await asyncio.sleep(0.2)
    await receiver.wait_for(2)


@pytest.mark.parametrize("trouble", ["down", "hangs", "drops", "nowhere"])
async def test_a_receiver_in_trouble(
    household: ApiClient, receiver: Receiver, trouble: str
) -> None:
    """Nobody else notices that a receiver does not answer; it is in the list."""
    household.world.settings.webhook_timeout = 0.2
    receiver.hangs, receiver.drops = trouble == "hangs", trouble == "drops"
    url = {
        "down": f"http://127.0.0.1:{unused_port()}/",
        "nowhere": "http://nowhere.invalid/",
    }.get(trouble, receiver.url)
    webhook = await register(household, url)
    async with Receiver.open() as other:
        await register(household, other.url)
        for status in NEXT_MILESTONE.values():
            await change_order(household, status=status)
        await deliveries_of(household, 12)
        assert len(other.received) == 6
    answer = await household.control("POST", f"webhooks/{webhook}/test")
    (delivery,) = answer.json["deliveries"]
    assert (delivery["status"], bool(delivery["error"])) == (None, True)
    assert (await household.get(f"/meter-orders/{ORDER}")).status == 200


async def test_deliveries_are_forgotten(
    household: ApiClient, receiver: Receiver
) -> None:
    """The list of deliveries can begin anew."""
    webhook = await register(household, receiver.url)
    await send(household, webhook, "test")
    assert len(await deliveries_of(household, 1)) == 1
    answer = await household.control("DELETE", "webhook-deliveries")
    assert answer.json == {"deliveries": []}
    assert await deliveries_of(household, 0) == []


async def test_a_clean_end(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """The simulator ends at once: with a delivery, a retry and a command under way."""
    receiver.hangs = True
    api = ApiClient(load_scenario("household"))
    await api.http.start_server()
    webhook = await register(api, receiver.url)
    await register(api, f"http://127.0.0.1:{unused_port()}/")
    await change_order(api, status="ordered")
    command = asyncio.create_task(api.control("POST", f"webhooks/{webhook}/test"))
    await receiver.wait_for(2)
    await deliveries_of(api, 1)
    async with asyncio.timeout(3):
        await api.http.server.close()
        answer = await command
        await api.http.close()
    (delivery,) = answer.json["deliveries"]
    assert delivery["status"] is None
    assert not api.world.events.listeners
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]
