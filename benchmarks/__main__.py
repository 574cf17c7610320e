"""Measure everything, or the parts that are named, and print it as tables."""

from argparse import ArgumentParser
import asyncio
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
import logging
import platform
from statistics import mean, median

from homeassistant.const import __version__

from .days import Day, Weeks, waiting_week, weeks
from .home import contract, contract_with_forecast, nothing, peer
from .looking_up import Microseconds, ours, peers
from .planning import (
    ASSUMPTIONS,
    TARIFFS,
    USAGES,
    WORST,
    PlannedYear,
    Savings,
    planned_year,
    savings,
    worst_cases,
    year_of_prices,
)
from .recording import TABLES, recorded_day
from .setting_up import setup_milliseconds

WAITING_TARGET = 5
PRICES_TARGET = 12

type Row = tuple[str, *tuple[float | None, ...]]


async def main(parts: Sequence[str]) -> None:
    """Measure and print."""
    print(f"Home Assistant {__version__}, Python {platform.python_version()}")
    if "home" in parts:
        await _home()
    if "planning" in parts:
        _planning()


async def _home() -> None:
    print(
        "Nord Pool is Home Assistant's own integration (pynordpool"
        f" {version('pynordpool')}): spot prices of GER, without token and contract"
    )
    _print_head("", "Nomos", "Nord Pool", "neither")
    for measure in (_setting_up, _days, _waiting, _recording, _looking_up):
        _print_rows(await measure())


def _planning() -> None:
    print(f"\nPlans are held against those of HiGHS (scipy {version('scipy')})")
    print(*ASSUMPTIONS, sep="\n")
    ordinary = year_of_prices("already-smart")
    years = [planned_year(usage, ordinary) for usage in USAGES.values()]
    _print_head("A year, window by window", *USAGES)
    _print_rows(_duels(years))
    for title, scenario in TARIFFS.items():
        prices = year_of_prices(scenario)
        _print_head(title, *USAGES)
        totals = [
            savings(usage, prices, planned_year(usage, prices, duels=False).asked)
            for usage in USAGES.values()
        ]
        _print_rows(_savings(totals))
    _print_head("192 quarter-hours, half of them run", *WORST)
    _print_rows(_duels([worst_cases(rules, ordinary) for rules in WORST.values()]))


def _duels(years: Sequence[PlannedYear]) -> list[Row]:
    def row(name: str, read: Callable[[PlannedYear], float]) -> Row:
        return name, *map(read, years)

    return [
        row("Plans", lambda year: len(year.asked)),
        row("Plans that HiGHS made as well", lambda year: len(year.duels)),
        row(
            "  equal in number and cost of quarters",
            lambda year: sum(duel.is_even for duel in year.duels),
        ),
        row(
            "  cost of all, HiGHS = 1",
            lambda year: (
                sum(sum(duel.planner) for duel in year.duels)
                / sum(sum(duel.highs) for duel in year.duels)
            ),
        ),
        row(
            "CPU time of a plan, ms, median",
            lambda year: median(one.seconds for one in year.asked) * 1000,
        ),
        row(
            "CPU time of a plan, ms, longest",
            lambda year: max(one.seconds for one in year.asked) * 1000,
        ),
        row(
            "HiGHS, ms, median",
            lambda year: median(duel.seconds[1] for duel in year.duels) * 1000,
        ),
        row(
            "HiGHS, ms, longest",
            lambda year: max(duel.seconds[1] for duel in year.duels) * 1000,
        ),
        row(
            "HiGHS takes times as long, median",
            lambda year: median(
                duel.seconds[1] / duel.seconds[0] for duel in year.duels
            ),
        ),
    ]


def _savings(years: Sequence[Savings]) -> list[Row]:
    def row(name: str, read: Callable[[Savings], float]) -> Row:
        return name, *map(read, years)

    return [
        row("Cost as planned, EUR", lambda year: float(year.planned)),
        row("Cost if started at once, EUR", lambda year: float(year.at_once)),
        row("Cost at fixed hours, EUR", lambda year: float(year.fixed)),
        row(
            "Saved beside starting at once, EUR",
            lambda year: float(year.at_once - year.planned),
        ),
        row(
            "Saved beside starting at once, %",
            lambda year: float(100 * (1 - year.planned / year.at_once)),
        ),
        row(
            "Saved beside fixed hours, EUR",
            lambda year: float(year.fixed - year.planned),
        ),
        row(
            "Saved beside fixed hours, %",
            lambda year: float(100 * (1 - year.planned / year.fixed)),
        ),
    ]


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


def _print_head(title: str, *columns: str) -> None:
    cells = "".join(f"{column:>11}" for column in columns)
    print(f"\n{title:<58}{cells}")


def _print_rows(rows: Iterable[Row]) -> None:
    for name, *values in rows:
        cells = "".join(f"{_text(value):>11}" for value in values)
        print(f"{name:<58}{cells}", flush=True)


def _text(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


logging.disable(logging.CRITICAL)
PARTS = ("home", "planning")
parser = ArgumentParser(prog="scripts/benchmark", description=__doc__)
parser.add_argument(
    "parts", nargs="*", metavar="PART", default=PARTS, help=" or ".join(PARTS)
)
arguments = parser.parse_args()
if unknown := set(arguments.parts) - set(PARTS):
    parser.error(f"there is no {', '.join(sorted(unknown))}")
asyncio.run(main(arguments.parts))
