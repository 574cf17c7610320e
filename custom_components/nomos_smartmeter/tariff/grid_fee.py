"""Reduced grid fees: the modules of section 14a EnWG, and the windows of module 3.

Source: decision BK8-22/010-A of the Bundesnetzagentur. Module 1 is a lump sum, module 2
a lower price per kWh for a meter of its own, module 3 a price that changes over the day
and comes on top of module 1, for homes with a smart meter (iMSys).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from .local_time import DAY, local_day
from .prices import DayPrices, PriceOutlook

MODULES = (1, 2, 3)


class ModuleStatus(StrEnum):
    """Where a module stands."""

    NONE = "none"
    INTENDED = "intended"
    ORDERED = "ordered"
    ACTIVATED = "activated"
    REJECTED = "rejected"
    ENDED = "ended"

    @property
    def takes_place(self) -> bool:
        """Tell whether it keeps the module from being ordered."""
        return self in (
            ModuleStatus.INTENDED,
            ModuleStatus.ORDERED,
            ModuleStatus.ACTIVATED,
        )


class Obstacle(StrEnum):
    """Why a module cannot be ordered."""

    EXISTS = "module_exists"
    MODULE_2_ALONE = "module_2_alone"
    NEEDS_MODULE_1 = "module_3_needs_module_1"
    NEEDS_SMART_METER = "module_3_needs_smart_meter"


def obstacle(
    module: int, statuses: Mapping[int, ModuleStatus], *, smart_meter: bool
) -> Obstacle | None:
    """Return why a module cannot be ordered, None where it can.

    Args:
        module: 1, 2 or 3.
        statuses: Where the three modules stand.
        smart_meter: Whether the home has one.
    """
    taken = {number for number in MODULES if statuses[number].takes_place}
    if module in taken:
        return Obstacle.EXISTS
    if taken and (module == 2 or 2 in taken):
        return Obstacle.MODULE_2_ALONE
    if module == 3 and not smart_meter:
        return Obstacle.NEEDS_SMART_METER
    if module == 3 and statuses[1] is not ModuleStatus.ACTIVATED:
        return Obstacle.NEEDS_MODULE_1
    return None


class GridFeeLevel(StrEnum):
    """The window of module 3 that a grid fee belongs to (NT, ST, HT)."""

    LOW = "low"
    STANDARD = "standard"
    HIGH = "high"


@dataclass(frozen=True)
class GridFeeWindow:
    """The window of now.

    Attributes:
        level: None where the prices do not tell.
        next_change: When the level changes (UTC), None where that is not known yet.
    """

    level: GridFeeLevel | None
    next_change: datetime | None


def grid_fee_window(outlook: PriceOutlook) -> GridFeeWindow:
    """Read the window of now from the grid's part of the prices."""
    today = local_day(outlook.now)
    current = outlook.current
    level = _levels(outlook.today).get(current.grid) if current else None
    if level is None:
        return GridFeeWindow(None, None)
    for day in (today, today + DAY):
        levels = _levels(outlook.series.on(day))
        for quarter in outlook.series.on(day).quarters:
            if quarter.start > outlook.now and levels.get(quarter.grid) != level:
                known = quarter.grid in levels
                return GridFeeWindow(level, quarter.start if known else None)
    return GridFeeWindow(level, None)


def _levels(day: DayPrices) -> Mapping[Decimal | None, GridFeeLevel]:
    """Return the level of each grid fee of a day, empty where that is not clear.

    With one fee it is the standard; with two, the commoner one is. There are no more
    than three.
    """
    fees = Counter(quarter.grid for quarter in day.quarters)
    if not day.known or None in fees or not 1 <= len(fees) <= len(GridFeeLevel):
        return {}
    ascending = sorted(fee for fee in fees if fee is not None)
    if len(ascending) == len(GridFeeLevel):
        return dict(zip(ascending, GridFeeLevel, strict=True))
    (standard, most), *others = fees.most_common()
    levels: dict[Decimal | None, GridFeeLevel] = {standard: GridFeeLevel.STANDARD}
    for fee, quarters in others:
        if quarters == most or fee is None or standard is None:
            return {}
        levels[fee] = GridFeeLevel.LOW if fee < standard else GridFeeLevel.HIGH
    return levels
