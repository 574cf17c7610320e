"""The dialogs that add a contract, and renew how it is read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import logging
from typing import Any, cast, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_NAME, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler
import voluptuous as vol

from .account_form import (
    CREDENTIALS,
    NOTHING,
    TRANSIENT,
    ProblemError,
    account_in,
    base_url_in,
    problem_of,
    with_address,
)
from .api import async_get_client, async_get_consented, without_token
from .application_credentials import NomosImplementation
from .const import (
    CONF_AUTH_IMPLEMENTATION,
    CONF_BASE_URL,
    CONF_SUBSCRIPTION,
    DOMAIN,
    LOGGER,
)
from .contract_choice import FEW, async_labelled, choice_of
from .issues import async_clear_missing_scope
from .load_flow import LoadFlow
from .load_settings import SUBENTRY_LOAD
from .nomos import (
    PRODUCTION_URL,
    Grant,
    NomosClient,
    NomosError,
    Subscription,
    SubscriptionSummary,
)
from .options_flow import NomosOptionsFlow


class NomosConfigFlow(AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Add a contract, or renew how one is read.

    Either by client credentials, or by signing in (`oauth`). Both lead to an account,
    the data of the config entry, which is tried before it is kept.
    """

    DOMAIN = DOMAIN
    VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> NomosOptionsFlow:
        """Return the dialog of a contract's options."""
        return NomosOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the dialog of loads, which a contract that feeds in does not have."""
        if (
            config_entry.state is ConfigEntryState.LOADED
            and config_entry.runtime_data.meter_order.data.feeds_in
        ):
            return {}
        return {SUBENTRY_LOAD: LoadFlow}

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self._client: NomosClient | None = None
        self._account: dict[str, Any] = {}
        self._base_url = PRODUCTION_URL
        self._still_refused = False
        self._offer: dict[str, SubscriptionSummary] = {}

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return where the sign-in is logged."""
        return LOGGER

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how the contract shall be read."""
        return self.async_show_menu(
            step_id="user", menu_options=["oauth", "credentials"]
        )

    async def async_step_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials and look what they may see."""
        problem = None
        if user_input is not None:
            try:
                self._use_credentials(account_in(user_input))
                return await self._async_look()
            except ProblemError as err:
                problem = err
        schema = with_address(CREDENTIALS, PRODUCTION_URL, problem)
        return self._show("credentials", schema, user_input, problem)

    async def async_step_oauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell what a sign-in is good for, and start it."""
        return await self._async_sign_in_at("oauth", PRODUCTION_URL, user_input)

    async def _async_sign_in_at(
        self, step_id: str, base_url: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        problem = None
        if user_input is not None:
            try:
                self._base_url = base_url_in(user_input, base_url)
            except ProblemError as err:
                problem = err
            else:
                return await self.async_step_pick_implementation()
        schema = with_address(NOTHING, base_url, problem)
        return self._show(step_id, schema, user_input, problem)

    @override
    async def async_generate_authorize_url(self) -> str:
        """Return where the customer consents, at the address that was given."""
        implementation = cast(NomosImplementation, self.flow_impl)
        self.flow_impl = implementation.at(self._base_url)
        return await super().async_generate_authorize_url()

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Look what the customer has consented to."""
        self._account = {**data, CONF_BASE_URL: self._base_url}

        def _keep(new: Grant, old: Grant) -> None:
            self._account = {**self._account, CONF_TOKEN: new.to_dict()}

        self._client = NomosClient(
            async_get_clientsession(self.hass),
            async_get_consented(
                self.hass,
                cast(NomosImplementation, self.flow_impl),
                data[CONF_TOKEN],
                _keep,
            ),
            self._base_url,
        )
        return await self.async_step_consented()

    async def async_step_consented(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on after the consent; where that fails it can be tried again."""
        try:
            if self.source == SOURCE_REAUTH:
                return await self._async_renew(self._get_reauth_entry())
            if self.source == SOURCE_RECONFIGURE:
                return await self._async_renew(self._get_reconfigure_entry())
            return await self._async_look()
        except ProblemError as err:
            if err.key in TRANSIENT:
                return self._show("consented", NOTHING, None, err)
            self._still_refused = self.source == SOURCE_REAUTH
            return self.async_abort(
                reason=err.key, description_placeholders=err.placeholders
            )

    @override
    @callback
    def async_remove(self) -> None:
        """Ask once more for what the owner has not renewed after all."""
        if self._still_refused:
            self._get_reauth_entry().async_start_reauth(self.hass)

    async def async_step_subscription(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which contract it is about."""
        problem = None
        if user_input is not None:
            try:
                return await self._async_create(
                    await self._async_chosen(user_input[CONF_SUBSCRIPTION].strip())
                )
            except ProblemError as err:
                problem = err
        schema = choice_of(self._offer)
        return self._show("subscription", schema, user_input, problem)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Start to ask anew, the way it was asked before, since Nomos refuses it."""
        if CONF_AUTH_IMPLEMENTATION in entry_data:
            return await self.async_step_reauth_oauth()
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_oauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask to sign in again."""
        if user_input is None:
            return self._show("reauth_oauth", NOTHING, None, None)
        known = self._get_reauth_entry().data
        self._base_url = known[CONF_BASE_URL]
        return await self.async_step_pick_implementation(
            {"implementation": known[CONF_AUTH_IMPLEMENTATION]}
        )

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for new credentials of the same contract."""
        return await self._async_renew_credentials(
            self._get_reauth_entry(), "reauth_confirm", user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how the same contract shall be read from now on."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["reconfigure_oauth", "reconfigure_credentials"],
            description_placeholders={CONF_NAME: self._get_reconfigure_entry().title},
        )

    async def async_step_reconfigure_oauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Start a sign-in, here or at another address."""
        base_url = self._get_reconfigure_entry().data[CONF_BASE_URL]
        return await self._async_sign_in_at("reconfigure_oauth", base_url, user_input)

    async def async_step_reconfigure_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for new credentials or another address."""
        return await self._async_renew_credentials(
            self._get_reconfigure_entry(), "reconfigure_credentials", user_input
        )

    async def _async_renew_credentials(
        self, entry: ConfigEntry, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        problem = None
        if user_input is not None:
            try:
                self._use_credentials(account_in(user_input, entry.data[CONF_BASE_URL]))
                return await self._async_renew(entry)
            except ProblemError as err:
                problem = err
        schema = CREDENTIALS
        if self.source == SOURCE_RECONFIGURE:
            schema = with_address(schema, entry.data[CONF_BASE_URL], problem)
        known = {CONF_CLIENT_ID: entry.data.get(CONF_CLIENT_ID, "")}
        return self._show(step_id, schema, user_input or known, problem)

    async def _async_renew(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Keep an account that sees the contract, and set the contract up with it."""
        await self._async_subscription(str(entry.unique_id), "wrong_account")
        async_clear_missing_scope(self.hass, entry)
        # Where it is set up, it follows by itself as soon as the account differs. Of a
        # token it does not, as those change every hour.
        follows = entry.update_listeners and (
            without_token(self._account) != without_token(entry.data)
        )
        result = self.async_update_and_abort(entry, data=self._account)
        if not follows:
            # Tasks start at once, so this comes after the new account is kept.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result

    async def _async_look(self) -> ConfigFlowResult:
        """Take the only contract that the account sees, or offer them to choose."""
        page = await self._async_ask(NomosClient.subscriptions)
        if not page.items:
            raise ProblemError("no_subscription")
        if len(page.items) == 1 and page.next_page is None:
            return await self._async_create(page.items[0])
        configured = self._async_current_ids()
        offer = [item for item in page.items if item.id not in configured]
        if not offer and page.next_page is None:
            return self.async_abort(reason="already_configured")
        if len(offer) <= FEW:
            offer = await asyncio.gather(*map(self._async_described, offer))
        self._offer = await async_labelled(self.hass, offer)
        return await self.async_step_subscription()

    async def _async_described(self, item: SubscriptionSummary) -> SubscriptionSummary:
        """Return the contract with its address, or as it is if that cannot be read."""
        try:
            return await self._async_subscription(item.id)
        except ProblemError:
            return item

    async def _async_chosen(self, choice: str) -> SubscriptionSummary:
        """Return the contract of a chosen line, or of a typed id or number."""
        for label, item in self._offer.items():
            if choice in (label, item.id, item.number):
                return item
        return await self._async_subscription(choice)

    async def _async_create(self, item: SubscriptionSummary) -> ConfigFlowResult:
        await self.async_set_unique_id(item.id)
        self._abort_if_unique_id_configured()
        if not isinstance(item, Subscription):
            item = await self._async_subscription(item.id)
        address = f"{item.address.street} {item.address.house_number}".strip()
        return self.async_create_entry(
            title=address or item.number or item.id, data=self._account
        )

    def _use_credentials(self, account: dict[str, Any]) -> None:
        # Kept for the life of the flow, so that the entry it makes shares the token.
        self._account = account
        self._client = async_get_client(self.hass, account)

    async def _async_subscription(
        self, subscription_id: str, not_found: str = "subscription_not_found"
    ) -> Subscription:
        return await self._async_ask(
            lambda client: client.subscription(subscription_id), not_found
        )

    async def _async_ask[AnswerT](
        self,
        question: Callable[[NomosClient], Awaitable[AnswerT]],
        not_found: str | None = None,
    ) -> AnswerT:
        try:
            return await question(cast(NomosClient, self._client))
        except NomosError as err:
            raise problem_of(err, not_found) from None

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None,
        problem: ProblemError | None,
    ) -> ConfigFlowResult:
        """Show a form with what was typed, and what was wrong with it."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors={"base": problem.key} if problem else {},
            description_placeholders=problem.placeholders if problem else None,
        )
