"""The life of a smart meter order, and when dynamic pricing is active.

One vocabulary serves both API versions: the fourteen words of edison, plus
`check_submitted`, which only curie knows. Sources: docs.nomos.energy, "Smart meter
orders"; for what a smart meter (iMSys) is needed for, section 41a EnWG.
"""

from dataclasses import dataclass
from enum import StrEnum


class OrderStatus(StrEnum):
    """Where an order stands, in the order of its life, its ends last."""

    INTENDED = "intended"
    WAITING = "waiting"
    ORDERED = "ordered"
    CHECK_SUBMITTED = "check_submitted"
    CHECKED = "checked"
    INSTALLATION_PLANNING = "installation_planning"
    INSTALLATION_SCHEDULED = "installation_scheduled"
    INSTALLATION_WAITING = "installation_waiting"
    INSTALLATION_FINISHED = "installation_finished"
    INSTALLED = "installed"
    ACTIVATED = "activated"
    PRE_INSTALLED = "pre_installed"
    BLOCKED = "blocked"
    BLOCKED_WIM = "blocked_wim"
    CANCELLED = "cancelled"


# The words of curie that have another name here. The rest is called the same.
_CURIE = {
    "created": OrderStatus.WAITING,
    "placed": OrderStatus.ORDERED,
    "check_reviewed": OrderStatus.CHECKED,
    "scheduled": OrderStatus.INSTALLATION_SCHEDULED,
}

# Curie's seven milestones, and where edison's finer words lie between them.
_STEPS = {
    OrderStatus.INTENDED: 1,
    OrderStatus.WAITING: 1,
    OrderStatus.ORDERED: 2,
    OrderStatus.CHECK_SUBMITTED: 3,
    OrderStatus.CHECKED: 4,
    OrderStatus.INSTALLATION_PLANNING: 4,
    OrderStatus.INSTALLATION_SCHEDULED: 5,
    OrderStatus.INSTALLATION_WAITING: 5,
    OrderStatus.INSTALLATION_FINISHED: 6,
    OrderStatus.INSTALLED: 6,
    OrderStatus.ACTIVATED: 7,
}
STEPS = 7
"""The number of steps from the order to the live meter."""

_FINAL = {OrderStatus.ACTIVATED, OrderStatus.PRE_INSTALLED, OrderStatus.CANCELLED}
NEEDS_ATTENTION = {
    OrderStatus.BLOCKED,
    OrderStatus.BLOCKED_WIM,
    OrderStatus.CANCELLED,
}
"""Where an order goes no further until a person acts."""


@dataclass(frozen=True)
class OrderState:
    """Where an order stands.

    Attributes:
        status: None for a word that nobody knows yet.
        api_status: The word the API used.
        step: How many of the `STEPS` are reached; None where the order has left that
            road (cancelled, a meter was there before) or the API does not tell
            (blocked on edison, an unknown word).
        reason: Why it is blocked or cancelled, in the API's word, None otherwise.
    """

    status: OrderStatus | None
    api_status: str
    step: int | None
    reason: str | None = None

    @property
    def final(self) -> bool:
        """Tell whether the status will not change any more."""
        return self.status in _FINAL

    @property
    def needs_attention(self) -> bool:
        """Tell whether the order goes no further until a person acts."""
        return self.status in NEEDS_ATTENTION


def order_state(
    api_status: str,
    *,
    blocked: bool = False,
    blocked_reason: str | None = None,
    cancelled_reason: str | None = None,
) -> OrderState:
    """Read an order of either API version.

    Args:
        api_status: The order's status in the API's word.
        blocked: Whether curie marks the order as blocked, beside its status.
        blocked_reason: Curie's reason for that.
        cancelled_reason: Curie's reason of a cancellation.
    """
    status = _known(api_status)
    step = _STEPS.get(status) if status else None
    if status is OrderStatus.CANCELLED:
        if cancelled_reason == "pre_existing":
            status = OrderStatus.PRE_INSTALLED
        return OrderState(status, api_status, None, cancelled_reason)
    if (blocked or blocked_reason) and status not in _FINAL:
        if blocked_reason == "grid_operator_registration":
            status = OrderStatus.BLOCKED_WIM
        else:
            status = OrderStatus.BLOCKED
        return OrderState(status, api_status, step, blocked_reason)
    return OrderState(status, api_status, step)


def _known(api_status: str) -> OrderStatus | None:
    if api_status in _CURIE:
        return _CURIE[api_status]
    try:
        return OrderStatus(api_status)
    except ValueError:
        return None


class PricingReason(StrEnum):
    """Why dynamic pricing is active, or what it still waits for."""

    ORDER_ACTIVATED = "order_activated"
    SMART_METER = "smart_meter"
    SUBSCRIPTION_PENDING = "subscription_pending"
    SUBSCRIPTION_ENDED = "subscription_ended"
    SUBSCRIPTION_NOT_ACTIVE = "subscription_not_active"
    NO_ORDER = "no_order"
    METER_NOT_SMART = "meter_not_smart"
    ORDER_IN_PROGRESS = "order_in_progress"
    ORDER_BLOCKED = "order_blocked"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_STATUS_UNKNOWN = "order_status_unknown"


@dataclass(frozen=True)
class DynamicPricing:
    """Whether the quarter-hour prices are what is paid, and why."""

    active: bool
    reason: PricingReason


def dynamic_pricing(
    subscription_status: str, meter_type: str, order: OrderState | None
) -> DynamicPricing:
    """Tell whether dynamic pricing is active.

    It is, when the subscription is active and its meter is a live smart meter: the
    order is activated, or there is none (or a smart meter was there before) and the
    subscription's meter is smart.

    Args:
        subscription_status: The API's `pending`, `active` or `ended`.
        meter_type: The API's `smart` or `analog`.
        order: The subscription's meter order, None where there is none.
    """
    if subscription_status != "active":
        return DynamicPricing(False, _not_supplied(subscription_status))
    if order and order.status is OrderStatus.ACTIVATED:
        return DynamicPricing(True, PricingReason.ORDER_ACTIVATED)
    if order is None or order.status is OrderStatus.PRE_INSTALLED:
        if meter_type == "smart":
            return DynamicPricing(True, PricingReason.SMART_METER)
        return DynamicPricing(
            False, PricingReason.METER_NOT_SMART if order else PricingReason.NO_ORDER
        )
    return DynamicPricing(False, _not_there_yet(order))


def _not_supplied(subscription_status: str) -> PricingReason:
    return {
        "pending": PricingReason.SUBSCRIPTION_PENDING,
        "ended": PricingReason.SUBSCRIPTION_ENDED,
    }.get(subscription_status, PricingReason.SUBSCRIPTION_NOT_ACTIVE)


def _not_there_yet(order: OrderState) -> PricingReason:
    if order.status is None:
        return PricingReason.ORDER_STATUS_UNKNOWN
    if order.status is OrderStatus.CANCELLED:
        return PricingReason.ORDER_CANCELLED
    if order.needs_attention:
        return PricingReason.ORDER_BLOCKED
    return PricingReason.ORDER_IN_PROGRESS
