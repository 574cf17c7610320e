"""Events: what has changed, told by ids alone."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
import json
from typing import Any

from .identifiers import new_id
from .meter_order import MeterOrder
from .model import Subscription
from .moments import now, to_api

_EVENTS_KEPT = 1_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that has happened; `context` has ids of what it is about."""

    topic: str
    context: Mapping[str, str]
    id: str = field(default_factory=lambda: new_id("evt"))
    at: datetime = field(default_factory=now)

    def as_json(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {
            "id": self.id,
            "timestamp": to_api(self.at),
            "topic": self.topic,
            "context": dict(self.context),
        }

    def body(self) -> bytes:
        """Return the bytes that are delivered, the same each time."""
        return json.dumps(self.as_json()).encode()


type Listener = Callable[[Event], None]


class Events:
    """The events so far, and who is told of each new one."""

    def __init__(self) -> None:
        """Start without any."""
        self.listeners: list[Listener] = []
        self._kept: deque[Event] = deque(maxlen=_EVENTS_KEPT)

    def keep(self, event: Event) -> None:
        """Remember an event without telling anybody."""
        self._kept.append(event)

    def add(self, event: Event) -> None:
        """Remember an event and tell of it."""
        self.keep(event)
        for listener in tuple(self.listeners):
            listener(event)

    def last(self, count: int) -> list[Event]:
        """Return the newest events, the newest last."""
        return list(self._kept)[-count:]

    def forget(self) -> None:
        """Forget the events so far."""
        self._kept.clear()


def order_topics(before: MeterOrder, after: MeterOrder) -> list[str]:
    """Return the topics of what has changed about an order.

    Nothing tells that an order goes on after it was blocked, nor that an
    appointment has moved: there are no topics for that.
    """
    topics = []
    if after.curie_status != before.curie_status:
        topics.append(f"meter_order.{after.curie_status}")
    if after.blocked_reason not in (None, before.blocked_reason):
        topics.append("meter_order.blocked")
    return topics


def subscription_topics(before: Subscription, after: Subscription) -> list[str]:
    """Return the topics of what has changed about a subscription.

    It counts as confirmed once its start is known.
    """
    topics = []
    if before.start_at is None and after.start_at is not None:
        topics.append("subscription.confirmed")
    if before.terminated_at is None and after.terminated_at is not None:
        topics.append("subscription.terminated")
    if after.status != before.status:
        topics += {
            "active": ["subscription.activated"],
            "ended": ["subscription.ended"],
        }.get(after.status, [])
    return topics
