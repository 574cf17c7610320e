"""What the recorder keeps of a day, in a database like that of a home."""

from collections import Counter
from contextlib import closing
import sqlite3

from homeassistant.helpers.recorder import async_initialize_recorder
from homeassistant.setup import async_setup_component

from .days import settled_life
from .home import Home, Subject

TABLES = (
    "states",
    "state_attributes",
    "events",
    "statistics_short_term",
    "statistics",
)

# The indexes of a table count as part of it.
_BYTES_IN_USE = """
    SELECT tbl_name, SUM(dbstat.pgsize - dbstat.unused)
    FROM dbstat JOIN sqlite_master USING (name) GROUP BY tbl_name
"""


async def recorded_day(subject: Subject) -> Counter[str]:
    """Let a recorder run, and return by how many bytes each table grows in a day."""
    async with settled_life(subject, "already-smart", prepare=_start_recorder) as life:
        path = life.home.hass.config.path("home-assistant_v2.db")
        before = _bytes_in_use(path)
        await life.day()
        growth = _bytes_in_use(path)
        growth.subtract(before)
        return growth


async def _start_recorder(home: Home) -> None:
    async_initialize_recorder(home.hass)
    # The nightly purge would take away what has just been written.
    config = {"auto_purge": False}
    assert await async_setup_component(home.hass, "recorder", {"recorder": config})
    await home.hass.async_block_till_done()


def _bytes_in_use(path: str) -> Counter[str]:
    with closing(sqlite3.connect(path)) as connection:
        return Counter(dict(connection.execute(_BYTES_IN_USE)))
