"""Section 14a of the energy act: modules that are ordered, and the windows of the fee."""

from dataclasses import dataclass
from datetime import timedelta

from . import contract, loads
from .client import ApiError, Client
from .clock import Clock
from .contract import DOMAIN
from .nomos import Nomos
from .pictures import Album
from .prices import QUARTER
from .report import Report

_TITLE = "Birkenweg 14"
_ENTITY = "sensor.birkenweg_14_grid_fee"
_WINDOW = f"{_ENTITY}_window"
_LEVELS = ("low", "standard", "high")
_MODULES = (1, 3)
"""Those that are ordered: module 3 needs module 1."""
_A_WHILE = timedelta(seconds=15)
"""After which the recorder has written what has changed."""
_PAUSE = 0.1
"""Real seconds between strides, so that no request that is under way is overtaken."""


async def order(client: Client, title: str, module: int, *, confirm: bool) -> None:
    """Order a module for a contract by the action, which wants to hear a yes."""
    await client.ask(
        f"{DOMAIN}.order_grid_fee_reduction",
        config_entry=await contract.entry_id(client, title),
        module=module,
        confirm=confirm,
    )


@dataclass(kw_only=True)
class GridFee:
    """Orders modules for a contract, and compares the windows with the fees."""

    report: Report
    album: Album
    client: Client
    clock: Clock
    nomos: Nomos

    async def go_through(self) -> None:
        """Add the contract, order its modules, and see the window change."""
        await contract.connect(self.client, self.nomos.url)
        await self._see_window()
        since = self.clock.now()
        await self._ask_without_yes()
        for module in _MODULES:
            await order(self.client, _TITLE, module, confirm=True)
            await self._see_module(f"module {module} is ordered", module, "ordered")
            await self.nomos.activate_modules()
            self.clock.put_forward(self.clock.now() + contract.BETWEEN_POLLS)
            await self.client.action(
                "homeassistant.update_entity", entity_id=_module(module)
            )
            await self._see_module(f"module {module} is in force", module, "activated")
        self.report.compare(
            "each was ordered once",
            ["/grid-fee-reductions"] * len(_MODULES),
            await self._orders(),
        )
        nine = self.clock.today(21)
        await self.clock.run_to(nine + _A_WHILE, QUARTER, _PAUSE)
        await self._see_window()
        shown = [*map(_module, _MODULES), _WINDOW]
        for entity_id in shown:
            await self.client.until_recorded(entity_id, since)
        await self.album.activity("grid-fee", shown, since, "Standard")

    async def _ask_without_yes(self) -> None:
        try:
            await order(self.client, _TITLE, _MODULES[0], confirm=False)
            refused = False
        except ApiError:
            refused = True
        self.report.compare(
            "without a yes no module is ordered",
            [True, []],
            [refused, await self._orders()],
        )

    async def _orders(self) -> list[str]:
        return await self.nomos.requests("POST", "/grid-fee-reductions")

    async def _see_module(self, what: str, module: int, status: str) -> None:
        seen = await loads.state_soon(self.client, _module(module), status)
        self.report.compare(what, status, seen)

    async def _see_window(self) -> None:
        """Compare the window with what Nomos charges in this quarter-hour."""
        fees = await self.nomos.grid_fees(self.clock.now().date())
        cheap_to_dear = sorted(set(fees.values()))
        wanted = _LEVELS[cheap_to_dear.index(fees[self.clock.quarter()])]
        self.report.compare(
            f"{self.clock.now():%H:%M} the grid fee is {wanted}, as Nomos has it",
            wanted,
            await loads.state_soon(self.client, _WINDOW, wanted),
        )


def _module(module: int) -> str:
    return f"{_ENTITY}_module_{module}"
