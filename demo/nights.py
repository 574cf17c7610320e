"""Two nights with loads, looked at from all sides: without prices, and with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

from . import loads
from .client import Client
from .clock import Clock
from .contract import DOMAIN
from .loads import SCHEDULE, Device, Load, Period, Shown
from .nomos import Nomos
from .pictures import Album
from .prices import DAY, QUARTER
from .report import Report

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_PAUSE = 0.1
"""Real seconds between strides, so that no request that is under way is overtaken."""


@dataclass(kw_only=True)
class Nights:
    """Lets the loads of the demo run, and compares what they do with what they should.

    Attributes:
        planned: When each load shall run in the night with prices.
        changed_over: When dynamic pricing became active.
    """

    report: Report
    album: Album
    client: Client
    clock: Clock
    nomos: Nomos
    planned: dict[Load, list[Period]] = field(default_factory=dict)
    changed_over: datetime = field(init=False)

    async def begin(self) -> None:
        """Add the loads, one of them on the pages of the dialog, and automate them."""
        await self.album.load_dialog(Load.WALLBOX.label)
        await loads.until_there(self.client, Load.WALLBOX)
        for load in (Load.HEAT_PUMP, Load.DISHWASHER):
            await loads.add(self.client, load)
        for load in Load:
            await loads.automate(self.client, load)
        await self._see_reasons(
            "the loads are added, and go by their fallback",
            {
                Load.WALLBOX: "fallback_window",
                Load.HEAT_PUMP: "fallback_always_on",
                Load.DISHWASHER: "fallback_window",
            },
        )
        # The contract is set up anew with each load, and then asks.
        await self.nomos.until_quiet()

    async def without_prices(self) -> None:
        """See the loads run by their fallback, and let a day pass with it."""
        since, ten = self.clock.now(), self.clock.today(22)
        await self.clock.run_to(ten - 3 * _SECOND, _HOUR, _PAUSE)
        await self._see_state("21:59 the wallbox waits", Device.WALLBOX, "off")
        self.clock.put_forward(ten)
        await self._see_state("22:00 the wallbox charges", Device.WALLBOX, "on")
        await self.clock.run_to(ten + QUARTER, QUARTER, _PAUSE)
        await self.album.loads("loads-fallback")
        await self.clock.run_to(since + DAY, _HOUR, _PAUSE)
        await self._see_times(
            "the night without prices went by the fallback",
            since,
            {
                Device.WALLBOX: [(ten, ten + _HOUR)],
                Device.HEAT_PUMP_BLOCK: [],
                Device.DISHWASHER: [(ten, ten + 2 * _HOUR)],
            },
        )

    async def change_over(self) -> None:
        """See the loads go by the prices, as soon as these reach as far as needed."""
        self.changed_over = self.clock.now()
        await self._see_reasons(
            "the loads change over by themselves, or wait for tomorrow's prices",
            {
                Load.WALLBOX: "prices_not_known",
                Load.HEAT_PUMP: "planned",
                Load.DISHWASHER: "prices_not_known",
            },
        )

    async def plan(self) -> None:
        """See the plans of the coming night, once tomorrow's prices are there."""
        today = self.clock.now().date()
        prices = await self.nomos.prices(today, today + DAY)
        evening, tomorrow = self.clock.today(18), self.clock.today(0) + DAY
        wallbox = _cheapest(prices, 2, 2, evening, tomorrow + 7 * _HOUR)
        dishwasher = _cheapest(prices, 1, 8, evening + 2 * _HOUR, tomorrow + 6 * _HOUR)
        for load, wanted in (
            (Load.WALLBOX, wallbox),
            (Load.DISHWASHER, dishwasher),
        ):
            plan = Shown("off", "planned", wanted)
            seen = await loads.shown_soon(self.client, load, plan)
            self.report.compare(
                f"the plan of the {load.label.lower()} is the cheapest there is",
                plan,
                seen,
            )
            self.planned[load] = _ended(seen.intervals)
        cents = sum(2.75 * prices[start] for start in _quarters(wallbox))
        cost = (await self.client.state(Load.WALLBOX.planned_cost)).state
        self.report.compare(
            "the wallbox tells what the plan costs",
            round(cents / 100, 6),
            round(float(cost), 6),
        )
        heat_pump = await loads.shown(self.client, Load.HEAT_PUMP)
        runs = _ended(heat_pump.intervals)
        rest = [(max(begin, tomorrow), end) for begin, end in runs if end > tomorrow]
        self.report.compare(
            "the heat pump is planned for 20 hours tomorrow, with pauses of 2 at most",
            [20 * _HOUR, True],
            [_length(rest), loads.longest(_pauses(runs)) <= 2 * _HOUR],
        )
        await self.album.load_device(await self._device_id(Load.WALLBOX))

    async def show_plan(self) -> None:
        """Take pictures on the evening before the planned night."""
        evening = self.clock.today(22) + QUARTER
        await self.clock.run_to(evening, QUARTER, _PAUSE)
        await self.album.loads("loads-planned")
        await self.album.schedule("schedule")

    async def with_prices(self) -> None:
        """See that the night went as planned."""
        await self.clock.run_to(self.clock.today(7) + QUARTER, QUARTER, _PAUSE)
        since = self.changed_over
        wallbox, dishwasher = Device.WALLBOX, Device.DISHWASHER
        await self._see_times(
            "the wallbox charged when planned, the dishwasher ran once, in one piece",
            since,
            {
                wallbox: self.planned[Load.WALLBOX],
                dishwasher: self.planned[Load.DISHWASHER],
            },
        )
        drawn = {
            load: round(await loads.energy_since(self.client, load, since), 1)
            for load in (Load.WALLBOX, Load.DISHWASHER)
        }
        self.report.compare(
            "they drew what was asked for, in whole quarter-hours",
            {Load.WALLBOX: 11.0, Load.DISHWASHER: 2.0},
            drawn,
        )

    async def end(self) -> None:
        """See the heat pump's pauses, an owner's change, and a load that goes."""
        pauses = await loads.times_on(
            self.client, Device.HEAT_PUMP_BLOCK, self.changed_over
        )
        self.report.compare(
            "the heat pump was paused, and never for longer than 2 hours",
            [True, True],
            [bool(pauses), loads.longest(pauses) <= 2 * _HOUR],
        )
        begin = self.clock.quarter() + QUARTER
        await self.client.action(
            "time.set_value",
            entity_id="time.wallbox_ready_by",
            time=f"{begin + _HOUR:%H:%M:%S}",
        )
        for what, wanted in (("start", begin), ("end", begin + _HOUR)):
            await self._see_state(
                f"it is to be ready earlier, and has another {what} at once",
                f"sensor.wallbox_next_{what}",
                wanted.astimezone(UTC).isoformat(),
            )
        await self.clock.run_to(begin + 15 * _SECOND, QUARTER, _PAUSE)
        await self._see_state("it charges when it must", Device.WALLBOX, "on")
        await self._remove(Load.WALLBOX)

    async def _remove(self, load: Load) -> None:
        await loads.remove(self.client, load)
        await self._see_state(
            "it is removed while it charges, which ends then", Device.WALLBOX, "off"
        )
        await loads.until_gone(self.client, load)
        self.report.compare(
            "nothing is left of it", [], await loads.traces(self.client, load)
        )
        begin = self.clock.now() - DAY
        answer = await self.client.ask(
            "calendar.get_events",
            entity_id=SCHEDULE,
            start_date_time=begin.isoformat(),
            end_date_time=(begin + 2 * DAY).isoformat(),
        )
        self.report.compare(
            "the calendar holds the others only",
            {Load.HEAT_PUMP.label, Load.DISHWASHER.label},
            {event["summary"] for event in answer[SCHEDULE]["events"]},
        )

    async def _device_id(self, load: Load) -> str:
        devices = await self.client.command("config/device_registry/list")
        found: str = next(
            device["id"]
            for device in devices
            if device["name"] == load.label and device["identifiers"][0][0] == DOMAIN
        )
        return found

    async def _see_reasons(self, what: str, wanted: Mapping[Load, str]) -> None:
        seen = {
            load: await loads.reason_soon(self.client, load, reason)
            for load, reason in wanted.items()
        }
        self.report.compare(what, wanted, seen)

    async def _see_state(self, what: str, entity_id: str, wanted: str) -> None:
        seen = await loads.state_soon(self.client, entity_id, wanted)
        self.report.compare(what, wanted, seen)

    async def _see_times(
        self, what: str, since: datetime, wanted: Mapping[Device, list[Period]]
    ) -> None:
        """Compare when devices were on, by the recorder, with when they should be."""
        seen = {
            device: await loads.times_on(self.client, device, since)
            for device in wanted
        }
        self.report.compare(what, wanted, seen)


