"""Tests of the blueprint that shifts a heat pump into the cheapest hours."""

import asyncio
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import (
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from .house import (
    RUN,
    Calls,
    add_device,
    add_helpers,
    lose_plan,
    plan,
    state,
    turn,
    use,
)

BLOCK, RECOMMEND = "switch.block", "switch.recommend"
CONTACTS = {"contact_1": BLOCK, "contact_2": RECOMMEND}
NORMAL, RECOMMENDED, BLOCKED = "off:off", "off:on", "on:off"
THERMOSTAT, NUMBER = "climate.house", "input_number.offset"

pytestmark = pytest.mark.freeze_time("2026-11-24 18:00+01:00")


@pytest.fixture
async def contacts(hass: HomeAssistant, house: None) -> None:
    """Let there be a heat pump with SG Ready."""
    await add_device(hass, "block", "recommend")
    await plan(hass, "off")


@pytest.fixture
async def thermostat(hass: HomeAssistant, house: None) -> None:
    """Let there be a heat pump with a thermostat that is set to 19 degrees."""
    await add_helpers(hass, "heater")
    hass.states.async_set("sensor.room", "18")
    config = {
        "platform": "generic_thermostat",
        "name": "House",
        "heater": "input_boolean.heater",
        "target_sensor": "sensor.room",
        "target_temp": 19,
        "initial_hvac_mode": "heat",
    }
    assert await async_setup_component(hass, "climate", {"climate": config})
    await hass.async_block_till_done()
    await plan(hass, "off")


def sg_ready(hass: HomeAssistant) -> str:
    """Return what the two contacts say."""
    return f"{state(hass, BLOCK)}:{state(hass, RECOMMEND)}"


def wish(hass: HomeAssistant) -> object:
    """Return the temperature that the thermostat is set to."""
    found = hass.states.get(THERMOSTAT)
    assert found is not None
    return found.attributes["temperature"]


async def wait(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: float
) -> None:
    """Let minutes pass, one by one."""
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    while (now := datetime.now(UTC)) < end:
        freezer.move_to(min(end, now + timedelta(minutes=1)))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("choice", "on", "off"),
    [
        ({}, RECOMMENDED, NORMAL),
        ({"state_off": "blocked"}, RECOMMENDED, BLOCKED),
        ({"state_on": "normal", "state_off": "blocked"}, NORMAL, BLOCKED),
        ({"state_on": "normal"}, NORMAL, NORMAL),
    ],
)
async def test_sg_ready(
    hass: HomeAssistant, contacts: None, choice: dict[str, str], on: str, off: str
) -> None:
    """The contacts show what the owner has chosen, and never force it to run."""
    relays = [f"input_boolean.{name}_relay" for name in ("block", "recommend")]
    seen: set[str] = set()

    @callback
    def look(_event: Event[EventStateChangedData]) -> None:
        seen.add(":".join(state(hass, relay) for relay in relays))

    async_track_state_change_event(hass, relays, look)
    await use(hass, "heat_pump", run=RUN, **CONTACTS, **choice)
    for to, expected in (("on", on), ("off", off), ("on", on), ("off", off)):
        await plan(hass, to)
        assert sg_ready(hass) == expected
    await lose_plan(hass)
    assert sg_ready(hass) == off
    assert seen <= {NORMAL, RECOMMENDED, BLOCKED}


@pytest.mark.parametrize("contact", CONTACTS)
async def test_one_contact(hass: HomeAssistant, contacts: None, contact: str) -> None:
    """A heat pump with one contact has two of the states."""
    used = {contact: CONTACTS[contact]}
    await use(hass, "heat_pump", run=RUN, state_off="blocked", **used)
    await plan(hass, "on")
    assert sg_ready(hass) == (RECOMMENDED if contact == "contact_2" else NORMAL)
    await plan(hass, "off")
    assert sg_ready(hass) == (BLOCKED if contact == "contact_1" else NORMAL)


