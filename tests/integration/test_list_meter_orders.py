"""Tests of listing the meter orders of many contracts."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter import list_meter_orders
from custom_components.nomos_smartmeter.nomos import API_VERSION_EDISON
from custom_components.nomos_smartmeter.tariff.meter_order import OrderStatus
from simulator.meter_order import MeterOrder
from tests.simulated import SimulatedNomos

from .actions import act, check_texts
from .home import local, set_up

ORDERS = "/meter-orders"
NOW = local("2026-11-24 10:05")

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on to the next page at once: a frozen clock ends no pause."""
    monkeypatch.setattr(list_meter_orders, "PAUSE", 0)


async def listed(
    hass: HomeAssistant, entry: MockConfigEntry, **fields: Any
) -> list[dict[str, Any]]:
    """Perform the action."""
    answer = await act(hass, "list_meter_orders", entry.entry_id, **fields)
    assert set(answer) == {"orders"}
    orders: list[dict[str, Any]] = answer["orders"]
    return orders


def order_all(nomos: SimulatedNomos) -> list[MeterOrder]:
    """Let every contract have an order, in one status after the other; newest first."""
    nomos.world.meter_orders.clear()
    words = [word for word in OrderStatus if word is not OrderStatus.INTENDED]
    for number, subscription in enumerate(nomos.world.subscriptions.values()):
        order = nomos.world.place_order(subscription)
        nomos.world.update_order(order, {"status": words[number % len(words)].value})
    orders = nomos.world.meter_orders.values()
    return sorted(orders, key=lambda o: (o.created_at, o.id), reverse=True)


async def test_one_order(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """An order is told with all that is known of it, its times in local time."""
    nomos.set_order(
        status="installation_scheduled",
        created_at="2026-11-02 08:00",
        appointment_at="2026-12-03 09:30",
    )
    await set_up(hass, entry)
    assert await listed(hass, entry) == [
        {
            "id": nomos.order.id,
            "subscription": nomos.subscription.id,
            "status": "installation_scheduled",
            "api_status": "scheduled",
            "reason": None,
            "needs_attention": False,
            "provider": "energy-metering",
            "created_at": "2026-11-02T08:00:00+01:00",
            "appointment_at": "2026-12-03T09:30:00+01:00",
            "installed_at": None,
            "activated_at": None,
            "blocked_at": None,
            "cancelled_at": None,
        }
    ]


@pytest.mark.parametrize(
    ("status", "reason", "at"),
    [
        ("installed", None, "installed_at"),
        ("activated", None, "activated_at"),
        ("blocked", "check_missing", "blocked_at"),
        ("cancelled", "customer_request", "cancelled_at"),
    ],
)
async def test_times_and_reasons(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    status: str,
    reason: str | None,
    at: str,
) -> None:
    """When and why something has happened stands where it belongs."""
    nomos.set_order(status=status)
    nomos.set_order(**{at: "2026-11-20 07:15"})
    await set_up(hass, entry)
    (order,) = await listed(hass, entry)
    assert (order["status"], order["reason"]) == (status, reason)
    assert order[at] == "2026-11-20T07:15:00+01:00"
    assert order["needs_attention"] is (reason is not None)


async def test_unknown_status(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A word that is not known here is told as it is, and is none of the wanted."""
    nomos.set_order(status="commissioned")
    (order,) = await listed(hass, loaded)
    assert (order["status"], order["api_status"]) == (None, "commissioned")
    assert await listed(hass, loaded, status=list(OrderStatus)) == []
    # A word that is not in the specification cannot be held to it.
    nomos.exchanges.clear()


async def test_no_orders(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Where nothing is ordered the list is empty."""
    nomos.remove_order()
    await set_up(hass, entry)
    assert await listed(hass, entry) == []


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_organisation(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """All orders that the credentials see are listed, newest first, page by page."""
    expected = order_all(nomos)
    assert len(expected) == 300
    nomos.exchanges.clear()
    found = await listed(hass, loaded)
    assert [order["id"] for order in found] == [order.id for order in expected]
    assert len({order["subscription"] for order in found}) == 300
    assert nomos.lines() == [f"GET {ORDERS}"] * 3


@pytest.mark.parametrize("scenario", ["organisation"])
@pytest.mark.parametrize("edison", [False, True])
async def test_picked_by_status(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, edison: bool
) -> None:
    """Statuses are picked by their names here, whichever the API has for them."""
    if edison:
        nomos.world.settings.versions = [API_VERSION_EDISON]
    orders = order_all(nomos)
    everything = await listed(hass, loaded)
    counts = dict.fromkeys(map(str, OrderStatus), 0)
    for order in everything:
        counts[order["status"]] += 1
    assert sum(counts.values()) == len(orders)
    for status in ("waiting", "ordered", "blocked_wim", "pre_installed", "intended"):
        found = await listed(hass, loaded, status=status)
        assert found == [order for order in everything if order["status"] == status]
        assert len(found) == counts[status]
    assert counts["waiting"] > 10
    assert counts["blocked_wim"] > 10
    wanted = ["blocked", "cancelled"]
    found = await listed(hass, loaded, status=wanted)
    assert found == [order for order in everything if order["status"] in wanted]
    assert {order["status"] for order in found} == set(wanted)
    assert await listed(hass, loaded, status=[]) == everything


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_order_that_comes_twice(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """An order that stands on two pages is listed once."""
    order_all(nomos)
    expected = await listed(hass, loaded)
    first = nomos.requests(ORDERS)[-3]
    body = first.response_body.decode()
    nomos.fail(ORDERS, count=1, status=200, body=body)
    nomos.fail(ORDERS, count=1, status=200, body=body)
    assert await listed(hass, loaded) == expected


@pytest.mark.parametrize("scenario", ["organisation"])
@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"drop": True}, "cannot_connect"),
        ({"status": 403}, "missing_scope"),
        ({"status": 429}, "rate_limited"),
        ({"status": 200, "body": "{}"}, "invalid_response"),
    ],
)
@pytest.mark.parametrize("pages", [0, 2])
async def test_a_page_cannot_be_read(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
    key: str,
    pages: int,
) -> None:
    """Half a list would look like a whole one: there is none, but the reason."""
    order_all(nomos)
    nomos.fail(ORDERS, count=pages)
    nomos.fail(ORDERS, **fault)
    with pytest.raises(HomeAssistantError) as refusal:
        await listed(hass, loaded)
    check_texts(refusal.value, key)


