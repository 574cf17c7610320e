"""The market as it stands: what it costs, when tomorrow appears, and what goes wrong."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from .moments import LOCAL_TIME, local_moment, now
from .spot import Weather, spot_prices

_QUARTERS_OF_HOUR = 4
_REVISION_STEP = 0.13

# Since then Germany has been a market area of its own with Luxembourg.
_FIRST_DAY = date(2018, 10, 1)
_ONE_DAY = timedelta(days=1)


class Order(StrEnum):
    """The order in which the API lists prices."""

    ASCENDING = "ascending"
    DESCENDING = "descending"
    SHUFFLED = "shuffled"


@dataclass(kw_only=True)
class Market:
    """Prices and their publication; days and times of day are local, amounts in ct/kWh.

    `publication` is the time of day at which tomorrow appears; without it a day
    appears when it begins. `publication_exceptions` has other times for single
    delivery days, and None for those that never appear. Each `revision` moves
    all prices a little, as a corrected publication does. `amounts` replaces what
    a customer pays or is paid at a moment.
    """

    seed: int = 1
    weather: Weather = Weather.TYPICAL
    publication: time | None = time(14, 20)
    publication_exceptions: dict[date, time | None] = field(default_factory=dict)
    revision: int = 0
    hourly_before: date = date(2025, 10, 1)
    amounts: dict[datetime, float] = field(default_factory=dict)
    null_moments: list[datetime] = field(default_factory=list)
    missing_moments: list[datetime] = field(default_factory=list)
    duplicated_moments: list[datetime] = field(default_factory=list)
    null_items: bool = False
    order: Order = Order.ASCENDING

    def published_days(self, start: date, end: date) -> list[date]:
        """Return the days of a range, both ends included, whose prices are known."""
        first = max(start, _FIRST_DAY)
        last = min(end, _today() + _ONE_DAY)
        days = (first + _ONE_DAY * count for count in range((last - first).days + 1))
        return [day for day in days if self._is_published(day)]

    def spot_prices(self, day: date) -> dict[datetime, float]:
        """Return the prices of a day without VAT, by the beginning of their interval."""
        prices = spot_prices(day, self.weather, self.seed)
        if day < self.hourly_before:
            prices = _hourly(prices)
        correction = self.revision * _REVISION_STEP
        return {moment: price + correction for moment, price in prices.items()}

    def _is_published(self, day: date) -> bool:
        clock = self.publication_exceptions.get(day, self.publication)
        if clock is not None:
            return now() >= local_moment(day - _ONE_DAY, clock)
        return day not in self.publication_exceptions and day <= _today()


def _today() -> date:
    return now().astimezone(LOCAL_TIME).date()


def _hourly(quarters: dict[datetime, float]) -> dict[datetime, float]:
    moments, prices = list(quarters), list(quarters.values())
    return {
        moments[index]: sum(prices[index : index + _QUARTERS_OF_HOUR])
        / _QUARTERS_OF_HOUR
        for index in range(0, len(moments), _QUARTERS_OF_HOUR)
    }
