"""The action that answers with the prices of a period."""

from datetime import datetime

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .action_input import CONTRACT, field, moment, one_of, prices_of, problem
from .const import PRICES_KEPT
from .errors import translation_of
from .nomos import NomosError
from .price_formats import FORMATS, intervals_between, local_text
from .prices import CURRENCY, UNIT
from .tariff.local_time import local_day, local_moment
from .tariff.prices import PriceSeries

BY_HOUR, BY_QUARTER = "hour", "quarter"

GET_PRICES = vol.Schema(
    {
        **CONTRACT,
        vol.Optional("start"): field("start", moment, "not_a_time"),
        vol.Optional("end"): field("end", moment, "not_a_time"),
        vol.Optional("format", default="list"): field(
            "format", one_of(FORMATS), "not_a_choice"
        ),
        vol.Optional("resolution", default=BY_QUARTER): field(
            "resolution", one_of((BY_QUARTER, BY_HOUR)), "not_a_choice"
        ),
    }
)


async def async_get_prices(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the known prices of a period in the shape somebody takes."""
    prices = prices_of(hass, call)
    now = dt_util.utcnow()
    start: datetime = call.data.get("start", local_moment(local_day(now)))
    end: datetime | None = call.data.get("end")
    if end is not None and end <= start:
        raise problem("end_not_after_start")
    if min(end or now, now) - start > PRICES_KEPT:
        raise problem("period_too_long", days=PRICES_KEPT.days)
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
