"""What the tests do with webhooks through the control of the simulator."""

import asyncio
from typing import Any

from .client import ApiClient
from .receiver import SECRET

SUBSCRIPTION = "sub_g10l4f1n8e59ovwibc4mg1af"
ORDER = "prdo_6wdzkn6bzpuo9ntao47jvaec"


async def register(api: ApiClient, url: str, **fields: Any) -> str:
    """Register an endpoint and return its id."""
    values = {"url": url, "secret": SECRET, **fields}
    answer = await api.control("POST", "webhooks", **values)
    assert answer.status == 200, answer.text
    webhook: str = answer.json["id"]
    return webhook


async def change_order(api: ApiClient, **changes: Any) -> None:
    """Change the household's order."""
    answer = await api.control("PATCH", f"meter-orders/{ORDER}", **changes)
    assert answer.status == 200, answer.text


async def send(api: ApiClient, webhook: str, what: str, **fields: Any) -> list[int]:
    """Let something be sent, and return what the receiver has answered."""
    answer = await api.control("POST", f"webhooks/{webhook}/{what}", **fields)
    assert answer.status == 200, answer.text
    return [delivery["status"] for delivery in answer.json["deliveries"]]


async def deliveries_of(api: ApiClient, count: int) -> list[dict[str, Any]]:
    """Return the deliveries, once there are so many."""
    async with asyncio.timeout(10):
        while True:
            answer = await api.control("GET", "webhook-deliveries")
            deliveries: list[dict[str, Any]] = answer.json["deliveries"]
            if len(deliveries) >= count:
                return deliveries
            await asyncio.sleep(0.01)
