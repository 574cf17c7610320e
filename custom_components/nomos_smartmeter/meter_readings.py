"""The action that tells Nomos what an analog meter shows."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .action_input import CONTRACT, decimal, entry_of, field, moment, problem
from .const import DOMAIN
from .contract import ENDED, Contract
from .coordinator import NomosConfigEntry
from .issues import async_clear_missing_scope, async_report_missing_scope
from .nomos import MeterReading, NomosClient, NomosError, NomosPermissionError
from .ordering import async_check_may_write, facts_of
from .price_formats import local_text
from .tariff.local_time import local_day


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
    coordinator = entry.runtime_data.meter_order
    at: datetime = call.data.get("timestamp", dt_util.utcnow())
    _check(coordinator.data, at)
    await async_check_may_write(hass, entry, coordinator.client)
    reading = await _async_submit(hass, entry, call.data["value"], at)
    async_clear_missing_scope(hass, entry)
    await coordinator.async_refresh()
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
    hass: HomeAssistant, entry: NomosConfigEntry, value: Decimal, at: datetime
) -> MeterReading:
    coordinator = entry.runtime_data.meter_order
    client, subscription_id = coordinator.client, coordinator.data.subscription.id
    try:
        return await client.submit_meter_reading(subscription_id, value, at)
    except NomosError as err:
        if err.outcome_unknown:
            if reading := await _async_read_back(client, subscription_id, value, at):
                return reading
            raise _error("reading_outcome_unknown", err) from err
        if isinstance(err, NomosPermissionError):
            async_report_missing_scope(hass, entry)
            raise _error("may_not_write", err) from err
        raise _error("reading_refused", err) from err


async def _async_read_back(
    client: NomosClient, subscription_id: str, value: Decimal, at: datetime
) -> MeterReading | None:
    """Look whether it was taken, as the answer that would say so is lost.

    It need not be the newest: a reading may be of a day before others.
    """
    try:
        page = await client.meter_readings(subscription=subscription_id)
    except NomosError:
        return None
    told = (value, local_day(at))
    same = (r for r in page.items if (r.value, local_day(r.timestamp)) == told)
    return next(same, None)


def _error(key: str, err: NomosError) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=facts_of(err),
    )
