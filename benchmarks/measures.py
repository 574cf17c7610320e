"""The measures, each on a home of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
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

from .home import Home, running_home

START = datetime(2026, 7, 1, 8, tzinfo=UTC)
SETUPS = 30


async def setup_milliseconds() -> tuple[float, float]:
    """Return the median and the longest time to set up an entry, over loopback."""
    times = []
    async with running_home() as home:
        for _ in range(SETUPS):
            begin = perf_counter()
            entry_id = await home.add_contract()
            times.append((perf_counter() - begin) * 1000)
            await home.hass.config_entries.async_remove(entry_id)
    return median(times), max(times)


async def requests_in_a_week() -> int:
    """Return the requests of a week in steady state, tokens included."""
    async with _settled_home() as (home, clock):
        home.world.requests.clear()
        await _let_pass(home.hass, clock, timedelta(days=7))
        return len(home.world.requests)


async def state_writes_in_a_day() -> tuple[int, int]:
    """Return how often a state was written with a change, and without one."""
    changed: list[Event[EventStateChangedData]] = []
    reported: list[Event[EventStateReportedData]] = []

    @callback
    def take_every(_data: object) -> bool:
        return True

    async with _settled_home() as (home, clock):
        bus = home.hass.bus
        bus.async_listen(EVENT_STATE_CHANGED, changed.append)
        bus.async_listen(EVENT_STATE_REPORTED, reported.append, event_filter=take_every)
        await _let_pass(home.hass, clock, timedelta(days=1))
    return len(changed), len(reported)


@asynccontextmanager
async def _settled_home() -> AsyncGenerator[tuple[Home, FrozenDateTimeFactory]]:
    """Run a home in which the contract has been for two days, and its clock."""
    async with running_home() as home:
        with freeze_time(START) as clock:
            assert isinstance(clock, FrozenDateTimeFactory)
            await home.add_contract()
            await _let_pass(home.hass, clock, timedelta(days=2))
            yield home, clock


async def _let_pass(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, time: timedelta
) -> None:
    """Let time pass, ten minutes at a time, and let happen what is due."""
    step = timedelta(minutes=10)
    for _ in range(time // step):
        clock.tick(step)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
