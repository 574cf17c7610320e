"""The simulated Nomos, and the hand that moves it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from aiohttp import BasicAuth, ClientError, ClientSession

from simulator import load_scenario

from .clock import Clock
from .process import free_port, python_module

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret"
PROGRAM = ("demo-program", "demo-program-secret")
"""What a program shows that customers are asked for: its client ID, and its secret."""
_QUIET = 1.2
"""Real seconds without any request after which none is under way: who has asked too much
within a second is told to wait for the next one."""
REPOSITORY = Path(__file__).parent.parent


class Nomos:
    """A running simulator and the first contract of its scenario, with its order."""

    def __init__(self, session: ClientSession, url: str, scenario: str) -> None:
        """Steer the simulator at this address."""
        self.url = url
        self._session = session
        world = load_scenario(scenario)
        self._subscription = next(iter(world.subscriptions))
        self._order = next(iter(world.meter_orders), None)
        self._webhook = ""

    async def is_up(self) -> bool:
        """Tell whether the simulator answers."""
        try:
            async with self._session.get(f"{self.url}/_simulator/health") as response:
                return response.ok
        except ClientError:
            return False

    async def advance(self) -> Mapping[str, Any] | None:
        """Move the order one step on; None where it is stuck."""
        order = await self.order_id()
        return await self._control("POST", f"meter-orders/{order}/advance")

    async def change_order(self, **fields: Any) -> None:
        """Set fields of the order."""
        order = await self.order_id()
        await self._control("PATCH", f"meter-orders/{order}", fields)

    async def order_id(self) -> str:
        """Return the id of the order, which may have been placed meanwhile."""
        if self._order is None:
            self._order = str((await self._read("meter-orders"))[0]["id"])
        return self._order

    async def forget_order(self) -> None:
        """Let the order never have been placed."""
        await self._control("DELETE", f"meter-orders/{await self.order_id()}")
        self._order = None

    async def change_contract(self, **fields: Any) -> None:
        """Set fields of the contract."""
        await self._control("PATCH", f"subscriptions/{self._subscription}", fields)

    async def activate_modules(self) -> None:
        """Let the modules of section 14a that were ordered be in force."""
        for module in await self._read("grid-fee-reductions"):
            path = f"grid-fee-reductions/{module['id']}"
            await self._control("PATCH", path, {"status": "activated"})

    async def register_program(self, *redirect_uris: str) -> None:
        """Let customers be sent back to these addresses."""
        path = f"oauth-clients/{PROGRAM[0]}"
        await self._control("PATCH", path, {"redirect_uris": list(redirect_uris)})

    async def register_webhook(self, url: str) -> str:
        """Tell this address of changes from now on, and return the signing secret."""
        webhook = await self._control("POST", "webhooks", {"url": url})
        assert webhook is not None
        self._webhook = webhook["id"]
        return str(webhook["secret"])

    async def test_webhook(self) -> None:
        """Send a test event, as the button of the dashboard does."""
        await self._control("POST", f"webhooks/{self._webhook}/test")

    async def requests(self, method: str, path: str = "") -> list[str]:
        """Return the paths that were asked for by a method, as far as they begin so."""
        answer = await self._control("GET", "requests")
        assert answer is not None
        return [
            request["path"]
            for request in answer["requests"]
            if request["method"] == method and request["path"].startswith(path)
        ]

    async def until_quiet(self) -> None:
        """Wait until nobody has asked for a while: a leap would make it seem slow."""
        before, now = -1, 0
        while before != now:
            await asyncio.sleep(_QUIET)
            before, now = now, len(await self.requests("GET"))

    async def forget_requests(self) -> None:
        """Begin to count the requests anew."""
        await self._control("DELETE", "requests")

    async def break_down(self, **fault: Any) -> None:
        """Answer every request with a fault."""
        await self._control("POST", "faults", fault)

    async def recover(self) -> None:
        """Answer truly again."""
        await self._control("DELETE", "faults")

    async def prices(self, first: date, last: date) -> dict[datetime, float]:
        """Ask for the prices (ct/kWh) of some days."""
        items = await self._price_items(first, last)
        return {datetime.fromisoformat(i["timestamp"]): i["amount"] for i in items}

    async def grid_fees(self, day: date) -> dict[datetime, float]:
        """Ask for the grid fee (ct/kWh) in each quarter-hour of a day."""
        return {
            datetime.fromisoformat(item["timestamp"]): component["amount"]
            for item in await self._price_items(day, day)
            for component in item["components"]
            if component["type"] == "grid"
        }

    async def _price_items(self, first: date, last: date) -> list[dict[str, Any]]:
        days = {"start": first.isoformat(), "end": last.isoformat()}
        return await self._read(f"subscriptions/{self._subscription}/prices", **days)

    async def _read(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Read a list as any client would."""
        async with self._session.post(
            f"{self.url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=BasicAuth(CLIENT_ID, CLIENT_SECRET),
            raise_for_status=True,
        ) as response:
            token = (await response.json())["access_token"]
        async with self._session.get(
            f"{self.url}/{path}",
            params=query,
            headers={"Authorization": f"Bearer {token}"},
            raise_for_status=True,
        ) as response:
            items: list[dict[str, Any]] = (await response.json())["items"]
            return items

    async def _control(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any] | None:
        async with self._session.request(
            method, f"{self.url}/_simulator/{path}", json=body
        ) as response:
            if response.status == 409:
                return None
            response.raise_for_status()
            answer: Mapping[str, Any] = await response.json()
            return answer


@asynccontextmanager
async def running(
    session: ClientSession,
    scenario: str,
    folder: Path,
    clock: Clock,
    port: int | None = None,
) -> AsyncGenerator[Nomos]:
    """Run the simulator beside the block, on a free port unless one is given."""
    port = port or free_port()
    nomos = Nomos(session, f"http://127.0.0.1:{port}", scenario)
    async with python_module(
        "simulator",
        ["--port", str(port), "--scenario", scenario],
        clock=clock,
        directory=REPOSITORY,
        log=folder / f"simulator-{scenario}.log",
        is_up=nomos.is_up,
    ):
        yield nomos
