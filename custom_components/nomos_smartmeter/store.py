"""What Nomos answered last, and how the loads run: kept over restarts."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import math
from typing import Any, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN, LOGGER
from .contract import Contract
from .nomos import Model, NomosResponseError
from .tariff.load import Need
from .tariff.prices import PriceInterval, PriceSeries
from .tariff.schedule import Reason, Run, Schedule

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
            # A damaged file is as good as none: Nomos is asked, or a plan made, anew.
            LOGGER.warning("What was stored is not readable (%r)", err)
            return None

    async def async_save(self, kept: KeptT) -> None:
        """Keep this instead of what was kept before."""
        await self._store.async_save(self._write(kept))

    @callback
    def async_delay_save(self, kept: Callable[[], KeptT], delay: float) -> None:
        """Keep, after some seconds, what there will be then."""
        self._store.async_delay_save(lambda: self._write(kept()), delay)

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


class LoadStore(EntryStore[Mapping[str, Schedule]]):
    """The place of the schedules of one config entry's loads, by their subentry.

    Moments are in ISO 8601 (UTC), null for a run that goes on without an end.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Open the place of a config entry."""
        super().__init__(hass, f"{entry_id}.loads")

    @override
    def _read(self, stored: Any) -> Mapping[str, Schedule]:
        loads = dict(stored["loads"])
        return {load_id: _schedule(kept) for load_id, kept in loads.items()}

    @override
    def _write(self, kept: Mapping[str, Schedule]) -> dict[str, Any]:
        return {"loads": {load_id: _document(kept[load_id]) for load_id in kept}}


def _document(schedule: Schedule) -> dict[str, Any]:
    told = schedule.told
    return {
        "begun": [[_iso(run.start), _iso(run.end)] for run in schedule.begun],
        "planned": [[_iso(run.start), _iso(run.end)] for run in schedule.planned],
        "reason": schedule.reason,
        "asked_at": _iso(schedule.asked_at),
        "told": [told.time.total_seconds(), _iso(told.told_at)] if told else None,
    }


def _schedule(stored: Any) -> Schedule:
    reason = stored["reason"]
    return Schedule(
        begun=tuple(map(_run, stored["begun"])),
        planned=tuple(map(_run, stored["planned"])),
        reason=None if reason is None else Reason(reason),
        asked_at=_moment(stored["asked_at"]),
        told=_need(stored["told"]),
    )


def _need(stored: Any) -> Need | None:
    if stored is None:
        return None
    seconds, told_at = stored
    return Need(timedelta(seconds=seconds), _moment(told_at))


def _run(row: Any) -> Run:
    start, end = map(_moment, row)
    if start is None or (end is not None and end <= start):
        raise ValueError("not a run")
    return Run(start, end)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


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
