"""Tests of the blueprint that starts an appliance: once for each run."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    mock_restore_cache,
)

from .house import RUN, Calls, add_helpers, lose_plan, plan, state, turn, use

BUTTON, SWITCH = "input_button.start", "input_boolean.dishwasher"
READY, PROGRAM = "input_boolean.ready", "input_select.program"
PRESSED = ["input_button.press"]
BEGIN = datetime.fromisoformat("2026-11-25T02:00:00+01:00")
QUARTER = timedelta(minutes=15)

pytestmark = pytest.mark.freeze_time(BEGIN)


@pytest.fixture(autouse=True)
async def dishwasher(hass: HomeAssistant, house: None) -> None:
    """Let there be a dishwasher that may be started from afar."""
    await add_helpers(hass, "dishwasher", "ready")
    for domain, config in (
        ("input_button", {"start": {}}),
        ("input_select", {"program": {"options": ["Quick", "Eco"]}}),
    ):
        assert await async_setup_component(hass, domain, {domain: config})
    await plan(hass, "off")


def intervals(*numbers: int, text: bool = True) -> list[dict[str, Any]]:
    """Return quarter-hours of a plan, counted from 02:00 on."""
    pieces = [(BEGIN + n * QUARTER, BEGIN + (n + 1) * QUARTER) for n in numbers]
    return [
        {"start": start.isoformat(), "end": end.isoformat()}
        if text
        else {"start": start, "end": end}
        for start, end in pieces
    ]


async def at(hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: str) -> None:
    """Turn the clock to a time of the night."""
    moment = datetime.fromisoformat(f"2026-11-25T{time}+01:00")
    freezer.move_to(moment)
    async_fire_time_changed(hass, moment.astimezone(UTC))
    await hass.async_block_till_done()


@pytest.fixture
def calls(hass: HomeAssistant, dishwasher: None) -> Calls:
    """Watch what is done."""
    return Calls(hass)


def presses(calls: Calls) -> int:
    """Return how often the button was pressed so far."""
    return len(calls.names("input_button"))


async def test_button(hass: HomeAssistant, calls: Calls) -> None:
    """The button is pressed when a run begins, and not again when it ends."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON)
    await plan(hass, "on")
    assert calls.names() == PRESSED
    await plan(hass, "on", reason="prices_not_known")
    await plan(hass, "off")
    assert calls.names() == PRESSED


async def test_switch(hass: HomeAssistant, calls: Calls) -> None:
    """A switch is turned on, and never off."""
    await use(hass, "appliance", run=RUN, start_entity=SWITCH)
    await plan(hass, "on")
    assert state(hass, SWITCH) == "on"
    await plan(hass, "off")
    assert state(hass, SWITCH) == "on"
    assert calls.names("input_boolean") == ["input_boolean.turn_on"]


async def test_program(hass: HomeAssistant, calls: Calls) -> None:
    """The program is chosen, and then the appliance is started."""
    program = {"program_select": PROGRAM, "program": "Eco"}
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, **program)
    await plan(hass, "on")
    assert state(hass, PROGRAM) == "Eco"
    assert calls.names() == ["input_select.select_option", *PRESSED]


async def test_program_only(hass: HomeAssistant, calls: Calls) -> None:
    """Some start with their program."""
    await use(hass, "appliance", run=RUN, program_select=PROGRAM, program="Eco")
    await plan(hass, "on")
    assert state(hass, PROGRAM) == "Eco"
    assert calls.names() == ["input_select.select_option"]


async def test_unknown_program(
    hass: HomeAssistant, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot do the chosen program does not do another one."""
    program = {"program_select": PROGRAM, "program": "Boil"}
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, **program)
    await plan(hass, "on")
    assert not presses(calls)
    assert "Boil" in caplog.text


async def test_every_run(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, calls: Calls
) -> None:
    """It is started in each run."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON)
    for number, time in enumerate(("02:00", "09:00", "22:00"), start=1):
        await at(hass, freezer, time)
        await plan(hass, "on")
        assert presses(calls) == number
        await plan(hass, "off")


@pytest.mark.parametrize("pause", [3, 0])
async def test_interrupted_run(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, calls: Calls, pause: int
) -> None:
    """A plan that is made anew during a run does not start it again."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, pause=pause)
    await plan(hass, "on", intervals=intervals(0, 1, 2, 3))
    await at(hass, freezer, "02:20")
    await plan(hass, "off", intervals=[])
    await at(hass, freezer, "02:21")
    await plan(hass, "on", intervals=intervals(0, 1, 2, 3))
    assert presses(calls) == 1


async def test_not_ready(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, calls: Calls
) -> None:
    """What is not ready is not started, nor once the run is over."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, ready_entity=READY)
    await plan(hass, "on")
    await at(hass, freezer, "02:10")
    await plan(hass, "off")
    await turn(hass, READY, "on")
    assert not presses(calls)
    await at(hass, freezer, "09:00")
    await plan(hass, "on")
    assert presses(calls) == 1


@pytest.mark.parametrize("unknown", ["unavailable", "unknown"])
async def test_readiness_not_known(
    hass: HomeAssistant, calls: Calls, unknown: str
) -> None:
    """What may be ready or not is not started, also not when it is found ready."""
    ready = "binary_sensor.remote_start"
    hass.states.async_set(ready, unknown)
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, ready_entity=ready)
    await plan(hass, "on")
    hass.states.async_set(ready, "on")
    await hass.async_block_till_done()
    assert not presses(calls)


