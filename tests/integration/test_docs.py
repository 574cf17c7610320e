"""Tests of the documents: what can be copied from them runs in Home Assistant."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
import logging
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import yaml

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .home import local, move_on, set_up, state_of, turn_clock

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
NOON = local("2026-07-01 12:00")

_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OURS = re.compile(r"\b[a-z_]+\.torstrasse_119_\w+")
OF_OTHERS = (
    "type: ",
    "# evcc.yaml",
    "# configuration.yaml",
    "    data_generator:",
    "      body:",
)
"""How the blocks begin that other programs read; docs/recipes.md says what was tried."""

ACTIONS = [
    "automation.turn_off",
    "automation.turn_on",
    "input_datetime.set_datetime",
    "input_select.select_option",
    "light.turn_off",
    "light.turn_on",
    "persistent_notification.create",
    "persistent_notification.dismiss",
    "rest_command.emhass_plan",
    "switch.turn_off",
    "switch.turn_on",
    "system_log.write",
]
"""What the documents let Home Assistant do with somebody else's entities."""


@dataclass(frozen=True)
class Block:
    """Something that can be copied from a document.

    Attributes:
        place: File and line.
        text: As it stands there.
        data: What it says, None for what other programs read.
    """

    place: str
    text: str
    data: dict[str, Any] | None


def _blocks() -> list[Block]:
    found = []
    for path in DOCUMENTS:
        document = path.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(document):
            line = document.count("\n", 0, match.start()) + 1
            text = match[1]
            of_others = text.startswith(OF_OTHERS)
            data = None if of_others else yaml.safe_load(text)
            found.append(Block(f"{path.name}:{line}", text, data))
    return found


BLOCKS = _blocks()
AUTOMATIONS = [block for block in BLOCKS if block.data and "triggers" in block.data]
SCRIPTS = [block for block in BLOCKS if block.data and "sequence" in block.data]
QUESTIONS = [block for block in BLOCKS if block.data and "action" in block.data]
ANSWERS = {
    question.place: answer
    for question, answer in pairwise(BLOCKS)
    if question in QUESTIONS
    and answer.data
    and answer not in (*AUTOMATIONS, *SCRIPTS, *QUESTIONS)
}
"""What is shown behind an action is what it answers."""


def place_of(block: Block) -> str:
    """Name a block in the output of pytest."""
    return block.place


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let automations wait for their time when a test ends."""
    return True


@pytest.fixture
async def done(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what is done from now on with what belongs to others."""
    assert await async_setup_component(hass, "homeassistant", {})
    await async_get_translations(hass, "en", "entity", [DOMAIN])
    return []


@pytest.fixture
async def live(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> MockConfigEntry:
    """Return a contract with dynamic pricing, whose meter came by appointment."""
    nomos.set_order(status="activated", appointment_at=NOON - 7 * DAY)
    await set_up(hass, entry)
    return entry


async def copy(
    hass: HomeAssistant, domain: str, config: object, done: list[ServiceCall]
) -> str:
    """Paste a block where it belongs, and return the id of the entity it becomes."""
    assert await async_setup_component(hass, domain, {domain: config})
    await hass.async_block_till_done()
    for action in ACTIONS:
        other, name = action.split(".")
        hass.services.async_register(other, name, done.append)
    (made,) = hass.states.async_all(domain)
    return made.entity_id


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was wrong in the eyes of Home Assistant."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR
        or (record.levelno == logging.WARNING and "template" in record.name)
    ]


def test_each_is_run() -> None:
    """Every block is run by a test below, shown as an answer, or read by others."""
    run = [*AUTOMATIONS, *SCRIPTS, *QUESTIONS, *ANSWERS.values()]
    others = [block for block in BLOCKS if block.data is None]
    assert {*map(place_of, run)} | {*map(place_of, others)} == {*map(place_of, BLOCKS)}
    assert len(run) + len(others) == len(BLOCKS)


