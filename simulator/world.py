"""The whole state of a simulated Nomos, and what changes in it together."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from .faults import Faults
from .fields import assign
from .identifiers import new_id
from .journal import LoggedRequest
from .market import Market
from .meter_order import MeterOrder
from .model import Credential, Customer, Plan, Subscription
from .moments import now
from .rate_limit import RateLimiter
from .settings import Settings
from .tokens import Tokens

_REQUESTS_KEPT = 10_000


class World:
    """Customers with what they have, credentials, market, settings and faults."""

    def __init__(
        self, settings: Settings | None = None, market: Market | None = None
    ) -> None:
        """Start an empty world."""
        self.settings = settings or Settings()
        self.market = market or Market()
        self.plans: dict[str, Plan] = {}
        self.customers: dict[str, Customer] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.meter_orders: dict[str, MeterOrder] = {}
        self.credentials: dict[str, Credential] = {}
        self.tokens = Tokens()
        self.rate_limiter = RateLimiter()
        self.faults = Faults()
        self.requests: deque[LoggedRequest] = deque(maxlen=_REQUESTS_KEPT)

    def order_of(self, subscription: str) -> MeterOrder | None:
        """Return the meter order of a subscription."""
        orders = self.meter_orders.values()
        return next((o for o in orders if o.subscription == subscription), None)

    def place_order(
        self, subscription: Subscription, changes: Mapping[str, Any] | None = None
    ) -> MeterOrder:
        """Put an order for a subscription, without asking any rule."""
        moment = now()
        order = MeterOrder(
            id=new_id("prdo"),
            subscription=subscription.id,
            customer=subscription.customer,
            provider=self.plans[subscription.plan].metering_provider,
            created_at=moment,
            updated_at=moment,
        )
        self.update_order(order, changes or {})
        self.meter_orders[order.id] = order
        return order

    def update_order(self, order: MeterOrder, changes: Mapping[str, Any]) -> None:
        """Change an order, and the meter with it."""
        order.update(changes)
        self._switch_meter(order)

    def advance_order(self, order: MeterOrder) -> None:
        """Move an order to its next milestone, and the meter with it."""
        order.advance()
        self._switch_meter(order)

    def update_subscription(
        self, subscription: Subscription, changes: Mapping[str, Any]
    ) -> None:
        """Change a subscription."""
        assign(subscription, changes)
        subscription.updated_at = now()

    def _switch_meter(self, order: MeterOrder) -> None:
        if order.status == "activated":
            self.subscriptions[order.subscription].meter.type = "smart"
