"""Tests of push: what Nomos signs is believed, once, and nothing else."""

from collections.abc import Mapping
import hashlib
import hmac
from http import HTTPStatus
import json
import time
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util.aiohttp import MockRequest
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.nomos_smartmeter.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.nomos_smartmeter.push import IDS_KEPT
from tests.simulated import SimulatedNomos

from .home import STORE, restart, set_up, state_of

KEY = "whsec_of_the_dashboard"
WEBHOOK_ID = "an-id-that-nobody-guesses"
URL = f"/api/webhook/{WEBHOOK_ID}"

pytestmark = pytest.mark.freeze_time("2026-07-01 12:00:00+00:00")


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
async def sender(
    pushed: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return somebody who reaches Home Assistant from the internet."""
    client: TestClient[Any, Any] = await hass_client_no_auth()
    return client


def notice(
    nomos: SimulatedNomos, event: str = "evt_1", topic: str = "meter_order.placed"
) -> bytes:
    """Return a notice about the contract, as Nomos writes it."""
    return json.dumps(
        {
            "id": event,
            "timestamp": "2026-07-01T12:00:00Z",
            "topic": topic,
            "context": {
                "meter_order": "prdo_x",
                "subscription": nomos.subscription.id,
            },
        }
    ).encode()


def signed(body: bytes, key: str = KEY, *, off: float = 0) -> dict[str, str]:
    """Return the header with a signature of a body."""
    at = int(time.time() + off)
    digest = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return {"X-Nomos-Signature": f"t={at},v1={digest.hexdigest()}"}


async def deliver(
    hass: HomeAssistant,
    sender: TestClient[Any, Any],
    body: bytes,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Deliver a body, signed unless another header is given, and let it have effect."""
    headers = signed(body) if headers is None else headers
    async with sender.post(URL, data=body, headers=headers) as answer:
        told = answer.status, await answer.text()
    await hass.async_block_till_done(wait_background_tasks=True)
    return told


async def test_step_is_told_at_once(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
) -> None:
    """A notice brings what has changed, without waiting for the daily question."""
    nomos.set_order(status="activated")
    assert await deliver(hass, sender, notice(nomos)) == (HTTPStatus.OK, "")
    assert state_of(hass, pushed, "meter_order_status").state == "activated"
    assert state_of(hass, pushed, "dynamic_pricing_active").state == "on"
    assert state_of(hass, pushed, "meter_order").attributes["event_type"] == "activated"
    last = state_of(hass, pushed, "last_push")
    assert last.state == "2026-07-01T12:00:00+00:00"
    assert last.attributes["topic"] == "meter_order.placed"


async def test_test_event(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
) -> None:
    """The button of the dashboard is seen to arrive, and asks nothing."""
    assert state_of(hass, pushed, "last_push").state == "unknown"
    body = b'{"id": "evt_t", "topic": "test.event"}'
    assert await deliver(hass, sender, body) == (HTTPStatus.OK, "")
    assert state_of(hass, pushed, "last_push").attributes["topic"] == "test.event"
    assert not nomos.exchanges


@pytest.mark.parametrize("off", [-300, 0, 300])
async def test_clocks_differ(
    hass: HomeAssistant, sender: TestClient[Any, Any], nomos: SimulatedNomos, off: int
) -> None:
    """Five minutes are tolerated."""
    body = notice(nomos)
    told = await deliver(hass, sender, body, signed(body, off=off))
    assert told == (HTTPStatus.OK, "")
    assert nomos.exchanges


def forgeries(body: bytes) -> list[dict[str, str]]:
    """Return headers that do not prove anything."""
    true = signed(body)["X-Nomos-Signature"]
    moment, _, digest = true.partition(",v1=")
    words = [
        "",
        "garbage",
        f"{moment},v1=",
        f"{moment},v1={digest[:-2]}",
        f"{moment},v1={'0' * 64}",
        f"{moment},v1={'é' * 64}",
        f"t=,v1={digest}",
        f"t=1e9,v1={digest}",
        f"t={'9' * 40},v1={digest}",
        f"v1={digest},{moment}",
        f"{true},v1={digest}",
    ]
    return [
        {},
        *({"X-Nomos-Signature": word} for word in words),
        signed(body, "another key"),
        signed(body + b" "),
        signed(body, off=-301),
        signed(body, off=301),
    ]


async def test_forged(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What does not verify is refused without a word, and costs nothing."""
    body = notice(nomos)
    for headers in forgeries(body):
        told = await deliver(hass, sender, body, headers)
        assert told == (HTTPStatus.UNAUTHORIZED, ""), headers
    assert not pushed.runtime_data.push.received.ids
    assert not nomos.exchanges
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 50_000,
        b'{"topic": "meter_order.placed"}',
        b'{"id": 1, "topic": "meter_order.placed"}',
        b'{"id": "evt_1", "topic": null}',
        b'{"id": "evt_1", "topic": "meter_order.placed", "context": []}',
    ],
)
async def test_signed_nonsense(
    hass: HomeAssistant,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    body: bytes,
) -> None:
    """What is signed and makes no sense is refused as that."""
    assert await deliver(hass, sender, body) == (HTTPStatus.BAD_REQUEST, "")
    assert not nomos.exchanges


async def test_size(
    hass: HomeAssistant, sender: TestClient[Any, Any], nomos: SimulatedNomos
) -> None:
    """64 KiB are read, and no more."""
    body = notice(nomos).ljust(65_536)
    assert (await deliver(hass, sender, body))[0] == HTTPStatus.OK
    assert nomos.exchanges
    told = await deliver(hass, sender, body + b" ")
    assert told == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "")


async def test_only_post(
    hass: HomeAssistant, sender: TestClient[Any, Any], nomos: SimulatedNomos
) -> None:
    """Nothing but a delivery is answered."""
    body = notice(nomos)
    for method in ("GET", "PUT"):
        answer = await sender.request(method, URL, data=body, headers=signed(body))
        assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED
    assert not nomos.exchanges


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "invoice.paid"},
        {"context": {"subscription": "sub_of_a_neighbour"}},
        {"context": {}},
        {"context": {"subscription": 7}},
    ],
)
async def test_not_ours(
    hass: HomeAssistant,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    change: dict[str, Any],
) -> None:
    """What is about something else is taken, and changes nothing."""
    body = json.dumps(json.loads(notice(nomos)) | change).encode()
    assert await deliver(hass, sender, body) == (HTTPStatus.OK, "")
    assert not nomos.exchanges


async def test_duplicates(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An event counts once, also over a restart."""
    body = notice(nomos)
    await deliver(hass, sender, body)
    nomos.exchanges.clear()
    freezer.tick(60)
    async_fire_time_changed(hass)
    assert await deliver(hass, sender, body) == (HTTPStatus.OK, "")
    await restart(hass, pushed)
    await hass.async_block_till_done(wait_background_tasks=True)
    nomos.exchanges.clear()
    assert await deliver(hass, sender, body) == (HTTPStatus.OK, "")
    assert not nomos.exchanges
    assert state_of(hass, pushed, "last_push").state == "2026-07-01T12:00:00+00:00"


async def test_storm(
    hass: HomeAssistant, pushed: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Ten thousand attacks leave nothing behind, and ask Nomos for nothing."""
    push = pushed.runtime_data.push
    body = notice(nomos, topic="invoice.paid")
    true = signed(body)
    attacks = [(body, headers, HTTPStatus.UNAUTHORIZED) for headers in forgeries(body)]
    attacks += [
        (body[:-5], true, HTTPStatus.UNAUTHORIZED),
        (b"x" * 70_000, true, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (body, true, HTTPStatus.OK),
    ]
    for number in range(10_000):
        content, headers, status = attacks[number % len(attacks)]
        request: Any = MockRequest(content, "test", method="POST", headers=headers)
        answer = await push._async_receive(hass, WEBHOOK_ID, request)
        assert answer.status == status
    assert push.received.ids == ("evt_1",)
    assert not nomos.exchanges


async def test_bounded(
    hass: HomeAssistant, pushed: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """The newest ids are kept, as many as are worth it."""
    push = pushed.runtime_data.push
    for number in range(IDS_KEPT + 10):
        body = json.dumps({"id": f"evt_{number}", "topic": "test.event"}).encode()
        request: Any = MockRequest(body, "test", method="POST", headers=signed(body))
        await push._async_receive(hass, WEBHOOK_ID, request)
    ids = push.received.ids
    assert (ids[0], ids[-1], len(ids)) == ("evt_10", f"evt_{IDS_KEPT + 9}", IDS_KEPT)
    await hass.config_entries.async_unload(pushed.entry_id)
    assert len(hass_storage[f"{STORE}.push"]["data"]["ids"]) == IDS_KEPT
    await hass.config_entries.async_remove(pushed.entry_id)
    assert f"{STORE}.push" not in hass_storage


async def test_damaged_store(
    hass: HomeAssistant, pushed: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """What cannot be read is as good as nothing."""
    await hass.config_entries.async_unload(pushed.entry_id)
    hass_storage[f"{STORE}.push"]["data"] = {"ids": 7}
    await set_up(hass, pushed)
    assert pushed.runtime_data.push.received.ids == ()


async def test_turned_off(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
) -> None:
    """Without the option nobody listens."""
    hass.config_entries.async_update_entry(pushed, options={})
    await hass.async_block_till_done()
    nomos.exchanges.clear()
    await deliver(hass, sender, notice(nomos))
    assert not nomos.exchanges


async def test_diagnostics(hass: HomeAssistant, pushed: MockConfigEntry) -> None:
    """Neither the secret nor the address is in the diagnostics."""
    shown = str(await async_get_config_entry_diagnostics(hass, pushed))
    assert KEY not in shown
    assert WEBHOOK_ID not in shown
