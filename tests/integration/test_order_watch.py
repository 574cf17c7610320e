"""Tests of being told: each step of the order once, whatever happens in between."""

from collections.abc import Callable
from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, Event, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.logbook import async_describe_events
from custom_components.nomos_smartmeter.order_watch import SIGNAL_CHANGE, Change, Seen
from custom_components.nomos_smartmeter.tariff.meter_order import OrderStatus
from tests.simulated import SimulatedNomos

from .home import STORE, move_on, restart, set_up, state_of

DAY = timedelta(days=1)

pytestmark = pytest.mark.freeze_time("2026-07-01 12:00:00+00:00")


@pytest.fixture
def changes(hass: HomeAssistant) -> list[Change]:
    """Return what is told from now on."""
    told: list[Change] = []
    async_dispatcher_connect(hass, SIGNAL_CHANGE, told.append)
    return told


@pytest.fixture
def steps(hass: HomeAssistant) -> list[Event]:
    """Return the steps of the order from now on, as the bus has them."""
    captured: list[Event] = async_capture_events(hass, "nomos_smartmeter_meter_order")
    return captured


def order_of(nomos: SimulatedNomos) -> dict[str, str]:
    """Return the order with a word that nobody knows yet."""
    return {
        "id": nomos.order.id,
        "subscription": nomos.subscription.id,
        "status": "teleported",
        "created_at": "2026-06-01T12:00:00Z",
    }


