"""Tests of the blueprint that lets a wallbox charge in the cheapest hours."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from .house import RUN, Calls, add_helpers, lose_plan, plan, state, turn, use

CURRENT = "input_number.current"
SWITCH = "input_boolean.wallbox"


@pytest.fixture
def lowest() -> int:
    """Name the lowest current that the wallbox takes."""
    return 0


@pytest.fixture(autouse=True)
async def wallbox(hass: HomeAssistant, house: None, lowest: int) -> None:
    """Let there be a wallbox that is told by a switch or by amperes."""
    current = {"min": lowest, "max": 32, "initial": 10}
    await add_helpers(hass, "wallbox", current=current)
    await plan(hass, "off")


async def test_switch(hass: HomeAssistant) -> None:
    """A wallbox with a switch needs no more than that."""
    await use(hass, "wallbox", run=RUN, charging_switch=SWITCH)
    for to in ("on", "off"):
        await plan(hass, to)
        assert state(hass, SWITCH) == to
    assert state(hass, CURRENT) == "10.0"


async def test_current(hass: HomeAssistant) -> None:
    """A wallbox without a switch is told what it may draw."""
    await use(hass, "wallbox", run=RUN, current_number=CURRENT)
    for to, current in (("on", "16.0"), ("off", "0.0"), ("on", "16.0")):
        await plan(hass, to)
        assert state(hass, CURRENT) == current
        await lose_plan(hass)
        assert state(hass, CURRENT) == current
    assert state(hass, SWITCH) == "off"


async def test_chosen_currents(hass: HomeAssistant) -> None:
    """The owner chooses what it draws while charging and while pausing."""
    await use(
        hass,
        "wallbox",
        run=RUN,
        current_number=CURRENT,
        charging_current=11,
        paused_current=6,
    )
    for to, current in (("on", "11.0"), ("off", "6.0")):
        await plan(hass, to)
        assert state(hass, CURRENT) == current


async def test_both(hass: HomeAssistant) -> None:
    """With both, the current is right before it charges, and until it has stopped."""
    await use(hass, "wallbox", run=RUN, charging_switch=SWITCH, current_number=CURRENT)
    calls = Calls(hass)
    await plan(hass, "on")
    assert calls.names("input_number", "input_boolean") == [
        "input_number.set_value",
        "input_boolean.turn_on",
    ]
    calls.clear()
    await plan(hass, "off")
    assert calls.names("input_number", "input_boolean") == [
        "input_boolean.turn_off",
        "input_number.set_value",
    ]
    assert (state(hass, SWITCH), state(hass, CURRENT)) == ("off", "0.0")


@pytest.mark.parametrize("lowest", [6])
async def test_current_is_refused(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """A wallbox that takes no 0 A is still stopped by its switch."""
    await use(hass, "wallbox", run=RUN, charging_switch=SWITCH, current_number=CURRENT)
    await plan(hass, "on")
    assert (state(hass, SWITCH), state(hass, CURRENT)) == ("on", "16.0")
    await plan(hass, "off")
    assert (state(hass, SWITCH), state(hass, CURRENT)) == ("off", "16.0")
    assert "Invalid value" in caplog.text


async def test_number_of_an_integration(hass: HomeAssistant) -> None:
    """A number is set by the action of its own kind, also once it is back."""
    await turn(hass, SWITCH, "on")
    number = {
        "name": "Charger",
        "state": f"{{{{ states('{CURRENT}') }}}}",
        "availability": f"{{{{ is_state('{SWITCH}', 'on') }}}}",
        "min": 0,
        "max": 32,
        "set_value": {
            "action": "input_number.set_value",
            "target": {"entity_id": CURRENT},
            "data": {"value": "{{ value }}"},
        },
    }
    assert await async_setup_component(
        hass, "template", {"template": {"number": number}}
    )
    await hass.async_block_till_done()
    await use(hass, "wallbox", run=RUN, current_number="number.charger")
    await plan(hass, "on")
    assert state(hass, "number.charger") == "16.0"
    await turn(hass, SWITCH, "off")
    await plan(hass, "off")
    assert state(hass, CURRENT) == "16.0"
    await turn(hass, SWITCH, "on")
    assert state(hass, "number.charger") == "0.0"


async def test_nothing_chosen(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Where neither is filled in nothing happens, and nothing fails."""
    await use(hass, "wallbox", run=RUN)
    calls = Calls(hass)
    for to in ("on", "off"):
        await plan(hass, to)
    assert not calls.names()
    assert "Error" not in caplog.text
