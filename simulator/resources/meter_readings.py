"""Meter readings."""

from datetime import datetime
from typing import Any

from aiohttp import web

from simulator.access import sees
from simulator.bodies import read_object
from simulator.errors import invalid
from simulator.filters import Filterable, date_field, string_field
from simulator.keys import world_of
from simulator.meter_reading import MeterReading, check_plausible
from simulator.moments import to_api
from simulator.pages import page_response

from .subscriptions import visible_subscription

ROUTES = web.RouteTableDef()

_FIELDS: dict[str, Filterable[MeterReading]] = {
    "type": string_field(lambda reading: reading.type),
    "subscription": string_field(lambda reading: reading.subscription),
    "created_at": date_field(lambda reading: reading.created_at),
}


@ROUTES.get("/meter-readings")
async def list_readings(request: web.Request) -> web.Response:
    """List the readings that the client sees."""
    readings = world_of(request).meter_readings.values()
    seen = [reading for reading in readings if sees(request, reading.customer)]
    return page_response(request, seen, _FIELDS, _render)


@ROUTES.post("/meter-readings")
async def create_reading(request: web.Request) -> web.Response:
    """Take what a customer has read, if it is plausible."""
    asked = await read_object(request)
    if not isinstance(subscription_id := asked.get("subscription"), str):
        raise invalid("subscription", "invalid_type", "expected string")
    value = asked.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid("value", "invalid_type", "expected number")
    if value <= 0:
        raise invalid("value", "too_small", "expected number to be >0")
    at = _moment(asked.get("timestamp"))
    subscription = visible_subscription(request, subscription_id)
    world = world_of(request)
    check_plausible(subscription, value, at, world.readings_of(subscription.id))
    reading = world.add_reading(subscription, {"value": value, "timestamp": at})
    return web.json_response(_render(reading))


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as err:
        raise invalid("timestamp", "invalid_format", "expected date-time") from err
    if moment.tzinfo is None:
        raise invalid("timestamp", "invalid_format", "expected an offset")
    return moment


def _render(reading: MeterReading) -> dict[str, Any]:
    return {
        "object": "meter_reading",
        "id": reading.id,
        "customer": reading.customer,
        "subscription": reading.subscription,
        "meter": reading.meter,
        "value": reading.value,
        "timestamp": to_api(reading.timestamp),
        "type": reading.type,
        "created_at": to_api(reading.created_at),
    }