@pytest.mark.parametrize("scenario", ["organisation"])
@pytest.mark.parametrize(("pages", "enough"), [(2, False), (3, True)])
async def test_too_many(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    monkeypatch: pytest.MonkeyPatch,
    pages: int,
    enough: bool,
) -> None:
    """A list without an end is no answer, and is not followed for ever."""
    monkeypatch.setattr(list_meter_orders, "PAGES", pages)
    order_all(nomos)
    nomos.exchanges.clear()
    if enough:
        assert len(await listed(hass, loaded)) == 300
    else:
        with pytest.raises(HomeAssistantError) as refusal:
            await listed(hass, loaded)
        check_texts(refusal.value, "invalid_response")
    assert len(nomos.exchanges) == pages


@pytest.mark.parametrize("status", ["placed", ["ordered", "Ordered"], [None], {"a": 1}])
async def test_not_a_status(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, status: object
) -> None:
    """A word that is no status here is refused, and nothing is asked."""
    before = len(nomos.exchanges)
    with pytest.raises(ServiceValidationError) as refusal:
        await listed(hass, loaded, status=status)
    check_texts(refusal.value, "not_a_choice", str(status), "status")
    assert len(nomos.exchanges) == before


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_pause_between_pages(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others are left room: of ten requests a second that are allowed, two are made."""
    monkeypatch.undo()
    order_all(nomos)
    nomos.world.requests.clear()
    task = hass.async_create_task(listed(hass, loaded))
    while not task.done():
        freezer.tick(0.001)
        await asyncio.sleep(0)
    assert len(task.result()) == 300
    times = [request.at for request in nomos.world.requests]
    assert len(times) == 3
    pauses = [after - before for before, after in pairwise(times)]
    assert min(pauses) >= timedelta(seconds=0.5)
