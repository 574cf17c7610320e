"""The story: an order on its way by push, loads that change over, a day with prices."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession

from . import (
    contract,
    grid_fee,
    home_assistant,
    loads,
    nomos,
    ordering,
    push,
    sign_in,
)
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

FOR_YOU_TO_ORDER = 60
"""Real seconds in which a visitor can order the smart meter."""

_WELCOME = """
  Open  {url}

Nobody has ordered a smart meter for {home} yet: look at Settings > Repairs, and order
it. If you do not, the demo does so in {seconds} seconds. Then the order moves one step every
half minute, in which four hours pass, and Nomos tells Home Assistant at once. Meanwhile
a wallbox, a heat pump and a dishwasher run by their fallback. Then a day with
quarter-hour prices passes, five minutes each second: choose the views Loads and Price,
and afterwards Energy. Ctrl-C ends the demo.
"""
_SIGN_IN = """
The clock has caught up. Look around; Ctrl-C ends it. To sign in as another customer, add
Nomos Smart Meter once more, choose Sign in with Nomos, and give this server address
under Advanced:  {url}
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
_MODULE = """
Module 1 of section 14a is ordered by an action, and its sensor says: {# -#}
{{ state_translated(module) }}"""
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
            nomos.running(session, "neighbours", folder, clock) as neighbours,
            home_assistant.running(client, folder, clock),
        ):
            await simulator.forget_order()
            await _prepare(client, simulator, clock)
            await sign_in.prepare(client, neighbours)
            print(
                _WELCOME.format(
                    url=client.url, home=contract.TITLE, seconds=FOR_YOU_TO_ORDER
                ),
                flush=True,
            )
            narrator = Narrator(client, clock)
            await narrator.watch(_order(narrator))
            await narrator.watch(_move_order(narrator, simulator, clock))
            await _order_module(narrator)
            await narrator.watch(_let_day_pass(clock))
            print(_SIGN_IN.format(url=neighbours.url), flush=True)
            await asyncio.Event().wait()


async def _prepare(client: Client, simulator: nomos.Nomos, clock: Clock) -> None:
    """Move in, add the contract and its loads, and let Nomos tell of changes."""
    await home_assistant.move_in(client)
    await push.be_reachable(client)
    await contract.add(client, simulator.url, clock)
    for load in Load:
        await loads.add(client, load)
        await loads.automate(client, load)
    await push.turn_on(client, simulator, contract.TITLE)
    await ordering.until_asked_for(client, contract.TITLE)


async def _order(narrator: Narrator) -> None:
    """Order the smart meter through its repair, unless a visitor does so."""
    client = narrator.client
    narrator.say("A repair says that no smart meter is ordered")
    for _ in range(FOR_YOU_TO_ORDER):
        await asyncio.sleep(1)
        if not await ordering.repairs(client, contract.TITLE):
            break
    else:
        await ordering.order(client, contract.TITLE)
    narrator.say("The repair is confirmed: the one order that there can be is placed")


async def _order_module(narrator: Narrator) -> None:
    """Order what makes the grid fee less, now that the meter is live."""
    client = narrator.client
    await grid_fee.order(client, contract.TITLE, 1, confirm=True)
    await narrator.say_as_shown(_MODULE)


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
    """Move the order on, while time passes, until dynamic pricing is active.

    Home Assistant is told, and need not ask.
    """
    client = narrator.client
    await narrator.say_as_shown(_ORDER)
    await narrator.say_as_shown(_PRICING)
    while (await client.state(Entity.DYNAMIC_PRICING)).state != "on":
        await clock.run_to(clock.now() + STEP, QUARTER, STEP_PAUSE)
        seconds = await _step(client, simulator)
        await narrator.say_as_shown(f"{_ORDER} (told by Nomos, {seconds:.2f} s)")
    await narrator.say_as_shown(_PRICING)
    narrator.say(_CHANGE_OVER)


async def _step(client: Client, simulator: nomos.Nomos) -> float:
    """Move the order one step on, and return the real seconds until it is shown."""
    before = (await client.state(Entity.STATUS)).state

    async def _is_there() -> bool:
        return (await client.state(Entity.STATUS)).state != before

    return await push.timed(simulator.advance(), _is_there)
