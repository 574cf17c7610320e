"""A simulated Nomos on loopback, as the tests handle it."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from aiohttp.test_utils import TestServer
from yarl import URL

from simulator import Exchange, Fault, World, create_app, load_scenario
from simulator.fields import assign
from simulator.meter_order import MeterOrder
from simulator.model import Credential, Subscription

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret"


class SimulatedNomos:
    """A running simulator and what has been asked of it."""

    def __init__(self, scenario: str) -> None:
        """Prepare a scenario; the rate limit is high, since frozen time never ends it."""
        self.world: World = load_scenario(scenario)
        self.world.settings.rate_limit = 1000
        self.exchanges: list[Exchange] = []
        self._server = TestServer(
            create_app(self.world, observe=self.exchanges.append), host="127.0.0.1"
        )

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        await self._server.start_server(access_log=None)

    async def stop(self) -> None:
        """Stop listening; everything answers with a refused connection then."""
        await self._server.close()

    @property
    def url(self) -> str:
        """The base URL."""
        return str(self._server.make_url("")).rstrip("/")

    @property
    def account(self) -> dict[str, str]:
        """The data of a config entry for the scenario's first client."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "base_url": self.url,
        }

    @property
    def credential(self) -> Credential:
        """The credentials of the scenario's first client."""
        return self.world.credentials[CLIENT_ID]

    @property
    def subscription(self) -> Subscription:
        """The scenario's first subscription."""
        return next(iter(self.world.subscriptions.values()))

    @property
    def order(self) -> MeterOrder:
        """The meter order of the scenario's first subscription."""
        order = self.world.order_of(self.subscription.id)
        assert order is not None
        return order

    def set_order(self, **changes: Any) -> None:
        """Change the first subscription's meter order."""
        self.world.update_order(self.order, changes)

    def set_subscription(self, **changes: Any) -> None:
        """Change the first subscription."""
        self.world.update_subscription(self.subscription, changes)

    def set_market(self, **changes: Any) -> None:
        """Change the market, in the notation of a scenario or in Python's own types."""
        assign(self.world.market, changes)

    def remove_order(self) -> None:
        """Let there be no meter order."""
        self.world.meter_orders.clear()

    def fail(self, path: str | None = None, **fault: Any) -> None:
        """Put a fault in force for requests whose path matches."""
        self.world.faults.add(Fault(path=path, **fault))

    def heal(self) -> None:
        """End all faults."""
        self.world.faults.clear()

    def requests(self, path: str = "*") -> Sequence[Exchange]:
        """Return the exchanges so far whose path matches."""
        return [
            exchange
            for exchange in self.exchanges
            if fnmatchcase(URL(exchange.url).path, path)
        ]

    def lines(self) -> list[str]:
        """Return the requests so far, a line each."""
        return [f"{e.method} {URL(e.url).path}" for e in self.exchanges]
