"""Says in the terminal what happens in the demo, and when, by its own clock."""

import asyncio
from collections.abc import Coroutine

from .client import Client
from .clock import Clock
from .contract import Entity
from .prices import Price

_LEVEL = """
{{ state_translated(level) }}: {{ '%.2f' | format(states(price) | float * 100) }} ct/kWh.
{{- ' ' }}The wallbox {{ 'charges' if is_state(cheap_power, 'on') else 'waits' }}.
"""
_TOMORROW = """
Tomorrow's prices are here: {{ '%.2f' | format(states(lowest) | float * 100) }} to {# -#}
{{ '%.2f' | format(states(highest) | float * 100) }} ct/kWh"""
_MIDNIGHT = "A new day: yesterday's tomorrow is today, and tomorrow is not known yet"


class Narrator:
    """Tells of one Home Assistant."""

    def __init__(self, client: Client, clock: Clock) -> None:
        """Look through this client."""
        self.client = client
        self._clock = clock

    def say(self, text: str) -> None:
        """Say something."""
        print(f"{self._clock.now():%a %H:%M}  {text}", flush=True)

    async def say_as_shown(self, template: str) -> None:
        """Say something in the words of Home Assistant."""
        text = await self.client.render(
            template,
            order=Entity.STATUS,
            appointment=Entity.APPOINTMENT,
            pricing=Entity.DYNAMIC_PRICING,
            wallbox=Entity.WALLBOX,
            price=Price.CURRENT,
            level=Price.LEVEL,
            cheap_power=Price.CHEAP_POWER,
            lowest=Price.LOWEST_TOMORROW,
            highest=Price.HIGHEST_TOMORROW,
        )
        self.say(text.strip())

    async def watch_prices(self, passing: Coroutine[None, None, None]) -> None:
        """Tell of the prices while the time passes."""
        async with asyncio.TaskGroup() as group:
            time = group.create_task(passing)
            level = tomorrow = None
            while not time.done():
                tomorrow = await self._tell_of_tomorrow(tomorrow)
                level = await self._tell_of_level(level)
                await asyncio.sleep(0.1)

    async def _tell_of_level(self, before: str | None) -> str:
        level = (await self.client.state(Price.LEVEL)).state
        if level != before:
            await self.say_as_shown(_LEVEL)
        return level

    async def _tell_of_tomorrow(self, before: str | None) -> str:
        known = (await self.client.state(Price.TOMORROW_KNOWN)).state
        if known == "on" and before != "on":
            await self.say_as_shown(_TOMORROW)
        elif known == "off" and before == "on":
            self.say(_MIDNIGHT)
        return known
