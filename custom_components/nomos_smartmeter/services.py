"""Actions of the integration, all of which answer."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.selector import ConfigEntrySelector
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN, PRICES_KEPT
from .coordinator import NomosConfigEntry
from .errors import translation_of
from .nomos import NomosError
from .price_coordinator import PriceCoordinator
from .price_formats import (
    FORMATS,
    as_list,
    as_number,
    intervals_between,
    local_text,
)
from .prices import CURRENCY, UNIT
from .tariff.local_time import LOCAL_TIME, local_day, local_moment
from .tariff.prices import PriceSeries
from .tariff.window import CheapestWindow, cheapest_window, price_from

BY_HOUR, BY_QUARTER = "hour", "quarter"
NOT_ACTIVE = "dynamic_pricing_not_active"


def _problem(key: str, **placeholders: object) -> ServiceValidationError:
    """Return what wrong input is told as."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            name: str(value) for name, value in placeholders.items()
        },
    )


def _field[ValueT](
    name: str, validator: Callable[[Any], ValueT], problem: str
) -> Callable[[Any], ValueT]:
    """Return a validator that tells what is wrong in the owner's language."""

    def read(value: Any) -> ValueT:
        try:
            return validator(value)
        except (OverflowError, ValueError, vol.Invalid) as err:
            raise _problem(problem, field=name, value=value) from err

    return read


def _moment(value: Any) -> datetime:
    """Read a moment as UTC; without a zone it is local to the contract."""
    moment: datetime = cv.datetime(value)
    if not 2000 <= moment.year < 2100:
        raise ValueError("not of this century")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL_TIME)
    return moment.astimezone(UTC)


def _duration(value: Any) -> timedelta:
    duration: timedelta = cv.time_period(value)
    if isinstance(value, bool) or not timedelta() < duration <= PRICES_KEPT:
        raise ValueError("no length of time to run")
    return duration


def _one_of(choices: Iterable[str]) -> Callable[[Any], str]:
    return vol.In(list(choices))


_CONTRACT = {vol.Optional("config_entry"): ConfigEntrySelector({"integration": DOMAIN})}
_GET_PRICES = vol.Schema(
    {
        **_CONTRACT,
        vol.Optional("start"): _field("start", _moment, "not_a_time"),
        vol.Optional("end"): _field("end", _moment, "not_a_time"),
        vol.Optional("format", default="list"): _field(
            "format", _one_of(FORMATS), "not_a_choice"
        ),
        vol.Optional("resolution", default=BY_QUARTER): _field(
            "resolution", _one_of((BY_QUARTER, BY_HOUR)), "not_a_choice"
        ),
    }
)
_FIND_CHEAPEST_WINDOW = vol.Schema(
    {
        **_CONTRACT,
        vol.Required("duration"): _field("duration", _duration, "not_a_duration"),
        vol.Optional("earliest"): _field("earliest", _moment, "not_a_time"),
        vol.Optional("latest"): _field("latest", _moment, "not_a_time"),
        vol.Optional("split", default=False): _field(
            "split", cv.boolean, "not_a_choice"
        ),
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, action, schema in (
        ("get_prices", _async_get_prices, _GET_PRICES),
        ("find_cheapest_window", _async_find_cheapest_window, _FIND_CHEAPEST_WINDOW),
    ):
        hass.services.async_register(
            DOMAIN,
            name,
            partial(action, hass),
            schema,
            supports_response=SupportsResponse.ONLY,
        )


async def _async_get_prices(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the known prices of a period in the shape somebody takes."""
    prices = _prices_of(hass, call)
    now = dt_util.utcnow()
    start: datetime = call.data.get("start", local_moment(local_day(now)))
    end: datetime | None = call.data.get("end")
    if end is not None and end <= start:
        raise _problem("end_not_after_start")
    if min(end or now, now) - start > PRICES_KEPT:
        raise _problem("period_too_long", days=PRICES_KEPT.days)
    series = PriceSeries()
    if prices.is_shown:
        try:
            series = await prices.async_prices_between(start, end)
        except NomosError as err:
            # What is known of the period is better than nothing, and no less true.
            series = prices.data
            if not any(series.quarters(start, end)):
                raise HomeAssistantError(**translation_of(err)) from err
    until = series.known_until
    intervals = intervals_between(
        series, start, end, hourly=call.data["resolution"] == BY_HOUR
    )
    return {
        "unit": UNIT,
        "currency": CURRENCY,
        "known_until": local_text(until) if until and now < until else None,
        "prices": FORMATS[call.data["format"]](intervals),
    }


async def _async_find_cheapest_window(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Return the cheapest time from now on to run something once."""
    prices = _prices_of(hass, call)
    now = dt_util.utcnow()
    earliest: datetime = call.data.get("earliest", now)
    latest: datetime | None = call.data.get("latest")
    if "earliest" in call.data and latest is not None and latest <= earliest:
        raise _problem("latest_not_after_earliest")
    if not prices.is_shown:
        return _answer(CheapestWindow(), None, NOT_ACTIVE)
    duration: timedelta = call.data["duration"]
    window = cheapest_window(
        prices.data, duration, max(earliest, now), latest, split=call.data["split"]
    )
    started_now = as_number(price_from(prices.data, duration, now))
    reason = window.reason.value if window.reason else None
    return _answer(window, started_now, reason)


def _answer(
    window: CheapestWindow, price_if_started_now: float | None, reason: str | None
) -> ServiceResponse:
    quarters = window.quarters
    return {
        "intervals": as_list(quarters),
        "start": local_text(quarters[0].start) if quarters else None,
        "end": local_text(quarters[-1].end) if quarters else None,
        "average_price": as_number(window.average),
        "price_if_started_now": price_if_started_now,
        "reason": reason,
    }


def _prices_of(hass: HomeAssistant, call: ServiceCall) -> PriceCoordinator:
    entry: NomosConfigEntry = service.async_get_config_entry(
        hass, DOMAIN, call.data.get("config_entry")
    )
    return entry.runtime_data.prices
