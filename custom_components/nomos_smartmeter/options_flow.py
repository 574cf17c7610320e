"""The dialog of a contract's options."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from .const import CONF_PREVIEW_PRICES

OPTIONS = vol.Schema(
    {vol.Required(CONF_PREVIEW_PRICES, default=False): BooleanSelector()}
)


class NomosOptionsFlow(OptionsFlow):
    """Choose how a contract is shown; it is set up anew when that has changed."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for all options at once."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        schema = self.add_suggested_values_to_schema(OPTIONS, self.config_entry.options)
        return self.async_show_form(step_id="init", data_schema=schema)
