"""One electricity contract: how it is fetched from Nomos, and what it means."""

from dataclasses import dataclass

from .const import LOGGER
from .nomos import (
    MeterOrder,
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
FEED_IN = "feed_in"

ORDER_PAGES = 10
"""How far to look for an order where the API ignores the filter: 1,000 orders."""


@dataclass(frozen=True, kw_only=True)
class Contract(Model):
    """A subscription with what belongs to it.

    Attributes:
        plan: None while it could not be read.
        order: None where no smart meter was ordered (yet).
    """

    subscription: Subscription
    plan: Plan | None
    order: MeterOrder | None

    @property
    def feeds_in(self) -> bool:
        """Tell whether it is about electricity sold instead of bought."""
        return self.subscription.type == FEED_IN

    @property
    def is_supplied(self) -> bool:
        """Tell whether electricity is delivered, or taken, on this contract by now."""
        return self.subscription.status == ACTIVE

    @property
    def order_state(self) -> OrderState | None:
        """Return where the meter order stands, None where there is none."""
        if (order := self.order) is None:
            return None
        return order_state(
            order.status,
            blocked=order.blocked_at is not None,
            blocked_reason=order.blocked_reason,
            cancelled_reason=order.cancelled_reason,
        )

    @property
    def dynamic_pricing(self) -> DynamicPricing:
        """Return whether the quarter-hour prices are what is paid."""
        return dynamic_pricing(
            self.subscription.status, self.subscription.meter.type, self.order_state
        )


async def async_fetch_contract(
    client: NomosClient, subscription_id: str, known: Contract | None
) -> Contract:
    """Ask Nomos for a contract, in as few requests as it takes.

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
    plan = await _async_fetch_plan(client, subscription, known)
    return Contract(subscription=subscription, plan=plan, order=order)


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


async def _async_fetch_plan(
    client: NomosClient, subscription: Subscription, known: Contract | None
) -> Plan | None:
    """Return the plan, which only names the device and may be missing."""
    if known and known.plan and known.plan.id == subscription.plan:
        return known.plan
    try:
        return await client.plan(subscription.plan)
    except NomosAuthenticationError:
        raise
    except NomosError:
        return None
