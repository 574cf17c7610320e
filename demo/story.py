"""The story: an order on its way, and a wallbox that changes over by itself."""

import asyncio
from datetime import datetime
from pathlib import Path

from aiohttp import ClientSession

from . import contract, home_assistant, nomos
from .client import PASSWORD, USER, Client
from .contract import CHEAPEST_HOURS, Entity
from .process import StartError, is_free

SECONDS_PER_STEP = 30

_ORDER = """
{{ state_attr(order, 'step') or '–' }}/{{ state_attr(order, 'steps') }}  {# -#}
{{ state_translated(order) }}
{%- if is_state(order, 'installation_scheduled') %}: {# -#}
{{ (states(appointment) | as_datetime | as_local).strftime('%-d %B, %H:%M') }}
{%- endif %}"""
_PRICING = """
Dynamic pricing active: {{ state_translated(pricing) }} {# -#}
({{ state_attr_translated(pricing, 'reason') }})"""
_WALLBOX = "Wallbox: {{ states(wallbox) }}"
_SWITCHED_OVER = "The automation has switched the wallbox over: {{ states(wallbox) }}"


async def tell(folder: Path, port: int, simulator_port: int) -> None:
    """Start everything, move the order on, and stay up until interrupted."""
    _refuse_if_busy(port, "--port")
    _refuse_if_busy(simulator_port, "--simulator-port")
    print("Starting Home Assistant and a simulated Nomos ...", flush=True)
    home_assistant.make_folder(folder, port)
    async with ClientSession() as session:
        client = Client(session, f"http://127.0.0.1:{port}")
        async with (
            nomos.running(session, "household", folder, simulator_port) as simulator,
            home_assistant.running(client, folder),
        ):
            await home_assistant.move_in(client)
            await contract.add(client, simulator.url)
            _say_where(client.url)
            await _move_order(client, simulator)
            _say("That was all. Look around; Ctrl-C ends Home Assistant.")
            await asyncio.Event().wait()


def _refuse_if_busy(port: int, option: str) -> None:
    if not is_free(port):
        raise StartError(
            f"Port {port} is in use. End what uses it, or choose another: {option} PORT"
        )


def _say_where(url: str) -> None:
    print(
        f"""
  Open      {url}
  User      {USER}
  Password  {PASSWORD}

The smart meter for {contract.TITLE} is on order. The order moves one step every
half minute. Ctrl-C ends the demo.
""",
        flush=True,
    )


def _say(text: str) -> None:
    print(f"{datetime.now():%H:%M:%S}  {text}", flush=True)


async def _move_order(client: Client, simulator: nomos.Nomos) -> None:
    """Move the order on until dynamic pricing is active and the wallbox follows."""
    await _say_as_shown(client, _ORDER)
    await _say_as_shown(client, _PRICING)
    await _say_as_shown(client, _WALLBOX)
    while (await client.state(Entity.DYNAMIC_PRICING)).state != "on":
        await asyncio.sleep(SECONDS_PER_STEP)
        await simulator.advance()
        await contract.poll(client)
        await _say_as_shown(client, _ORDER)
    await _say_as_shown(client, _PRICING)
    while (await client.state(Entity.WALLBOX)).state != CHEAPEST_HOURS:
        await asyncio.sleep(0.1)
    await _say_as_shown(client, _SWITCHED_OVER)


async def _say_as_shown(client: Client, template: str) -> None:
    text = await client.render(
        template,
        order=Entity.STATUS,
        appointment=Entity.APPOINTMENT,
        pricing=Entity.DYNAMIC_PRICING,
        wallbox=Entity.WALLBOX,
    )
    _say(text)
