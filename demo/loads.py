"""The loads of the demo: how they are added, what is shown of them, what they switch."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from . import contract
from .client import ApiError, Client
from .clock import LOCAL_TIME

SUBENTRY = "load"
SCHEDULE = "calendar.torstrasse_119_schedule"

_EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_PATIENCE = 30
"""Seconds until something must be seen."""

type Period = tuple[datetime, datetime]
"""A beginning and an end, in whole minutes."""


class Load(StrEnum):
    """A load, by what its entities begin with."""

    WALLBOX = "wallbox"
    HEAT_PUMP = "heat_pump"
    DISHWASHER = "dishwasher"

    @property
    def label(self) -> str:
        """Return what its owner calls it."""
        return self.replace("_", " ").capitalize()

    @property
    def run(self) -> str:
        """Return the entity that tells when it should draw power."""
        return f"binary_sensor.{self}_run"

    @property
    def planned_cost(self) -> str:
        """Return the entity that tells what its runs cost."""
        return f"sensor.{self}_planned_cost"

    @property
    def energy(self) -> str:
        """Return the entity that counts what its device has drawn."""
        return f"sensor.{self}_energy"


class Device(StrEnum):
    """What the automations switch, as far as it tells whether a device draws power."""

    WALLBOX = "input_boolean.wallbox_charging"
    HEAT_PUMP_BLOCK = "input_boolean.heat_pump_blocked"
    DISHWASHER = "binary_sensor.dishwasher_program"


PAGES: Mapping[Load, Sequence[Mapping[str, Any]]] = {
    Load.WALLBOX: (
        {"name": "Wallbox", "kind": "wallbox"},
        {
            "energy": 10,
            "power": 11,
            "earliest_start": "18:00:00",
            "ready_by": "07:00:00",
            "days": _EVERY_DAY,
        },
        {
            "split": True,
            "minimum_run": {"minutes": 30},
            "fallback": "window",
            "fallback_start": "22:00:00",
        },
    ),
    Load.HEAT_PUMP: (
        {"name": "Heat pump", "kind": "heat_pump"},
        {
            "run_time": {"hours": 20},
            "power": 2,
            "earliest_start": "00:00:00",
            "ready_by": "00:00:00",
            "days": _EVERY_DAY,
        },
        {
            "split": True,
            "minimum_run": {"hours": 1},
            "maximum_pause": {"hours": 2},
            "fallback": "always_on",
            "fallback_start": "22:00:00",
        },
    ),
    Load.DISHWASHER: (
        {"name": "Dishwasher", "kind": "appliance"},
        {
            "run_time": {"hours": 2},
            "power": 1,
            "earliest_start": "20:00:00",
            "ready_by": "06:00:00",
            "days": _EVERY_DAY,
        },
        {"split": False, "fallback": "window", "fallback_start": "22:00:00"},
    ),
}
"""What is filled in on the pages of the dialog."""


AUTOMATIONS: Mapping[Load, tuple[str, str, Mapping[str, str]]] = {
    Load.WALLBOX: (
        "Wallbox: charge as planned",
        "wallbox",
        {"charging_switch": Device.WALLBOX},
    ),
    Load.HEAT_PUMP: (
        "Heat pump: run as planned",
        "heat_pump",
        {
            "contact_1": Device.HEAT_PUMP_BLOCK,
            "contact_2": "input_boolean.heat_pump_recommended",
            "state_off": "blocked",
        },
    ),
    Load.DISHWASHER: (
        "Dishwasher: start as planned",
        "appliance",
        {"start_entity": "input_button.dishwasher_start"},
    ),
}
"""The automation of each load: its name, its blueprint, and what is filled in there."""


@dataclass(frozen=True)
class Shown:
    """What is shown of a load."""

    run: str
    reason: str
    intervals: Sequence[tuple[datetime, datetime | None]]


async def add(
    client: Client, load: Load, title: str = contract.TITLE, **changes: Any
) -> None:
    """Add a load to a contract through its dialog, as an owner does.

    Args:
        client: The Home Assistant.
        load: Which one.
        title: Of the contract.
        changes: What is filled in on the last page of the dialog in another way.
    """
    flows = "/api/config/config_entries/subentries/flow"
    handler = [await contract.entry_id(client, title), SUBENTRY]
    answer: dict[str, Any] = await client.post(flows, {"handler": handler})
    *pages, last_page = PAGES[load]
    for page in (*pages, {**last_page, **changes}):
        answer = await client.post(f"{flows}/{answer['flow_id']}", page)
    if answer["type"] != "create_entry":
        raise ApiError(f"The load was not added: {answer}")
    await until_there(client, load)


async def automate(client: Client, load: Load) -> None:
    """Make the automation of a load from its blueprint, as an owner does."""
    alias, blueprint, inputs = AUTOMATIONS[load]
    await client.post(
        f"/api/config/automation/config/{load}",
        {
            "alias": alias,
            "use_blueprint": {
                "path": f"{contract.DOMAIN}/{blueprint}.yaml",
                "input": {"run": load.run, **inputs},
            },
        },
    )


async def remove(client: Client, load: Load) -> None:
    """Remove a load from the contract."""
    entry_id = await contract.entry_id(client)
    subentries = await client.command(
        "config_entries/subentries/list", entry_id=entry_id
    )
    await client.command(
        "config_entries/subentries/delete",
        entry_id=entry_id,
        subentry_id=next(
            subentry["subentry_id"]
            for subentry in subentries
            if subentry["title"] == load.label
        ),
    )


async def until_there(client: Client, load: Load) -> None:
    """Wait until a load that was added has its entities."""
    async with asyncio.timeout(_PATIENCE):
        while not await client.has_state(load.planned_cost):
            await asyncio.sleep(0.1)


async def until_gone(client: Client, load: Load) -> None:
    """Wait until a load that was removed has no entities any more."""
    async with asyncio.timeout(_PATIENCE):
        while await client.has_state(load.run):
            await asyncio.sleep(0.1)


async def traces(client: Client, load: Load) -> list[str]:
    """Return what is left of a load: states, entities and devices."""
    states = [state["entity_id"] for state in await client.get("/api/states")]
    entities = await client.command("config/entity_registry/list")
    devices = await client.command("config/device_registry/list")
    ours = {e["entity_id"] for e in entities if e["platform"] == contract.DOMAIN}
    return [
        *(
            entity_id
            for entity_id in states
            if entity_id in {load.run, load.planned_cost}
        ),
        *(entity_id for entity_id in ours if f".{load}_" in entity_id),
        *(device["name"] for device in devices if device["name"] == load.label),
    ]


async def shown(client: Client, load: Load) -> Shown:
    """Read what is shown of a load now."""
    run = await client.state(load.run)
    intervals = [
        (
            datetime.fromisoformat(interval["start"]),
            interval["end"] and datetime.fromisoformat(interval["end"]),
        )
        for interval in run.attributes["intervals"]
    ]
    return Shown(run.state, run.attributes["reason"], intervals)


async def shown_soon(client: Client, load: Load, wanted: Shown) -> Shown:
    """Read what is shown of a load when it is as wanted, or when time is up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while await shown(client, load) != wanted:
                await asyncio.sleep(0.1)
    return await shown(client, load)


