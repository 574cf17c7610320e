"""Meter readings: what the API takes, and what it finds implausible."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .client import Answer, ApiClient


def _ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


async def _submit(api: ApiClient, **changes: Any) -> Answer:
    subscription = next(iter(api.world.subscriptions))
    reading = {"subscription": subscription, "value": 1000, "timestamp": _ago(1)}
    return await api.post("/meter-readings", reading | changes)


def _have(api: ApiClient, value: float, days_ago: int) -> None:
    subscription = next(iter(api.world.subscriptions.values()))
    api.world.add_reading(
        subscription, {"value": value, "timestamp": f"-{days_ago} days"}
    )


async def test_a_reading(household: ApiClient) -> None:
    """A reading is taken for the start of its day, and listed."""
    made = await _submit(household, value=1234.5)
    assert made.json["value"] == 1234.5
    assert made.json["timestamp"] < _ago(1)
    assert (await household.get("/meter-readings")).items == [made.json]


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"value": 899}, 400, ("implausible_meter_reading", "value")),
        ({"value": 9000}, 400, ("implausible_meter_reading", "value")),
        ({"timestamp": _ago(5)}, 409, ("duplicate_meter_reading", "timestamp")),
        ({"timestamp": _ago(7)}, 400, ("implausible_meter_reading", "value")),
        ({"timestamp": _ago(-1)}, 400, ("out_of_period_meter_reading", "timestamp")),
        ({"timestamp": _ago(900)}, 400, ("out_of_period_meter_reading", "timestamp")),
        ({"timestamp": "soon"}, 400, ("invalid_format", "timestamp")),
        ({"timestamp": "2026-01-01"}, 400, ("invalid_format", "timestamp")),
        ({"value": 0}, 400, ("too_small", "value")),
        ({"value": "1000"}, 400, ("invalid_type", "value")),
        ({"value": True}, 400, ("invalid_type", "value")),
        ({"subscription": 1}, 400, ("invalid_type", "subscription")),
    ],
)
async def test_refused(
    household: ApiClient, changes: dict[str, Any], status: int, problem: tuple[str, str]
) -> None:
    """What cannot be is refused, with its reason."""
    subscription = next(iter(household.world.subscriptions.values()))
    household.world.update_subscription(subscription, {"start_at": "-100 days"})
    _have(household, 900, 5)
    answer = await _submit(household, **changes)
    assert answer.status == status
    assert answer.problems == [problem]


async def test_a_smart_meter(household: ApiClient) -> None:
    """A smart meter is read remotely."""
    next(iter(household.world.subscriptions.values())).meter.type = "smart"
    assert (await _submit(household)).problems == [("unsupported_meter", "meter")]
