"""Actions of the integration: those that answer, and those that order."""

from functools import partial

from homeassistant.core import HomeAssistant, SupportsResponse, callback

from .const import DOMAIN
from .get_prices import GET_PRICES, async_get_prices
from .ordering_actions import ORDER_SMART_METER, async_order_smart_meter_action
from .planning_actions import (
    FIND_CHEAPEST_WINDOW,
    PLAN_LOAD,
    async_find_cheapest_window,
    async_plan_load,
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, action, schema in (
        ("get_prices", async_get_prices, GET_PRICES),
        ("find_cheapest_window", async_find_cheapest_window, FIND_CHEAPEST_WINDOW),
        ("plan_load", async_plan_load, PLAN_LOAD),
    ):
        hass.services.async_register(
            DOMAIN,
            name,
            partial(action, hass),
            schema,
            supports_response=SupportsResponse.ONLY,
        )
    for name, action, schema in (
        ("order_smart_meter", async_order_smart_meter_action, ORDER_SMART_METER),
    ):
        hass.services.async_register(
            DOMAIN,
            name,
            partial(action, hass),
            schema,
            supports_response=SupportsResponse.OPTIONAL,
        )
