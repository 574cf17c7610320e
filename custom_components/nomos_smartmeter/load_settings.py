"""What the owner has set of a load, as it is kept in its config subentry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from homeassistant.const import WEEKDAYS
from homeassistant.helpers import config_validation as cv

from .tariff.load import Fallback, Load, Need, time_for
from .tariff.local_time import HOUR
from .tariff.planning import Constraints

SUBENTRY_LOAD: Final = "load"

CONF_KIND: Final = "kind"
CONF_RUN_TIME: Final = "run_time"
CONF_ENERGY: Final = "energy"
CONF_ENERGY_ENTITY: Final = "energy_entity"
CONF_POWER: Final = "power"
CONF_EARLIEST_START: Final = "earliest_start"
CONF_READY_BY: Final = "ready_by"
CONF_DAYS: Final = "days"
CONF_SPLIT: Final = "split"
CONF_MINIMUM_RUN: Final = "minimum_run"
CONF_MINIMUM_PAUSE: Final = "minimum_pause"
CONF_MAXIMUM_PAUSE: Final = "maximum_pause"
CONF_MAXIMUM_STARTS: Final = "maximum_starts"
CONF_PRICE_CEILING: Final = "price_ceiling"
CONF_FALLBACK: Final = "fallback"
CONF_FALLBACK_START: Final = "fallback_start"
CONF_ENABLED: Final = "enabled"


class LoadKind(StrEnum):
    """What a load is, which gives it an icon and its first settings."""

    WALLBOX = "wallbox"
    HEAT_PUMP = "heat_pump"
    HOT_WATER = "hot_water"
    APPLIANCE = "appliance"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class LoadSettings:
    """The settings of a load.

    Attributes:
        kind: What it is.
        load: What its owner wants of it, but for the need.
        run_time: The need as a length of time, None where it is an energy.
        energy: The need in kWh, None where it is a time or comes from an entity.
        energy_entity: The entity that says how many kWh are still missing.
    """

    kind: LoadKind
    load: Load
    run_time: timedelta | None
    energy: Decimal | None
    energy_entity: str | None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> LoadSettings:
        """Read what the dialog has made, or the entities have changed."""
        return cls(
            kind=LoadKind(data[CONF_KIND]),
            load=_load(data),
            run_time=duration(data.get(CONF_RUN_TIME)),
            energy=number(data.get(CONF_ENERGY)),
            energy_entity=data.get(CONF_ENERGY_ENTITY),
        )

    def need(self, missing: Decimal | None, told_at: datetime | None) -> Need | None:
        """Return for how long it shall run.

        Args:
            missing: The kWh that are still missing, None where that cannot be told. It
                counts only where an entity is to say it.
            told_at: When the entity said so (UTC).
        """
        if self.run_time is not None:
            return Need(self.run_time)
        power = self.load.power
        assert power is not None
        if self.energy is not None:
            return Need(time_for(self.energy, power))
        return None if missing is None else Need(time_for(missing, power), told_at)

    def with_run_time(self, hours: float) -> dict[str, Any]:
        """Return what to change in the subentry for the need to be so many hours."""
        if self.energy is None:
            return {CONF_RUN_TIME: in_parts(timedelta(hours=hours))}
        assert self.load.power is not None
        # What a float product adds would cost a quarter-hour more.
        return {CONF_ENERGY: float(Decimal(str(hours)) * self.load.power)}


def _load(data: Mapping[str, Any]) -> Load:
    starts = data.get(CONF_MAXIMUM_STARTS)
    return Load(
        earliest_start=cv.time(data[CONF_EARLIEST_START]),
        ready_by=cv.time(data[CONF_READY_BY]),
        days=frozenset(map(WEEKDAYS.index, data[CONF_DAYS])),
        constraints=Constraints(
            split=data[CONF_SPLIT],
            minimum_run=duration(data.get(CONF_MINIMUM_RUN)) or timedelta(),
            minimum_pause=duration(data.get(CONF_MINIMUM_PAUSE)) or timedelta(),
            maximum_pause=duration(data.get(CONF_MAXIMUM_PAUSE)) or None,
            maximum_starts=None if starts is None else int(starts),
            price_ceiling=number(data.get(CONF_PRICE_CEILING)),
        ),
        power=number(data.get(CONF_POWER)),
        fallback=Fallback(data[CONF_FALLBACK]),
        fallback_start=cv.time(data[CONF_FALLBACK_START]),
        enabled=data[CONF_ENABLED],
    )


def duration(parts: Any) -> timedelta | None:
    """Return a length of time as Home Assistant's duration selector gives it."""
    return None if parts is None else cv.time_period(parts)


def in_parts(length: timedelta) -> dict[str, int]:
    """Return a length of time as Home Assistant's duration selector takes it."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return {"hours": hours, "minutes": minutes, "seconds": seconds}


def in_hours(length: timedelta) -> float:
    """Return a length of time in hours."""
    return length / HOUR


def number(value: float | None) -> Decimal | None:
    """Return the number that was typed, without what a float adds to it."""
    return None if value is None else Decimal(str(value))
