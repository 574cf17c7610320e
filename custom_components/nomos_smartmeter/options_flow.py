"""The dialog of a contract's options."""

from typing import Any

from homeassistant.components import cloud, webhook
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .const import (
    CONF_CLOUDHOOK,
    CONF_PREVIEW_PRICES,
    CONF_SIGNING_KEY,
    CONF_WEBHOOK_ENABLED,
)
from .push import CLOUD_FAILURES, async_remove_cloudhook, is_wanted

OPTIONS = vol.Schema(
    {
        vol.Required(CONF_PREVIEW_PRICES, default=False): BooleanSelector(),
        vol.Required(CONF_WEBHOOK_ENABLED, default=False): BooleanSelector(),
    }
)
WEBHOOK = vol.Schema(
    {
        vol.Optional(CONF_SIGNING_KEY): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        )
    }
)


class NomosOptionsFlow(OptionsFlow):
    """Choose how a contract is shown; it is set up anew when that has changed."""

    def __init__(self) -> None:
        """Start with nothing chosen."""
        self._chosen: dict[str, Any] = {}
        self._url = ""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is wanted."""
        errors = {}
        if user_input is not None:
            self._chosen = user_input
            if not user_input[CONF_WEBHOOK_ENABLED]:
                await async_remove_cloudhook(self.hass, self.config_entry)
                return self.async_create_entry(data=user_input)
            try:
                await self._async_find_address()
            except NoURLAvailableError:
                errors[CONF_WEBHOOK_ENABLED] = "no_external_url"
            except CLOUD_FAILURES:
                errors[CONF_WEBHOOK_ENABLED] = "cloud_not_connected"
            else:
                return await self.async_step_webhook()
            if self._is_another_option():
                return self.async_create_entry(
                    data={**self.config_entry.options, **user_input}
                )
        schema = self.add_suggested_values_to_schema(
            OPTIONS, user_input or self.config_entry.options
        )
        return self.async_show_form(step_id="init", data_schema=schema, errors=errors)

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address for Nomos' dashboard, and ask for the secret it gives."""
        errors = {}
        if user_input is not None:
            secret = user_input.get(CONF_SIGNING_KEY, "").strip()
            # What is stored is never shown again, so nothing typed leaves it as it is.
            if secret := secret or self.config_entry.options.get(CONF_SIGNING_KEY):
                return self.async_create_entry(
                    data={**self._chosen, CONF_SIGNING_KEY: secret}
                )
            errors[CONF_SIGNING_KEY] = "secret_missing"
        return self.async_show_form(
            step_id="webhook",
            data_schema=WEBHOOK,
            errors=errors,
            description_placeholders={"url": self._url},
        )

    def _is_another_option(self) -> bool:
        """Tell whether push is on and stays as it is, but something else has changed.

        That can be kept even while no address can be shown.
        """
        options = self.config_entry.options
        return (
            is_wanted(self.config_entry)
            and CONF_SIGNING_KEY in options
            and any(options.get(key) != value for key, value in self._chosen.items())
        )

    async def _async_find_address(self) -> None:
        """Find where Nomos can reach this Home Assistant, and keep that address.

        It is kept before the secret is there, so that a dialog that is closed to fetch
        the secret shows the same one when it is opened again, and none is left behind.

        Raises:
            NoURLAvailableError: It has no address for the outside.
            One of CLOUD_FAILURES: It is to have one in the cloud, which does not answer.
        """
        options = self.config_entry.options
        webhook_id = options.get(CONF_WEBHOOK_ID) or webhook.async_generate_id()
        in_cloud = cloud.async_active_subscription(self.hass)
        if not in_cloud:
            self._url = webhook.async_generate_url(
                self.hass, webhook_id, allow_internal=False, allow_ip=True
            )
        address = {
            CONF_WEBHOOK_ID: webhook_id,
            # Once one has been made in the cloud, it must be given back some day.
            CONF_CLOUDHOOK: in_cloud or options.get(CONF_CLOUDHOOK, False),
        }
        self.hass.config_entries.async_update_entry(
            self.config_entry, options={**options, **address}
        )
        if in_cloud:
            self._url = await cloud.async_get_or_create_cloudhook(self.hass, webhook_id)
        self._chosen |= address
