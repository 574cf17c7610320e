"""What cannot be taken back: the order of a smart meter.

There is at most one order per subscription, ever, cancelled ones included
(docs.nomos.energy, "Smart meter orders"). So whatever is known is checked before Nomos
is asked, an order is sent once, and where its answer is lost it is read back.
"""

from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .action_input import problem
from .api import is_signed_in
from .const import DOMAIN, SUPPORT
from .contract import ENDED, Contract, async_search_order
from .coordinator import NomosConfigEntry
from .errors import translation_of
from .issues import async_clear_missing_scope, async_report_missing_scope
from .nomos import (
    MeterOrder,
    NomosClient,
    NomosConflictError,
    NomosError,
    NomosPermissionError,
    Subscription,
)


async def async_order_smart_meter(
    hass: HomeAssistant, entry: NomosConfigEntry
) -> MeterOrder:
    """Order the smart meter of a contract; the caller has had it confirmed.

    Raises:
        ServiceValidationError: The contract cannot have an order, or has one, or the
            credentials may not order.
        HomeAssistantError: Nomos refuses it, or it is not known whether it was placed.
    """
    coordinator = entry.runtime_data.meter_order
    # Of two orders at the same moment the second finds the first.
    async with entry.runtime_data.ordering:
        _check_contract(coordinator.data)
        client = coordinator.client
        await async_check_may_write(hass, entry, client)
        order = await _async_place(hass, entry, client)
        async_clear_missing_scope(hass, entry)
        await coordinator.async_take(replace(coordinator.data, order=order))
    return order


async def async_check_may_write(
    hass: HomeAssistant, entry: NomosConfigEntry, client: NomosClient
) -> None:
    """See to it that credentials allow more than reading, before anything is sent.

    Raises:
        ServiceValidationError: They do not.
        HomeAssistantError: It cannot be found out.
    """
    if is_signed_in(entry):
        raise problem("signed_in_reads_only")
    try:
        may_write = await client.may_write()
    except NomosError as err:
        raise HomeAssistantError(**translation_of(err)) from err
    if not may_write:
        async_report_missing_scope(hass, entry)
        raise problem("may_not_write", request_id="–", support=SUPPORT)


def _check_contract(contract: Contract) -> None:
    if contract.feeds_in:
        raise problem("order_for_feed_in")
    if contract.order:
        raise problem("order_exists", support=SUPPORT)
    if contract.subscription.status == ENDED:
        raise problem("order_for_ended")
    if contract.has_smart_meter:
        raise problem("order_for_smart_meter")


async def _async_place(
    hass: HomeAssistant, entry: NomosConfigEntry, client: NomosClient
) -> MeterOrder:
    subscription = entry.runtime_data.meter_order.data.subscription
    try:
        if await async_search_order(client, subscription):
            raise problem("order_exists", support=SUPPORT)
    except NomosError as err:
        raise HomeAssistantError(**translation_of(err)) from err
    try:
        return await client.place_meter_order(subscription.id)
    except NomosError as err:
        if err.outcome_unknown:
            return await _async_read_back(client, subscription, err)
        if isinstance(err, NomosPermissionError):
            async_report_missing_scope(hass, entry)
        raise _refusal(err) from err


async def _async_read_back(
    client: NomosClient, subscription: Subscription, lost: NomosError
) -> MeterOrder:
    """Look whether the order was placed, as the answer that would say so is lost."""
    try:
        order = await async_search_order(client, subscription)
    except NomosError:
        order = None
    if order is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="order_outcome_unknown",
            translation_placeholders=facts_of(lost),
        ) from lost
    return order


def _refusal(err: NomosError) -> HomeAssistantError:
    """Return what a refused order is told as."""
    if isinstance(err, NomosConflictError):
        key = "order_conflict"
    elif "unsupported_product" in err.problems:
        key = "plan_without_smart_meter"
    elif isinstance(err, NomosPermissionError):
        key = "may_not_write"
    else:
        key = "order_refused"
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=facts_of(err),
    )


def facts_of(err: NomosError) -> dict[str, str]:
    """Return what the text of a refusal takes."""
    return {
        "message": err.message or "–",
        "request_id": err.request_id or "–",
        "status": str(err.status or "–"),
        "support": SUPPORT,
    }
