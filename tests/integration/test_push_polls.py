"""Tests of push: what it lets Home Assistant ask, and how often."""

import asyncio
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.nomos_smartmeter import contract, coordinator
from custom_components.nomos_smartmeter.nomos import transport
from tests.simulated import SimulatedNomos

from .home import move_on, state_of, until_asked
from .test_push import URL, deliver, notice, pushed, sender, signed

__all__ = ["pushed", "sender"]

pytestmark = pytest.mark.freeze_time("2026-07-01 12:00:00+00:00")


async def test_burst(
    hass: HomeAssistant,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Of many events at once the first is looked after now, the rest together."""
    for number in range(20):
        await deliver(hass, sender, notice(nomos, f"evt_{number}"))
    assert len(nomos.requests("/subscriptions/*")) == 1
    freezer.tick(timedelta(seconds=11))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(nomos.requests("/subscriptions/*")) == 2


async def test_event_during_a_poll(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An answer that was under way may be older than the event, so one more is had."""
    nomos.fail("/meter-orders/*", delay=60)
    body = notice(nomos, "evt_1")
    await sender.post(URL, data=body, headers=signed(body))
    body = notice(nomos, "evt_2")
    await sender.post(URL, data=body, headers=signed(body))
    nomos.heal()
    await hass.async_block_till_done(wait_background_tasks=True)
    nomos.set_order(status="ordered")
    freezer.tick(timedelta(seconds=11))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, pushed, "meter_order_status").state == "ordered"


async def test_event_during_a_slow_poll(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long the answer that was under way takes, one more is had."""
    for module, name in (
        (transport, "REQUEST_TIMEOUT"),
        (coordinator, "REQUEST_TIMEOUT"),
        (contract, "DETAIL_TIMEOUT"),
    ):
        monkeypatch.setattr(module, name, 60)
    nomos.world.requests.clear()
    nomos.fail("/meter-readings", delay=60, count=1)
    polling = hass.async_create_task(pushed.runtime_data.meter_order.async_refresh())
    await until_asked(nomos, "GET", "/meter-readings")
    nomos.set_order(status="ordered")
    for number in range(5):
        body = notice(nomos, f"evt_{number}")
        await sender.post(URL, data=body, headers=signed(body))
    freezer.tick(timedelta(seconds=11))
    async_fire_time_changed(hass)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not polling.done()
    nomos.heal()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, pushed, "meter_order_status").state == "ordered"
    freezer.tick(timedelta(seconds=11))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(nomos.requests("/subscriptions/*")) == 2


async def test_told_to_wait_meanwhile(
    hass: HomeAssistant,
    pushed: MockConfigEntry,
    sender: TestClient[Any, Any],
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """If the poll that was under way is told to wait, so is the one after it."""
    nomos.world.requests.clear()
    nomos.fail("/subscriptions/*", delay=60, status=429, headers={"retry-after": "300"})
    polling = hass.async_create_task(pushed.runtime_data.meter_order.async_refresh())
    await until_asked(nomos, "GET", f"/subscriptions/{nomos.subscription.id}")
    body = notice(nomos)
    await sender.post(URL, data=body, headers=signed(body))
    nomos.heal()
    await polling
    nomos.set_order(status="ordered")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(nomos.requests("/subscriptions/*")) == 1
    await move_on(hass, freezer, timedelta(seconds=301))
    assert state_of(hass, pushed, "meter_order_status").state == "ordered"
