"""The order of a smart meter: the repair that asks for it, and its dialog."""

import asyncio
from typing import Any

from . import contract
from .client import ApiError, Client

TITLE = "No smart meter is ordered"

_PATIENCE = 30
"""Seconds until something must be seen."""


async def repairs(client: Client, title: str) -> list[str]:
    """Return which repairs there are of a contract."""
    ending = f"_{await contract.entry_id(client, title)}"
    answer = await client.command("repairs/list_issues")
    return [
        issue["issue_id"].removesuffix(ending)
        for issue in answer["issues"]
        if issue["issue_id"].endswith(ending)
    ]


async def until_asked_for(client: Client, title: str) -> None:
    """Wait until a repair says that a contract has no order."""
    async with asyncio.timeout(_PATIENCE):
        while "no_order" not in await repairs(client, title):
            await asyncio.sleep(0.1)


async def order(client: Client, title: str) -> None:
    """Order the smart meter through the repair, as an owner does."""
    flows = "/api/repairs/issues/fix"
    issue_id = f"no_order_{await contract.entry_id(client, title)}"
    form = await client.post(flows, {"handler": contract.DOMAIN, "issue_id": issue_id})
    answer: dict[str, Any] = await client.post(
        f"{flows}/{form['flow_id']}", {"confirm": True}
    )
    if answer["type"] != "create_entry":
        raise ApiError(f"The smart meter was not ordered: {answer}")
