"""Measure everything and print it as a table."""

import asyncio
from collections.abc import Callable
from importlib.metadata import version
import logging
import platform
from statistics import mean, median

from homeassistant.const import __version__

from .days import Day, Weeks, waiting_week, weeks
from .home import contract, contract_with_forecast, nothing, peer
from .looking_up import Microseconds, ours, peers
from .recording import TABLES, recorded_day
from .setting_up import setup_milliseconds

WAITING_TARGET = 4
PRICES_TARGET = 12

type Row = tuple[str, *tuple[float | None, ...]]


async def main() -> None:
    """Measure and print."""
    print(f"Home Assistant {__version__}, Python {platform.python_version()}")
    print(
        "Nord Pool is Home Assistant's own integration (pynordpool"
        f" {version('pynordpool')}): spot prices of GER, without token and contract"
    )
    print(f"\n{'':<58}{'Nomos':>11}{'Nord Pool':>11}{'neither':>11}")
    for measure in (_setting_up, _days, _waiting, _recording, _looking_up):
        for name, *values in await measure():
            cells = "".join(f"{_text(value):>11}" for value in values)
            print(f"{name:<58}{cells}", flush=True)


async def _setting_up() -> list[Row]:
    both = [await setup_milliseconds(subject) for subject in (contract, peer)]
    return [
        ("Time to set up an entry, ms, median", *(middle for middle, _ in both)),
        ("Time to set up an entry, ms, longest", *(longest for _, longest in both)),
    ]


async def _days() -> list[Row]:
    lives = [await weeks(subject) for subject in (contract, peer, nothing)]

    def row(name: str, read: Callable[[Weeks], float]) -> Row:
        return name, *map(read, lives)

    def ordinary(read: Callable[[Day], float]) -> Callable[[Weeks], float]:
        return lambda life: mean(map(read, life.ordinary))

    return [
        row(
            f"Requests a day with prices (target: at most {PRICES_TARGET})",
            ordinary(lambda day: day.requests),
        ),
        row("Requests, tomorrow at 17:30", lambda life: life.late.requests),
        row("Requests, tomorrow never", lambda life: life.without_tomorrow.requests),
        row("Requests, no prices today", lambda life: life.without_prices.requests),
        row("State writes a day, changed", ordinary(lambda day: day.changed)),
        row("State writes a day, unchanged", ordinary(lambda day: day.reported)),
        row(
            "CPU time of a day, ms, median",
            lambda life: median(day.seconds for day in life.ordinary) * 1000,
        ),
    ]


async def _waiting() -> list[Row]:
    days = await waiting_week(contract)
    return [
        (
            f"Requests a day, waiting for it (target: at most {WAITING_TARGET})",
            mean(day.requests for day in days),
            None,
        )
    ]


async def _recording() -> list[Row]:
    subjects = (contract, peer, nothing)
    growths = [await recorded_day(subject) for subject in subjects]
    forecast = await recorded_day(contract_with_forecast)
    nothing_else = growths[-1].total()
    tables: list[Row] = [
        (f"  table {table}", *(float(growth[table]) for growth in growths))
        for table in TABLES
    ]
    return [
        (
            "Recorder, bytes a day beyond neither",
            *(float(growth.total() - nothing_else) for growth in growths[:-1]),
        ),
        ("  with the price forecast", float(forecast.total() - nothing_else), None),
        *tables,
    ]


async def _looking_up() -> list[Row]:
    both = await ours(), await peers()

    def row(name: str, read: Callable[[Microseconds], float | None]) -> Row:
        return f"{name}, µs", *map(read, both)

    return [
        row("Current price", lambda times: times.current),
        row("Statistics of today, first time", lambda times: times.day),
        row("Statistics of today and tomorrow", lambda times: times.two_days),
        row("Reading the answers with two days", lambda times: times.reading),
        row("Telling all price entities", lambda times: times.telling),
    ]


def _text(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


logging.disable(logging.CRITICAL)
asyncio.run(main())
