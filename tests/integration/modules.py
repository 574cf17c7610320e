"""How the tests order modules of section 14a, and what they let Nomos say of them."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .actions import check_texts

MODULES = "/grid-fee-reductions"
TYPE = "enwg-14a-module-"

type Standing = dict[int, str]


async def order(
    hass: HomeAssistant, entry: MockConfigEntry, module: int, **fields: Any
) -> Any:
    """Perform the action."""
    return await hass.services.async_call(
        DOMAIN,
        "order_grid_fee_reduction",
        {"config_entry": entry.entry_id, "module": module, **fields},
        blocking=True,
        return_response=True,
    )


def give(nomos: SimulatedNomos, standing: Standing) -> None:
    """Let modules stand somewhere, whatever the rules say."""
    for module, status in standing.items():
        fields = {"type": f"{TYPE}{module}", "status": status}
        nomos.world.add_reduction(nomos.subscription, fields)


def posts(nomos: SimulatedNomos) -> int:
    """Return how often a module was ordered."""
    return sum(exchange.method == "POST" for exchange in nomos.requests(MODULES))


def request_id(nomos: SimulatedNomos) -> str:
    """Return the id of the order, which support asks for."""
    ordered = [e for e in nomos.requests(MODULES) if e.method == "POST"]
    found: str = json.loads(ordered[-1].response_body)["requestId"]
    return found


def list_once(nomos: SimulatedNomos, standing: Standing) -> None:
    """Answer the next question for modules with what is not so any more."""
    items = [
        {
            "id": f"gfr_{module}",
            "subscription": nomos.subscription.id,
            "type": f"{TYPE}{module}",
            "status": status,
            "created_at": "2026-01-01T00:00:00Z",
        }
        for module, status in standing.items()
    ]
    body = json.dumps({"items": items, "has_more": False})
    nomos.fail(MODULES, method="GET", count=1, status=200, body=body)


def fail_after_the_first(nomos: SimulatedNomos, **fault: Any) -> None:
    """Let the next question for modules be answered, and no other."""
    nomos.fail(MODULES, method="GET", count=1)
    nomos.fail(MODULES, method="GET", **fault)


async def refused(
    hass: HomeAssistant, entry: MockConfigEntry, module: int, key: str, *parts: str
) -> None:
    """See that an order is refused with a text of its own."""
    with pytest.raises(HomeAssistantError) as refusal:
        await order(hass, entry, module, confirm=True)
    check_texts(refusal.value, key, *parts)
