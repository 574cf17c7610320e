"""How long it takes to read prices and to look them up, by the clock of the machine."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, time
import json
from statistics import median
from timeit import repeat
from typing import Any, override

from homeassistant.components.nordpool.sensor import (
    PRICES_SENSOR_TYPES,
    NordpoolPriceSensor,
    get_min_max_price,
    get_prices,
    validate_prices,
)
from homeassistant.util import dt as dt_util
from pynordpool import Currency, NordPoolClient

from custom_components.nomos_smartmeter.nomos import NomosClient, Prices
from custom_components.nomos_smartmeter.prices import async_fetch_prices
from custom_components.nomos_smartmeter.tariff.local_time import DAY, local_day
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries

from .home import ENTRY_ID, Home, Subject, contract, peer, running_home
from .nord_pool import AREA

_SAMPLES = 200


@dataclass(frozen=True)
class Microseconds:
    """How long things take, each the median of many times.

    Attributes:
        reading: To read the answers that have the prices of today and tomorrow.
        current: To find the current price.
        day: To find what there is to know of today, for the first time.
        two_days: The same of today and tomorrow, None where it is not offered.
        telling: To let all entities of the prices write their states.
    """

    reading: float
    current: float
    day: float
    two_days: float | None
    telling: float


async def ours() -> Microseconds:
    """Measure this integration."""
    async with _home_with(contract) as (home, data):
        today = local_day(dt_util.utcnow())
        days = [today, today + DAY]
        subscription = home.contract_id
        client = data.meter_order.client
        series = await async_fetch_prices(client, subscription, days)
        answered = _AnsweredNomos(home.nomos.last_answer)
        moment = dt_util.utcnow()
        current = series.at(moment)
        assert len(series.intervals) >= 2 * 92
        assert current is not None
        price = current.price
        assert price is not None

        def look_at(days: list[date]) -> None:
            # A new series remembers nothing of the one that it is made from.
            fresh = PriceSeries(series.intervals)
            for day in days:
                prices = fresh.on(day)
                _ = prices.lowest, prices.highest, prices.average, prices.level(price)

        return Microseconds(
            reading=_time(
                lambda: _run(async_fetch_prices(answered, subscription, days)), 1
            ),
            current=_time(lambda: series.at(moment), 1000),
            day=_time(lambda: look_at(days[:1]), 5),
            two_days=_time(lambda: look_at(days), 5),
            telling=_time(data.prices.async_update_listeners, 5),
        )


async def peers() -> Microseconds:
    """Measure Home Assistant's own integration of Nord Pool."""
    async with _home_with(peer) as (home, coordinator):
        answered = _AnsweredNordPool(home.nord_pool.last_answer)
        sensor = NordpoolPriceSensor(coordinator, PRICES_SENSOR_TYPES[0], AREA, "EUR")
        now = dt_util.utcnow()
        assert validate_prices(get_prices, sensor, AREA, 1) is not None

        def read() -> None:
            # A day is a request of its own, and an answer.
            for _ in range(2):
                _run(answered.async_get_delivery_period(now, Currency.EUR, [AREA]))

        def look_at_today() -> None:
            get_min_max_price(sensor, min)
            get_min_max_price(sensor, max)

        return Microseconds(
            reading=_time(read, 1),
            current=_time(lambda: validate_prices(get_prices, sensor, AREA, 1), 5),
            day=_time(look_at_today, 5),
            two_days=None,
            telling=_time(coordinator.async_update_listeners, 5),
        )


@asynccontextmanager
async def _home_with(subject: Subject) -> AsyncGenerator[tuple[Home, Any]]:
    """Run a home in which tomorrow is known, and yield it and the entry's data."""
    async with running_home("already-smart") as home:
        home.world.market.publication = time()
        await subject(home)
        entry = home.hass.config_entries.async_get_entry(ENTRY_ID)
        assert entry is not None
        yield home, entry.runtime_data


class _AnsweredNomos(NomosClient):
    """A client that has its answer already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    @override
    async def prices(self, subscription_id: str, start: date, end: date) -> Prices:
        return Prices.read(json.loads(self._body))


class _AnsweredNordPool(NordPoolClient):
    """A client that has its answer already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    @override
    async def _get(
        self, path: str, params: dict[str, Any], retry: int = 3
    ) -> dict[str, Any] | None:
        answer: dict[str, Any] = json.loads(self._body)
        return answer


def _run(coroutine: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waits")


def _time(action: Callable[[], object], count: int) -> float:
    """Return the median of many times, of `count` runs each, in microseconds."""
    return median(repeat(action, number=count, repeat=_SAMPLES)) / count * 1_000_000
