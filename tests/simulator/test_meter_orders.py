"""Meter orders: every state in both versions, and the rules for a new one."""

from typing import NamedTuple

import pytest

from simulator import CURIE, EDISON

from .client import ApiClient
from .conftest import Opener


class _State(NamedTuple):
    status: str
    curie: str
    blocked_reason: str | None
    cancelled_reason: str | None
    edison: str


_STATES = [
    _State("waiting", "created", None, None, "waiting"),
    _State("intended", "created", None, None, "intended"),
    _State("ordered", "placed", None, None, "ordered"),
    _State("check_submitted", "check_submitted", None, None, "ordered"),
    _State("checked", "check_reviewed", None, None, "checked"),
    _State(
        "installation_planning", "check_reviewed", None, None, "installation_planning"
    ),
    _State("installation_scheduled", "scheduled", None, None, "installation_scheduled"),
    _State("installation_waiting", "scheduled", None, None, "installation_waiting"),
    _State("installation_finished", "installed", None, None, "installation_finished"),
    _State("installed", "installed", None, None, "installed"),
    _State("activated", "activated", None, None, "activated"),
    _State("pre_installed", "cancelled", None, "pre_existing", "pre_installed"),
    _State("cancelled", "cancelled", None, "customer_request", "cancelled"),
    _State("blocked", "created", "check_missing", None, "blocked"),
    _State("blocked_wim", "created", "grid_operator_registration", None, "blocked_wim"),
    _State("quantum_leap", "quantum_leap", None, None, "quantum_leap"),
]


@pytest.mark.parametrize("state", _STATES, ids=lambda state: state.status)
async def test_a_state_in_both_versions(household: ApiClient, state: _State) -> None:
    """Each state has its words in each version; an unknown word passes as it is."""
    (order_id,) = household.world.meter_orders
    answer = await household.control(
        "PATCH", f"meter-orders/{order_id}", status=state.status
    )
    assert answer.json["status"] == state.status

    shown = (await household.get(f"/meter-orders/{order_id}", CURIE)).json
    assert (await household.list("/meter-orders", {}, CURIE)) == [shown]
    assert shown["status"] == state.curie
    assert shown["blocked_reason"] == state.blocked_reason
    assert shown["cancelled_reason"] == state.cancelled_reason
    assert (shown["blocked_at"] is None) == (state.blocked_reason is None)
    assert (shown["cancelled_at"] is None) == (state.cancelled_reason is None)
    assert "updated_at" not in shown

    shown = (await household.get(f"/meter-orders/{order_id}", EDISON)).json
    assert (await household.list("/meter-orders", {}, EDISON)) == [shown]
    assert shown["status"] == state.edison
    assert {name for name in shown if name.endswith(("_at", "_reason"))} == {
        "created_at",
        "updated_at",
    }


@pytest.mark.parametrize("version", [CURIE, EDISON])
async def test_a_new_order(open_api: Opener, version: str) -> None:
    """An order placed is waiting, with the plan's metering operator."""
    api = await open_api("new-contract")
    (subscription,) = api.world.subscriptions.values()
    order = {"subscription": subscription.id}
    answer = await api.request("POST", "/meter-orders", version, json=order)
    assert answer.status == 200
    assert answer.json["status"] == ("created" if version == CURIE else "waiting")
    assert answer.json["customer"] == subscription.customer
    assert answer.json["provider"] == "energy-metering"
    assert await api.list("/meter-orders", {}, version) == [answer.json]


@pytest.mark.parametrize("status", ["waiting", "activated", "cancelled"])
async def test_one_order_ever(household: ApiClient, status: str) -> None:
    """There is no second order, even where the first was cancelled."""
    (order,) = household.world.meter_orders.values()
    await household.control("PATCH", f"meter-orders/{order.id}", status=status)
    answer = await household.request(
        "POST", "/meter-orders", json={"subscription": order.subscription}
    )
    assert answer.status == 409
    assert answer.json["code"] == "CONFLICT"
    assert answer.problems == [("duplicate_meter_order", "subscription")]
    assert len(household.world.meter_orders) == 1


async def test_no_order_for_feeding_in(moving: ApiClient) -> None:
    """A feed-in subscription has its smart meter already; edison does not know it."""
    feeding_in = next(
        s.id for s in moving.world.subscriptions.values() if s.type == "feed_in"
    )
    order = {"subscription": feeding_in}
    answer = await moving.request("POST", "/meter-orders", CURIE, json=order)
    assert answer.status == 400
    assert answer.problems == [("unsupported_meter_order", "subscription")]
    answer = await moving.request("POST", "/meter-orders", EDISON, json=order)
    assert answer.status == 404


async def test_no_order_without_the_product(open_api: Opener) -> None:
    """A plan without smart meters takes no order."""
    api = await open_api("fixed-price")
    await api.control("PATCH", "credentials/demo-client", scope="write:*")
    await api.sign_in()
    (subscription,) = api.world.subscriptions
    order = {"subscription": subscription}
    answer = await api.request("POST", "/meter-orders", json=order)
    assert answer.status == 400
    assert answer.json["code"] == "BAD_REQUEST"
    assert answer.problems == [("unsupported_product", "subscription")]


async def test_no_order_for_a_stranger(neighbours: ApiClient) -> None:
    """A subscription that is not there or not visible cannot be ordered for."""
    _, foreign = neighbours.world.subscriptions
    for subscription in (foreign, "sub_unknown"):
        order = {"subscription": subscription}
        answer = await neighbours.request("POST", "/meter-orders", json=order)
        assert answer.status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"{}", "subscription"), (b'{"subscription": 5}', "subscription"), (b"[]", "")],
)
async def test_an_order_without_a_subscription(
    household: ApiClient, body: bytes, field: str
) -> None:
    """An order names its subscription."""
    answer = await household.request("POST", "/meter-orders", data=body)
    assert answer.status == 400
    assert answer.problems == [("invalid_type", field)]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff"])
async def test_an_order_that_is_no_json(household: ApiClient, body: bytes) -> None:
    """An order is JSON."""
    answer = await household.request("POST", "/meter-orders", data=body)
    assert answer.status == 400
    assert answer.json["message"] == "Malformed JSON in request body"
