"""A day and a half with prices, looked at from all sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose

from playwright.async_api import ViewportSize

from . import energy, prices
from .client import Client
from .clock import Clock
from .contract import DOMAIN
from .nomos import Nomos
from .pictures import Album
from .prices import DAY, QUARTER, Price
from .report import Report

_LONG_PHONE = ViewportSize(width=390, height=1020)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_PAUSE, _LONG_PAUSE = 0.15, 0.4
"""Real seconds between strides, so that no request that is under way is overtaken."""


@dataclass(kw_only=True)
class PriceDay:
    """Lets the time pass with dynamic pricing active, and compares what is shown."""

    report: Report
    album: Album
    client: Client
    clock: Clock
    nomos: Nomos

    async def begin(self) -> None:
        """See that there are prices."""
        await self._see("the prices are here, as Nomos has them")

    async def quarter(self) -> None:
        """See the price change at the very begin of a quarter-hour, and not before."""
        begin = self.clock.quarter() + QUARTER
        await self.clock.run_to(begin - 3 * _SECOND, QUARTER, _PAUSE)
        await self._see(f"{begin - _SECOND:%H:%M:%S} the old quarter-hour goes on")
        self.clock.put_forward(begin)
        await self._see(f"{begin:%H:%M:%S} a new quarter-hour has begun")
        await self._compare_moment(Price.CURRENT, begin, begin + _SECOND)

    async def afternoon(self) -> None:
        """See tomorrow's prices come when Nomos has them, and not before."""
        await self.album.prices("prices-today", "Tomorrow's prices come")
        at = self.clock.today(14, 20)
        await self.clock.run_to(at - 10 * _SECOND, 5 * _MINUTE, _PAUSE)
        await self._see("14:19 tomorrow's prices are not here yet")
        await self.clock.run_to(at + 5 * _MINUTE, _MINUTE, _LONG_PAUSE)
        await self._see("14:25 tomorrow's prices are here")
        await self._compare_moment(Price.TOMORROW_KNOWN, at, at + 5 * _MINUTE)
        self.report.compare(
            "the Energy dashboard finds nothing wrong with the price",
            [],
            await energy.complaints(self.client),
        )
        await self.album.prices("prices-tomorrow", "Tomorrow")
        await self.album.prices("prices-phone", "Tomorrow", _LONG_PHONE)
        await self._ask()

    async def midnight(self) -> None:
        """See the day change."""
        midnight = self.clock.today(0) + DAY
        await self.clock.run_to(midnight - 3 * _SECOND, QUARTER, _PAUSE)
        await self._see("23:59 the last quarter-hour: what is next is tomorrow's")
        self.clock.put_forward(midnight)
        await self._see("00:00 tomorrow is today")
        # The statistics of the last hour are made seconds later.
        await self.clock.run_to(midnight + 15 * _SECOND, QUARTER, _PAUSE)

    async def evening(self, since: datetime) -> None:
        """See what the day has cost.

        Args:
            since: When the cost had begun to count.
        """
        await self.clock.run_to(self.clock.today(20), QUARTER, _PAUSE)
        today = self.clock.now().date()
        both_days = await self.nomos.prices(today - DAY, today)
        wanted, seen = await energy.costs_since(self.client, since, both_days)
        # The recorder's kilowatt-hours are rounded.
        near_enough = isclose(wanted, seen, abs_tol=0.001)
        self.report.compare(
            "the Energy dashboard counts each kilowatt-hour at its price",
            wanted,
            wanted if near_enough else seen,
        )
        kept = await self.client.history(Price.FORECAST, since)
        lists = {"raw_today", "raw_tomorrow", "data"}
        self.report.compare(
            "the recorder keeps the prices, but not the lists",
            [True, set()],
            [len(kept) > 100, lists & {key for s in kept for key in s["attributes"]}],
        )
        await self.album.energy("energy")

    async def _ask(self) -> None:
        """Let the actions answer."""
        known = {
            moment: round(cents / 100, 6)
            for moment, cents in (await self._known()).items()
        }
        answer = await self.client.ask(f"{DOMAIN}.get_prices")
        told = {
            datetime.fromisoformat(item["start"]): round(item["price"], 6)
            for item in answer["prices"]
        }
        self.report.compare("get_prices answers with all that is known", known, told)
        window = await self.client.ask(
            f"{DOMAIN}.find_cheapest_window", duration={"hours": 2}
        )
        begins = [moment for moment in known if moment > self.clock.now()]
        sums = {
            begin: sum(known[begin + QUARTER * n] for n in range(8))
            for begin in begins
            if begin + QUARTER * 7 in known
        }
        cheapest = min(sums, key=lambda begin: (round(sums[begin], 6), begin))
        self.report.compare(
            "find_cheapest_window finds the cheapest two hours",
            (cheapest, round(sums[cheapest] / 8, 6)),
            (
                datetime.fromisoformat(window["start"]),
                round(window["average_price"], 6),
            ),
        )

    async def _see(self, what: str) -> None:
        """Compare what is shown with what Nomos says for this moment."""
        wanted = prices.expected(await self._known(), self.clock.now())
        seen = await prices.shown_soon(self.client, wanted)
        self.report.compare(what, wanted, seen)

    async def _known(self) -> Mapping[datetime, float]:
        today = self.clock.now().date()
        return await self.nomos.prices(today, today + DAY)

    async def _compare_moment(
        self, price: Price, first: datetime, last: datetime
    ) -> None:
        """Compare when a state changed with when it should have."""
        changed = (await self.client.state(price)).last_changed
        self.report.compare(
            f"{price} changed between {first:%H:%M:%S} and {last:%H:%M:%S}",
            [True, changed],
            [first <= changed <= last, changed],
        )
