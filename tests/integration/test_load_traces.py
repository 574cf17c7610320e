"""Tests of what is left of a load that is removed, or of its contract: nothing."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest

from tests.simulated import SimulatedNomos

from .home import STORE, local, tracebacks
from .load_dialog import device_of
from .loads import (
    CAR_SAYS,
    DISHWASHER,
    KEYS,
    House,
    entity_of,
    load,
    move_in,
    tell_prices,
)

NOW = local("2026-07-01 15:07")
LOAD_STORE = f"{STORE}.loads"

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car and a dishwasher that both run from 23:00 on."""
    tell_prices(nomos, ("2026-07-01 23:00", 8, 10))
    hass.states.async_set("sensor.car_missing", "11")
    dishes = load(DISHWASHER, "Dishwasher", "dishes")
    return await move_in(hass, freezer, nomos, load(CAR_SAYS), dishes)


def timers(hass: HomeAssistant, load_id: str = "wallbox") -> list[str]:
    """Return the timers that are set for a load."""
    return [
        str(handle)
        for handle in get_scheduled_timer_handles(hass.loop)
        if not handle.cancelled() and f"load ({load_id})" in str(handle)
    ]


def kept(hass_storage: dict[str, Any]) -> set[str]:
    """Return the loads of which something is stored."""
    return set(hass_storage[LOAD_STORE]["data"]["loads"])


async def remove(house: House, load_id: str) -> None:
    """Remove a load as its menu does, and see that it is gone."""
    hass, entry = house.hass, house.entry
    entity_ids = [entity_of(hass, entry, key, load_id) for key in KEYS]
    assert device_of(hass, entry, load_id) is not None
    assert timers(hass, load_id)
    hass.config_entries.async_remove_subentry(entry, load_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert device_of(hass, entry, load_id) is None
    registry = er.async_get(hass)
    for entity_id in entity_ids:
        assert hass.states.get(entity_id) is None
        assert registry.async_get(entity_id) is None
    assert not timers(hass, load_id)


async def test_one_of_two(house: House, hass_storage: dict[str, Any]) -> None:
    """A load goes with all that was its own; the other one is not touched."""
    hass = house.hass
    before = house.plan("dishes")
    await remove(house, "wallbox")
    assert kept(hass_storage) == {"dishes"}
    assert house.plan("dishes") == before == ["1 23:00 – 2 01:00"]
    assert timers(hass, "dishes")
    calendar = hass.states.get("calendar.home_schedule")
    assert calendar is not None
    assert calendar.attributes["message"] == "Dishwasher"
    for missing in ("5.5", "unavailable", "22"):
        hass.states.async_set("sensor.car_missing", missing)
        await hass.async_block_till_done()
    await house.live_until("2026-07-01 23:15")
    assert house.run("dishes") == STATE_ON
    assert kept(hass_storage) == {"dishes"}


async def test_the_last_one(house: House, hass_storage: dict[str, Any]) -> None:
    """Without any load the contract is as it was before the first."""
    for load_id in ("wallbox", "dishes"):
        await remove(house, load_id)
    assert kept(hass_storage) == set()
    entry_id = house.entry.entry_id
    devices = dr.async_entries_for_config_entry(dr.async_get(house.hass), entry_id)
    assert len(devices) == 1
    await house.live_until("2026-07-02 00:00")
    assert kept(hass_storage) == set()


async def test_with_its_contract(
    house: House, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Loads go with their contract, also while they run."""
    hass, entry = house.hass, house.entry
    await house.live_until("2026-07-01 23:20")
    assert house.run() == STATE_ON
    assert LOAD_STORE in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert not dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert hass.states.async_entity_ids() == ["sensor.car_missing"]
    assert not timers(hass)
    assert not timers(hass, "dishes")
    hass.states.async_set("sensor.car_missing", "22")
    await house.live_until("2026-07-02 01:15")
    assert not [key for key in hass_storage if key.startswith(STORE)]
    assert not tracebacks(caplog)


async def test_while_the_contract_is_not_loaded(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """What is left of it in the store is gone as soon as anything is kept again."""
    hass, entry = house.hass, house.entry
    await house.stop()
    assert kept(hass_storage) == {"wallbox", "dishes"}
    hass.config_entries.async_remove_subentry(entry, "wallbox")
    assert entry.state is ConfigEntryState.NOT_LOADED
    await house.start()
    assert device_of(hass, entry, "wallbox") is None
    assert house.plan("dishes") == ["1 23:00 – 2 01:00"]
    assert not timers(hass)
    await house.stop()
    assert kept(hass_storage) == {"dishes"}
