"""Tests of loads that come and go while their contract stays."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from tests.simulated import SimulatedNomos

from .home import STORE, local, our_lines, restart, tracebacks
from .load_dialog import device_of
from .loads import CAR_SAYS, DISHWASHER, WALLBOX, House, load, move_in, tell_prices

NOW = local("2026-07-01 15:07")
LOAD_STORE = f"{STORE}.loads"
CAR = "sensor.car_missing"

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car that says what it needs, and a dishwasher."""
    tell_prices(nomos, ("2026-07-01 23:00", 8, 10))
    hass.states.async_set(CAR, "11")
    return await move_in(
        hass, freezer, nomos, load(CAR_SAYS), load(DISHWASHER, "Dish", "dish")
    )


def kept(storage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schedules that are stored, by load."""
    loads: dict[str, Any] = storage[LOAD_STORE]["data"]["loads"]
    return loads


async def test_removal_in_the_middle_of_a_run(
    house: House,
    hass_storage: dict[str, Any],
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It goes off, then all of it is gone; the others run on."""
    hass, entry = house.hass, house.entry
    await house.live_until("2026-07-01 23:20")
    assert (house.run(), house.run("dish")) == (STATE_ON, STATE_ON)
    seen, seen_dish = house.watch(), house.watch("dish")
    removed = entry.runtime_data.loads.coordinators["wallbox"]
    hass.config_entries.async_remove_subentry(entry, "wallbox")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert seen == ["1 23:20 off", "1 23:20 unavailable", "1 23:20 None"]
    assert seen_dish == ["1 23:20 unavailable", "1 23:20 on"]
    assert entry.state is ConfigEntryState.LOADED
    assert set(entry.runtime_data.loads.coordinators) == {"dish"}
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {entity.config_subentry_id for entity in entities} == {None, "dish"}
    assert device_of(hass, entry, "wallbox") is None
    assert device_of(hass, entry, "dish") is not None
    assert not [s for s in hass.states.async_all() if "wallbox" in s.entity_id]
    hass.states.async_set(CAR, "22")
    await house.live_until("2026-07-02 01:30")
    assert seen_dish[2:] == ["2 01:00 off"]
    assert not removed._listeners
    assert removed._unsub_change is None
    assert removed._missing is None
    assert set(kept(hass_storage)) == {"dish"}
    assert not tracebacks(caplog)
    assert not our_lines(caplog)


async def test_removal_of_a_load_that_is_always_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A run without an end ends with its load."""
    nomos.set_subscription(status="pending")
    settings = {**WALLBOX, "fallback": "always_on"}
    house = await move_in(hass, freezer, nomos, load(settings))
    seen = house.watch()
    hass.config_entries.async_remove_subentry(house.entry, "wallbox")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert seen == ["1 15:07 off", "1 15:07 unavailable", "1 15:07 None"]


async def test_load_that_is_added(
    house: House, device_registry: dr.DeviceRegistry
) -> None:
    """It is there at once, planned, and the others go on with what they did."""
    await house.live_until("2026-07-01 23:20")
    added = load(WALLBOX, "Boiler", "boiler")
    house.hass.config_entries.async_add_subentry(
        house.entry,
        ConfigSubentry(
            data=MappingProxyType(dict(added["data"])),
            subentry_id="boiler",
            subentry_type="load",
            title="Boiler",
            unique_id=None,
        ),
    )
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.plan("boiler") == ["1 23:30 – 2 00:30"]
    assert (house.run(), house.run("dish")) == (STATE_ON, STATE_ON)
    assert house.shown("next_end") == "2 00:00"
    assert house.shown("next_end", "dish") == "2 01:00"


async def test_load_of_the_same_name_again(house: House) -> None:
    """Who removes a load and adds it anew has one that has never run."""
    await house.live_until("2026-07-01 23:20")
    house.hass.config_entries.async_remove_subentry(house.entry, "wallbox")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    house.hass.config_entries.async_add_subentry(
        house.entry,
        ConfigSubentry(
            data=MappingProxyType(dict(WALLBOX)),
            subentry_id="second",
            subentry_type="load",
            title="Wallbox",
            unique_id=None,
        ),
    )
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.plan("second") == ["1 23:30 – 2 00:30"]
    entity = er.async_get(house.hass).async_get("binary_sensor.wallbox_run")
    assert entity
    assert entity.config_subentry_id == "second"


async def test_unload_leaves_nothing_behind(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """Unloaded loads say nothing, hear nothing, and are written down."""
    await house.live_until("2026-07-01 23:20")
    loads = list(house.entry.runtime_data.loads.coordinators.values())
    views = [coordinator.data for coordinator in loads]
    await house.stop()
    assert house.run() == STATE_UNAVAILABLE
    assert kept(hass_storage)["wallbox"]["begun"] == [
        ["2026-07-01T21:00:00+00:00", "2026-07-01T22:00:00+00:00"]
    ]
    house.hass.states.async_set(CAR, "33")
    await house.live_until("2026-07-02 02:00")
    assert [coordinator.data for coordinator in loads] == views
    assert not house.nomos.requests("*/prices")[1:]


async def test_reload_again_and_again(house: House) -> None:
    """A contract that is set up again and again keeps to its plan."""
    await house.live_until("2026-07-01 23:20")
    for _ in range(3):
        await restart(house.hass, house.entry)
        assert (house.run(), house.shown("next_end")) == (STATE_ON, "2 00:00")
    await house.live_until("2026-07-02 00:00")
    assert house.run() == STATE_OFF