@pytest.mark.freeze_time(NOON)
@pytest.mark.usefixtures("every_entity_enabled")
async def test_names(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What the documents call our entities is what they are called."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), loaded.entry_id)
    named = {name for block in BLOCKS for name in _OURS.findall(block.text)}
    assert named <= {entity.entity_id for entity in entities}


@pytest.mark.freeze_time(NOON)
@pytest.mark.parametrize(
    "block",
    [block for block in AUTOMATIONS if not block.place.startswith("triggers")],
    ids=place_of,
)
async def test_automation(
    hass: HomeAssistant,
    live: MockConfigEntry,
    done: list[ServiceCall],
    caplog: pytest.LogCaptureFixture,
    block: Block,
) -> None:
    """Home Assistant takes it, and can do what it says."""
    automation = await copy(hass, "automation", block.data, done)
    await hass.services.async_call(
        "automation",
        "trigger",
        {"entity_id": automation, "skip_condition": True},
        blocking=True,
    )
    await hass.async_block_till_done()
    assert done
    assert not complaints(caplog)


@pytest.mark.freeze_time(NOON)
@pytest.mark.parametrize("block", SCRIPTS, ids=place_of)
async def test_script(
    hass: HomeAssistant,
    live: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    done: list[ServiceCall],
    caplog: pytest.LogCaptureFixture,
    block: Block,
) -> None:
    """Home Assistant takes it, and it comes to its end within a day."""
    script = await copy(hass, "script", {"copy": block.data}, done)
    await hass.services.async_call("script", "turn_on", {"entity_id": script})
    await move_on(hass, freezer, DAY)
    assert len(done) == 1
    assert not complaints(caplog)


@pytest.mark.freeze_time(local("2026-11-24 16:50"))
@pytest.mark.parametrize("block", QUESTIONS, ids=place_of)
async def test_action(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos, block: Block
) -> None:
    """It can be performed, and its answer is of the shape that is shown."""
    assert block.data
    match block.data["action"]:
        case "nomos_smartmeter.order_smart_meter":
            nomos.remove_order()
        case "nomos_smartmeter.list_meter_orders":
            nomos.set_order(status="blocked")
        case "nomos_smartmeter.submit_meter_reading":
            pass
        case _:
            nomos.set_order(status="activated")
    await set_up(hass, entry)
    variable = block.data["response_variable"]
    sequence = [block.data, {"stop": "answered", "response_variable": variable}]
    assert await async_setup_component(
        hass, "script", {"script": {"copy": {"sequence": sequence}}}
    )
    answer = await hass.services.async_call(
        "script", "copy", blocking=True, return_response=True
    )
    if block.place in ANSWERS:
        assert _shape(ANSWERS[block.place].data) == _shape(answer)
    assert answer


def _shape(data: Any) -> Any:
    """Return what there is in an answer, without how much and how many."""
    if isinstance(data, dict):
        return {key: _shape(value) for key, value in data.items()}
    if isinstance(data, list):
        return _shape(data[0])
    return None


@dataclass(frozen=True)
class Home:
    """A home in which something can happen."""

    hass: HomeAssistant
    entry: MockConfigEntry
    nomos: SimulatedNomos
    freezer: FrozenDateTimeFactory

    async def comes_to(self, **order: Any) -> None:
        """Let the order change, and be seen."""
        self.nomos.set_order(**order)
        await move_on(self.hass, self.freezer, DAY)


type Happening = Callable[[Home], Awaitable[None]]


async def activated(home: Home) -> None:
    """Let dynamic pricing become active."""
    await home.comes_to(status="activated")


async def ordered(home: Home) -> None:
    """Let the order come to its next step."""
    await home.comes_to(status="ordered")


async def blocked(home: Home) -> None:
    """Let the order be put on hold."""
    await home.comes_to(status="blocked")


async def appointed(home: Home) -> None:
    """Let the order come to an appointment."""
    await home.comes_to(status="ordered")
    at = local("2026-07-20 09:30")
    await home.comes_to(status="installation_scheduled", appointment_at=at)


async def live_day(home: Home) -> None:
    """Let a day pass with prices, in which the owner starts the dryer every hour."""
    home.nomos.set_market(amounts={NOON + DAY + 8 * QUARTER: -3.2})
    await activated(home)
    for quarter in range(1, 97):
        at = NOON + DAY + quarter * QUARTER
        home.hass.states.async_set("switch.dryer", "off" if quarter % 4 else "on")
        await turn_clock(home.hass, home.freezer, at)


HAPPENINGS: dict[str, tuple[Happening, Sequence[str], str]] = {
    "Wallbox: follow the price from now on": (
        activated,
        ["input_select.select_option"],
        "Cheapest hours",
    ),
    "Smart meter: tell me each step": (
        ordered,
        ["persistent_notification.create"],
        "With the metering operator",
    ),
    "Smart meter: tell me the appointment": (
        appointed,
        ["persistent_notification.create"],
        "20.07.2026, 09:30",
    ),
    "Smart meter: tell me when the order needs attention": (
        blocked,
        ["persistent_notification.create"],
        "On hold for a check",
    ),
    "Smart meter: log each step": (
        ordered,
        ["system_log.write"],
        "event.torstrasse_119_meter_order: from waiting to ordered",
    ),
    "Prices: tell me how tomorrow is": (
        live_day,
        ["persistent_notification.create"],
        "EUR/kWh",
    ),
    "Hot water: heat while power is cheap": (
        live_day,
        ["switch.turn_on", "switch.turn_off"],
        "switch.hot_water",
    ),
    "Prices: tell me when power costs less than nothing": (
        live_day,
        ["persistent_notification.create"],
        "-0.032 EUR/kWh",
    ),
    "Heat pump: pause in the dearest hours": (
        live_day,
        ["switch.turn_off"],
        "switch.heat_pump",
    ),
    "Wallbox: charge in the four cheapest hours of the day": (
        live_day,
        ["switch.turn_on", "switch.turn_off"],
        "switch.wallbox",
    ),
    "Dryer: say that now is a bad time": (
        live_day,
        ["persistent_notification.create"],
        "Power is dear",
    ),
}


@pytest.mark.freeze_time(NOON)
@pytest.mark.parametrize(
    "block",
    [block for block in AUTOMATIONS if block.place.startswith("triggers")],
    ids=place_of,
)
async def test_happening(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    done: list[ServiceCall],
    caplog: pytest.LogCaptureFixture,
    block: Block,
) -> None:
    """It runs by itself when that happens which it is about, and does what it says."""
    assert block.data
    happening, actions, told = HAPPENINGS[block.data["alias"]]
    automation = await copy(hass, "automation", block.data, done)
    assert hass.states.is_state(automation, STATE_ON)
    assert not done
    await happening(Home(hass, loaded, nomos, freezer))
    assert {f"{call.domain}.{call.service}" for call in done} == set(actions)
    assert any(told in str(call.data) for call in done)
    assert not complaints(caplog)
    assert state_of(hass, loaded, "meter_order").state != "unknown"
