"""What the tests do with a home, and what they look at."""

import asyncio
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from yarl import URL

from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.tariff.local_time import LOCAL_TIME
from tests.simulated import SimulatedNomos

STORE = f"{DOMAIN}.01JXEXAMPLE0000000000ENTRY"
PRICE_STORE = f"{STORE}.prices"
PRICES = "/subscriptions/*/prices"
FAULTS: list[dict[str, Any]] = [
    {"drop": True},
    *({"status": status} for status in (402, 403, 404, 429, 500, 503)),
    {"status": 429, "headers": {"retry-after": "86400"}},
    {"status": 503, "body": "<html>Maintenance</html>", "content_type": "text/html"},
    *(
        {"status": 200, "body": body}
        for body in ("", "null", "[]", "{}", '[{"id": 1}]')
    ),
    {"status": 200, "body": '{"items": {}}'},
]


def add_entry(hass: HomeAssistant, nomos: SimulatedNomos) -> MockConfigEntry:
    """Add a config entry for the scenario's first contract."""
    address = nomos.subscription.address
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"{address.street} {address.house_number}",
        unique_id=nomos.subscription.id,
        data=nomos.account,
        entry_id="01JXEXAMPLE0000000000ENTRY",
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up a config entry."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def state_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> State:
    """Return the state of the entity with a key."""
    unique_id = f"{entry.unique_id}_{key}"
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if entity.unique_id == unique_id:
            state = hass.states.get(entity.entity_id)
            assert state is not None
            return state
    pytest.fail(f"no entity {key}")


async def move_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, by: timedelta
) -> None:
    """Let time pass, half an hour at a time, and let happen what is due."""
    end = datetime.now(UTC) + by
    while (now := datetime.now(UTC)) < end:
        freezer.move_to(min(end, now + timedelta(minutes=30)))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Take the entry down and up again, as a restart of Home Assistant would."""
    await hass.config_entries.async_unload(entry.entry_id)
    await set_up(hass, entry)


def pricing(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the state of the sensor that money hangs on."""
    return state_of(hass, entry, "dynamic_pricing_active").state


def price(
    hass: HomeAssistant, entry: MockConfigEntry, key: str = "current_price"
) -> str:
    """Return the state of a price entity."""
    return state_of(hass, entry, key).state


async def turn_clock(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, to: datetime
) -> None:
    """Turn the clock to a moment, and let happen what is due then."""
    freezer.move_to(to)
    async_fire_time_changed(hass, to)
    await hass.async_block_till_done(wait_background_tasks=True)


def local(text: str) -> datetime:
    """Return the moment at which clocks in Germany show a time, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME).astimezone(UTC)


def our_lines(caplog: pytest.LogCaptureFixture, about: str = "") -> list[str]:
    """Return what the integration has logged of something for everybody to see."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(f"custom_components.{DOMAIN}")
        and record.levelno >= logging.INFO
        and about in record.getMessage()
    ]


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what has been logged with a traceback, debugging aside."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.exc_info and record.levelno > logging.DEBUG
    ]


def asked_days(nomos: SimulatedNomos) -> list[str]:
    """Return the days that prices have been asked for, an entry per request."""
    periods = (URL(exchange.url).query for exchange in nomos.requests("*/prices"))
    return [f"{period['start'][8:]}-{period['end'][8:]}" for period in periods]


async def until_asked(nomos: SimulatedNomos, method: str, path: str) -> None:
    """Wait until a request has reached Nomos."""
    while not any((r.method, r.path) == (method, path) for r in nomos.world.requests):
        await asyncio.sleep(0)
