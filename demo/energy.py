"""The Energy dashboard of the demo: what the home draws, at the price of the contract."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from .client import Client
from .loads import Load
from .prices import Price

ENERGY = "sensor.energy_from_the_grid"
COST = f"{ENERGY}_cost"


async def configure(client: Client) -> None:
    """Choose the price for the energy, and the devices, as an owner does."""
    await client.command(
        "energy/save_prefs",
        energy_sources=[
            {
                "type": "grid",
                "stat_energy_from": ENERGY,
                "stat_energy_to": None,
                "stat_cost": None,
                "stat_compensation": None,
                "entity_energy_price": Price.CURRENT,
                "number_energy_price": None,
                "entity_energy_price_export": None,
                "number_energy_price_export": None,
                "cost_adjustment_day": 0,
            }
        ],
        device_consumption=[{"stat_consumption": load.energy} for load in Load],
    )


async def complaints(client: Client) -> list[object]:
    """Return what Home Assistant finds wrong with what was chosen."""
    answer = await client.command("energy/validate")
    return [issue for issues in answer["energy_sources"] for issue in issues]


async def costs_since(
    client: Client, since: datetime, prices: Mapping[datetime, float]
) -> tuple[float, float]:
    """Return the cost (EUR) since a moment: what it should be, and what it is.

    Args:
        client: The Home Assistant.
        since: The moment.
        prices: What Nomos says, in ct/kWh.
    """
    energy, cost = [
        [
            (datetime.fromisoformat(item["last_changed"]), float(item["state"]))
            for item in await client.history(entity_id, since)
        ]
        for entity_id in (ENERGY, COST)
    ]
    starts = sorted(prices)
    wanted = 0.0
    for (_, before), (at, after) in pairwise(energy):
        price = prices[starts[bisect_right(starts, at) - 1]]
        wanted += (after - before) * price / 100
    return wanted, cost[-1][1] - cost[0][1]
