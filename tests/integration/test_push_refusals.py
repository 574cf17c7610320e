"""Tests of push: what is broken, ill-formed or late does no harm."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
import gzip
import json
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .home import STORE, restart, state_of, tracebacks
from .test_push import URL, deliver, notice, pushed, sender, signed

__all__ = ["pushed", "sender"]

NOW = "2026-07-01 12:00:00+00:00"
UNREADABLE = {
    "gzip": b"\x01" * 20,
    "deflate": b"\x01" * 20,
    "gzip with a tail": gzip.compress(b"{}") + b"x" * 40,
}


async def raw(sender: TestClient[Any, Any], encoding: str, body: bytes) -> bytes:
    """Send a body that is not what it says, and return all that is answered."""
    reader, writer = await asyncio.open_connection(
        sender.server.host, sender.server.port
    )
    head = (
        f"POST {URL} HTTP/1.1\r\nHost: home\r\nContent-Encoding: {encoding}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_not_as_encoded(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    """A body that cannot be decoded is refused as not signed, and fills no log."""
    answer = await raw(sender, kind.partition(" ")[0], UNREADABLE[kind])
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in head.lower()
    assert not content
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not tracebacks(caplog)
    assert not nomos.exchanges
    assert not pushed.runtime_data.push.received.ids


@pytest.mark.freeze_time("2026-07-01 12:00:00.700000+00:00")
@pytest.mark.parametrize(
    ("off", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)]
)
async def test_whole_seconds(
    hass: HomeAssistant,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    off: int,
    status: int,
) -> None:
    """Exactly five minutes still count, whatever part of a second has passed."""
    body = notice(nomos)
    assert (await deliver(hass, sender, body, signed(body, off=off)))[0] == status


@pytest.mark.freeze_time(NOW)
@pytest.mark.parametrize("name", ["", " ", "a\nb", "é", "\ud800", "e" * 101])
@pytest.mark.parametrize("field", ["id", "topic"])
async def test_no_name(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    field: str,
    name: str,
) -> None:
    """Ids and topics are kept and shown, so what is none is refused."""
    body = json.dumps(json.loads(notice(nomos)) | {field: name}).encode()
    assert await deliver(hass, sender, body) == (400, "")
    assert pushed.runtime_data.push.last is None
    longest = json.dumps(json.loads(notice(nomos)) | {field: "e" * 100}).encode()
    assert await deliver(hass, sender, longest) == (200, "")


@pytest.mark.freeze_time(NOW)
async def test_told_to_wait(
    hass: HomeAssistant,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """While Nomos wants to be left alone, its messages cause no request before then."""
    nomos.fail(status=429, headers={"retry-after": "3000"})
    await deliver(hass, sender, notice(nomos, "evt_0"))
    nomos.heal()
    nomos.exchanges.clear()
    for number in range(1, 5):
        freezer.tick(timedelta(seconds=11))
        async_fire_time_changed(hass)
        assert (await deliver(hass, sender, notice(nomos, f"evt_{number}")))[0] == 200
    assert not nomos.exchanges
    freezer.tick(timedelta(seconds=2970))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert nomos.exchanges


@pytest.mark.freeze_time(NOW)
async def test_late_notice(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What comes while the contract is being removed leaves nothing behind."""
    push = pushed.runtime_data.push
    save = push._store.async_save

    async def slow(kept: Any) -> None:
        await save(kept)
        body = notice(nomos, "evt_late")
        await sender.post(URL, data=body, headers=signed(body))

    push._store.async_save = slow
    await hass.config_entries.async_remove(pushed.entry_id)
    assert push.received.ids == ()
    freezer.tick(5)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]


@pytest.mark.freeze_time(NOW)
async def test_body_that_is_late(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """A message that has begun to arrive when the contract is removed is not taken."""
    body = notice(nomos, "evt_late")
    begun, removed = asyncio.Event(), asyncio.Event()

    async def halves() -> AsyncGenerator[bytes]:
        yield body[:10]
        begun.set()
        await removed.wait()
        yield body[10:]

    sending = asyncio.create_task(
        sender.post(URL, data=halves(), headers=signed(body)).__aenter__()
    )
    await begun.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    await hass.config_entries.async_remove(pushed.entry_id)
    removed.set()
    assert (await sending).status == 401
    freezer.tick(5)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]


async def test_never_started(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Without push nothing is kept of it, and what was kept is not overwritten."""
    await hass.config_entries.async_unload(loaded.entry_id)
    assert f"{STORE}.push" not in hass_storage


@pytest.mark.freeze_time(NOW)
async def test_event_ids_outlive_a_pause(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
) -> None:
    """An event counts once, also if push was off meanwhile."""
    body = notice(nomos)
    await deliver(hass, sender, body)
    options = dict(pushed.options)
    for changed in ({}, options):
        hass.config_entries.async_update_entry(pushed, options=changed)
        await hass.async_block_till_done(wait_background_tasks=True)
    nomos.exchanges.clear()
    assert (await deliver(hass, sender, body))[0] == 200
    assert not nomos.exchanges


@pytest.mark.freeze_time(NOW)
async def test_last_message(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
) -> None:
    """What came last stands after a restart, and goes when push is turned off."""
    await deliver(hass, sender, notice(nomos))
    await restart(hass, pushed)
    last = state_of(hass, pushed, "last_push")
    assert last.state == "2026-07-01T12:00:00+00:00"
    assert last.attributes["topic"] == "meter_order.placed"
    hass.config_entries.async_update_entry(pushed, options={})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(last.entity_id) is None
    assert er.async_get(hass).async_get(last.entity_id) is None
