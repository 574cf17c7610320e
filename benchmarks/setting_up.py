"""How long it takes to set up an entry, over loopback."""

from statistics import median
from time import perf_counter

from .home import ENTRY_ID, Subject, running_home

SETUPS = 30


async def setup_milliseconds(subject: Subject) -> tuple[float, float]:
    """Return the median and the longest time to set up an entry."""
    times = []
    async with running_home("already-smart") as home:
        for _ in range(SETUPS):
            begin = perf_counter()
            await subject(home)
            times.append((perf_counter() - begin) * 1000)
            await home.hass.config_entries.async_remove(ENTRY_ID)
            await home.hass.async_block_till_done()
    return median(times), max(times)
