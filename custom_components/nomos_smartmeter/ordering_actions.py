"""The actions that order, each only with a word that it is really wanted."""

from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
import voluptuous as vol

from .action_input import CONTRACT, confirmed, entry_of, field
from .contract import state_of_order
from .module_ordering import async_order_grid_fee_reduction
from .ordering import async_order_smart_meter
from .tariff.grid_fee import MODULES

CONFIRMED = {
    vol.Optional("confirm", default=False): field("confirm", confirmed, "not_confirmed")
}


def _module(value: Any) -> int:
    if type(value) is not int or value not in MODULES:
        raise ValueError("no module")
    return value


ORDER_SMART_METER = vol.Schema({**CONTRACT, **CONFIRMED})


ORDER_GRID_FEE_REDUCTION = vol.Schema(
    {
        **CONTRACT,
        vol.Required("module"): field("module", _module, "not_a_choice"),
        **CONFIRMED,
    }
)


async def async_order_smart_meter_action(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Order the smart meter of a contract."""
    order = await async_order_smart_meter(hass, entry_of(hass, call))
    state = state_of_order(order)
    return {"id": order.id, "status": state.status, "api_status": state.api_status}


async def async_order_grid_fee_reduction_action(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Order a module of section 14a EnWG for a contract."""
    reduction = await async_order_grid_fee_reduction(
        hass, entry_of(hass, call), call.data["module"]
    )
    return {"id": reduction.id, "status": reduction.status}
