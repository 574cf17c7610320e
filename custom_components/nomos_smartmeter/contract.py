"""One electricity contract: how it is fetched from Nomos, and what it means."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace

from .const import LOGGER
from .grid_fee import Module, modules_of
from .nomos import (
    GridFeeReduction,
    MeterOrder,
    MeterReading,
    Model,
    NomosAuthenticationError,
    NomosClient,
    NomosError,
    NomosNotFoundError,
    NomosResponseError,
    Plan,
    Subscription,
)
from .tariff.meter_order import (
    DynamicPricing,
    OrderState,
    dynamic_pricing,
    order_state,
)

ACTIVE = "active"
ENDED = "ended"
FEED_IN = "feed_in"
SMART = "smart"

ORDER_PAGES = 10
"""How far to look for an order where the API ignores the filter: 1,000 orders."""


DETAIL_TIMEOUT = 3
"""Seconds that a detail is waited for, which an order must not wait for long."""


@dataclass(frozen=True, kw_only=True)
class Contract(Model):
    """A subscription with what belongs to it.

    Attributes:
        plan: None while it could not be read.
        order: None where no smart meter was ordered (yet).
        reductions: Modules of section 14a EnWG; None while they could not be read.
        last_reading: Of an analog meter, None where there is none or it is not known.
    """

    subscription: Subscription
    plan: Plan | None
    order: MeterOrder | None
    reductions: tuple[GridFeeReduction, ...] | None = None
    last_reading: MeterReading | None = None

    @property
    def feeds_in(self) -> bool:
        """Tell whether it is about electricity sold instead of bought."""
        return self.subscription.type == FEED_IN

    @property
    def has_smart_meter(self) -> bool:
        """Tell whether the meter is read remotely, every quarter of an hour."""
        return self.subscription.meter.type == SMART

    @property
    def modules(self) -> Mapping[int, Module] | None:
        """Return the modules of section 14a EnWG, None while they are not known."""
        return None if self.reductions is None else modules_of(self.reductions)

    @property
    def is_supplied(self) -> bool:
        """Tell whether electricity is delivered, or taken, on this contract by now."""
        return self.subscription.status == ACTIVE

    @property
    def order_state(self) -> OrderState | None:
        """Return where the meter order stands, None where there is none."""
        return state_of_order(self.order) if self.order else None

    @property
    def dynamic_pricing(self) -> DynamicPricing:
        """Return whether the quarter-hour prices are what is paid."""
        return dynamic_pricing(
            self.subscription.status, self.subscription.meter.type, self.order_state
        )


def state_of_order(order: MeterOrder) -> OrderState:
    """Return where an order stands."""
    return order_state(
        order.status,
        blocked=order.blocked_at is not None,
        blocked_reason=order.blocked_reason,
        cancelled_reason=order.cancelled_reason,
    )


async def async_fetch_contract(
    client: NomosClient, subscription_id: str, known: Contract | None
) -> Contract:
    """Ask Nomos for a contract, its details aside, in as few requests as it takes.

    Args:
        client: Whom to ask with.
        subscription_id: Which one.
        known: The last answer as long as it stands, which saves looking for things.

    Raises:
        NomosError: It cannot be fetched or understood.
    """
    subscription = await client.subscription(subscription_id)
    order = None
    if subscription.type != FEED_IN:
        order = await _async_fetch_order(client, subscription, known)
    return Contract(subscription=subscription, plan=None, order=order)


async def _async_fetch_order(
    client: NomosClient, subscription: Subscription, known: Contract | None
) -> MeterOrder | None:
    """Return the order of the subscription, which can have one only, ever."""
    if known is None or known.order is None:
        return await async_search_order(client, subscription)
    try:
        order = await client.meter_order(known.order.id)
    except NomosNotFoundError:
        LOGGER.debug("The meter order is not found by its id any more")
    else:
        if order.subscription == subscription.id:
            return order
    if found := await async_search_order(client, subscription):
        return found
    # Even a cancelled order stays for ever. That it is gone is believed no sooner than
    # an outage is, since it would turn dynamic pricing off.
    raise NomosResponseError("the meter order known so far is gone")


async def async_search_order(
    client: NomosClient, subscription: Subscription
) -> MeterOrder | None:
    """Ask Nomos for the order of a subscription, whose id is not known.

    Raises:
        NomosError: It cannot be looked for to the end.
    """
    cursor = None
    for _ in range(ORDER_PAGES):
        page = await client.meter_orders(subscription=subscription.id, cursor=cursor)
        if page.items:
            return page.items[0]
        if (cursor := page.next_page) is None:
            return None
    raise NomosResponseError("the orders are not filtered and too many to search")


async def async_with_details(
    client: NomosClient, contract: Contract, known: Contract | None
) -> Contract:
    """Add what else is told of a contract; where it is not, the known stays.

    It is not worth missing the order for, nor waiting long.

    Args:
        client: Whom to ask with.
        contract: The contract without its details.
        known: The last answer as long as it stands.

    Raises:
        NomosAuthenticationError: The credentials are refused.
    """
    subscription = contract.subscription
    plan = known.plan if known else None
    if plan is None or plan.id != subscription.plan:
        plan = await _async_detail(client.plan(subscription.plan), None)
    if contract.feeds_in:
        return replace(contract, plan=plan)
    reductions = await _async_detail(
        async_fetch_reductions(client, subscription.id),
        known.reductions if known else None,
    )
    reading = None
    if not contract.has_smart_meter:
        reading = await _async_detail(
            async_fetch_last_reading(client, subscription.id),
            known.last_reading if known else None,
        )
    return replace(contract, plan=plan, reductions=reductions, last_reading=reading)


async def _async_detail[DetailT](answer: Awaitable[DetailT], known: DetailT) -> DetailT:
    try:
        async with asyncio.timeout(DETAIL_TIMEOUT):
            return await answer
    except NomosAuthenticationError:
        raise
    except (NomosError, TimeoutError) as err:
        LOGGER.debug("A detail of the contract cannot be read: %s", err)
        return known


async def async_fetch_reductions(
    client: NomosClient, subscription_id: str
) -> tuple[GridFeeReduction, ...]:
    """Ask Nomos for all modules of section 14a EnWG of a subscription.

    Raises:
        NomosError: They cannot be read to the end.
    """
    reductions: list[GridFeeReduction] = []
    cursor = None
    for _ in range(ORDER_PAGES):
        page = await client.grid_fee_reductions(
            subscription=subscription_id, cursor=cursor
        )
        reductions += page.items
        if (cursor := page.next_page) is None:
            return tuple(reductions)
    raise NomosResponseError("the modules are not filtered and too many to search")


async def async_fetch_readings(
    client: NomosClient, subscription_id: str
) -> Sequence[MeterReading]:
    """Ask Nomos for the newest hundred readings, or fewer, of a subscription's meter.

    Raises:
        NomosError: They cannot be read.
    """
    cursor = None
    for _ in range(ORDER_PAGES):
        page = await client.meter_readings(subscription=subscription_id, cursor=cursor)
        if page.items or page.next_page is None:
            return page.items
        cursor = page.next_page
    raise NomosResponseError("the readings are not filtered and too many to search")


async def async_fetch_last_reading(
    client: NomosClient, subscription_id: str
) -> MeterReading | None:
    """Ask Nomos for the newest reading of a subscription's meter, if there is any.

    Raises:
        NomosError: It cannot be read.
    """
    readings = await async_fetch_readings(client, subscription_id)
    return max(readings, key=lambda reading: reading.timestamp, default=None)
