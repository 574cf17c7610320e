"""Prices of a subscription: a time series over local days."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from random import Random
import re
from typing import Any

from aiohttp import web

from simulator.components import price_components, with_amount
from simulator.errors import invalid
from simulator.keys import world_of
from simulator.market import Market, Order
from simulator.model import Subscription

from .subscriptions import visible_subscription

ROUTES = web.RouteTableDef()

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@ROUTES.get("/subscriptions/{id}/prices")
async def show_prices(request: web.Request) -> web.Response:
    """Show the prices of a range of days, both ends included."""
    start, end = _date(request, "start"), _date(request, "end")
    if end < start:
        raise invalid("end", "custom", "expected a date not before start")
    subscription = visible_subscription(request, request.match_info["id"])
    market = world_of(request).market
    hourly = start < market.hourly_before
    supplied = subscription.status == "active" and not market.null_items
    return web.json_response(
        {
            "object": "price",
            "subscription": subscription.id,
            "period": {"start": start.isoformat(), "end": end.isoformat()},
            "unit": "ct/kWh",
            "currency": "EUR",
            "resolution": "hourly" if hourly else "15min",
            "reference": f"EPEX Day-Ahead {'Hourly' if hourly else '15min'}",
            "items": _items(market, subscription, start, end) if supplied else None,
        }
    )


def _date(request: web.Request, parameter: str) -> date:
    text = request.query.get(parameter)
    if text is None:
        raise invalid(parameter, "invalid_type", "expected string")
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid(parameter, "invalid_format", "expected a date yyyy-mm-dd")


def _items(
    market: Market, subscription: Subscription, start: date, end: date
) -> list[dict[str, Any]]:
    items = [
        item
        for day in market.published_days(start, end)
        for moment, spot in market.spot_prices(day).items()
        for item in _items_at(market, subscription, moment, spot)
    ]
    if market.order is Order.DESCENDING:
        items.reverse()
    elif market.order is Order.SHUFFLED:
        Random(market.seed).shuffle(items)
    return items


def _items_at(
    market: Market, subscription: Subscription, moment: datetime, spot: float
) -> Iterator[dict[str, Any]]:
    if moment in market.missing_moments:
        return
    components = price_components(subscription, moment, spot)
    if moment in market.amounts:
        components = with_amount(components, market.amounts[moment])
    item = _item(moment, components, known=moment not in market.null_moments)
    yield item
    if moment in market.duplicated_moments:
        yield item


def _item(
    moment: datetime, components: dict[str, Decimal], *, known: bool
) -> dict[str, Any]:
    # Summed up as decimals, so that the amount is 24.44 and never 24.439999.
    return {
        "timestamp": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "amount": float(sum(components.values())) if known else None,
        "components": [
            {"type": kind, "amount": float(amount) if known else None}
            for kind, amount in components.items()
        ],
    }
