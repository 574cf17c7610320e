"""Simulated days, and what happens in them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from time import process_time

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.nomos_smartmeter.tariff.local_time import DAY, local_day

from .home import Home, Subject, running_home

START = datetime(2026, 7, 2, 8, tzinfo=UTC)
SETTLED = datetime(2026, 7, 2, 22, tzinfo=UTC)
"""Midnight in Germany."""

_STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class Day:
    """What has happened in a day.

    Attributes:
        requests: How many there were, tokens included.
        changed: How often a state was written with a change.
        reported: How often a state was written without one.
        seconds: CPU time of everything but the answers of the servers.
    """

    requests: int
    changed: int
    reported: int
    seconds: float


class Life:
    """A home whose time passes only when it is told to."""

    def __init__(self, home: Home, clock: FrozenDateTimeFactory) -> None:
        """Begin to count what happens."""
        self.home = home
        self._clock = clock
        self._changed = 0
        self._reported = 0

        # Only callbacks run in the event loop; others would cost a thread each time.
        @callback
        def count_change(_event: Event[EventStateChangedData]) -> None:
            self._changed += 1

        @callback
        def count_report(_event: Event[EventStateReportedData]) -> None:
            self._reported += 1

        @callback
        def take_every(_data: object) -> bool:
            return True

        bus = home.hass.bus
        bus.async_listen(EVENT_STATE_CHANGED, count_change)
        bus.async_listen(EVENT_STATE_REPORTED, count_report, event_filter=take_every)

    async def day(self) -> Day:
        """Let a day pass and tell what has happened in it."""
        self._changed = self._reported = 0
        requests, servers = self.home.requests, self.home.seconds_of_servers
        begin = process_time()
        await self.let_pass(DAY)
        passed = process_time() - begin
        return Day(
            requests=self.home.requests - requests,
            changed=self._changed,
            reported=self._reported,
            seconds=passed - (self.home.seconds_of_servers - servers),
        )

    async def days(self, count: int) -> list[Day]:
        """Let days pass and tell what has happened in each."""
        return [await self.day() for _ in range(count)]

    async def let_pass(self, period: timedelta) -> None:
        """Let time pass, a minute at a time, and let happen what is due."""
        hass = self.home.hass
        for minute in range(period // _STEP):
            self._clock.tick(_STEP)
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
            if minute % 5 == 0 and _records(hass):
                # It has a thread of its own, which must not fall behind the clock.
                await get_instance(hass).async_block_till_done()
        if _records(hass):
            await async_wait_recording_done(hass)

    def publish_tomorrow(self, clock: time | None) -> None:
        """Set when the prices of the next day are published, if ever."""
        tomorrow = local_day(datetime.now(UTC)) + DAY
        self.home.world.market.publication_exceptions[tomorrow] = clock


@asynccontextmanager
async def settled_life(
    subject: Subject, scenario: str, *, prepare: Subject | None = None
) -> AsyncGenerator[Life]:
    """Run a home in which the subject has been since the morning before."""
    with freeze_time(START) as clock:
        assert isinstance(clock, FrozenDateTimeFactory)
        async with running_home(scenario) as home:
            if prepare:
                await prepare(home)
            await subject(home)
            life = Life(home, clock)
            await life.let_pass(SETTLED - START)
            yield life


@dataclass(frozen=True)
class Weeks:
    """What has happened in a week as it should be, and in the days after it.

    Attributes:
        ordinary: Seven days on which tomorrow is published at 14:20.
        late: The day on which it is published at 17:30.
        without_tomorrow: The day on which it is not published.
        without_prices: The day after that, which has no prices at all.
    """

    ordinary: list[Day]
    late: Day
    without_tomorrow: Day
    without_prices: Day


async def weeks(subject: Subject) -> Weeks:
    """Live through a good week and through bad days."""
    async with settled_life(subject, "already-smart") as life:
        ordinary = await life.days(7)
        life.publish_tomorrow(time(17, 30))
        late = await life.day()
        life.publish_tomorrow(None)
        return Weeks(ordinary, late, await life.day(), await life.day())


async def waiting_week(subject: Subject) -> list[Day]:
    """Live through a week of a household that waits for its smart meter."""
    async with settled_life(subject, "household") as life:
        return await life.days(7)


def _records(hass: HomeAssistant) -> bool:
    return "recorder" in hass.config.components
