"""A stand-in for Nord Pool's data portal: it has the spot prices of a simulated market.

It answers what Home Assistant's own `nordpool` integration asks for, in Nord Pool's
form: a day for each request, EUR/MWh without VAT by quarter-hours, status 204 while the
day is not published.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from statistics import mean
from typing import Any

from aiohttp import web

from simulator import World

AREA = "GER"
PATH = "/api"

_QUARTER = timedelta(minutes=15)
_BLOCKS = (("Off-peak 1", 0, 32), ("Peak", 32, 80), ("Off-peak 2", 80, None))


def create_app(world: World) -> web.Application:
    """Return the application that has the prices of a world's market."""

    async def day_ahead_prices(request: web.Request) -> web.Response:
        day = date.fromisoformat(request.query["date"])
        if not world.market.published_days(day, day):
            return web.Response(status=204)
        return web.json_response(_answer(day, world.market.spot_prices(day)))

    app = web.Application()
    app.router.add_get(f"{PATH}/DayAheadPrices", day_ahead_prices)
    return app


def _answer(day: date, cents: Mapping[datetime, float]) -> dict[str, Any]:
    prices = [(start, round(10 * price, 2)) for start, price in cents.items()]
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return {
        "deliveryDateCET": day.isoformat(),
        "version": 2,
        "updatedAt": _text(midnight - timedelta(hours=11)),
        "deliveryAreas": [AREA],
        "market": "DayAhead",
        "multiAreaEntries": [
            {**_period(start, start), "entryPerArea": {AREA: price}}
            for start, price in prices
        ],
        "blockPriceAggregates": [
            _block(name, prices[first:end]) for name, first, end in _BLOCKS
        ],
        "currency": "EUR",
        "exchangeRate": 1,
        "areaStates": [{"state": "Final", "areas": [AREA]}],
        "areaAverages": [
            {"areaCode": AREA, "price": round(mean(price for _, price in prices), 2)}
        ],
    }


def _block(name: str, prices: list[tuple[datetime, float]]) -> dict[str, Any]:
    amounts = [price for _, price in prices]
    aggregates = {"average": mean(amounts), "min": min(amounts), "max": max(amounts)}
    return {
        "blockName": name,
        **_period(prices[0][0], prices[-1][0]),
        "averagePricePerArea": {AREA: aggregates},
    }


def _period(first: datetime, last: datetime) -> dict[str, str]:
    return {"deliveryStart": _text(first), "deliveryEnd": _text(last + _QUARTER)}


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
