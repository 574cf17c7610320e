"""Print the measures as a table."""

import asyncio
import logging
import platform

from homeassistant.const import __version__

from . import measures

TARGET = 4


async def main() -> None:
    """Measure and print."""
    median, longest = await measures.setup_milliseconds()
    week = await measures.requests_in_a_week()
    changed, reported = await measures.state_writes_in_a_day()
    rows = [
        ("Time to set up an entry, median", f"{median:.1f} ms"),
        ("Time to set up an entry, longest", f"{longest:.1f} ms"),
        ("Requests in a simulated week", f"{week}"),
        (f"Requests a day (target: at most {TARGET})", f"{week / 7:.1f}"),
        ("State writes in a simulated day, changed", f"{changed}"),
        ("State writes in a simulated day, unchanged", f"{reported}"),
    ]
    print(f"Home Assistant {__version__}, Python {platform.python_version()}")
    for name, value in rows:
        print(f"{name:<45}{value:>12}")


logging.disable(logging.CRITICAL)
asyncio.run(main())
