"""The contract of the demo in Home Assistant: how it is added, what is shown of it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from .client import ApiError, Client
from .clock import Clock
from .nomos import CLIENT_ID, CLIENT_SECRET
from .prices import Price

DOMAIN = "nomos_smartmeter"
TITLE = "Torstraße 119"

BETWEEN_POLLS = timedelta(seconds=11)
"""Home Assistant asks Nomos at once if it has not for ten seconds."""

_UNTIL_ENABLED = timedelta(seconds=31)
_PATIENCE = 30
"""Seconds until something must be seen; Home Assistant polls no two times in ten."""


class Entity(StrEnum):
    """The entities of the contract."""

    STATUS = "sensor.torstrasse_119_meter_order_status"
    APPOINTMENT = "sensor.torstrasse_119_installation_appointment"
    PROBLEM = "binary_sensor.torstrasse_119_meter_order_problem"
    DYNAMIC_PRICING = "binary_sensor.torstrasse_119_dynamic_pricing_active"
    MODULE_1 = "sensor.torstrasse_119_grid_fee_module_1"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What Home Assistant shows of the order, and of dynamic pricing."""

    status: str
    step: int | None
    appointment: str
    problem: str
    dynamic_pricing: str
    reason: str


async def add(client: Client, base_url: str, clock: Clock) -> None:
    """Add the contract, with the sensor that the chart is drawn from."""
    await connect(client, base_url)
    await _enable_forecast(client, clock)


async def connect(client: Client, base_url: str) -> None:
    """Add the contract that the credentials see through the dialog, as an owner does."""
    flows = "/api/config/config_entries/flow"
    menu = await client.post(flows, {"handler": DOMAIN})
    flow = f"{flows}/{menu['flow_id']}"
    await client.post(flow, {"next_step_id": "credentials"})
    answer: dict[str, Any] = await client.post(
        flow,
        {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "advanced": {"base_url": base_url},
        },
    )
    if answer["type"] != "create_entry":
        raise ApiError(f"The contract was not added: {answer}")


async def _enable_forecast(client: Client, clock: Clock) -> None:
    """Enable the sensor that the chart is drawn from.

    Home Assistant loads the contract anew for it, half a minute later.
    """
    await client.command(
        "config/entity_registry/update", entity_id=Price.FORECAST, disabled_by=None
    )
    clock.put_forward(clock.now() + _UNTIL_ENABLED)
    async with asyncio.timeout(_PATIENCE):
        while not await client.has_state(Price.FORECAST):
            await asyncio.sleep(0.1)


async def entry_id(client: Client, title: str = TITLE) -> str:
    """Return under which id Home Assistant keeps a contract."""
    entries = await client.command("config_entries/get", domain=DOMAIN)
    return next(str(e["entry_id"]) for e in entries if e["title"] == title)


async def titles(client: Client) -> list[str]:
    """Return what the contracts are called."""
    entries = await client.command("config_entries/get", domain=DOMAIN)
    return [entry["title"] for entry in entries]


async def remove(client: Client, title: str) -> None:
    """Remove a contract."""
    await client.delete(
        f"/api/config/config_entries/entry/{await entry_id(client, title)}"
    )


async def reload(client: Client, entry_id: str) -> None:
    """Load the contract anew."""
    await client.post(f"/api/config/config_entries/entry/{entry_id}/reload", {})


async def poll(client: Client) -> None:
    """Let the integration ask Nomos now instead of at its time of day."""
    await client.action("homeassistant.update_entity", entity_id=Entity.STATUS)


async def shown(client: Client) -> Shown:
    """Read what Home Assistant shows now."""
    order = await client.state(Entity.STATUS)
    pricing = await client.state(Entity.DYNAMIC_PRICING)
    return Shown(
        status=order.state,
        step=order.attributes.get("step"),
        appointment=(await client.state(Entity.APPOINTMENT)).state,
        problem=(await client.state(Entity.PROBLEM)).state,
        dynamic_pricing=pricing.state,
        reason=pricing.attributes.get("reason", ""),
    )


async def shown_soon(client: Client, expected: Shown) -> Shown:
    """Read what Home Assistant shows when it is as expected, or when time is up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while await shown(client) != expected:
                await asyncio.sleep(0.1)
    return await shown(client)