@pytest.mark.parametrize(
    ("first", "then", "stuck"), [("off", "on", BLOCK), ("on", "off", RECOMMEND)]
)
async def test_contact_out_of_reach(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    contacts: None,
    first: str,
    then: str,
    stuck: str,
) -> None:
    """While a contact may still be closed the other one is not closed, too."""
    await use(hass, "heat_pump", run=RUN, state_off="blocked", **CONTACTS)
    await plan(hass, "on")
    await plan(hass, first)
    other = {BLOCK: RECOMMEND, RECOMMEND: BLOCK}[stuck]
    assert (state(hass, stuck), state(hass, other)) == ("on", "off")
    reachable = f"input_boolean.{stuck.split('.')[1]}_reachable"
    await turn(hass, reachable, "off")
    calls = Calls(hass)
    hass.states.async_set(RUN, then)
    for _ in range(100):  # it waits for the contact, so there is no end to wait for
        await asyncio.sleep(0)
    assert calls.names("homeassistant") == ["homeassistant.turn_off"]
    await wait(hass, freezer, 1)
    assert "input_boolean.turn_on" not in calls.names()
    await turn(hass, reachable, "on")
    assert (state(hass, stuck), state(hass, other)) == ("off", "on")


async def test_block_is_lifted(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, contacts: None
) -> None:
    """A block ends when it has lasted for long enough, and does not come back."""
    await use(hass, "heat_pump", run=RUN, state_off="blocked", **CONTACTS)
    await plan(hass, "on")
    await plan(hass, "off")
    await wait(hass, freezer, 119)
    assert sg_ready(hass) == BLOCKED
    await wait(hass, freezer, 2)
    assert sg_ready(hass) == NORMAL
    hass.bus.async_fire("automation_reloaded")
    await hass.async_block_till_done()
    assert sg_ready(hass) == NORMAL
    await wait(hass, freezer, 600)
    assert sg_ready(hass) == NORMAL
    await plan(hass, "on")
    assert sg_ready(hass) == RECOMMENDED
    await plan(hass, "off")
    assert sg_ready(hass) == BLOCKED


@pytest.mark.parametrize("lost", ["unavailable", "unknown"])
async def test_block_is_lifted_without_plan(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, contacts: None, lost: str
) -> None:
    """The house does not get cold where the plan is not known for long."""
    inputs = {"state_off": "blocked", "longest_block": 0.5}
    await use(hass, "heat_pump", run=RUN, **CONTACTS, **inputs)
    await plan(hass, "on")
    await plan(hass, "off")
    await plan(hass, lost)
    await wait(hass, freezer, 29)
    assert sg_ready(hass) == BLOCKED
    await wait(hass, freezer, 2)
    assert sg_ready(hass) == NORMAL


async def test_block_does_not_come_back_after_a_reload(
    hass: HomeAssistant, contacts: None
) -> None:
    """A plan that is known again looks new, but it has been off for hours."""
    await use(hass, "heat_pump", run=RUN, state_off="blocked", **CONTACTS)
    await plan(hass, "unavailable")
    ended = {"start": "2026-11-24T12:00:00+01:00", "end": "2026-11-24T15:30:00+01:00"}
    coming = {"start": "2026-11-24T23:00:00+01:00", "end": "2026-11-25T01:00:00+01:00"}
    endless = {"start": "2026-11-25T02:00:00+01:00", "end": None}
    hass.states.async_set(RUN, "off", {"intervals": [ended, coming, endless]})
    await hass.async_block_till_done()
    assert sg_ready(hass) == NORMAL
    ended["end"] = "2026-11-24T17:30:00+01:00"
    hass.states.async_set(RUN, "unavailable")
    hass.states.async_set(RUN, "off", {"intervals": [ended, coming, endless]})
    await hass.async_block_till_done()
    assert sg_ready(hass) == BLOCKED


async def test_block_is_lifted_at_shutdown(hass: HomeAssistant, contacts: None) -> None:
    """The house does not get cold while Home Assistant is away."""
    await use(hass, "heat_pump", run=RUN, state_off="blocked", **CONTACTS)
    await plan(hass, "on")
    await plan(hass, "off")
    assert sg_ready(hass) == BLOCKED
    await hass.async_stop(force=True)
    assert sg_ready(hass) == NORMAL


