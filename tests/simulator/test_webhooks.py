"""Webhooks: what is told to whom, and that it can be believed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from custom_components.nomos_smartmeter.nomos.webhooks import is_signed
from simulator import Exchange, ScenarioError, load_scenario
from simulator.meter_order import NEXT_MILESTONE
from simulator.webhooks import signature
from tests.specification import Specification

from .client import ApiClient
from .conftest import Opener
from .endpoints import ORDER, SUBSCRIPTION, change_order, deliveries_of, register, send
from .receiver import SECRET, Receiver

_SCENARIOS = Path(__file__).parents[2] / "simulator/scenarios"
_HOUSEHOLD = (_SCENARIOS / "household.yaml").read_text(encoding="utf-8")
_BODY = b'{"id": "evt_1"}'
_AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_signature() -> None:
    """The header is what OpenSSL says it must be, and what the integration believes."""
    header = signature("whsec_1", _BODY, _AT)
    digest = "16ddacd1435efbb01cab756b26ee9dd8a513c4a9be3aead74b2dae2501dd56c2"
    assert header == f"t=1782907200,v1={digest}"
    assert is_signed("whsec_1", header, _BODY, _AT.timestamp())
    assert not is_signed("whsec_1", header, _BODY + b" ", _AT.timestamp())


async def test_life_of_an_order(household: ApiClient, receiver: Receiver) -> None:
    """Each step of an order is told, signed and by its ids."""
    await register(household, receiver.url)
    for count in range(1, 7):
        await household.control("POST", f"meter-orders/{ORDER}/advance")
        received = (await receiver.wait_for(count))[-1]
        assert received.is_signed
        assert received.content_type == "application/json"
        assert received.notice.is_about(SUBSCRIPTION)
        assert received.notice.context["meter_order"] == ORDER
    assert receiver.topics == [
        "meter_order.placed",
        "meter_order.check_submitted",
        "meter_order.check_reviewed",
        "meter_order.scheduled",
        "meter_order.installed",
        "meter_order.activated",
    ]
    assert len({received.notice.id for received in receiver.received}) == 6
    # A refused step is none.
    await household.control("POST", f"meter-orders/{ORDER}/advance")
    assert len(await deliveries_of(household, 6)) == 6


@pytest.mark.parametrize(
    ("changes", "topics"),
    [
        ({"status": "ordered"}, {"placed"}),
        ({"status": "pre_installed"}, {"cancelled"}),
        ({"cancelled_reason": "customer_request"}, {"cancelled"}),
        ({"status": "blocked_wim"}, {"blocked"}),
        ({"blocked_reason": "check_missing"}, {"blocked"}),
        (
            {"status": "checked", "blocked_reason": "check_missing"},
            {"check_reviewed", "blocked"},
        ),
        ({"status": "negotiating"}, {"negotiating"}),
        ({"status": "intended"}, set()),
        ({"appointment_at": "+9 days 09:30"}, set()),
        ({}, set()),
    ],
)
async def test_changes_of_an_order(
    household: ApiClient, receiver: Receiver, changes: dict[str, Any], topics: set[str]
) -> None:
    """What has a topic is told, and nothing else."""
    await register(household, receiver.url)
    await change_order(household, **changes)
    await receiver.wait_for(len(topics))
    told = [event.topic for event in household.world.events.last(10)]
    assert sorted(told) == sorted(f"meter_order.{topic}" for topic in topics)
    assert sorted(receiver.topics) == sorted(told)


async def test_a_half_refused_change(household: ApiClient, receiver: Receiver) -> None:
    """What a refused request has changed is told nevertheless."""
    await register(household, receiver.url)
    path = f"meter-orders/{ORDER}"
    answer = await household.control("PATCH", path, status="ordered", colour="red")
    assert answer.status == 400
    await receiver.wait_for(1)
    path = f"subscriptions/{SUBSCRIPTION}"
    answer = await household.control("PATCH", path, status="ended", colour="red")
    assert answer.status == 400
    await receiver.wait_for(2)
    assert receiver.topics == ["meter_order.placed", "subscription.ended"]


async def test_not_blocked_any_more(household: ApiClient, receiver: Receiver) -> None:
    """That an order goes on has no topic, so only asking tells it."""
    await change_order(household, status="blocked")
    await register(household, receiver.url)
    await change_order(household, blocked_reason=None)
    await change_order(household, status="blocked")
    await receiver.wait_for(1)
    # Another reason is another obstacle.
    await change_order(household, status="blocked_wim")
    await receiver.wait_for(2)
    assert receiver.topics == ["meter_order.blocked"] * 2


async def test_an_order_placed(household: ApiClient, receiver: Receiver) -> None:
    """Whoever places an order, through the API or beside it, it is told."""
    await household.control("DELETE", f"meter-orders/{ORDER}")
    await register(household, receiver.url)
    answer = await household.post("/meter-orders", {"subscription": SUBSCRIPTION})
    (received,) = await receiver.wait_for(1)
    assert received.notice.topic == "meter_order.created"
    assert received.notice.context["meter_order"] == answer.json["id"]
    await household.control("DELETE", f"meter-orders/{answer.json['id']}")
    await household.control(
        "POST",
        "meter-orders",
        subscription=SUBSCRIPTION,
        id="prdo_1",
        status="checked",
    )
    _, *received_later = await receiver.wait_for(3)
    assert {received.notice.topic for received in received_later} == {
        "meter_order.created",
        "meter_order.check_reviewed",
    }
    for received in received_later:
        assert received.notice.context["meter_order"] == "prdo_1"


async def test_changes_of_a_subscription(open_api: Opener, receiver: Receiver) -> None:
    """The life of a contract is told by its id alone."""
    api = await open_api("new-contract")
    (subscription,) = api.world.subscriptions
    path = f"subscriptions/{subscription}"
    await api.control("PATCH", path, start_at=None)
    await register(api, receiver.url)
    for changes in (
        {"start_at": "+21 days 00:00"},
        {"start_at": "+28 days 00:00"},
        {"status": "active"},
        {"estimated_usage": 3100},
        {"terminated_at": "now"},
        {"status": "ended"},
        {"status": "pending"},
    ):
        await api.control("PATCH", path, **changes)
    received = await receiver.wait_for(4)
    topics = [event.topic for event in api.world.events.last(10)]
    assert topics == [
        "subscription.confirmed",
        "subscription.activated",
        "subscription.terminated",
        "subscription.ended",
    ]
    assert sorted(receiver.topics) == sorted(topics)
    for one in received:
        assert one.is_signed
        assert one.notice.context == {"subscription": subscription}


async def test_what_is_specified(
    household: ApiClient, receiver: Receiver, specification: Specification
) -> None:
    """A body is what the API would show of the event, and every topic is known."""
    await register(household, receiver.url)
    for status in (*NEXT_MILESTONE.values(), "blocked", "cancelled"):
        await change_order(household, status=status)
    await household.control("DELETE", f"meter-orders/{ORDER}")
    await household.post("/meter-orders", {"subscription": SUBSCRIPTION})
    path = f"subscriptions/{SUBSCRIPTION}"
    await household.control("PATCH", path, terminated_at="now", status="ended")
    await household.control("PATCH", path, start_at=None, status="active")
    await household.control("PATCH", path, start_at="now")
    for received in await receiver.wait_for(len(household.world.events.last(100))):
        specification.check_response(
            Exchange(
                method="GET",
                url=f"/events/{received.notice.id}",
                request_headers={},
                request_body=b"",
                status=200,
                response_headers={"Content-Type": received.content_type},
                response_body=received.body,
            )
        )
    known = set(specification.document["components"]["schemas"])
    topics = {
        name for name in known if name.startswith(("meter_order.", "subscription."))
    }
    # Contracts are made elsewhere.
    assert set(receiver.topics) == topics - {"subscription.created"}


async def test_a_scenario_with_an_endpoint(tmp_path: Path, receiver: Receiver) -> None:
    """Endpoints can stand in the scenario; what it starts with is not told."""
    file = tmp_path / "mine.yaml"
    endpoint = f"webhooks: [{{url: '{receiver.url}', secret: {SECRET}}}]\n"
    file.write_text(_HOUSEHOLD + endpoint, encoding="utf-8")
    api = ApiClient(load_scenario(file))
    async with api.http:
        (webhook,) = api.world.webhooks
        answer = await api.control("POST", f"webhooks/{webhook}/repeat")
        assert answer.status == 409
        await change_order(api, status="ordered")
        await receiver.wait_for(1)
    assert receiver.received[0].is_signed


@pytest.mark.parametrize(
    "endpoint", ["{url: 'http://localhost/'}", "{url: localhost, secret: a}", "7"]
)
def test_a_mistake_in_a_scenario(tmp_path: Path, endpoint: str) -> None:
    """What nothing could be delivered to is refused."""
    file = tmp_path / "mine.yaml"
    file.write_text(f"plans: []\ncredentials: []\nwebhooks: [{endpoint}]\n")
    with pytest.raises(ScenarioError):
        load_scenario(file)


async def test_endpoints(household: ApiClient, receiver: Receiver) -> None:
    """Endpoints come and go; only who registers one is told its secret."""
    answer = await household.control("POST", "webhooks", url=receiver.url)
    registered = answer.json
    assert registered["secret"].startswith("whsec_")
    second = await register(household, receiver.url, automatic=False)
    answer = await household.control("GET", "webhooks")
    assert answer.json["webhooks"] == [
        {"id": registered["id"], "url": receiver.url, "automatic": True},
        {"id": second, "url": receiver.url, "automatic": False},
    ]
    assert SECRET not in answer.text
    assert registered["secret"] not in answer.text
    await change_order(household, status="ordered")
    await receiver.wait_for(1)
    answer = await household.control("DELETE", f"webhooks/{registered['id']}")
    assert answer.status == 200
    await change_order(household, status="checked")
    assert await send(household, second, "repeat") == [200]
    assert receiver.topics == ["meter_order.placed", "meter_order.check_reviewed"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"url": 7},
        {"url": ""},
        {"url": "/hook"},
        {"url": "ftp://127.0.0.1/hook"},
        {"url": "http://"},
        {"url": "http://127.0.0.1:99999/"},
        {"url": "http://127.0.0.1/", "secret": "\ud800"},
        {"url": "http://127.0.0.1/", "colour": "red"},
    ],
)
async def test_no_endpoint(household: ApiClient, fields: dict[str, Any]) -> None:
    """An endpoint that makes no sense is refused."""
    answer = await household.control("POST", "webhooks", **fields)
    assert answer.status == 400, answer.text
    assert not household.world.webhooks


async def test_every_endpoint_is_told(household: ApiClient, receiver: Receiver) -> None:
    """An event has one id, whoever it goes to."""
    for _ in range(3):
        await register(household, receiver.url)
    await change_order(household, status="ordered")
    received = await receiver.wait_for(3)
    assert len({one.body for one in received}) == 1
