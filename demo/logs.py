"""What Home Assistant's log says about the integration."""

import asyncio
from pathlib import Path
import re

LOST = "Error fetching meter order"
"""What Home Assistant logs when a contract cannot be polled any more."""

_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\S* ", re.MULTILINE)
_COMPLAINT = re.compile(r"(WARNING|ERROR|CRITICAL) ")
_OURS = re.compile(r"nomos|torstrasse|wallbox|heat.pump|dishwasher", re.IGNORECASE)
_NOT_AGAINST_US = re.compile(
    "We found a custom integration"
    # Said of core's own integrations too, when the language changes.
    "|Failed to load integration for translation: Invalid domain"
)


def complaints(log: Path) -> list[str]:
    """Return the warnings and errors that concern the integration."""
    records = _RECORD.split(log.read_text(encoding="utf-8"))
    return [
        record.strip()
        for record in records
        if _COMPLAINT.match(record)
        and _OURS.search(record)
        and not _NOT_AGAINST_US.search(record)
    ]


async def until_lost(log: Path, times: int) -> None:
    """Wait until the log says for so many times that Nomos cannot be polled."""
    while sum(LOST in record for record in complaints(log)) < times:
        await asyncio.sleep(0.1)
