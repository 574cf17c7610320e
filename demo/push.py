"""Push in the demo: how it is turned on, and how long something takes with it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from time import perf_counter
from typing import Any

from . import contract
from .client import ApiError, Client
from .nomos import Nomos

_PATIENCE = 30
"""Seconds until something must be seen."""


async def be_reachable(client: Client) -> None:
    """Tell Home Assistant its address for the outside: here, this machine is all."""
    await client.command("config/core/update", external_url=client.url)


async def turn_on(client: Client, nomos: Nomos, title: str) -> None:
    """Turn push on through the options of a contract, as an owner does."""
    flows = "/api/config/config_entries/options/flow"
    entry_id = await contract.entry_id(client, title)
    form = await client.post(flows, {"handler": entry_id})
    flow = f"{flows}/{form['flow_id']}"
    form = await client.post(flow, {"preview_prices": False, "webhook_enabled": True})
    secret = await nomos.register_webhook(form["description_placeholders"]["url"])
    answer: dict[str, Any] = await client.post(flow, {"webhook_secret": secret})
    if answer["type"] != "create_entry":
        raise ApiError(f"Push was not turned on: {answer}")


async def timed(
    change: Coroutine[Any, Any, object], is_there: Callable[[], Awaitable[bool]]
) -> float:
    """Return how many real seconds pass from before a change until it has arrived.

    Args:
        change: What is done at Nomos.
        is_there: Tells whether Home Assistant shows it.
    """
    begin = perf_counter()
    await change
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while not await is_there():
                await asyncio.sleep(0.01)
    return perf_counter() - begin
