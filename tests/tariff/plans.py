"""Plans for the tests, of series that are drawn quarter by quarter from noon on."""

from datetime import datetime, timedelta

from custom_components.nomos_smartmeter.tariff.local_time import QUARTER
from custom_components.nomos_smartmeter.tariff.planning import (
    NO_PAST,
    Constraints,
    Past,
    Plan,
    Shortfall,
    plan,
)

from .series import NOON, drawn

MINUTE = timedelta(minutes=1)
LEAST = timedelta.resolution
WHOLE = Constraints()
SPLIT = Constraints(split=True)


def places(found: Plan) -> list[int]:
    """Return how many quarter-hours after noon those of a plan begin."""
    return [(quarter.start - NOON) // QUARTER for quarter in found.quarters]


def planned(
    picture: str,
    need: int,
    constraints: Constraints = SPLIT,
    past: Past = NO_PAST,
    latest: datetime | None = None,
) -> tuple[list[int], Shortfall | None]:
    """Return which quarters of a drawn series are chosen, and why there are not more."""
    prices, whole_need = drawn(picture), need * QUARTER
    found = plan(prices, whole_need, NOON, latest, constraints, past=past)
    return places(found), found.reason
