"""What Nomos answered last, kept over restarts."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import math
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN, LOGGER
from .contract import Contract
from .nomos import Model, NomosResponseError
from .tariff.prices import PriceInterval, PriceSeries

_VERSION = 1
_LENGTHS = range(900, 3601, 900)
"""An interval lasts one to four quarters of an hour."""


class EntryStore[KeptT](ABC):
    """The place of something that belongs to one config entry."""

    def __init__(self, hass: HomeAssistant, key: str) -> None:
        """Keep it out of other users' sight, since contracts hold the address."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.{key}", private=True, atomic_writes=True
        )

    async def async_load(self) -> KeptT | None:
        """Return what was kept, None where there is nothing or nothing readable."""
        try:
            if (stored := await self._store.async_load()) is None:
                return None
            return self._read(stored)
        except (
            ArithmeticError,
            HomeAssistantError,
            LookupError,
            NomosResponseError,
            NotImplementedError,
            OSError,
            TypeError,
            ValueError,
        ) as err:
            # A damaged file is as good as none: Nomos is asked anew.
            LOGGER.warning("The stored answer is not readable (%r)", err)
            return None

    async def async_save(self, kept: KeptT) -> None:
        """Keep this instead of what was kept before."""
        await self._store.async_save(self._write(kept))

    async def async_remove(self) -> None:
        """Forget it."""
        await self._store.async_remove()

    @abstractmethod
    def _read(self, stored: Any) -> KeptT:
        """Read what was kept.

        Raises:
            Exception: It is damaged; any of those that `async_load` knows.
        """

    @abstractmethod
    def _write(self, kept: KeptT) -> dict[str, Any]:
        """Return what JSON can hold."""


@dataclass(frozen=True, kw_only=True)
class LastAnswer(Model):
    """What Nomos answered of contract and order, and when (UTC)."""

    contract: Contract
    at: datetime


class AnswerStore(EntryStore[LastAnswer]):
    """The place of one config entry's last answer."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Open the place of a config entry."""
        super().__init__(hass, entry_id)

    @override
    def _read(self, stored: Any) -> LastAnswer:
        return LastAnswer.read(stored)

    @override
    def _write(self, kept: LastAnswer) -> dict[str, Any]:
        return kept.to_dict()


class PriceStore(EntryStore[PriceSeries]):
    """The place of one config entry's known prices.

    Each interval is a row: seconds since 1970, its length in seconds, the price and its
    three parts as decimal text in EUR/kWh, null where missing.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Open the place of a config entry."""
        super().__init__(hass, f"{entry_id}.prices")

    @override
    def _read(self, stored: Any) -> PriceSeries:
        return PriceSeries.of(map(_interval, stored["intervals"]))

    @override
    def _write(self, kept: PriceSeries) -> dict[str, Any]:
        return {"intervals": [list(_row(interval)) for interval in kept.intervals]}


def _row(interval: PriceInterval) -> Iterator[int | str | None]:
    yield int(interval.start.timestamp())
    yield (interval.end - interval.start).seconds
    for amount in (
        interval.price,
        interval.electricity,
        interval.grid,
        interval.levies,
    ):
        yield None if amount is None else str(amount)


def _interval(row: Any) -> PriceInterval:
    seconds, length, *amounts = row
    if type(seconds) is not int or length not in _LENGTHS:
        raise ValueError("not an interval of prices")
    start = datetime.fromtimestamp(seconds, UTC)
    price, electricity, grid, levies = map(_amount, amounts)
    end = start + timedelta(seconds=length)
    return PriceInterval(start, end, price, electricity, grid, levies)


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    if not isinstance(text, str) or not math.isfinite(float(text)):
        raise ValueError("not an amount")
    return Decimal(text)
