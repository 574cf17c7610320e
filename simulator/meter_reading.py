"""Readings of analog meters, and what makes one implausible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from .errors import ApiError, FieldProblem
from .model import Subscription
from .moments import LOCAL_TIME, local_moment, now

_MOST_PER_DAY = 500.0
"""kWh that no home draws in a day."""


@dataclass(kw_only=True)
class MeterReading:
    """What a meter showed, at the start of a local day."""

    id: str
    subscription: str
    customer: str
    meter: str
    value: float
    timestamp: datetime
    type: str
    created_at: datetime


def start_of_day(moment: datetime) -> datetime:
    """Return what a reading's time is moved to."""
    return local_moment(moment.astimezone(LOCAL_TIME).date(), time())


def check_plausible(
    subscription: Subscription,
    value: float,
    at: datetime,
    others: Sequence[MeterReading],
) -> None:
    """Refuse a reading that does not fit to the meter or to the others.

    Raises:
        ApiError: It is refused.
    """
    if subscription.meter.type == "smart" or subscription.type == "feed_in":
        raise _refused(400, "unsupported_meter", "meter", "The meter is read remotely")
    begin = subscription.start_at
    if at > now() or (begin is not None and at < start_of_day(begin)):
        raise _refused(
            400,
            "out_of_period_meter_reading",
            "timestamp",
            "The reading is outside of the supply period",
        )
    day = start_of_day(at)
    if any(other.timestamp == day for other in others):
        raise _refused(
            409,
            "duplicate_meter_reading",
            "timestamp",
            "There is a reading of this day already",
        )
    before = [other for other in others if other.timestamp < day]
    after = [other for other in others if other.timestamp > day]
    if any(value < other.value for other in before) or any(
        value > other.value for other in after
    ):
        raise _refused(
            400,
            "implausible_meter_reading",
            "value",
            "The meter reading is below an earlier one or above a later one",
        )
    if before:
        last = max(before, key=lambda other: other.timestamp)
        days = (day - last.timestamp).days
        if value - last.value > _MOST_PER_DAY * days:
            raise _refused(
                400,
                "implausible_meter_reading",
                "value",
                "The usage since the last meter reading is implausibly high",
            )


def _refused(status: int, code: str, field: str, message: str) -> ApiError:
    return ApiError(status, message, FieldProblem(code, field, message))
