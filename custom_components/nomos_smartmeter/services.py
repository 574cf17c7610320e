"""Actions of the integration: those that answer, and those that order or tell."""

from functools import partial

from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from .const import DOMAIN
from .get_prices import GET_PRICES, async_get_prices
from .list_meter_orders import LIST_METER_ORDERS, async_list_meter_orders
from .meter_readings import SUBMIT_METER_READING, async_submit_meter_reading
from .ordering_actions import (
    ORDER_GRID_FEE_REDUCTION,
    ORDER_SMART_METER,
    async_order_grid_fee_reduction_action,
    async_order_smart_meter_action,
)
from .planning_actions import (
    FIND_CHEAPEST_WINDOW,
    PLAN_LOAD,
    async_find_cheapest_window,
    async_plan_load,
)

ANSWERING = {
    "get_prices": (async_get_prices, GET_PRICES),
    "find_cheapest_window": (async_find_cheapest_window, FIND_CHEAPEST_WINDOW),
    "plan_load": (async_plan_load, PLAN_LOAD),
    "list_meter_orders": (async_list_meter_orders, LIST_METER_ORDERS),
}
CHANGING = {
    "order_smart_meter": (async_order_smart_meter_action, ORDER_SMART_METER),
    "order_grid_fee_reduction": (
        async_order_grid_fee_reduction_action,
        ORDER_GRID_FEE_REDUCTION,
    ),
    "submit_meter_reading": (async_submit_meter_reading, SUBMIT_METER_READING),
}
FOR_ADMINISTRATORS = {
    "list_meter_orders",
    "order_smart_meter",
    "order_grid_fee_reduction",
}
"""Who lives there may run the house, but neither change the contract nor see others'."""


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; automations may run them all."""
    for actions, response in (
        (ANSWERING, SupportsResponse.ONLY),
        (CHANGING, SupportsResponse.OPTIONAL),
    ):
        for name, (action, schema) in actions.items():
            register = (
                partial(async_register_admin_service, hass)
                if name in FOR_ADMINISTRATORS
                else hass.services.async_register
            )
            register(
                DOMAIN,
                name,
                partial(action, hass),
                schema,
                supports_response=response,
            )
