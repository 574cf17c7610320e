"""The prices of the demo: what Home Assistant shows, and what it should show."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import mean

from .client import Client, State
from .clock import LOCAL_TIME

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
UNAVAILABLE = "unavailable"

_LEVELS = ("very_cheap", "cheap", "normal", "expensive", "very_expensive")
_DIGITS = 6
_PATIENCE = 20
"""Seconds until something must be seen."""


class Price(StrEnum):
    """The entities of the prices."""

    CURRENT = "sensor.torstrasse_119_current_price"
    NEXT = "sensor.torstrasse_119_next_price"
    LEVEL = "sensor.torstrasse_119_price_level"
    CHEAP_POWER = "binary_sensor.torstrasse_119_cheap_power"
    LOWEST_TODAY = "sensor.torstrasse_119_lowest_price_today"
    AVERAGE_TODAY = "sensor.torstrasse_119_average_price_today"
    HIGHEST_TODAY = "sensor.torstrasse_119_highest_price_today"
    LOWEST_TOMORROW = "sensor.torstrasse_119_lowest_price_tomorrow"
    AVERAGE_TOMORROW = "sensor.torstrasse_119_average_price_tomorrow"
    HIGHEST_TOMORROW = "sensor.torstrasse_119_highest_price_tomorrow"
    TOMORROW_KNOWN = "binary_sensor.torstrasse_119_tomorrow_prices_available"
    FORECAST = "sensor.torstrasse_119_price_forecast"


@dataclass(frozen=True)
class Shown:
    """What is shown of the prices: states, and the lists of the forecast."""

    states: Mapping[Price, str | float]
    today: Mapping[datetime, float]
    tomorrow: Mapping[datetime, float]


NOTHING = Shown(dict.fromkeys(Price, UNAVAILABLE), {}, {})
"""What is shown before dynamic pricing is active."""


def expected(prices: Mapping[datetime, float], now: datetime) -> Shown:
    """Tell what must be shown at a moment.

    Args:
        prices: What Nomos says, in ct/kWh.
        now: The moment.
    """
    euros = {moment: _rounded(cents / 100) for moment, cents in prices.items()}
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    today, tomorrow = _on(euros, now), _on(euros, now + DAY)
    current = euros[quarter]
    rank = sum(price < current for price in today.values())
    level = _LEVELS[5 * rank // len(today)]
    states: dict[Price, str | float] = {
        Price.CURRENT: current,
        Price.NEXT: euros.get(quarter + QUARTER, "unknown"),
        Price.LEVEL: level,
        Price.CHEAP_POWER: "on" if level in _LEVELS[:2] else "off",
        Price.LOWEST_TODAY: min(today.values()),
        Price.AVERAGE_TODAY: _rounded(mean(today.values())),
        Price.HIGHEST_TODAY: max(today.values()),
        Price.LOWEST_TOMORROW: min(tomorrow.values(), default="unknown"),
        Price.AVERAGE_TOMORROW: (
            _rounded(mean(tomorrow.values())) if tomorrow else "unknown"
        ),
        Price.HIGHEST_TOMORROW: max(tomorrow.values(), default="unknown"),
        Price.TOMORROW_KNOWN: "on" if tomorrow else "off",
        Price.FORECAST: current,
    }
    return Shown(states, today, tomorrow)


async def shown(client: Client) -> Shown:
    """Read what Home Assistant shows now."""
    states = {price: await client.state(price) for price in Price}
    forecast = states[Price.FORECAST]
    return Shown(
        {price: _as_number(state.state) for price, state in states.items()},
        _series(forecast, "raw_today"),
        _series(forecast, "raw_tomorrow"),
    )


async def shown_soon(client: Client, wanted: Shown) -> Shown:
    """Read what Home Assistant shows when it is as wanted, or when time is up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while await shown(client) != wanted:
                await asyncio.sleep(0.1)
    return await shown(client)


def _on(prices: Mapping[datetime, float], moment: datetime) -> dict[datetime, float]:
    day = moment.astimezone(LOCAL_TIME).date()
    return {
        start: price
        for start, price in prices.items()
        if start.astimezone(LOCAL_TIME).date() == day
    }


def _series(forecast: State, attribute: str) -> dict[datetime, float]:
    items = forecast.attributes.get(attribute, ())
    return {
        datetime.fromisoformat(item["start"]): _rounded(item["value"]) for item in items
    }


def _as_number(state: str) -> str | float:
    try:
        return _rounded(float(state))
    except ValueError:
        return state


def _rounded(price: float) -> float:
    return round(price, _DIGITS)
