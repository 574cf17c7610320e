"""Tests of push from the simulator: over HTTP, from the change to the entity."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.simulated import SimulatedNomos

from .home import our_lines, pricing, restart, set_up, state_of

KEY = "whsec_of_the_dashboard"
WEBHOOK_ID = "an-id-that-nobody-guesses"
NOON = "2026-07-01T12:00:00+00:00"
COOLDOWN = timedelta(seconds=11)
"""After it Home Assistant looks again at once."""

pytestmark = pytest.mark.freeze_time(NOON)


class Dashboard:
    """Nomos as its staff sees it: what happens there is sent to Home Assistant."""

    def __init__(
        self, hass: HomeAssistant, nomos: SimulatedNomos, session: ClientSession
    ) -> None:
        """Work at a simulator, through its control."""
        self.webhook = ""
        self._hass = hass
        self._nomos = nomos
        self._session = session

    async def register(self, url: str, *, automatic: bool = True) -> None:
        """Let Home Assistant be told, of everything or on demand."""
        values = {"url": url, "secret": KEY, "automatic": automatic}
        self.webhook = (await self._ask("POST", "webhooks", **values))["id"]

    async def change_order(self, **changes: Any) -> None:
        """Change the meter order."""
        await self._ask("PATCH", f"meter-orders/{self._nomos.order.id}", **changes)

    async def change_subscription(self, **changes: Any) -> None:
        """Change the contract."""
        path = f"subscriptions/{self._nomos.subscription.id}"
        await self._ask("PATCH", path, **changes)

    async def send(self, what: str, **fields: Any) -> list[int]:
        """Send something on demand, and return what Home Assistant has answered."""
        path = f"webhooks/{self.webhook}/{what}"
        answer = await self._ask("POST", path, **fields)
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return [delivery["status"] for delivery in answer["deliveries"]]

    async def told(self, count: int = 1) -> list[str]:
        """Let what was sent by itself have effect, and return its topics."""
        for _ in range(1000):
            deliveries = (await self._ask("GET", "webhook-deliveries"))["deliveries"]
            if len(deliveries) >= count:
                break
        assert [delivery["status"] for delivery in deliveries] == [200] * count
        await self._hass.async_block_till_done(wait_background_tasks=True)
        await self._ask("DELETE", "webhook-deliveries")
        return [delivery["topic"] for delivery in deliveries]

    async def _ask(self, method: str, path: str, **fields: Any) -> dict[str, Any]:
        url = f"{self._nomos.url}/_simulator/{path}"
        async with self._session.request(method, url, json=fields) as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer


@pytest.fixture
async def pushed(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> MockConfigEntry:
    """Return a contract that Nomos tells of changes."""
    options = {
        "webhook_enabled": True,
        "webhook_secret": KEY,
        "webhook_id": WEBHOOK_ID,
    }
    hass.config_entries.async_update_entry(entry, options=options)
    await set_up(hass, entry)
    nomos.exchanges.clear()
    return entry


@pytest.fixture
async def webhook_url(
    pushed: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> str:
    """Return the address at which Home Assistant really listens."""
    client = await hass_client_no_auth()
    return str(client.make_url(f"/api/webhook/{WEBHOOK_ID}"))


@pytest.fixture
async def quiet(
    hass: HomeAssistant, nomos: SimulatedNomos, webhook_url: str
) -> AsyncGenerator[Dashboard]:
    """Return a dashboard from which Home Assistant is told on demand only."""
    async with ClientSession() as session:
        dashboard = Dashboard(hass, nomos, session)
        await dashboard.register(webhook_url, automatic=False)
        yield dashboard


@pytest.fixture
async def dashboard(
    hass: HomeAssistant, nomos: SimulatedNomos, webhook_url: str
) -> AsyncGenerator[Dashboard]:
    """Return a dashboard whose changes Home Assistant is told by itself."""
    async with ClientSession() as session:
        dashboard = Dashboard(hass, nomos, session)
        await dashboard.register(webhook_url)
        yield dashboard


async def cool_down(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let some seconds pass, which no poll is due in."""
    freezer.tick(COOLDOWN)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_change_is_seen_at_once(
    hass: HomeAssistant, pushed: MockConfigEntry, dashboard: Dashboard
) -> None:
    """What changes at Nomos is known here, though not a second has passed."""
    assert pricing(hass, pushed) == "off"
    await dashboard.change_order(status="activated")
    assert await dashboard.told() == ["meter_order.activated"]
    assert state_of(hass, pushed, "meter_order_status").state == "activated"
    assert pricing(hass, pushed) == "on"
    event = state_of(hass, pushed, "meter_order")
    assert event.attributes["event_type"] == "activated"
    last = state_of(hass, pushed, "last_push")
    assert (last.state, last.attributes["topic"]) == (NOON, "meter_order.activated")


