"""The flow that repairs what a person can repair here: that no meter is ordered."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from .ordering import async_check_may_order, async_order_smart_meter

CONFIRM = vol.Schema({vol.Required("confirm", default=False): BooleanSelector()})


class OrderFlow(RepairsFlow):
    """Order the smart meter, once its consequence is read and confirmed."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin; what comes along is the issue, not what somebody has typed."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say what an order means, and ask whether it is wanted."""
        entry = self.hass.config_entries.async_get_entry(
            str((self.data or {}).get("entry_id"))
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input["confirm"] is not True:
                errors["confirm"] = "not_confirmed"
            else:
                try:
                    await async_order_smart_meter(self.hass, entry)
                except HomeAssistantError as err:
                    return self._abort(err)
                return self.async_create_entry(data={})
        else:
            try:
                await async_check_may_order(
                    self.hass, entry, entry.runtime_data.meter_order
                )
            except HomeAssistantError as err:
                return self._abort(err)
        return self.async_show_form(
            step_id="confirm",
            data_schema=CONFIRM,
            errors=errors,
            description_placeholders={"name": entry.title},
        )

    def _abort(self, err: HomeAssistantError) -> RepairsFlowResult:
        return self.async_abort(
            reason=str(err.translation_key),
            description_placeholders=err.translation_placeholders,
        )


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow of the only issue that has one."""
    return OrderFlow()
