"""The spot market: day-ahead prices with the shapes of the German market, from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
import math
from random import Random
from typing import Self

from .moments import LOCAL_TIME, quarters_of

_MIDWINTER = 15
_SATURDAY = 5
_SHARE_QUIET = 0.15
_SHARE_WILD = 0.05


class Weather(StrEnum):
    """What the prices of a day look like; typical days are now and then quiet or wild."""

    TYPICAL = "typical"
    QUIET = "quiet"
    WILD = "wild"
    FLAT = "flat"


def spot_prices(day: date, weather: Weather, seed: int) -> dict[datetime, float]:
    """Return the price of each quarter-hour of a local day, in ct/kWh without VAT.

    The same arguments give the same prices in every process.
    """
    random = Random(f"{seed} {day.isoformat()}")
    weather = _weather_of_day(weather, random)
    shape = _Shape.draw(day, random)
    quarters = quarters_of(day)
    if weather is Weather.FLAT:
        return dict.fromkeys(quarters, round(shape.level, 3))
    prices = [
        shape.price(_hours(quarter)) + random.gauss(0, 0.15) for quarter in quarters
    ]
    if weather is Weather.QUIET:
        prices = _calmed(prices, spread=random.uniform(2.1, 3.3))
    elif weather is Weather.WILD:
        low, high = random.uniform(-14.5, -8), random.uniform(41, 59)
        prices = _stretched(prices, low, high)
    return {
        quarter: round(price, 3)
        for quarter, price in zip(quarters, prices, strict=True)
    }


def _weather_of_day(weather: Weather, random: Random) -> Weather:
    drawn = random.random()
    if weather is not Weather.TYPICAL:
        return weather
    if drawn < _SHARE_QUIET:
        return Weather.QUIET
    return Weather.WILD if drawn > 1 - _SHARE_WILD else Weather.TYPICAL


def _hours(moment: datetime) -> float:
    """Return the local time of day in hours."""
    local = moment.astimezone(LOCAL_TIME)
    return local.hour + local.minute / 60


def _calmed(prices: Sequence[float], spread: float) -> list[float]:
    low, high = min(prices), max(prices)
    mean = sum(prices) / len(prices)
    return [mean + (price - mean) * spread / (high - low) for price in prices]


def _stretched(prices: Sequence[float], low: float, high: float) -> list[float]:
    # Squared, so that the low prices last for hours and the peak is sharp.
    floor, span = min(prices), max(prices) - min(prices)
    return [low + (high - low) * ((price - floor) / span) ** 2 for price in prices]


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """A day: its level, and how far the times of day are from it, in ct/kWh."""

    level: float
    night: float
    morning: float
    midday: float
    evening: float
    noon: float
    dusk: float

    @classmethod
    def draw(cls, day: date, random: Random) -> Self:
        """Draw a day of its season: 0 is the middle of winter, 1 that of summer."""
        summer = (1 - math.cos(math.tau * (_ordinal(day) - _MIDWINTER) / 365.25)) / 2
        sunny = random.uniform(0.35, 1.15)
        weekend = day.weekday() >= _SATURDAY
        return cls(
            level=11 - 2 * summer + random.gauss(0, 1) - (2 if weekend else 0),
            night=random.uniform(2, 3.5),
            morning=random.uniform(2.5, 4.5) * (0.4 if weekend else 1),
            midday=(1.2 + 7 * summer * sunny) * (1.25 if weekend else 1),
            evening=random.uniform(3.5, 7.5) * (0.8 if weekend else 1),
            noon=12.25 + summer,
            dusk=18 + 1.75 * summer,
        )

    def price(self, hours: float) -> float:
        """Return the price at a local time of day."""
        return (
            self.level
            - self.night * _bell(hours, 3, 2.5)
            + self.morning * _bell(hours, 7.75, 1.25)
            - self.midday * _bell(hours, self.noon, 2.5)
            + self.evening * _bell(hours, self.dusk, 1.6)
        )


def _ordinal(day: date) -> int:
    return (day - date(day.year, 1, 1)) // timedelta(days=1)


def _bell(hours: float, centre: float, width: float) -> float:
    return math.exp(-(((hours - centre) / width) ** 2) / 2)
