"""The way of an order through Home Assistant, looked at from all sides."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from . import contract, home_assistant, logs, prices
from .browser import PHONE, Frontend
from .client import Client
from .clock import Clock
from .contract import DOMAIN, TITLE, Entity, Shown
from .nomos import Nomos
from .pictures import Album
from .report import Report

_JUST_ORDERED = Shown(
    status="waiting",
    step=1,
    appointment="unknown",
    problem="off",
    dynamic_pricing="off",
    reason="order_in_progress",
)
_OUTAGE = {"status": 503, "body": "<h1>Down</h1>", "content_type": "text/html"}
_PATIENCE = 60


@dataclass(kw_only=True)
class Passage:
    """Takes an order from its beginning to its end, and compares what is shown."""

    report: Report
    album: Album
    client: Client
    frontend: Frontend
    nomos: Nomos
    clock: Clock
    log: Path
    expected: Shown = _JUST_ORDERED

    async def begin(self) -> None:
        """Move in, and add the contract."""
        await home_assistant.move_in(self.client)
        self.report.compare(
            "a visitor lands on the dashboard",
            home_assistant.DASHBOARD,
            await self.frontend.sign_in(),
        )
        await contract.add(self.client, self.nomos.url, self.clock)
        await self._see("1/7 the contract is added, the meter is on order")
        self.report.compare(
            "there are no prices yet", prices.NOTHING, await prices.shown(self.client)
        )
        await self._see_nothing_in_the_way()

    async def until_appointment(self, nomos_of_several_contracts: Nomos) -> None:
        """Move the order on to its appointment, with a hold on the way."""
        await self._advance("2/7 the metering operator has it", status="ordered")
        await self.album.config_flow(self.nomos.url, nomos_of_several_contracts.url)
        await self._hold()
        await self._advance("3/7 it is being checked", status="check_submitted")
        await self._advance("4/7 it is checked", status="checked")
        await self._advance("5/7 a date is set", status="installation_scheduled")
        await self.album.dashboard("dashboard-waiting", "Appointment set for")
        await self.album.dashboard("dashboard-phone", "Appointment set for", PHONE)

    async def _hold(self) -> None:
        before = self.expected
        await self.nomos.change_order(status="blocked")
        await self._poll_and_see(
            "it is put on hold", status="blocked", problem="on", reason="order_blocked"
        )
        on_hold = await self.client.render(
            "{{ state_translated(it) }}", it=Entity.STATUS
        )
        await self.album.dashboard("dashboard-on-hold", on_hold)
        await self.nomos.change_order(blocked_reason=None)
        self.expected = before
        await self._poll_and_see("it goes on")

    async def outage(self) -> None:
        """Let Nomos be down for a poll."""
        await self.nomos.break_down(**_OUTAGE)
        await self._poll()
        async with asyncio.timeout(_PATIENCE):
            await logs.until_lost(self.log, times=1)
        await self._see("Nomos is down: all stays as it was")

    async def after_restart(self) -> None:
        """See what is left after a restart while Nomos is down, and let it recover."""
        await self.client.until_running()
        await self._see("Home Assistant restarts meanwhile: all is there again")
        await self.nomos.recover()
        await self._poll_and_see("Nomos is back")

    async def until_live(self) -> None:
        """Move the order on to the live meter, with which the loads change over."""
        await self._advance("6/7 the meter is installed", status="installed")
        await self._advance(
            "7/7 the meter is live: dynamic pricing is active",
            status="activated",
            dynamic_pricing="on",
            reason="order_activated",
        )
        await self.album.dashboard("dashboard-switched-over", "Runs in the cheapest")

    async def _advance(self, what: str, **changes: Any) -> None:
        order = await self.nomos.advance()
        if order is None:
            self.report.fail(what, "Nomos does not move the order on")
            return
        if moment := order["appointment_at"]:
            changes["appointment"] = datetime.fromisoformat(moment).isoformat()
        step = (self.expected.step or 0) + 1
        await self._poll_and_see(what, step=step, **changes)

    async def _poll_and_see(self, what: str, **changes: Any) -> None:
        await self._poll()
        await self._see(what, **changes)

    async def _poll(self) -> None:
        """Ask Nomos at once."""
        self.clock.put_forward(self.clock.now() + contract.BETWEEN_POLLS)
        await contract.poll(self.client)

    async def _see(self, what: str, **changes: Any) -> None:
        self.expected = replace(self.expected, **changes)
        seen = await contract.shown_soon(self.client, self.expected)
        self.report.compare(what, self.expected, seen)

    async def _see_nothing_in_the_way(self) -> None:
        """Look for dialogs, messages, notifications and repairs on the first page."""
        self.report.compare(
            "no dialog or message is in the way", [], await self.frontend.obstacles()
        )
        self.report.compare(
            "there is no notification",
            [],
            await self.client.command("persistent_notification/get"),
        )
        repairs = await self.client.command("repairs/list_issues")
        issues = [issue for issue in repairs["issues"] if not issue["ignored"]]
        self.report.compare("there is nothing to repair", [], issues)

    async def take_device(self) -> None:
        """Take the device page in English, and as German owners see it."""
        devices = await self.client.command("config/device_registry/list")
        device_id, entry_id = next(
            (device["id"], device["primary_config_entry"])
            for device in devices
            if device["identifiers"][0][0] == DOMAIN and not device["via_device_id"]
        )
        await self.album.device("device", device_id, await self._status_name())
        await self.client.command("config/core/update", language="de")
        await contract.reload(self.client, entry_id)
        await self._see("the contract is loaded anew")
        german = await self._status_name()
        await self.album.device("device-german", device_id, german, locale="de-DE")

    async def _status_name(self) -> str:
        name: str = (await self.client.state(Entity.STATUS)).attributes["friendly_name"]
        return name.removeprefix(TITLE).strip()
