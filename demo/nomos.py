"""The simulated Nomos, and the hand that moves it."""

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
REPOSITORY = Path(__file__).parent.parent


class Nomos:
    """A running simulator and the first meter order of its scenario."""

    def __init__(self, session: ClientSession, url: str, scenario: str) -> None:
        """Steer the simulator at this address."""
        self.url = url
        self._session = session
        order = next(iter(load_scenario(scenario).meter_orders.values()))
        self._order, self._subscription = order.id, order.subscription

    async def is_up(self) -> bool:
        """Tell whether the simulator answers."""
        try:
            async with self._session.get(f"{self.url}/_simulator/health") as response:
                return response.ok
        except ClientError:
            return False

    async def advance(self) -> Mapping[str, Any] | None:
        """Move the order one step on; None where it is stuck."""
        return await self._control("POST", f"meter-orders/{self._order}/advance")

    async def change_order(self, **fields: Any) -> None:
        """Set fields of the order."""
        await self._control("PATCH", f"meter-orders/{self._order}", fields)

    async def break_down(self, **fault: Any) -> None:
        """Answer every request with a fault."""
        await self._control("POST", "faults", fault)

    async def recover(self) -> None:
        """Answer truly again."""
        await self._control("DELETE", "faults")

    async def prices(self, first: date, last: date) -> dict[datetime, float]:
        """Ask for the prices (ct/kWh) of some days as any client would."""
        async with self._session.post(
            f"{self.url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=BasicAuth(CLIENT_ID, CLIENT_SECRET),
            raise_for_status=True,
        ) as response:
            token = (await response.json())["access_token"]
        async with self._session.get(
            f"{self.url}/subscriptions/{self._subscription}/prices",
            params={"start": first.isoformat(), "end": last.isoformat()},
            headers={"Authorization": f"Bearer {token}"},
            raise_for_status=True,
        ) as response:
            items = (await response.json())["items"]
        return {datetime.fromisoformat(i["timestamp"]): i["amount"] for i in items}

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