def happened(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[Any, Any]:
    """Return the last step that the entity tells, and the one before."""
    attributes = state_of(hass, entry, "meter_order").attributes
    return attributes["event_type"], attributes.get("previous_status")


async def test_first_observation(
    hass: HomeAssistant, entry: MockConfigEntry, changes: list[Change]
) -> None:
    """What is found at first has not happened just now."""
    await set_up(hass, entry)
    assert state_of(hass, entry, "meter_order").state == "unknown"
    assert not changes


async def test_step(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    steps: list[Event],
) -> None:
    """A step is told when it is seen, and once."""
    nomos.set_order(status="ordered")
    await move_on(hass, freezer, DAY)
    assert happened(hass, loaded) == ("ordered", "waiting")
    told = state_of(hass, loaded, "meter_order").state
    await move_on(hass, freezer, DAY)
    await restart(hass, loaded)
    await restart(hass, loaded)
    assert state_of(hass, loaded, "meter_order").state == told
    (step,) = steps
    assert step.data == {
        "entity_id": state_of(hass, loaded, "meter_order").entity_id,
        "status": "ordered",
        "previous_status": "waiting",
    }


async def test_first_order(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """That there is an order at last is a step."""
    nomos.remove_order()
    await set_up(hass, entry)
    nomos.world.place_order(nomos.subscription)
    await move_on(hass, freezer, DAY)
    assert happened(hass, entry) == ("waiting", None)


async def test_missed_steps(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    changes: list[Change],
) -> None:
    """Of the steps while Home Assistant was off the newest is told, once."""
    await hass.config_entries.async_unload(loaded.entry_id)
    for status in ("ordered", "checked", "installation_scheduled"):
        nomos.set_order(status=status)
    await set_up(hass, loaded)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert happened(hass, loaded) == ("installation_scheduled", "waiting")
    await restart(hass, loaded)
    assert len(changes) == 1


async def test_told_once_automations_listen(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    changes: list[Change],
) -> None:
    """At a start nothing is told before Home Assistant has started."""
    await hass.config_entries.async_unload(loaded.entry_id)
    nomos.set_order(status="activated")
    hass.set_state(CoreState.starting)
    await set_up(hass, loaded)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not changes
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    (change,) = changes
    assert change.new_status == "activated"
    assert change.pricing_became_active
    assert not change.needs_attention


@pytest.mark.parametrize(
    ("disturb", "mend"),
    [
        (
            lambda nomos: nomos.fail(status=503),
            lambda nomos: nomos.heal(),
        ),
        (
            lambda nomos: nomos.fail(
                "/meter-orders/*", status=200, body=json.dumps(order_of(nomos))
            ),
            lambda nomos: nomos.heal(),
        ),
    ],
    ids=["silence", "unknown word"],
)
async def test_no_step(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    changes: list[Change],
    disturb: Callable[[SimulatedNomos], None],
    mend: Callable[[SimulatedNomos], None],
) -> None:
    """Neither silence nor a word that nobody knows is a step, nor is their end."""
    disturb(nomos)
    await move_on(hass, freezer, 4 * DAY)
    mend(nomos)
    await move_on(hass, freezer, DAY)
    assert not changes
    assert state_of(hass, loaded, "meter_order").state == "unknown"


async def test_unknown_word_of_a_live_meter(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    changes: list[Change],
) -> None:
    """After a word that nobody knows, dynamic pricing has not begun once more."""
    nomos.set_order(status="activated")
    await set_up(hass, entry)
    body = json.dumps(order_of(nomos))
    nomos.fail("/meter-orders/*", status=200, body=body)
    await move_on(hass, freezer, DAY)
    nomos.heal()
    await move_on(hass, freezer, DAY)
    assert not changes


async def test_attention(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    changes: list[Change],
) -> None:
    """A blocked order needs a person, and one that is free again does not."""
    nomos.set_order(status="blocked_wim")
    await move_on(hass, freezer, DAY)
    nomos.set_order(status="ordered")
    await move_on(hass, freezer, DAY)
    blocked, free = changes
    assert blocked.needs_attention
    assert not free.needs_attention


async def test_pricing_without_a_step(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    changes: list[Change],
    steps: list[Event],
) -> None:
    """Where supply begins with a smart meter, only dynamic pricing has changed."""
    nomos.remove_order()
    nomos.subscription.meter.type = "smart"
    nomos.set_subscription(status="pending")
    await set_up(hass, entry)
    nomos.set_subscription(status="active")
    await move_on(hass, freezer, DAY)
    (change,) = changes
    assert change.pricing_became_active
    assert change.new_status is None
    assert not change.needs_attention
    assert not steps


async def test_changes_of_another_contract(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """A contract keeps to itself."""
    before = Seen(status=OrderStatus.WAITING, dynamic_pricing=False)
    now = Seen(status=OrderStatus.ORDERED, dynamic_pricing=False)
    change = Change(entry_id="another", before=before, now=now)
    async_dispatcher_send(hass, SIGNAL_CHANGE, change)
    assert state_of(hass, loaded, "meter_order").state == "unknown"


async def test_store_goes_with_the_contract(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """What was seen is kept as long as the contract."""
    assert hass_storage[f"{STORE}.seen"]["data"] == {
        "status": "waiting",
        "dynamic_pricing": False,
    }
    await hass.config_entries.async_remove(loaded.entry_id)
    assert f"{STORE}.seen" not in hass_storage


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Meter order status: Appointment set"),
        ("de", "Zählerbestellung: Termin steht fest"),
        ("xx", "Meter order status: Appointment set"),
    ],
)
async def test_logbook(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    language: str,
    line: str,
) -> None:
    """The logbook says it in the owner's words, and of which contract."""
    hass.config.language = language
    await async_get_translations(hass, language, "entity", [DOMAIN])
    described: dict[str, Any] = {}
    async_describe_events(hass, lambda _, kind, say: described.update({kind: say}))
    (say,) = described.values()
    alien = er.async_get(hass).async_get_or_create("event", "hue", "1").entity_id
    ours = state_of(hass, loaded, "meter_order").entity_id
    for entity_id, name in (
        (ours, loaded.title),
        (alien, alien),
        ("event.gone", "event.gone"),
    ):
        data = {"entity_id": entity_id, "status": "installation_scheduled"}
        assert say(Event("nomos_smartmeter_meter_order", data)) == {
            "name": name,
            "message": line,
        }
