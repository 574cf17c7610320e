"""The dialogs that add a contract and renew its credentials."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .api import async_get_client
from .const import (
    CONF_BASE_URL,
    CONF_SUBSCRIPTION,
    DOMAIN,
    SECTION_ADVANCED,
)
from .load_flow import LoadFlow
from .load_settings import SUBENTRY_LOAD
from .nomos import (
    PRODUCTION_URL,
    NomosAuthenticationError,
    NomosClient,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    Subscription,
    SubscriptionSummary,
    parse_base_url,
)
from .options_flow import NomosOptionsFlow

FEW = 7
"""So many contracts can be taken in at a glance, and looked up one by one.

Lists hold no addresses: each costs a request, and setting up one contract of an account
shall cost a dozen at most.
"""

_STATUS_RANK = {"active": -2, "pending": -1, "ended": 1}

CREDENTIALS = {
    vol.Required(CONF_CLIENT_ID): TextSelector(TextSelectorConfig(autocomplete="off")),
    vol.Required(CONF_CLIENT_SECRET): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    ),
}


class _ProblemError(Exception):
    """Something the user can be told in the form."""

    def __init__(self, key: str, **placeholders: str) -> None:
        self.key = key
        self.placeholders = placeholders


def _schema(base_url: str | None, problem: _ProblemError | None) -> vol.Schema:
    """Return the form of an account.

    Args:
        base_url: The address that its closed section holds, None for no such section.
        problem: What is wrong with what was typed; a refused address opens the section.
    """
    if base_url is None:
        return vol.Schema(CREDENTIALS)
    address = vol.Schema(
        {
            vol.Required(CONF_BASE_URL, default=base_url): TextSelector(
                TextSelectorConfig(type=TextSelectorType.URL)
            )
        }
    )
    collapsed = problem is None or problem.key != "insecure_url"
    return vol.Schema(
        {
            **CREDENTIALS,
            vol.Optional(SECTION_ADVANCED, default={}): section(
                address, {"collapsed": collapsed}
            ),
        }
    )


def _problem(err: NomosError, not_found: str | None) -> _ProblemError:
    """Return what a failed request is told as.

    Args:
        err: The failure.
        not_found: What it means if these credentials do not see what was asked for;
            None where it was nothing in particular.
    """
    key = "invalid_response"
    match err:
        case NomosConnectionError():
            key = "cannot_connect"
        case NomosAuthenticationError():
            key = "invalid_auth"
        case NomosRateLimitError():
            key = "rate_limited"
        case NomosPermissionError() if err.status is None or not_found is None:
            return _ProblemError("missing_scope", scope=err.scope)
        case NomosNotFoundError() | NomosPermissionError() if not_found:
            key = not_found
    return _ProblemError(
        key,
        status=str(err.status or "–"),
        request_id=err.request_id or "–",
        seconds=f"{err.retry_after or 60:.0f}",
    )


def _account(
    user_input: Mapping[str, Any], known: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return the data of a config entry; blanks come along when copying.

    Args:
        user_input: The form, with or without the section that holds the base URL.
        known: The entry that the base URL is taken from where the form has none.
    """
    base_url = user_input.get(SECTION_ADVANCED, known)[CONF_BASE_URL]
    try:
        url = parse_base_url(base_url.strip())
    except ValueError:
        raise _ProblemError("insecure_url") from None
    return {
        CONF_CLIENT_ID: user_input[CONF_CLIENT_ID].strip(),
        CONF_CLIENT_SECRET: user_input[CONF_CLIENT_SECRET].strip(),
        CONF_BASE_URL: str(url),
    }


