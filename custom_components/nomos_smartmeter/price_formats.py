"""Prices in the shapes that other programs take.

All times are local (Europe/Berlin) with a fixed offset, all prices EUR/kWh, and a
missing price is left out: a null would be read as free electricity by some.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from homeassistant.util.json import JsonArrayType, JsonObjectType, JsonValueType

from .prices import CURRENCY, UNIT
from .tariff.local_time import HOUR, QUARTER, in_local_time
from .tariff.prices import PriceInterval, PriceOutlook, PriceSeries, mean_price

FORECAST_ATTRIBUTES = frozenset(
    {"raw_today", "raw_tomorrow", "data", "tomorrow_valid", "currency", "unit"}
)


def forecast_attributes(outlook: PriceOutlook) -> Mapping[str, Any]:
    """Return the prices of today and tomorrow by quarter-hours.

    `raw_today` and `raw_tomorrow` are as the Nord Pool integration of HACS has them,
    `data` is as the EPEX Spot integration has it.
    """
    today, tomorrow = outlook.today.quarters, outlook.tomorrow.quarters
    return {
        "raw_today": [_item(q, "start", "end", "value") for q in today],
        "raw_tomorrow": [_item(q, "start", "end", "value") for q in tomorrow],
        "data": [
            _item(q, "start_time", "end_time", "price_per_kwh")
            for q in (*today, *tomorrow)
        ],
        "tomorrow_valid": outlook.tomorrow.known,
        "currency": CURRENCY,
        "unit": UNIT,
    }


def intervals_between(
    series: PriceSeries, start: datetime, end: datetime | None, *, hourly: bool
) -> Iterator[PriceInterval]:
    """Yield the quarter-hours, or the hours, that overlap a period and have a price.

    The price of an hour is the mean of its quarters; where one is missing, it is too.
    """
    if not hourly:
        yield from series.quarters(start, end)
        return
    first = start.replace(minute=0, second=0, microsecond=0)
    for hour, group in groupby(series.quarters(first), key=_hour):
        if end is not None and hour >= end:
            return
        quarters = tuple(group)
        if len(quarters) == HOUR // QUARTER:
            yield PriceInterval(hour, hour + HOUR, mean_price(quarters))


def as_list(intervals: Iterable[PriceInterval]) -> JsonArrayType:
    """Return items of `start`, `end` and `price`, as Nord Pool in core has them."""
    return [_text_item(interval, "price") for interval in intervals]


def as_map(intervals: Iterable[PriceInterval]) -> JsonObjectType:
    """Return prices by their `start`, as EMHASS takes them."""
    return {_text(i.start): as_number(i.price) for i in intervals}


def as_evcc(intervals: Iterable[PriceInterval]) -> JsonArrayType:
    """Return items of `start`, `end` and `value`, the rates of evcc."""
    return [_text_item(interval, "value") for interval in intervals]


FORMATS: Mapping[str, Callable[[Iterable[PriceInterval]], JsonValueType]] = {
    "list": as_list,
    "map": as_map,
    "evcc": as_evcc,
}


def local_text(moment: datetime | None) -> str | None:
    """Return a moment in ISO 8601, in local time with its offset."""
    return None if moment is None else _text(moment)


def as_number(price: Decimal | None) -> float | None:
    """Return the nearest number, which reads as the price does."""
    return None if price is None else float(price)


def _item(
    interval: PriceInterval, start: str, end: str, price: str
) -> dict[str, datetime | float | None]:
    return {
        start: in_local_time(interval.start),
        end: in_local_time(interval.end),
        price: as_number(interval.price),
    }


def _text(moment: datetime) -> str:
    return in_local_time(moment).isoformat()


def _text_item(interval: PriceInterval, price: str) -> JsonObjectType:
    return {
        "start": _text(interval.start),
        "end": _text(interval.end),
        price: as_number(interval.price),
    }


def _hour(quarter: PriceInterval) -> datetime:
    return quarter.start.replace(minute=0)
