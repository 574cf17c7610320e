"""The actions that answer with the best time to run something."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .action_input import (
    CONTRACT,
    decimal,
    duration,
    field,
    length,
    moment,
    prices_of,
    problem,
)
from .load_settings import in_hours
from .price_formats import as_list, as_number, local_text
from .tariff.load import time_for
from .tariff.local_time import DAY
from .tariff.planning import Constraints, Plan, cost_of, plan, run_at_once
from .tariff.prices import PriceInterval, PriceSeries, mean_price

NOT_ACTIVE = "dynamic_pricing_not_active"

_PERIOD = {
    vol.Optional("earliest"): field("earliest", moment, "not_a_time"),
    vol.Optional("latest"): field("latest", moment, "not_a_time"),
    vol.Optional("split", default=False): field("split", cv.boolean, "not_a_choice"),
}
FIND_CHEAPEST_WINDOW = vol.Schema(
    {
        **CONTRACT,
        **_PERIOD,
        vol.Required("duration"): field("duration", duration, "not_a_duration"),
    }
)


def _lengths(*names: str) -> dict[vol.Marker, Callable[[Any], timedelta]]:
    return {vol.Optional(name): field(name, length, "not_a_length") for name in names}


def _from_zero(value: Any) -> Decimal:
    if (number := decimal(value)) < 0:
        raise ValueError("negative")
    return number


def _above_zero(value: Any) -> Decimal:
    if (number := decimal(value)) <= 0:
        raise ValueError("not positive")
    return number


def _count(value: Any) -> int:
    number = decimal(value)
    if number < 1 or number % 1:
        raise ValueError("not a count")
    return int(number)


PLAN_LOAD = vol.Schema(
    {
        **CONTRACT,
        **_PERIOD,
        **_lengths("run_time", "minimum_run", "minimum_pause", "maximum_pause"),
        vol.Optional("energy"): field("energy", _from_zero, "not_from_zero"),
        vol.Optional("power"): field("power", _above_zero, "not_above_zero"),
        vol.Optional("maximum_starts"): field("maximum_starts", _count, "not_a_count"),
        vol.Optional("price_ceiling"): field("price_ceiling", decimal, "not_a_number"),
    }
)


async def async_find_cheapest_window(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Return the cheapest time from now on to run something once, all of it or none."""
    prices = prices_of(hass, call)
    now = dt_util.utcnow()
    earliest, latest = _period(call, now)
    if not prices.is_shown:
        return _window((), None, NOT_ACTIVE)
    needed: timedelta = call.data["duration"]
    constraints = Constraints(split=call.data["split"])
    found = _best(prices.data, needed, earliest, latest, constraints)
    at_once = run_at_once(prices.data, needed, now)
    price_at_once = mean_price(at_once) if at_once else None
    if found.reason:
        return _window((), price_at_once, found.reason.value)
    return _window(found.quarters, price_at_once, None)


async def async_plan_load(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the plan of a load that is run once, or of as much of it as fits."""
    prices = prices_of(hass, call)
    now = dt_util.utcnow()
    earliest, latest = _period(call, now)
    need, power = _need(call.data), call.data.get("power")
    if (paid := prices.paid) is None:
        return _planned(Plan(), PriceSeries(), power, now, NOT_ACTIVE)
    constraints = Constraints(
        split=call.data["split"],
        minimum_run=call.data.get("minimum_run", timedelta()),
        minimum_pause=call.data.get("minimum_pause", timedelta()),
        maximum_pause=call.data.get("maximum_pause") or None,
        maximum_starts=call.data.get("maximum_starts"),
        price_ceiling=call.data.get("price_ceiling"),
    )
    # Many starts over two days take a while.
    found = await hass.async_add_executor_job(
        _best, paid, need, earliest, latest, constraints
    )
    reason = found.reason.value if found.reason else None
    return _planned(found, paid, power, now, reason)


def _period(call: ServiceCall, now: datetime) -> tuple[datetime, datetime | None]:
    """Return the time that may be used, which is never in the past."""
    earliest: datetime = call.data.get("earliest", now)
    latest: datetime | None = call.data.get("latest")
    if "earliest" in call.data and latest is not None and latest <= earliest:
        raise problem("latest_not_after_earliest")
    return max(earliest, now), latest


def _best(
    series: PriceSeries,
    need: timedelta,
    earliest: datetime,
    latest: datetime | None,
    constraints: Constraints,
) -> Plan:
    """Return the best plan, without a look at what is too far off to matter.

    What asks for a day more than prices are known is not met either way.
    """
    known_until = max(series.known_until or earliest, earliest)
    enough = known_until - earliest + DAY
    if latest is not None:
        latest = min(latest, known_until + enough)
    return plan(series, min(need, enough), earliest, latest, constraints)


def _need(data: Mapping[str, Any]) -> timedelta:
    """Return how long to run, whichever way it was said."""
    run_time: timedelta | None = data.get("run_time")
    energy: Decimal | None = data.get("energy")
    power: Decimal | None = data.get("power")
    if run_time is not None and energy is not None:
        raise problem("several_needs")
    if run_time is not None:
        return run_time
    if energy is None:
        raise problem("need_missing")
    if power is None:
        raise problem("power_missing")
    return time_for(energy, power)


def _window(
    quarters: Sequence[PriceInterval],
    price_if_started_now: Decimal | None,
    reason: str | None,
) -> ServiceResponse:
    return {
        "intervals": as_list(quarters),
        "start": local_text(quarters[0].start) if quarters else None,
        "end": local_text(quarters[-1].end) if quarters else None,
        "average_price": as_number(mean_price(quarters)),
        "price_if_started_now": as_number(price_if_started_now),
        "reason": reason,
    }


def _planned(
    found: Plan,
    series: PriceSeries,
    power: Decimal | None,
    now: datetime,
    reason: str | None,
) -> ServiceResponse:
    cost = cost_at_once = None
    if power is not None and found.quarters:
        cost = cost_of(found.quarters, power)
        at_once = run_at_once(series, found.planned_time, now)
        cost_at_once = cost_of(at_once, power) if at_once else None
    until = series.known_until
    return {
        "runs": [
            {
                "start": local_text(run.start),
                "end": local_text(run.end),
                "average_price": as_number(run.average),
            }
            for run in found.runs
        ],
        "planned_time": in_hours(found.planned_time),
        "average_price": as_number(found.average),
        "cost": as_number(cost),
        "cost_if_started_now": as_number(cost_at_once),
        "known_until": local_text(until) if until and now < until else None,
        "reason": reason,
    }
