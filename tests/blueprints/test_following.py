"""Tests of what all blueprints have in common that follow the plan of a load.

Each of them sets its device to what the plan says now, and to nothing else.
"""

from unittest.mock import patch

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import CoreState, HomeAssistant
import pytest

from .house import (
    DEVICE,
    REACHABLE,
    RUN,
    Calls,
    add_device,
    automation_from,
    lose_plan,
    plan,
    state,
    turn,
    use,
)

FOLLOWERS = {
    "wallbox": {"charging_switch": DEVICE},
    "hot_water": {"boost_switch": DEVICE},
    "heat_pump": {"contact_2": DEVICE},
}


@pytest.fixture(params=FOLLOWERS)
def blueprint(request: pytest.FixtureRequest) -> str:
    """Name a blueprint that follows a plan."""
    name: str = request.param
    return name


@pytest.fixture(autouse=True)
async def device(hass: HomeAssistant, house: None) -> None:
    """Let there be a device with a switch."""
    await add_device(hass, "device")


async def follow(hass: HomeAssistant, blueprint: str) -> None:
    """Make an automation that lets the device follow its plan."""
    await use(hass, blueprint, run=RUN, **FOLLOWERS[blueprint])


async def test_follows(hass: HomeAssistant, blueprint: str) -> None:
    """The device is on while the plan is, and off while it is not."""
    await plan(hass, "off")
    await follow(hass, blueprint)
    for to in ("on", "off", "on", "off"):
        await plan(hass, to)
        assert state(hass, DEVICE) == to


@pytest.mark.parametrize("unknown", ["unavailable", "unknown"])
@pytest.mark.parametrize("before", ["on", "off"])
async def test_nobody_knows(
    hass: HomeAssistant, blueprint: str, before: str, unknown: str
) -> None:
    """While the plan is not known nothing happens, whatever else does."""
    await plan(hass, {"on": "off", "off": "on"}[before])
    await follow(hass, blueprint)
    await plan(hass, before)
    assert state(hass, DEVICE) == before
    calls = Calls(hass)
    await plan(hass, unknown)
    await plan(hass, unknown, reason="starting")
    await turn(hass, REACHABLE, "off")
    await turn(hass, REACHABLE, "on")
    hass.bus.async_fire("automation_reloaded")
    await hass.async_block_till_done()
    hass.states.async_remove(RUN)
    await hass.async_block_till_done()
    assert state(hass, DEVICE) == before
    assert not calls.names("switch")


@pytest.mark.parametrize("now", ["on", "off"])
async def test_known_again(hass: HomeAssistant, blueprint: str, now: str) -> None:
    """As soon as the plan is known again the device is set to it."""
    await plan(hass, {"on": "off", "off": "on"}[now])
    await follow(hass, blueprint)
    await lose_plan(hass)
    await plan(hass, now)
    assert state(hass, DEVICE) == now


async def test_attributes(hass: HomeAssistant, blueprint: str) -> None:
    """A plan that changes only its attributes leaves the device in peace."""
    await plan(hass, "off", reason=None)
    await follow(hass, blueprint)
    await plan(hass, "on", reason=None)
    calls = Calls(hass)
    await turn(hass, DEVICE, "off")
    calls.clear()
    await plan(hass, "on", reason="prices_not_known")
    await plan(hass, "on", reason="prices_not_known", intervals=[])
    assert not calls.names("switch")
    assert state(hass, DEVICE) == "off"


@pytest.mark.parametrize("now", ["on", "off"])
async def test_start(hass: HomeAssistant, blueprint: str, now: str) -> None:
    """When Home Assistant has started, the device is set to what is known."""
    hass.set_state(CoreState.not_running)
    await turn(hass, DEVICE, {"on": "off", "off": "on"}[now])
    await plan(hass, now)
    await follow(hass, blueprint)
    assert state(hass, DEVICE) != now
    await hass.async_start()
    await hass.async_block_till_done()
    assert state(hass, DEVICE) == now


@pytest.mark.parametrize("before", ["on", "off"])
async def test_start_without_plan(
    hass: HomeAssistant, blueprint: str, before: str
) -> None:
    """Where the plan is not known at the start, the device waits for it."""
    hass.set_state(CoreState.not_running)
    await turn(hass, DEVICE, before)
    await lose_plan(hass)
    await follow(hass, blueprint)
    await hass.async_start()
    await hass.async_block_till_done()
    assert state(hass, DEVICE) == before
    now = {"on": "off", "off": "on"}[before]
    await plan(hass, now)
    assert state(hass, DEVICE) == now


async def test_device_is_back(hass: HomeAssistant, blueprint: str) -> None:
    """What a device has missed while it was out of reach it is told afterwards."""
    await plan(hass, "off")
    await follow(hass, blueprint)
    for to in ("on", "off"):
        await turn(hass, REACHABLE, "off")
        await plan(hass, to)
        assert state(hass, DEVICE) == "unavailable"
        await turn(hass, REACHABLE, "on")
        assert state(hass, DEVICE) == to


async def test_made_during_a_run(hass: HomeAssistant, blueprint: str) -> None:
    """A new automation does not wait for the next run."""
    await plan(hass, "on")
    await follow(hass, blueprint)
    assert state(hass, DEVICE) == "off"
    config = automation_from(blueprint, run=RUN, **FOLLOWERS[blueprint])
    with patch(
        "homeassistant.config.load_yaml_config_file",
        autospec=True,
        return_value={AUTOMATION: config},
    ):
        await hass.services.async_call(AUTOMATION, "reload", blocking=True)
    await hass.async_block_till_done()
    assert state(hass, DEVICE) == "on"


async def test_last_word_counts(hass: HomeAssistant, blueprint: str) -> None:
    """Where the plan changes quickly, the device ends as it does."""
    await plan(hass, "off")
    await follow(hass, blueprint)
    for last in ("on", "off"):
        for to in ("on", "off", "on", "unavailable", "off", "on", "unavailable", last):
            hass.states.async_set(RUN, to)
        await hass.async_block_till_done()
        assert state(hass, DEVICE) == last