@pytest.mark.parametrize(
    ("latest_start", "time", "expected"),
    [
        (15, "02:00:01", 1),
        (15, "02:14:59", 1),
        (15, "02:15", 0),
        (15, "02:40", 0),
        (60, "02:59", 1),
        (60, "03:00", 0),
    ],
)
async def test_ready_later(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calls: Calls,
    latest_start: int,
    time: str,
    expected: int,
) -> None:
    """What gets ready during a run is started, if it is not too late: but once."""
    inputs = {"ready_entity": READY, "latest_start": latest_start, "pause": 0}
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, **inputs)
    await plan(hass, "on")
    assert not presses(calls)
    await at(hass, freezer, time)
    for to in ("on", "off", "on"):
        await turn(hass, READY, to)
    assert presses(calls) == expected


@pytest.mark.parametrize("text", [True, False])
async def test_late_after_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, calls: Calls, text: bool
) -> None:
    """How long a run has lasted is known from its plan, also after a restart."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, ready_entity=READY)
    pieces = intervals(-8, 0, 1, 2, 3, 4, text=text)
    await plan(hass, "on", intervals=pieces)
    await lose_plan(hass)
    await at(hass, freezer, "02:40")
    await plan(hass, "on", intervals=pieces)
    await turn(hass, READY, "on")
    assert not presses(calls)


async def test_ready_after_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, calls: Calls
) -> None:
    """A run that has begun just now is started also if there was a restart meanwhile."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, ready_entity=READY)
    await plan(hass, "on", intervals=intervals(-2, 0, 1))
    await lose_plan(hass)
    await at(hass, freezer, "02:05")
    await plan(hass, "on", intervals=intervals(-2, 0, 1))
    await at(hass, freezer, "02:10")
    await turn(hass, READY, "on")
    assert presses(calls) == 1


@pytest.mark.parametrize("lost", ["unavailable", "unknown"])
async def test_plan_is_lost(hass: HomeAssistant, calls: Calls, lost: str) -> None:
    """A plan that was not known for a moment does not begin anew."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON)
    await plan(hass, "on")
    await plan(hass, lost)
    await plan(hass, "on")
    assert presses(calls) == 1
    await plan(hass, lost)
    await plan(hass, "off")
    assert presses(calls) == 1


@pytest.mark.parametrize("kept", [True, False])
async def test_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, calls: Calls, kept: bool
) -> None:
    """A restart in the middle of a run does not start it a second time.

    Not even if the appliance tells anew that it is ready, nor if the plan remembers
    its past no more.
    """
    freezer.move_to(BEGIN + timedelta(minutes=32))
    last = {"last_triggered": BEGIN.isoformat()}
    mock_restore_cache(hass, [State("automation.appliance", "on", last)])
    hass.set_state(CoreState.not_running)
    pieces = intervals(0, 1, 2, 3) if kept else intervals(2, 3)
    await lose_plan(hass)
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, ready_entity=READY)
    await hass.async_start()
    await plan(hass, "on", intervals=pieces)
    await turn(hass, READY, "on")
    await turn(hass, READY, "off")
    await turn(hass, READY, "on")
    assert not presses(calls)
    await plan(hass, "off")
    await at(hass, freezer, "09:00")
    await plan(hass, "on", intervals=intervals(28))
    assert presses(calls) == 1


@pytest.mark.parametrize("begun", [True, False])
async def test_restart_of_a_long_run(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, calls: Calls, begun: bool
) -> None:
    """What runs for hours is not started in the midst of it, be it started or not."""
    inputs: dict[str, str] = {} if begun else {"ready_entity": READY}
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, **inputs)
    await plan(hass, "on", intervals=intervals(*range(20)))
    await lose_plan(hass)
    await turn(hass, READY, "on")
    await at(hass, freezer, "06:05")
    await plan(hass, "on", intervals=intervals(*range(16, 20)))
    assert presses(calls) == begun


async def test_start_is_out_of_reach(hass: HomeAssistant, calls: Calls) -> None:
    """What cannot be reached counts as not started, so that it may be, still."""
    hass.states.async_set(BUTTON, "unavailable")
    await use(hass, "appliance", run=RUN, start_entity=BUTTON, ready_entity=READY)
    await turn(hass, READY, "on")
    await plan(hass, "on")
    await turn(hass, READY, "off")
    assert not presses(calls)
    hass.states.async_set(BUTTON, "unknown")
    await turn(hass, READY, "on")
    assert presses(calls) == 1


async def test_strange_plan(
    hass: HomeAssistant, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    """Attributes that nobody understands keep nothing from running."""
    await use(hass, "appliance", run=RUN, start_entity=BUTTON)
    await plan(hass, "on", intervals=[{"from": dt_util.utcnow()}, {"start": None}])
    assert presses(calls) == 1
    assert "Error" not in caplog.text