async def test_whole_order(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    dashboard: Dashboard,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each step is told and costs one look at the order."""
    for status in (
        "ordered",
        "check_submitted",
        "checked",
        "installation_scheduled",
        "installed",
        "activated",
    ):
        nomos.exchanges.clear()
        await dashboard.change_order(status=status)
        await dashboard.told()
        assert state_of(hass, pushed, "meter_order_status").state == status
        assert len(nomos.requests("/meter-orders*")) == 1
        await cool_down(hass, freezer)
        assert len(nomos.requests("/meter-orders*")) == 1
    assert pricing(hass, pushed) == "on"


async def test_problem_is_seen_at_once(
    hass: HomeAssistant, pushed: MockConfigEntry, dashboard: Dashboard
) -> None:
    """The owner hears of an order that is stuck when it gets stuck."""
    await dashboard.change_order(status="blocked_wim")
    assert await dashboard.told() == ["meter_order.blocked"]
    assert state_of(hass, pushed, "meter_order_problem").state == "on"


@pytest.mark.parametrize("scenario", ["variable-grid-fee"])
async def test_end_is_seen_at_once(
    hass: HomeAssistant, pushed: MockConfigEntry, dashboard: Dashboard
) -> None:
    """The contract has topics, too; no load starts on the prices of an ended one."""
    assert pricing(hass, pushed) == "on"
    await dashboard.change_subscription(status="ended")
    assert await dashboard.told() == ["subscription.ended"]
    assert pricing(hass, pushed) == "off"


async def test_test_event(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    dashboard: Dashboard,
    nomos: SimulatedNomos,
) -> None:
    """The button of the dashboard is seen to arrive, and asks nothing."""
    assert await dashboard.send("test") == [200]
    last = state_of(hass, pushed, "last_push")
    assert (last.state, last.attributes["topic"]) == (NOON, "test.event")
    assert not nomos.exchanges


async def test_duplicate(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    dashboard: Dashboard,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An event that comes again is taken, and does nothing, also after a restart."""
    await dashboard.change_order(status="ordered")
    await dashboard.told()
    await cool_down(hass, freezer)
    nomos.exchanges.clear()
    assert await dashboard.send("repeat") == [200]
    assert not nomos.exchanges
    await restart(hass, pushed)
    await hass.async_block_till_done(wait_background_tasks=True)
    nomos.exchanges.clear()
    assert await dashboard.send("repeat") == [200]
    assert not nomos.exchanges
    assert state_of(hass, pushed, "last_push").state == NOON


@pytest.mark.parametrize(
    ("what", "fields", "status"),
    [
        ("replay", {}, 401),
        ("replay", {"age": 301}, 401),
        ("replay", {"age": -301}, 401),
        ("forge", {}, 401),
        ("oversize", {}, 413),
        ("oversize", {"bytes": 65_537}, 413),
        ("oversize", {"bytes": 5_000_000}, 413),
    ],
)
async def test_refused(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    quiet: Dashboard,
    nomos: SimulatedNomos,
    caplog: pytest.LogCaptureFixture,
    what: str,
    fields: dict[str, Any],
    status: int,
) -> None:
    """What must not be believed is refused, asks nothing, and does not use up its id."""
    await quiet.change_order(status="activated")
    assert await quiet.send(what, **fields) == [status]
    assert not nomos.exchanges
    assert state_of(hass, pushed, "last_push").state == "unknown"
    assert pricing(hass, pushed) == "off"
    assert not our_lines(caplog)
    assert KEY not in caplog.text
    # The true event is still as good as new.
    assert await quiet.send("repeat") == [200]
    assert pricing(hass, pushed) == "on"


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("replay", {"age": 300}),
        ("replay", {"age": -300}),
        ("oversize", {"bytes": 65_536}),
    ],
)
async def test_just_believed(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    quiet: Dashboard,
    what: str,
    fields: dict[str, Any],
) -> None:
    """Up to the limits an event counts."""
    await quiet.change_order(status="activated")
    assert await quiet.send(what, **fields) == [200]
    assert pricing(hass, pushed) == "on"


async def test_out_of_order(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    quiet: Dashboard,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An older event that comes later does not bring the older state back."""
    await quiet.change_order(status="installed")
    await quiet.change_order(status="activated")
    assert await quiet.send("swap") == [200, 200]
    assert pricing(hass, pushed) == "on"
    await cool_down(hass, freezer)
    assert state_of(hass, pushed, "meter_order_status").state == "activated"
    assert pricing(hass, pushed) == "on"
    event = state_of(hass, pushed, "meter_order")
    assert (event.state, event.attributes["event_type"]) == (
        "2026-07-01T12:00:00.000+00:00",
        "activated",
    )


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_neighbours(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    dashboard: Dashboard,
    nomos: SimulatedNomos,
) -> None:
    """What happens to the other contracts of an organisation is taken, and asks nothing."""
    others = [
        order
        for order in nomos.world.meter_orders.values()
        if order.subscription != nomos.subscription.id and order.status == "waiting"
    ]
    for order in others[:5]:
        nomos.world.update_order(order, {"status": "ordered"})
    assert await dashboard.told(5) == ["meter_order.placed"] * 5
    assert not nomos.exchanges
