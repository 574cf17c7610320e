"""What cannot be taken back: the order of a smart meter.

There is at most one order per subscription, ever, cancelled ones included
(docs.nomos.energy, "Smart meter orders"). So whatever is known is checked before Nomos
is asked, an order is sent once, and where its answer is lost it is read back.
"""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .action_input import problem
from .const import SUPPORT
from .contract import ENDED, Contract, async_search_order
from .coordinator import MeterOrderCoordinator, NomosConfigEntry
from .issues import async_clear_missing_scope
from .nomos import MeterOrder, NomosConflictError, NomosError
from .writing import (
    async_check_may_write,
    async_take,
    outcome_unknown,
    reading_failed,
    refused,
    writing,
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
    # Of two orders at the same moment the second finds the first.
    async with writing(hass, entry) as coordinator:
        await async_check_may_order(hass, entry, coordinator)
        order = await _async_place(hass, entry, coordinator)
        async_clear_missing_scope(hass, entry)
        await async_take(hass, entry, order=order)
    return order


async def async_check_may_order(
    hass: HomeAssistant, entry: NomosConfigEntry, coordinator: MeterOrderCoordinator
) -> None:
    """See to it that nothing that is known speaks against an order.

    Raises:
        ServiceValidationError: Something does.
        HomeAssistantError: It cannot be found out what the credentials may.
    """
    _check_contract(coordinator.data)
    await async_check_may_write(hass, entry, coordinator)


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
    hass: HomeAssistant, entry: NomosConfigEntry, coordinator: MeterOrderCoordinator
) -> MeterOrder:
    client, subscription = coordinator.client, coordinator.data.subscription
    try:
        if order := await async_search_order(client, subscription):
            await async_take(hass, entry, order=order)
            raise problem("order_exists", support=SUPPORT)
    except NomosError as err:
        raise reading_failed(hass, entry, err) from err
    try:
        return await client.place_meter_order(subscription.id)
    except NomosError as err:
        if not err.outcome_unknown:
            raise _refusal(hass, entry, err) from err
        if order := await _async_read_back(coordinator):
            return order
        raise outcome_unknown(entry, err, "order_outcome_unknown") from err


async def _async_read_back(coordinator: MeterOrderCoordinator) -> MeterOrder | None:
    """Look whether the order was placed, as the answer that would say so is lost."""
    try:
        return await async_search_order(
            coordinator.client, coordinator.data.subscription
        )
    except NomosError:
        return None


def _refusal(
    hass: HomeAssistant, entry: NomosConfigEntry, err: NomosError
) -> HomeAssistantError:
    """Return what a refused order is told as."""
    if isinstance(err, NomosConflictError) or "duplicate_meter_order" in err.problems:
        key = "order_conflict"
    elif "unsupported_product" in err.problems:
        key = "plan_without_smart_meter"
    else:
        key = "order_refused"
    return refused(hass, entry, err, key)
