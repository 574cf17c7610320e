"""The actions that order, each only with a word that it is really wanted."""

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
import voluptuous as vol

from .action_input import CONTRACT, confirmed, entry_of, field
from .ordering import async_order_smart_meter

CONFIRMED = {
    vol.Optional("confirm", default=False): field("confirm", confirmed, "not_confirmed")
}

ORDER_SMART_METER = vol.Schema({**CONTRACT, **CONFIRMED})


async def async_order_smart_meter_action(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Order the smart meter of a contract."""
    order = await async_order_smart_meter(hass, entry_of(hass, call))
    return {"id": order.id, "status": order.status}