class NomosConfigFlow(ConfigFlow, domain=DOMAIN):
    """Add a contract, or renew the credentials of one."""

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
        self._client: NomosClient | None = None
        self._account: dict[str, str] = {}
        self._offer: dict[str, SubscriptionSummary] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials and look what they may see."""
        problem = None
        if user_input is not None:
            try:
                self._account = _account(user_input)
                return await self._async_look()
            except _ProblemError as err:
                problem = err
        schema = _schema(PRODUCTION_URL, problem)
        return self._show("user", schema, user_input, problem)

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
            except _ProblemError as err:
                problem = err
        # The label is the value as well: with free entry, without which a list cannot
        # be searched, the frontend shows the value of what was chosen.
        options = [SelectOptionDict(value=label, label=label) for label in self._offer]
        schema = vol.Schema(
            {
                vol.Required(CONF_SUBSCRIPTION): SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        custom_value=True,
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                )
            }
        )
        return self._show("subscription", schema, user_input, problem)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Start to ask for new credentials, since the old ones are refused."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for new credentials of the same contract."""
        entry = self._get_reauth_entry()
        return await self._async_renew(entry, "reauth_confirm", None, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for new credentials or another address of the same contract."""
        entry = self._get_reconfigure_entry()
        base_url = entry.data[CONF_BASE_URL]
        return await self._async_renew(entry, "reconfigure", base_url, user_input)

    async def _async_renew(
        self,
        entry: ConfigEntry,
        step_id: str,
        base_url: str | None,
        user_input: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        problem = None
        if user_input is not None:
            try:
                self._account = _account(user_input, entry.data)
                await self._async_subscription(str(entry.unique_id), "wrong_account")
            except _ProblemError as err:
                problem = err
            else:
                return self._renewed(entry)
        known = {CONF_CLIENT_ID: entry.data[CONF_CLIENT_ID]}
        schema = _schema(base_url, problem)
        return self._show(step_id, schema, user_input or known, problem)

    def _renewed(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Keep the credentials, and set the contract up with them.

        Where it is set up, it does so by itself as soon as they differ.
        """
        data = {**entry.data, **self._account}
        follows = entry.update_listeners and data != entry.data
        result = self.async_update_and_abort(entry, data=data)
        if not follows:
            # Tasks start at once, so this comes after the new credentials are kept.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result

    async def _async_look(self) -> ConfigFlowResult:
        """Take the only contract that the credentials see, or offer them to choose."""
        page = await self._async_ask(NomosClient.subscriptions)
        if not page.items:
            raise _ProblemError("no_subscription")
        if len(page.items) == 1 and page.next_page is None:
            return await self._async_create(page.items[0])
        configured = self._async_current_ids()
        offer = [item for item in page.items if item.id not in configured]
        if not offer and page.next_page is None:
            return self.async_abort(reason="already_configured")
        if len(offer) <= FEW:
            offer = await asyncio.gather(*map(self._async_described, offer))
        words = await async_get_translations(
            self.hass, self.hass.config.language, "selector", [DOMAIN]
        )
        self._offer = {
            _label(item, words): item for item in sorted(offer, key=_likelihood)
        }
        return await self.async_step_subscription()

    async def _async_described(self, item: SubscriptionSummary) -> SubscriptionSummary:
        """Return the contract with its address, or as it is if that cannot be read."""
        try:
            return await self._async_subscription(item.id)
        except _ProblemError:
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
        # Kept for the life of the flow, so that the entry it makes shares the token.
        self._client = async_get_client(self.hass, self._account)
        try:
            return await question(self._client)
        except NomosError as err:
            raise _problem(err, not_found) from None

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None,
        problem: _ProblemError | None,
    ) -> ConfigFlowResult:
        """Show a form with what was typed, and what was wrong with it."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors={"base": problem.key} if problem else {},
            description_placeholders=problem.placeholders if problem else None,
        )


def _likelihood(item: SubscriptionSummary) -> tuple[int, bool]:
    """Return what to sort by, for the likeliest choice to come first."""
    return _STATUS_RANK.get(item.status, 0), item.type != "consumption"


def _label(item: SubscriptionSummary, words: Mapping[str, str]) -> str:
    """Return a line to recognise a contract by."""

    def _word(selector: str, value: str) -> str:
        return words.get(
            f"component.{DOMAIN}.selector.{selector}.options.{value}", value
        )

    parts = [
        item.number or item.id,
        _word("subscription_type", item.type),
        _word("subscription_status", item.status),
    ]
    if isinstance(item, Subscription):
        where = item.address
        parts.insert(
            0, f"{where.street} {where.house_number}, {where.zip} {where.city}"
        )
    return " · ".join(parts)
