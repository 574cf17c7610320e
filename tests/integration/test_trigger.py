"""Tests of the triggers, in automations of a running Home Assistant."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.trigger import (
    async_get_all_descriptions,
    async_initialize_triggers,
    async_validate_trigger_config,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
import voluptuous as vol

from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.trigger import TRIGGERS
from tests.simulated import SimulatedNomos

from .home import (
    local,
    move_on,
    restart,
    set_up,
    state_of,
    turn_clock,
)

DAY = timedelta(days=1)

pytestmark = pytest.mark.freeze_time(local("2026-07-01 12:00"))


@pytest.fixture
def ran(hass: HomeAssistant) -> list[ServiceCall]:
    """Return how often an automation has run."""
    calls: list[ServiceCall] = async_mock_service(hass, "test", "automation")
    return calls


async def automate(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    trigger: str,
    target: dict[str, Any] | None = None,
    **options: Any,
) -> None:
    """Let an automation follow the whole contract, unless told otherwise."""
    device = entry.runtime_data.device_id
    automation = {
        "triggers": {
            "trigger": f"{DOMAIN}.{trigger}",
            "target": target or {"device_id": device},
            "options": options,
        },
        "actions": {
            "action": "test.automation",
            "data_template": {"entity": "{{ trigger.entity_id }}"},
        },
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("options", "runs"),
    [
        ({}, 2),
        ({"to": ["checked"]}, 1),
        ({"from": ["waiting"]}, 1),
        ({"from": ["waiting"], "to": "ordered"}, 1),
        ({"from": ["waiting"], "to": ["checked"]}, 0),
        ({"to": []}, 2),
    ],
)
async def test_order_status_changed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
    options: dict[str, Any],
    runs: int,
) -> None:
    """Each step triggers, or those that are wanted; a reload and silence never."""
    await automate(hass, loaded, "order_status_changed", **options)
    for status in ("ordered", "checked"):
        nomos.set_order(status=status)
        await move_on(hass, freezer, DAY)
    await restart(hass, loaded)
    nomos.fail(status=503)
    await move_on(hass, freezer, 4 * DAY)
    nomos.heal()
    await move_on(hass, freezer, DAY)
    assert len(ran) == runs
    for call in ran:
        assert call.data["entity"] == state_of(hass, loaded, "meter_order").entity_id


async def test_changes_while_off(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    ran: list[ServiceCall],
) -> None:
    """What has changed while the contract was not loaded triggers once."""
    await automate(hass, loaded, "order_status_changed", to=["activated"])
    await hass.config_entries.async_unload(loaded.entry_id)
    nomos.set_order(status="activated")
    await set_up(hass, loaded)
    await hass.async_block_till_done(wait_background_tasks=True)
    await restart(hass, loaded)
    assert len(ran) == 1


async def test_dynamic_pricing_became_active(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
) -> None:
    """That prices are real triggers once, also when it was missed."""
    await automate(hass, loaded, "dynamic_pricing_became_active")
    nomos.set_order(status="ordered")
    await move_on(hass, freezer, DAY)
    assert not ran
    await hass.config_entries.async_unload(loaded.entry_id)
    nomos.set_order(status="activated")
    await set_up(hass, loaded)
    await hass.async_block_till_done(wait_background_tasks=True)
    await restart(hass, loaded)
    (call,) = ran
    entity_id = state_of(hass, loaded, "dynamic_pricing_active").entity_id
    assert call.data["entity"] == entity_id


async def test_payload_of_dynamic_pricing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It tells what the triggers of states tell."""
    told: list[dict[str, Any]] = []

    async def action(variables: dict[str, Any], _context: Context | None) -> None:
        told.append(variables["trigger"])

    config = {
        "trigger": f"{DOMAIN}.dynamic_pricing_became_active",
        "target": {"device_id": loaded.runtime_data.device_id},
    }
    stop = await async_initialize_triggers(
        hass,
        await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([config])),
        action,
        DOMAIN,
        "test",
        lambda *_args, **_more: None,
    )
    nomos.set_order(status="activated")
    await move_on(hass, freezer, DAY)
    assert stop
    stop()
    (trigger,) = told
    entity_id = state_of(hass, loaded, "dynamic_pricing_active").entity_id
    assert trigger["entity_id"] == entity_id
    assert trigger["from_state"] is trigger["for"] is None
    assert trigger["to_state"].state == "on"


