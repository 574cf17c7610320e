"""Tests of ordering a smart meter: once, only where it can be, and read back if lost."""

import asyncio
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .actions import LOST, check_texts, reports_missing_scope
from .home import set_up, state_of

ORDERS = "/meter-orders"


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which no meter is ordered yet."""
    return "new-contract"


async def order(hass: HomeAssistant, entry: MockConfigEntry, **fields: Any) -> Any:
    """Perform the action."""
    return await hass.services.async_call(
        DOMAIN,
        "order_smart_meter",
        {"config_entry": entry.entry_id, **fields},
        blocking=True,
        return_response=True,
    )


def posts(nomos: SimulatedNomos) -> int:
    """Return how often an order was sent."""
    return sum(exchange.method == "POST" for exchange in nomos.requests(ORDERS))


async def refused(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, *parts: str
) -> None:
    """See that an order is refused with a text of its own."""
    with pytest.raises(HomeAssistantError) as refusal:
        await order(hass, entry, confirm=True)
    check_texts(refusal.value, key, *parts)


async def test_order(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A confirmed order is placed once, and shown at once."""
    answer = await order(hass, loaded, confirm=True)
    await hass.async_block_till_done()
    assert answer == {
        "id": nomos.order.id,
        "status": "waiting",
        "api_status": "created",
    }
    assert posts(nomos) == 1
    assert state_of(hass, loaded, "meter_order_status").state == "waiting"
    await refused(hass, loaded, "order_exists", "support@nomos.energy")
    assert posts(nomos) == 1


@pytest.mark.parametrize("fields", [{}, {"confirm": False}, {"confirm": 1}])
async def test_not_confirmed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fields: dict[str, Any],
) -> None:
    """Nothing is asked of Nomos before somebody says that it is wanted."""
    before = len(nomos.exchanges)
    with pytest.raises(ServiceValidationError) as refusal:
        await order(hass, loaded, **fields)
    check_texts(refusal.value, "not_confirmed")
    assert len(nomos.exchanges) == before


async def test_twice_at_the_same_moment(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Of two orders one is placed, and the other is told so."""
    answers: tuple[Any, Any] = await asyncio.gather(
        order(hass, loaded, confirm=True),
        order(hass, loaded, confirm=True),
        return_exceptions=True,
    )
    first, second = answers
    assert first["id"] == nomos.order.id
    assert isinstance(second, ServiceValidationError)
    check_texts(second, "order_exists")
    assert posts(nomos) == 1


async def test_ordered_elsewhere_meanwhile(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """An order that is not known here yet is found before one is sent."""
    nomos.world.place_order(nomos.subscription)
    await refused(hass, loaded, "order_exists")
    assert posts(nomos) == 0
    assert state_of(hass, loaded, "meter_order_status").state == "waiting"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"status": "ended"}, "order_for_ended"),
        ({"type": "feed_in"}, "order_for_feed_in"),
    ],
)
async def test_contract_takes_no_order(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    changes: dict[str, Any],
    key: str,
) -> None:
    """What is known to be impossible is refused without asking Nomos."""
    nomos.set_subscription(**changes)
    await set_up(hass, entry)
    before = len(nomos.exchanges)
    await refused(hass, entry, key)
    assert len(nomos.exchanges) == before


async def test_meter_is_smart(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Who has a smart meter needs no other."""
    nomos.subscription.meter.type = "smart"
    await set_up(hass, entry)
    await refused(hass, entry, "order_for_smart_meter")


async def test_plan_without_smart_meter(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Only Nomos knows what a plan has, and the owner is told what to ask for."""
    next(iter(nomos.world.plans.values())).products = []
    with pytest.raises(HomeAssistantError) as refusal:
        await order(hass, loaded, confirm=True)
    request_id = nomos.requests(ORDERS)[-1].response_headers["x-request-id"]
    check_texts(refusal.value, "plan_without_smart_meter", request_id)


async def test_read_only_credentials(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Without the scope nothing is sent, and a repair says what is missing."""
    nomos.credential.scope = "read:*"
    nomos.world.tokens.expire_all()
    loaded.runtime_data.meter_order.client._authentication._token = None
    before = len(nomos.requests(ORDERS))
    await refused(hass, loaded, "may_not_write", "support@nomos.energy")
    assert len(nomos.requests(ORDERS)) == before
    assert reports_missing_scope(hass)
    nomos.credential.scope = "read:* write:*"
    freezer.tick(600)
    await order(hass, loaded, confirm=True)
    assert not reports_missing_scope(hass)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"status": 403}, "may_not_write"),
        ({"status": 404}, "order_refused"),
        ({"status": 429}, "rate_limited"),
    ],
)
async def test_refused(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
    key: str,
) -> None:
    """A refusal names what support asks for, and is not repeated."""
    nomos.fail(ORDERS, method="POST", **fault)
    await refused(hass, loaded, key)
    assert posts(nomos) == 1
    assert reports_missing_scope(hass) is (key == "may_not_write")


async def test_conflict(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """What contradicts an order that nobody sees is a matter for support."""
    nomos.fail(ORDERS, method="POST", status=409)
    await refused(hass, loaded, "order_conflict", "support@nomos.energy")


async def test_conflict_as_a_bad_request(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """So is the same, told in the way of an invalid field."""
    error = '{"code": "duplicate_meter_order", "message": "one is enough"}'
    body = f'{{"code": "BAD_REQUEST", "errors": [{error}]}}'
    nomos.fail(ORDERS, method="POST", status=400, body=body)
    await refused(hass, loaded, "order_conflict", "support@nomos.energy")


@pytest.mark.parametrize("fault", LOST)
async def test_answer_is_lost(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """An order whose answer is lost is read back, and never sent again."""
    nomos.fail(ORDERS, method="POST", afterwards=True, **fault)
    answer = await order(hass, loaded, confirm=True)
    assert answer["id"] == nomos.order.id
    assert posts(nomos) == 1


@pytest.mark.parametrize("fault", LOST)
async def test_nothing_is_known(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """An order that cannot be read back is neither claimed nor sent again."""
    nomos.fail(ORDERS, method="POST", **fault)
    await refused(hass, loaded, "order_outcome_unknown")
    assert posts(nomos) == 1


async def test_cannot_be_read_back(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """While Nomos is silent nothing is known either."""
    nomos.fail(ORDERS, method="POST", drop=True)
    client = loaded.runtime_data.meter_order.client
    real = client.meter_orders
    asked = 0

    async def _second_fails(**options: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked > 1:
            nomos.fail(ORDERS, method="GET", drop=True)
        return await real(**options)

    client.meter_orders = _second_fails
    await refused(hass, loaded, "order_outcome_unknown")
    assert posts(nomos) == 1


@pytest.mark.parametrize("path", ["/oauth/token", ORDERS])
async def test_nomos_is_silent(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, path: str
) -> None:
    """Nothing is ordered where it cannot be seen what there is."""
    loaded.runtime_data.meter_order.client._authentication._token = None
    nomos.fail(path, drop=True)
    await refused(hass, loaded, "cannot_connect")
    assert posts(nomos) == 0
