"""The action that tells Nomos what an analog meter shows."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .action_input import CONTRACT, decimal, entry_of, field, moment, problem
from .contract import ENDED, Contract, async_fetch_readings
from .coordinator import MeterOrderCoordinator, NomosConfigEntry
from .issues import async_clear_missing_scope
from .nomos import MeterReading, NomosClient, NomosError
from .price_formats import local_text
from .tariff.local_time import local_day
from .writing import (
    async_check_may_write,
    async_take,
    outcome_unknown,
    refused,
    writing,
)


def _above_zero(value: Any) -> Decimal:
    if (number := decimal(value)) <= 0:
        raise ValueError("not above zero")
    return number


SUBMIT_METER_READING = vol.Schema(
    {
        **CONTRACT,
        vol.Required("value"): field("value", _above_zero, "not_above_zero"),
        vol.Optional("timestamp"): field("timestamp", moment, "not_a_time"),
    }
)


async def async_submit_meter_reading(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Tell Nomos what the meter of a contract shows."""
    entry = entry_of(hass, call)
    at: datetime = call.data.get("timestamp", dt_util.utcnow())
    async with writing(hass, entry) as coordinator:
        _check(coordinator.data, at)
        await async_check_may_write(hass, entry, coordinator)
        reading = await _async_submit(hass, entry, coordinator, call.data["value"], at)
        last = coordinator.data.last_reading
        newest = max(reading, last or reading, key=lambda known: known.timestamp)
        async_clear_missing_scope(hass, entry)
        await async_take(hass, entry, last_reading=newest)
    return {
        "id": reading.id,
        "value": float(reading.value),
        "timestamp": local_text(reading.timestamp),
    }


def _check(contract: Contract, at: datetime) -> None:
    if contract.feeds_in or contract.has_smart_meter:
        raise problem("reading_by_itself")
    if contract.subscription.status == ENDED:
        raise problem("reading_for_ended")
    if at > dt_util.utcnow():
        raise problem("reading_in_future")


async def _async_submit(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    coordinator: MeterOrderCoordinator,
    value: Decimal,
    at: datetime,
) -> MeterReading:
    client, subscription_id = coordinator.client, coordinator.data.subscription.id
    try:
        return await client.submit_meter_reading(subscription_id, value, at)
    except NomosError as err:
        if not err.outcome_unknown:
            raise refused(hass, entry, err, "reading_refused") from err
        if reading := await _async_read_back(client, subscription_id, value, at):
            return reading
        raise outcome_unknown(entry, err, "reading_outcome_unknown") from err


async def _async_read_back(
    client: NomosClient, subscription_id: str, value: Decimal, at: datetime
) -> MeterReading | None:
    """Look whether it was taken, as the answer that would say so is lost.

    It need not be the newest: a reading may be of a day before others.
    """
    try:
        readings = await async_fetch_readings(client, subscription_id)
    except NomosError:
        return None
    told = (value, local_day(at))
    same = (r for r in readings if (r.value, local_day(r.timestamp)) == told)
    return next(same, None)
