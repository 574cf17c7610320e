"""One electricity contract as Nomos last told it, and what that means."""

from dataclasses import dataclass

from .nomos import MeterOrder, Model, Plan, Subscription
from .tariff.meter_order import (
    DynamicPricing,
    OrderState,
    dynamic_pricing,
    order_state,
)


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
        return self.subscription.type == "feed_in"

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
