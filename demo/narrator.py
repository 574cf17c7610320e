"""Says in the terminal what happens in the demo, and when, by its own clock."""

import asyncio
from collections.abc import Coroutine

from .client import Client
from .clock import Clock
from .contract import Entity
from .loads import Load
from .prices import UNAVAILABLE, Price

_LEVEL = """
{{ state_translated(level) }}: {{ '%.2f' | format(states(price) | float * 100) }} ct/kWh"""
_TOMORROW = """
Tomorrow's prices are here: {{ '%.2f' | format(states(lowest) | float * 100) }} to {# -#}
{{ '%.2f' | format(states(highest) | float * 100) }} ct/kWh"""
_MIDNIGHT = "A new day: yesterday's tomorrow is today, and tomorrow is not known yet"
_RUN = """
{{- label }}: {{ 'on' if is_state(run, 'on') else 'off' }}
{%- set until = states(end if is_state(run, 'on') else start) | as_datetime(none) %}
{%- if until %} until {{ (until | as_local).strftime('%a %H:%M') }}{% endif %}"""
_REASON = """
{{- label }}: {{ state_attr_translated(run, 'reason') }}
{%- if has_value(cost) and has_value(savings) %}, {# -#}
for {{ '%.2f' | format(states(cost) | float) }} EUR, {# -#}
{{ '%.2f' | format(states(savings) | float) }} less than at once{% endif %}"""


class Narrator:
    """Tells of one Home Assistant."""

    def __init__(self, client: Client, clock: Clock) -> None:
        """Look through this client."""
        self.client = client
        self._clock = clock
        self._level = self._tomorrow = UNAVAILABLE
        self._runs: dict[Load, tuple[str, str]] = {}

    def say(self, text: str) -> None:
        """Say something."""
        print(f"{self._clock.now():%a %H:%M}  {text}", flush=True)

    async def say_as_shown(self, template: str) -> None:
        """Say something of the contract in the words of Home Assistant."""
        await self._say(
            template,
            order=Entity.STATUS,
            appointment=Entity.APPOINTMENT,
            pricing=Entity.DYNAMIC_PRICING,
            module=Entity.MODULE_1,
            price=Price.CURRENT,
            level=Price.LEVEL,
            lowest=Price.LOWEST_TOMORROW,
            highest=Price.HIGHEST_TOMORROW,
        )

    async def watch(self, passing: Coroutine[None, None, None]) -> None:
        """Tell of the prices and the loads while the time passes."""
        async with asyncio.TaskGroup() as group:
            time = group.create_task(passing)
            while not time.done():
                await self._tell_of_tomorrow()
                await self._tell_of_level()
                for load in Load:
                    await self._tell_of_load(load)
                await asyncio.sleep(0.1)

    async def _tell_of_level(self) -> None:
        before, self._level = self._level, (await self.client.state(Price.LEVEL)).state
        if self._level not in (before, UNAVAILABLE):
            await self.say_as_shown(_LEVEL)

    async def _tell_of_tomorrow(self) -> None:
        before = self._tomorrow
        self._tomorrow = (await self.client.state(Price.TOMORROW_KNOWN)).state
        if self._tomorrow == "on" and before != "on":
            await self.say_as_shown(_TOMORROW)
        elif self._tomorrow == "off" and before == "on":
            self.say(_MIDNIGHT)

    async def _tell_of_load(self, load: Load) -> None:
        """Tell why a load runs as it does, or that it is turned on or off."""
        state = await self.client.state(load.run)
        if state.state == UNAVAILABLE:
            return
        before = self._runs.get(load)
        self._runs[load] = now = (state.attributes["reason"], state.state)
        if before == now:
            return
        reason_changed = before is None or before[0] != now[0]
        await self._say(
            _REASON if reason_changed else _RUN,
            label=load.label,
            run=load.run,
            start=f"sensor.{load}_next_start",
            end=f"sensor.{load}_next_end",
            cost=load.planned_cost,
            savings=f"sensor.{load}_planned_savings",
        )

    async def _say(self, template: str, **variables: str) -> None:
        self.say((await self.client.render(template, **variables)).strip())