async def reason_soon(client: Client, load: Load, wanted: str) -> str:
    """Read why a load runs as it does, when it is as wanted, or when time is up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while (await shown(client, load)).reason != wanted:
                await asyncio.sleep(0.1)
    return (await shown(client, load)).reason


async def state_soon(client: Client, entity_id: str, wanted: str) -> str:
    """Read a state when it is as wanted, or when time is up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while (await client.state(entity_id)).state != wanted:
                await asyncio.sleep(0.1)
    return (await client.state(entity_id)).state


async def times_on(client: Client, entity_id: str, since: datetime) -> list[Period]:
    """Return when something was on, from its history; what has not ended is left out.

    Args:
        client: The Home Assistant.
        entity_id: What it was.
        since: From when on.
    """
    times: list[Period] = []
    on: datetime | None = None
    for state in await client.history(entity_id, since):
        at = _minute(datetime.fromisoformat(state["last_changed"]))
        if state["state"] == "on":
            on = on or at
        elif on is not None:
            times.append((on, at))
            on = None
    return times


async def energy_since(client: Client, load: Load, since: datetime) -> float:
    """Return what the device of a load has drawn since a moment (kWh)."""
    states = await client.history(load.energy, since)
    return float(states[-1]["state"]) - float(states[0]["state"])


def _minute(moment: datetime) -> datetime:
    """Return the minute of a moment: what it caused takes some of the seconds."""
    return moment.astimezone(LOCAL_TIME).replace(second=0, microsecond=0)


def longest(periods: Sequence[Period]) -> timedelta:
    """Return the length of the longest period."""
    return max((end - start for start, end in periods), default=timedelta())
