"""Repairs: what a person must do about a contract, gone again when it is done."""

from collections.abc import Mapping
from datetime import timedelta

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .api import is_signed_in
from .const import DOMAIN, SUPPORT
from .contract import ENDED, Contract
from .coordinator import NomosConfigEntry
from .tariff.local_time import in_local_time
from .tariff.meter_order import OrderStatus, PricingReason

NO_ORDER = "no_order"
NO_ORDER_SIGNED_IN = "no_order_signed_in"
SUBSCRIPTION_ENDING = "subscription_ending"
SUBSCRIPTION_ENDING_FEED_IN = "subscription_ending_feed_in"
MISSING_SCOPE = "missing_write_scope"

_OF_STATUS = {
    OrderStatus.BLOCKED: "order_blocked",
    OrderStatus.BLOCKED_WIM: "order_blocked_wim",
    OrderStatus.CANCELLED: "order_cancelled",
}
_OF_CONTRACT = (NO_ORDER, SUBSCRIPTION_ENDING, *_OF_STATUS.values())


@callback
def async_update_issues(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    """Report what the last known answer tells, and take back what it does not.

    While Nomos is silent the last answer goes on counting: nothing new is reported, and
    nothing is healed by not being seen.
    """
    found = _found(entry.runtime_data.meter_order.data)
    for key in _OF_CONTRACT:
        if key in found:
            _async_report(hass, entry, key, found[key])
        else:
            ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, key))


@callback
def async_report_missing_scope(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    """Report that the credentials may only read, once something else was wanted."""
    _async_report(hass, entry, MISSING_SCOPE, {})


@callback
def async_clear_missing_scope(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    """Take it back, since they have just done more."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, MISSING_SCOPE))


@callback
def async_remove_issues(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    """Take everything back that was reported of a contract."""
    for key in (*_OF_CONTRACT, MISSING_SCOPE):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, key))


def _found(contract: Contract) -> Mapping[str, Mapping[str, str]]:
    """Return what must be done, each with what its text takes.

    Of a contract that has ended there is nothing left to do.
    """
    found: dict[str, Mapping[str, str]] = {}
    subscription, state = contract.subscription, contract.order_state
    if subscription.status == ENDED:
        return found
    if state and state.status in _OF_STATUS:
        found[_OF_STATUS[state.status]] = {}
    if (
        not contract.feeds_in
        and contract.dynamic_pricing.reason is PricingReason.NO_ORDER
    ):
        found[NO_ORDER] = {}
    if subscription.end_at:
        last_moment = in_local_time(subscription.end_at - timedelta.resolution)
        found[SUBSCRIPTION_ENDING] = {"date": last_moment.date().isoformat()}
    return found


@callback
def _async_report(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    key: str,
    placeholders: Mapping[str, str],
) -> None:
    translation_key = _translation_key(entry, key)
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, key),
        data={"entry_id": entry.entry_id},
        is_fixable=translation_key == NO_ORDER,
        # Neither a restart nor an outage at it heals anything.
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=translation_key,
        translation_placeholders={
            "name": entry.title,
            "support": SUPPORT,
            **placeholders,
        },
    )


def _translation_key(entry: NomosConfigEntry, key: str) -> str:
    if key == NO_ORDER and is_signed_in(entry):
        return NO_ORDER_SIGNED_IN
    if key == SUBSCRIPTION_ENDING and entry.runtime_data.meter_order.data.feeds_in:
        return SUBSCRIPTION_ENDING_FEED_IN
    return key


def _issue_id(entry: NomosConfigEntry, key: str) -> str:
    return f"{key}_{entry.entry_id}"