async def test_disabled_entity(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An entity that is turned off runs nothing, and is no fault."""
    entity_id = state_of(hass, loaded, "dynamic_pricing_active").entity_id
    registry = er.async_get(hass)
    registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await restart(hass, loaded)
    key = "dynamic_pricing_became_active"
    await automate(hass, loaded, key, {"entity_id": entity_id})
    nomos.set_order(status="activated")
    await move_on(hass, freezer, DAY)
    assert not ran
    assert "Traceback" not in caplog.text


async def test_of_another_contract(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
) -> None:
    """Entities of others, and others of ours, are nothing to follow."""
    registry = er.async_get(hass)
    other = MockConfigEntry(domain=DOMAIN, unique_id="sub_other")
    other.add_to_hass(hass)
    ours = registry.async_get_or_create(
        "binary_sensor",
        DOMAIN,
        "sub_other_dynamic_pricing_active",
        config_entry=other,
    )
    alien = registry.async_get_or_create("binary_sensor", "hue", "1")
    orphan = registry.async_get_or_create("binary_sensor", DOMAIN, "orphan")
    wrong = state_of(hass, loaded, "meter_order_problem").entity_id
    entities = [ours.entity_id, alien.entity_id, orphan.entity_id, wrong, "light.x"]
    await automate(
        hass, loaded, "dynamic_pricing_became_active", {"entity_id": entities}
    )
    nomos.set_order(status="activated")
    await move_on(hass, freezer, DAY)
    assert not ran


@pytest.mark.parametrize(
    ("status", "runs"), [("blocked", 1), ("cancelled", 1), ("checked", 0)]
)
async def test_order_needs_attention(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
    status: str,
    runs: int,
) -> None:
    """An order that is stuck triggers."""
    await automate(hass, loaded, "order_needs_attention")
    nomos.set_order(status=status)
    await move_on(hass, freezer, DAY)
    assert len(ran) == runs


@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_tomorrow_prices_arrived(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
) -> None:
    """The batch of the afternoon triggers, once a day and not by a reload."""
    await automate(hass, loaded, "tomorrow_prices_arrived")
    await move_on(hass, freezer, timedelta(hours=6))
    await restart(hass, loaded)
    assert len(ran) == 1
    await move_on(hass, freezer, DAY)
    assert len(ran) == 2


@pytest.mark.parametrize("scenario", ["already-smart"])
@pytest.mark.parametrize(
    ("trigger", "becomes"),
    [("cheap_window_started", "on"), ("cheap_window_ended", "off")],
)
async def test_cheap_window(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
    trigger: str,
    becomes: str,
) -> None:
    """Each beginning and each end of a cheap window triggers."""
    await automate(hass, loaded, trigger)
    changes = 0
    last = state_of(hass, loaded, "cheap_power").state
    for quarter in range(96):
        at = local("2026-07-01 12:00") + (quarter + 1) * timedelta(minutes=15)
        await turn_clock(hass, freezer, at)
        now = state_of(hass, loaded, "cheap_power").state
        changes += now != last and now == becomes
        last = now
    await restart(hass, loaded)
    assert changes > 0
    assert len(ran) == changes


@pytest.mark.parametrize("scenario", ["already-smart"])
@pytest.mark.parametrize(("kind", "runs"), [("above", 1), ("below", 1)])
async def test_price_crossed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
    kind: str,
    runs: int,
) -> None:
    """A price that crosses the threshold triggers, one that stays beyond does not."""
    cents = [10, 40, 50, 20, 15]
    start = local("2026-07-01 12:00")
    nomos.set_market(
        amounts={start + n * timedelta(minutes=15): c for n, c in enumerate(cents)}
    )
    await set_up(hass, entry)
    threshold = {"type": kind, "value": {"number": 0.3}}
    await automate(hass, entry, "price_crossed", threshold=threshold)
    for quarter in range(1, len(cents)):
        await turn_clock(hass, freezer, start + quarter * timedelta(minutes=15))
    assert len(ran) == runs


@pytest.mark.parametrize("scenario", ["already-smart"])
@pytest.mark.parametrize(
    ("trigger", "options"),
    [
        ("cheap_window_started", {}),
        ("cheap_window_ended", {}),
        ("price_crossed", {"threshold": {"type": "below", "value": {"number": 0.3}}}),
        ("price_crossed", {"threshold": {"type": "above", "value": {"number": 0.3}}}),
    ],
)
async def test_for_how_long(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    ran: list[ServiceCall],
    trigger: str,
    options: dict[str, Any],
) -> None:
    """What does not last as long as is wanted does not count."""
    start = local("2026-07-01 00:00")
    dear = [
        60 if hour % 12 in (0, 5) or 6 < hour % 12 < 11 else 10 for hour in range(24)
    ]
    nomos.set_market(
        amounts={start + n * timedelta(minutes=15): dear[n // 4] for n in range(96)}
    )
    await set_up(hass, entry)
    options |= {"behavior": "all", "for": {"minutes": 90}}
    await automate(hass, entry, trigger, **options)
    for quarter in range(1, 48):
        at = local("2026-07-01 12:00") + quarter * timedelta(minutes=15)
        await turn_clock(hass, freezer, at)
    assert len(ran) == 1


@pytest.mark.parametrize("key", TRIGGERS)
async def test_fields_in_the_editor(
    hass: HomeAssistant, loaded: MockConfigEntry, key: str
) -> None:
    """What the editor offers is accepted, and what it does not offer is not."""
    assert await async_setup_component(hass, "automation", {})
    await hass.async_block_till_done()
    shown = (await async_get_all_descriptions(hass))[f"{DOMAIN}.{key}"]
    assert shown is not None
    fields = shown["fields"]
    defaults = {
        name: field["default"] for name, field in fields.items() if "default" in field
    }
    offered = {"behavior": "each", "for": "00:00:00"}
    assert defaults in ({}, offered)
    needed = {"threshold": {"type": "below", "value": {"entity": "input_number.x"}}}
    options = {name: value for name, value in needed.items() if name in fields}
    config = {
        "trigger": f"{DOMAIN}.{key}",
        "target": {"device_id": loaded.runtime_data.device_id},
        "options": options | defaults,
    }
    await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([config]))
    for name in set(offered) - set(defaults):
        config["options"] = options | {name: offered[name]}
        with pytest.raises(vol.Invalid):
            await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([config]))


@pytest.mark.parametrize(
    ("trigger", "options"),
    [
        ("order_status_changed", {"to": ["teleported"]}),
        ("order_needs_attention", {"to": ["blocked"]}),
        ("price_crossed", {}),
    ],
)
async def test_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, trigger: str, options: dict[str, Any]
) -> None:
    """What cannot be followed is refused when it is set up."""
    config = {
        "trigger": f"{DOMAIN}.{trigger}",
        "target": {"device_id": loaded.runtime_data.device_id},
        "options": options,
    }
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([config]))
