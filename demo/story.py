"""The story: an order on its way, loads that change over, and a day with prices."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession

from . import contract, home_assistant, loads, nomos
from .client import Client
from .clock import Clock
from .contract import Entity
from .loads import Load
from .narrator import Narrator
from .prices import DAY, QUARTER
from .process import StartError, is_free

STEP = timedelta(hours=4)
"""Between two steps of the order; all six of them take a day."""
STEP_PAUSE = 0.6
"""Real seconds at each of the three stops in a stride of a quarter-hour."""

FIVE_MINUTES = timedelta(minutes=5)
PAUSE = 1 / 3
"""Real seconds at each of the three stops in a stride of five minutes."""

_WELCOME = """
  Open  {url}

The smart meter for {home} is on order. The order moves one step every half minute,
in which four hours pass. Meanwhile a wallbox, a heat pump and a dishwasher run by their
fallback. Then a day with quarter-hour prices passes, five minutes each second: choose
the views Loads and Price, and afterwards Energy. Ctrl-C ends the demo.
"""

_ORDER = """
{{ state_attr(order, 'step') or '–' }}/{{ state_attr(order, 'steps') }}  {# -#}
{{ state_translated(order) }}
{%- if is_state(order, 'installation_scheduled') %}: {# -#}
{{ (states(appointment) | as_datetime | as_local).strftime('%-d %B, %H:%M') }}
{%- endif %}"""
_PRICING = """
Dynamic pricing active: {{ state_translated(pricing) }} {# -#}
({{ state_attr_translated(pricing, 'reason') }})"""
_CHANGE_OVER = "From now on the loads go by the prices, as far as these are known"


async def tell(folder: Path, port: int, simulator_port: int) -> None:
    """Start everything, move the order and the clock on, stay up until interrupted."""
    _refuse_if_busy(port, "--port")
    _refuse_if_busy(simulator_port, "--simulator-port")
    print("Starting Home Assistant and a simulated Nomos ...", flush=True)
    home_assistant.make_folder(folder, port)
    # It begins in the past and ends in the present: what a browser shows of the day
    # is then behind it.
    clock = Clock(folder / "clock", datetime.now(UTC) - 2 * DAY)
    async with ClientSession() as session:
        client = Client(session, f"http://127.0.0.1:{port}")
        async with (
            nomos.running(
                session, "household", folder, clock, simulator_port
            ) as simulator,
            home_assistant.running(client, folder, clock),
        ):
            await home_assistant.move_in(client)
            await contract.add(client, simulator.url, clock)
            for load in Load:
                await loads.add(client, load)
                await loads.automate(client, load)
            print(_WELCOME.format(url=client.url, home=contract.TITLE), flush=True)
            narrator = Narrator(client, clock)
            await narrator.watch(_move_order(narrator, simulator, clock))
            await narrator.watch(_let_day_pass(clock))
            narrator.say("The clock has caught up. Look around; Ctrl-C ends it.")
            await asyncio.Event().wait()


async def _let_day_pass(clock: Clock) -> None:
    """Let the time pass until the clock of the demo is that of the machine."""
    await clock.run_to(datetime.now(UTC), FIVE_MINUTES, PAUSE)
    clock.put_forward(datetime.now(UTC))


def _refuse_if_busy(port: int, option: str) -> None:
    if not is_free(port):
        raise StartError(
            f"Port {port} is in use. End what uses it, or choose another: {option} PORT"
        )


async def _move_order(narrator: Narrator, simulator: nomos.Nomos, clock: Clock) -> None:
    """Move the order on, while time passes, until dynamic pricing is active."""
    client = narrator.client
    await narrator.say_as_shown(_ORDER)
    await narrator.say_as_shown(_PRICING)
    while (await client.state(Entity.DYNAMIC_PRICING)).state != "on":
        await clock.run_to(clock.now() + STEP, QUARTER, STEP_PAUSE)
        await simulator.advance()
        await contract.poll(client)
        await narrator.say_as_shown(_ORDER)
    await narrator.say_as_shown(_PRICING)
    narrator.say(_CHANGE_OVER)
