"""A contract without an order: the repair that orders, and push that switches at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from . import contract, loads, ordering, push
from .client import Client
from .clock import Clock
from .loads import Device, Load
from .nomos import Nomos
from .pictures import Album
from .report import Report

_TITLE = "Rosenweg 3"
_STATUS = "sensor.rosenweg_3_meter_order_status"
_LAST_PUSH = "sensor.rosenweg_3_last_message_from_nomos"
_DYNAMIC_PRICING = "binary_sensor.rosenweg_3_dynamic_pricing_active"
_UNTIL_INSTALLED = (
    "ordered",
    "check_submitted",
    "checked",
    "installation_scheduled",
    "installed",
)
_A_MINUTE = timedelta(seconds=65)
_PAUSE = 0.5
"""Real seconds in which nobody must ask Nomos, as nothing has told to."""
_AT_ONCE = 1.0
"""Real seconds that it may take until push has switched a load."""


@dataclass(kw_only=True)
class NewContract:
    """Goes from a contract without an order to a load that push turns over."""

    report: Report
    album: Album
    client: Client
    clock: Clock
    nomos: Nomos

    async def go_through(self) -> None:
        """Order, turn push on, and see what it does; then remove the contract."""
        await self._order()
        await self._turn_push_on()
        await self._until_installed()
        await self._charge()
        await self._turn_over()
        await contract.remove(self.client, _TITLE)

    async def _order(self) -> None:
        """Add the contract, see the repair, and order the smart meter with it."""
        await self.nomos.change_contract(status="active", start_at="-1 days 00:00")
        await contract.connect(self.client, self.nomos.url)
        await ordering.until_asked_for(self.client, _TITLE)
        self.report.compare(
            "without an order there is a repair, and nothing is ordered by itself",
            [["no_order"], []],
            [await ordering.repairs(self.client, _TITLE), await self._orders()],
        )
        # So that the picture does not tell by the second how old the repair is.
        await self.nomos.until_quiet()
        self.clock.put_forward(self.clock.now() + _A_MINUTE)
        await self.album.repair(ordering.TITLE)
        await self._see("it is confirmed, and the meter is on order", "waiting")
        self.report.compare(
            "exactly one order was placed, and nothing is left to repair",
            [["/meter-orders"], []],
            [await self._orders(), await ordering.repairs(self.client, _TITLE)],
        )

    async def _turn_push_on(self) -> None:
        """Turn push on, and see a test event come."""
        await push.be_reachable(self.client)
        await self.album.push_options(_TITLE, self.nomos.register_webhook)
        await loads.state_soon(self.client, _LAST_PUSH, "unknown")
        await self.nomos.test_webhook()
        seen = (await self.client.state(_LAST_PUSH)).attributes.get("topic")
        self.report.compare("push is on, and a test comes", "test.event", seen)

    async def _until_installed(self) -> None:
        """Move the order on, without any poll, until the meter is installed."""
        for status in _UNTIL_INSTALLED:
            await self._leave_alone()
            await self.nomos.advance()
            await loads.state_soon(self.client, _STATUS, status)
        await self._see("push moves the order on to the installed meter", "installed")

    async def _charge(self) -> None:
        """Add the wallbox, which may charge at any time while there are no prices."""
        await loads.add(self.client, Load.WALLBOX, _TITLE, fallback="always_on")
        self.report.compare(
            "the wallbox charges in the evening, by its fallback",
            "on",
            await loads.state_soon(self.client, Device.WALLBOX, "on"),
        )

    async def _turn_over(self) -> None:
        """Let the meter go live, and see how soon the wallbox goes by the prices."""
        await self._leave_alone()
        await self.nomos.forget_requests()
        await asyncio.sleep(_PAUSE)
        asked, since = await self.nomos.requests("GET"), self.clock.now()
        wanted: Mapping[str, str] = {
            _DYNAMIC_PRICING: "on",
            Load.WALLBOX.run: "off",
            Device.WALLBOX: "off",
        }

        async def _seen() -> Mapping[str, str]:
            return {
                entity_id: (await self.client.state(entity_id)).state
                for entity_id in wanted
            }

        async def _is_there() -> bool:
            return await _seen() == wanted

        seconds = await push.timed(self.nomos.advance(), _is_there)
        self.report.compare(
            f"the meter is live, and the wallbox has turned over {seconds:.2f} s later",
            [wanted, True],
            [await _seen(), seconds <= _AT_ONCE],
        )
        self.report.compare(
            "Nomos was not asked before, and the wallbox waits for cheap hours",
            [[], "planned"],
            [asked, (await loads.shown(self.client, Load.WALLBOX)).reason],
        )
        await self._leave_alone()
        for entity_id in wanted:
            await self.client.until_recorded(entity_id, since)
        await self.album.activity(
            "push-wallbox",
            [_STATUS, _DYNAMIC_PRICING, Load.WALLBOX.run, Device.WALLBOX],
            since,
            "Not running",
        )

    async def _leave_alone(self) -> None:
        """Let some seconds pass, so that Home Assistant looks at once."""
        await self.nomos.until_quiet()
        self.clock.put_forward(self.clock.now() + contract.BETWEEN_POLLS)

    async def _orders(self) -> list[str]:
        return await self.nomos.requests("POST", "/meter-orders")

    async def _see(self, what: str, status: str) -> None:
        seen = await loads.state_soon(self.client, _STATUS, status)
        self.report.compare(what, status, seen)
