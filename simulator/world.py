"""The whole state of a simulated Nomos, and what changes in it together."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from .consents import Consents, OAuthClient
from .events import Event, Events, order_topics, subscription_topics
from .faults import Faults
from .fields import assign, build
from .grid_fee import GridFeeReduction
from .identifiers import new_id
from .journal import LoggedRequest
from .market import Market
from .meter_order import MeterOrder
from .meter_reading import MeterReading, start_of_day
from .model import Credential, Customer, Plan, Subscription, WebhookEndpoint
from .moments import now, parse_moment
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
        self.grid_fee_reductions: dict[str, GridFeeReduction] = {}
        self.meter_readings: dict[str, MeterReading] = {}
        self.credentials: dict[str, Credential] = {}
        self.oauth_clients: dict[str, OAuthClient] = {}
        self.webhooks: dict[str, WebhookEndpoint] = {}
        self.events = Events()
        self.tokens = Tokens()
        self.consents = Consents()
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
        fresh = replace(order)
        order.update(changes or {})
        self._switch_meter(order)
        self.meter_orders[order.id] = order
        self._tell_of_order(order, ["meter_order.created"])
        self._tell_of_order(order, order_topics(fresh, order))
        return order

    def update_order(self, order: MeterOrder, changes: Mapping[str, Any]) -> None:
        """Change an order, and the meter with it."""
        with self._telling(order):
            order.update(changes)
            self._switch_meter(order)

    def advance_order(self, order: MeterOrder) -> None:
        """Move an order to its next milestone, and the meter with it."""
        with self._telling(order):
            order.advance()
            self._switch_meter(order)

    def reductions_of(self, subscription: str) -> list[GridFeeReduction]:
        """Return the modules of §14a EnWG of a subscription."""
        reductions = self.grid_fee_reductions.values()
        return [r for r in reductions if r.subscription == subscription]

    def add_reduction(
        self, subscription: Subscription, fields: Mapping[str, Any]
    ) -> GridFeeReduction:
        """Give a subscription a module, without asking any rule."""
        own = {
            "id": new_id("gfr"),
            "subscription": subscription.id,
            "customer": subscription.customer,
            "created_at": now(),
            "updated_at": now(),
            **fields,
        }
        reduction = build(GridFeeReduction, own)
        self.grid_fee_reductions[reduction.id] = reduction
        return reduction

    def readings_of(self, subscription: str) -> list[MeterReading]:
        """Return the readings of a subscription's meter."""
        readings = self.meter_readings.values()
        return [r for r in readings if r.subscription == subscription]

    def add_reading(
        self, subscription: Subscription, fields: Mapping[str, Any]
    ) -> MeterReading:
        """Let the meter of a subscription have been read, without asking any rule."""
        own = {
            "id": new_id("mr"),
            "subscription": subscription.id,
            "customer": subscription.customer,
            "meter": subscription.id.replace("sub", "mtr", 1),
            "type": "customer_report",
            "created_at": now(),
            **fields,
        }
        own["timestamp"] = start_of_day(parse_moment(own["timestamp"]))
        reading = build(MeterReading, own)
        self.meter_readings[reading.id] = reading
        return reading

    def update_subscription(
        self, subscription: Subscription, changes: Mapping[str, Any]
    ) -> None:
        """Change a subscription."""
        before = replace(subscription)
        try:
            assign(subscription, changes)
        finally:
            context = {"subscription": subscription.id}
            for topic in subscription_topics(before, subscription):
                self.events.add(Event(topic=topic, context=context))
        subscription.updated_at = now()

    def _switch_meter(self, order: MeterOrder) -> None:
        if order.status == "activated":
            self.subscriptions[order.subscription].meter.type = "smart"

    @contextmanager
    def _telling(self, order: MeterOrder) -> Iterator[None]:
        """Tell what has changed, also where a part of the changes is refused."""
        before = replace(order)
        try:
            yield
        finally:
            self._tell_of_order(order, order_topics(before, order))

    def _tell_of_order(self, order: MeterOrder, topics: Iterable[str]) -> None:
        context = {"meter_order": order.id, "subscription": order.subscription}
        for topic in topics:
            self.events.add(Event(topic=topic, context=context))
