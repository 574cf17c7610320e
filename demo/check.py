"""The demo at full speed: each state is verified through Home Assistant's own API."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import ClientError, ClientSession
from playwright.async_api import Error as BrowserError

from . import home_assistant, logs, nomos
from .browser import open_frontend
from .client import ApiError, Client
from .clock import LOCAL_TIME, Clock
from .day import PriceDay
from .grid_fee import GridFee
from .new_contract import NewContract
from .nights import Nights
from .passage import Passage
from .pictures import Album
from .process import StartError, free_port
from .report import Report
from .sign_in import SignIn

_PATIENCE = 600
_BEGIN = datetime(2026, 6, 16, 13, 30, tzinfo=LOCAL_TIME)
"""A day before the prices, shortly before tomorrow's come, on usual days; always the
same ones, so that the pictures change only with what they show."""

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


async def _live_with_prices(passage: Passage, nights: Nights) -> None:
    day = PriceDay(
        report=passage.report,
        album=passage.album,
        client=passage.client,
        clock=passage.clock,
        nomos=passage.nomos,
    )
    await day.begin()
    await day.quarter()
    counting_since = passage.clock.now() + timedelta(minutes=3)
    await day.afternoon()
    await nights.plan()
    await nights.show_plan()
    await day.midnight()
    await nights.with_prices()
    await day.evening(counting_since)
    await passage.take_device()
    await nights.end()


async def _show_other_contracts(
    session: ClientSession, folder: Path, passage: Passage
) -> None:
    """Sign in, order, be told by push, and order modules, each with a contract."""
    report, album = passage.report, passage.album
    client, clock = passage.client, passage.clock
    await client.command("config/core/update", language="en")
    async with nomos.running(session, "neighbours", folder, clock) as neighbours:
        sign_in = SignIn(report=report, album=album, client=client, nomos=neighbours)
        await sign_in.go_through()
    async with nomos.running(session, "new-contract", folder, clock) as unordered:
        new_contract = NewContract(
            report=report, album=album, client=client, clock=clock, nomos=unordered
        )
        await new_contract.go_through()
    async with nomos.running(session, "variable-grid-fee", folder, clock) as variable:
        grid_fee = GridFee(
            report=report, album=album, client=client, clock=clock, nomos=variable
        )
        await grid_fee.go_through()


async def _go_through(folder: Path, pictures: Path, report: Report) -> None:
    port = free_port()
    home_assistant.make_folder(folder, port)
    log = home_assistant.log_of(folder)
    clock = Clock(folder / "clock", _BEGIN)
    async with (
        ClientSession() as session,
        nomos.running(session, "household", folder, clock) as simulator,
        nomos.running(session, "moving", folder, clock) as several_contracts,
        open_frontend(f"http://127.0.0.1:{port}", clock) as frontend,
    ):
        passage = Passage(
            report=report,
            album=Album(pictures, frontend),
            client=Client(session, f"http://127.0.0.1:{port}"),
            frontend=frontend,
            nomos=simulator,
            clock=clock,
            log=log,
        )
        nights = Nights(
            report=report,
            album=passage.album,
            client=passage.client,
            clock=clock,
            nomos=simulator,
        )
        async with home_assistant.running(passage.client, folder, clock):
            await passage.begin()
            await nights.begin()
            await passage.until_appointment(several_contracts)
            await nights.without_prices()
            await passage.outage()
        async with home_assistant.running(passage.client, folder, clock):
            await passage.after_restart()
            await passage.until_live()
            await nights.change_over()
            await _live_with_prices(passage, nights)
            await _show_other_contracts(session, folder, passage)
    lost = [text for text in logs.complaints(log) if logs.LOST in text]
    others = [text for text in logs.complaints(log) if logs.LOST not in text]
    report.compare("the log tells of the outage once per start", 2, len(lost))
    report.compare("the log holds nothing else against the integration", [], others)