def _cheapest(
    prices: Mapping[datetime, float],
    pieces: int,
    length: int,
    start: datetime,
    end: datetime,
) -> list[Period]:
    """Return the cheapest time in a period, the earlier of equals, by trying them all.

    Args:
        prices: What Nomos says, by the begin of each quarter-hour.
        pieces: In how many pieces, which may follow each other.
        length: How many quarter-hours each piece has.
        start: The begin of the period.
        end: Its end.
    """
    begins = sorted(begin for begin in prices if start <= begin < end)
    rows = [begins[n : n + length] for n in range(len(begins) - length + 1)]
    choices = (
        choice
        for choice in combinations(rows, pieces)
        if all(one[-1] < other[0] for one, other in pairwise(choice))
    )
    best = min(
        choices,
        key=lambda choice: round(
            sum(prices[begin] for row in choice for begin in row), 6
        ),
    )
    periods: list[Period] = []
    for row in best:
        goes_on = periods and periods[-1][1] == row[0]
        first = periods.pop()[0] if goes_on else row[0]
        periods.append((first, row[-1] + QUARTER))
    return periods


def _quarters(periods: Iterable[Period]) -> list[datetime]:
    return [
        start + n * QUARTER
        for start, end in periods
        for n in range((end - start) // QUARTER)
    ]


def _pauses(runs: list[Period]) -> list[Period]:
    return [(end, start) for (_, end), (start, _) in pairwise(runs)]


def _length(periods: Iterable[Period]) -> timedelta:
    return sum((end - start for start, end in periods), timedelta())


def _ended(
    intervals: Iterable[tuple[datetime, datetime | None]],
) -> list[Period]:
    return [(start, end) for start, end in intervals if end]
