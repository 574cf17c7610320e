"""The demo at full speed: each state is verified through Home Assistant's own API."""

import asyncio
from pathlib import Path

from aiohttp import ClientError, ClientSession
from playwright.async_api import Error as BrowserError

from . import home_assistant, logs, nomos
from .browser import open_frontend
from .client import ApiError, Client
from .passage import Passage
from .pictures import Album
from .process import StartError, free_port
from .report import Report

_PATIENCE = 600
_MISHAPS = (ApiError, BrowserError, ClientError, StartError, TimeoutError)


async def check(folder: Path, pictures: Path) -> bool:
    """Go through the whole demo and tell whether all is as it should be."""
    report = Report()
    try:
        async with asyncio.timeout(_PATIENCE):
            await _go_through(folder, pictures, report)
    except _MISHAPS as err:
        report.fail("the demo comes to its end", repr(err))
    if not report.good:
        print(f"Home Assistant's log is {home_assistant.log_of(folder)}")
    report.summarise()
    return report.good


async def _go_through(folder: Path, pictures: Path, report: Report) -> None:
    port = free_port()
    home_assistant.make_folder(folder, port)
    log = home_assistant.log_of(folder)
    async with (
        ClientSession() as session,
        nomos.running(session, "household", folder) as simulator,
        nomos.running(session, "moving", folder) as several_contracts,
        open_frontend(f"http://127.0.0.1:{port}") as frontend,
    ):
        passage = Passage(
            report=report,
            album=Album(pictures, frontend),
            client=Client(session, f"http://127.0.0.1:{port}"),
            frontend=frontend,
            nomos=simulator,
            log=log,
        )
        async with home_assistant.running(passage.client, folder):
            await passage.begin()
            await passage.until_appointment(several_contracts)
            await passage.outage()
        async with home_assistant.running(passage.client, folder):
            await passage.after_restart()
            await passage.until_live()
    lost = [text for text in logs.complaints(log) if logs.LOST in text]
    others = [text for text in logs.complaints(log) if logs.LOST not in text]
    report.compare("the log tells of the outage once per start", 2, len(lost))
    report.compare("the log holds nothing else against the integration", [], others)