async def test_blocked_after_start(hass: HomeAssistant, contacts: None) -> None:
    """After a start the block is as the plan says."""
    hass.set_state(CoreState.not_running)
    await use(hass, "heat_pump", run=RUN, state_off="blocked", **CONTACTS)
    assert sg_ready(hass) == NORMAL
    await hass.async_start()
    await hass.async_block_till_done()
    assert sg_ready(hass) == BLOCKED


async def test_thermostat(hass: HomeAssistant, thermostat: None) -> None:
    """The house is warmer while the plan is on, and never changed without a plan."""
    await use(hass, "heat_pump", run=RUN, thermostat=THERMOSTAT)
    assert wish(hass) == 19
    for to, temperature in (("on", 21.5), ("off", 20), ("on", 21.5)):
        await plan(hass, to)
        assert wish(hass) == temperature
        await lose_plan(hass)
        assert wish(hass) == temperature


async def test_thermostat_is_off(hass: HomeAssistant, thermostat: None) -> None:
    """A thermostat that does not heat is left alone until it does."""
    temperatures = {"warm_temperature": 22.5, "cool_temperature": 18}
    await use(hass, "heat_pump", run=RUN, thermostat=THERMOSTAT, **temperatures)
    mode = {"entity_id": THERMOSTAT, "hvac_mode": "off"}
    await hass.services.async_call("climate", "set_hvac_mode", mode, blocking=True)
    await plan(hass, "on")
    assert (state(hass, THERMOSTAT), wish(hass)) == ("off", 19)
    mode["hvac_mode"] = "heat"
    await hass.services.async_call("climate", "set_hvac_mode", mode, blocking=True)
    await hass.async_block_till_done()
    assert (state(hass, THERMOSTAT), wish(hass)) == ("heat", 22.5)
    await plan(hass, "off")
    assert wish(hass) == 18


async def test_number(hass: HomeAssistant) -> None:
    """A number has one value while the plan is on, and another while it is off."""
    await add_helpers(hass, offset={"min": -5, "max": 5, "initial": 1})
    await plan(hass, "off")
    inputs = {"setpoint": NUMBER, "value_on": 2.5, "value_off": -1}
    await use(hass, "heat_pump", run=RUN, **inputs)
    for to, value in (("on", "2.5"), ("off", "-1.0"), ("on", "2.5")):
        await plan(hass, to)
        assert state(hass, NUMBER) == value
        await lose_plan(hass)
        assert state(hass, NUMBER) == value


async def test_number_without_values(hass: HomeAssistant) -> None:
    """A number whose values were not filled in is not set to zero."""
    await add_helpers(hass, offset={"min": -5, "max": 5, "initial": 1})
    await use(hass, "heat_pump", run=RUN, setpoint=NUMBER)
    for to in ("on", "off"):
        await plan(hass, to)
        assert state(hass, NUMBER) == "1.0"


async def test_a_refused_value_stops_nothing(
    hass: HomeAssistant, contacts: None
) -> None:
    """The contacts are set even if a number takes no such value."""
    hass.states.async_set("number.flow", "35")
    inputs = {"setpoint": "number.flow", "value_on": 99, "value_off": 35}
    hass.services.async_register("number", "set_value", _refuse)
    await use(hass, "heat_pump", run=RUN, **CONTACTS, **inputs)
    for to, expected in (("on", RECOMMENDED), ("off", NORMAL)):
        await plan(hass, to)
        assert sg_ready(hass) == expected


async def test_nothing_chosen(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing is filled in nothing happens, and nothing fails."""
    await use(hass, "heat_pump", run=RUN, state_off="blocked")
    calls = Calls(hass)
    for to in ("on", "off"):
        await plan(hass, to)
    assert not calls.names()
    assert "Error" not in caplog.text


def _refuse(call: object) -> None:
    """Refuse a value, as a number does."""
    raise HomeAssistantError(f"no such value: {call}")
