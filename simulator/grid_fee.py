"""Modules of §14a EnWG, and what keeps one from being ordered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .errors import ApiError, FieldProblem
from .model import Subscription

MODULES = ("enwg-14a-module-1", "enwg-14a-module-2", "enwg-14a-module-3")
_MODULE_1, _MODULE_2, _MODULE_3 = MODULES
_OPEN = ("intended", "ordered", "activated")


@dataclass(kw_only=True)
class GridFeeReduction:
    """A module that a subscription has, had or shall have."""

    id: str
    subscription: str
    customer: str
    type: str
    status: str
    created_at: datetime
    updated_at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def check_possible(
    subscription: Subscription, module: str, others: Iterable[GridFeeReduction]
) -> None:
    """Refuse a module that the rules do not allow beside the others.

    Raises:
        ApiError: It is refused.
    """
    standing = {other.type for other in others if other.status in _OPEN}
    active = {other.type for other in others if other.status == "activated"}
    if subscription.type == "feed_in":
        raise _refused(400, "invalid_value", "Feeding in pays no grid fees")
    if subscription.status == "ended":
        raise _refused(400, "ended_subscription", "The subscription has ended")
    if module in standing:
        raise _refused(409, "duplicate_grid_reduction", "The module exists already")
    if module == _MODULE_2 and standing & {_MODULE_1, _MODULE_3}:
        raise _refused(409, "duplicate_grid_reduction", "Module 2 stands alone")
    if module != _MODULE_2 and _MODULE_2 in standing:
        raise _refused(409, "duplicate_grid_reduction", "Module 2 stands alone")
    if module == _MODULE_3 and subscription.meter.type != "smart":
        raise _refused(400, "missing_smart_meter", "Module 3 needs a smart meter")
    if module == _MODULE_3 and _MODULE_1 not in active:
        raise _refused(400, "missing_module_1", "Module 3 needs module 1")


def _refused(status: int, code: str, message: str) -> ApiError:
    return ApiError(status, message, FieldProblem(code, "type", message))
