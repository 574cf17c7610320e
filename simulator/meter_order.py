"""A smart meter order and the words that each version of the API has for its state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .fields import assign
from .moments import LOCAL_TIME, now

# Both tables are written down here a second time on purpose: taken from the
# integration, a mistake in them would cancel out in every test.
CURIE_STATUS = {
    "waiting": "created",
    "intended": "created",
    "ordered": "placed",
    "check_submitted": "check_submitted",
    "checked": "check_reviewed",
    "installation_planning": "check_reviewed",
    "installation_scheduled": "scheduled",
    "installation_waiting": "scheduled",
    "installation_finished": "installed",
    "installed": "installed",
    "activated": "activated",
    "pre_installed": "cancelled",
    "cancelled": "cancelled",
}
EDISON_STATUS = {"check_submitted": "ordered"}

BLOCKED_REASON = {
    "blocked": "check_missing",
    "blocked_wim": "grid_operator_registration",
}
CANCELLED_REASON = {"cancelled": "customer_request", "pre_installed": "pre_existing"}

NEXT_MILESTONE = {
    "waiting": "ordered",
    "intended": "ordered",
    "ordered": "check_submitted",
    "check_submitted": "checked",
    "checked": "installation_scheduled",
    "installation_planning": "installation_scheduled",
    "installation_scheduled": "installed",
    "installation_waiting": "installed",
    "installation_finished": "installed",
    "installed": "activated",
}
_APPOINTED = ("installation_scheduled", "installation_waiting")
_INSTALLED = ("installation_finished", "installed", "activated")
_DAYS_TO_APPOINTMENT = 9


class OrderStuckError(Exception):
    """An order that has no next step."""


@dataclass(kw_only=True)
class MeterOrder:
    """An order: the milestone it has reached, and what blocks it there."""

    id: str
    subscription: str
    customer: str
    created_at: datetime
    updated_at: datetime
    provider: str = "energy-metering"
    milestone: str = "waiting"
    blocked_reason: str | None = None
    cancelled_reason: str | None = None
    appointment_at: datetime | None = None
    installed_at: datetime | None = None
    activated_at: datetime | None = None
    cancelled_at: datetime | None = None
    blocked_at: datetime | None = None

    @property
    def status(self) -> str:
        """The one word for its state: the milestone, or the way it is blocked."""
        if self.blocked_reason is None or self.milestone in CANCELLED_REASON:
            return self.milestone
        if self.blocked_reason == BLOCKED_REASON["blocked_wim"]:
            return "blocked_wim"
        return "blocked"

    @property
    def curie_status(self) -> str:
        """The milestone as curie calls it."""
        return CURIE_STATUS.get(self.milestone, self.milestone)

    @property
    def edison_status(self) -> str:
        """The state as edison calls it."""
        return EDISON_STATUS.get(self.status, self.status)

    def update(self, changes: Mapping[str, Any]) -> None:
        """Set fields; a status and a reason bring the fields that belong to them along."""
        self.updated_at = now()
        rest = dict(changes)
        if "status" in rest:
            self._enter(rest.pop("status"))
        if "cancelled_reason" in rest:
            self._cancel(rest.pop("cancelled_reason"))
        if "blocked_reason" in rest:
            self._block(rest.pop("blocked_reason"))
        assign(self, rest)

    def advance(self) -> None:
        """Reach the next milestone."""
        if self.status not in NEXT_MILESTONE:
            raise OrderStuckError(f"An order that is {self.status} does not move on")
        self.update({"status": NEXT_MILESTONE[self.status]})

    def _enter(self, status: str) -> None:
        if status in BLOCKED_REASON:
            if self.milestone in CANCELLED_REASON:
                self._reach("waiting")
            self._block(BLOCKED_REASON[status])
        else:
            self._block(None)
            self._reach(status)

    def _reach(self, milestone: str) -> None:
        assign(self, {"milestone": milestone})
        self.cancelled_reason = CANCELLED_REASON.get(milestone)
        self.cancelled_at = now() if milestone in CANCELLED_REASON else None
        if milestone in _APPOINTED:
            self.appointment_at = self.appointment_at or _next_appointment()
        self.installed_at = (
            self.installed_at or now() if milestone in _INSTALLED else None
        )
        self.activated_at = now() if milestone == "activated" else None

    def _block(self, reason: str | None) -> None:
        assign(self, {"blocked_reason": reason})
        self.blocked_at = None if reason is None else now()

    def _cancel(self, reason: str | None) -> None:
        pre_existing = reason == CANCELLED_REASON["pre_installed"]
        if reason is not None:
            self._reach("pre_installed" if pre_existing else "cancelled")
        assign(self, {"cancelled_reason": reason})


def _next_appointment() -> datetime:
    day = now().astimezone(LOCAL_TIME) + timedelta(days=_DAYS_TO_APPOINTMENT)
    return day.replace(hour=9, minute=30, second=0, microsecond=0)
