"""Tests of the sensors."""

from datetime import UTC, datetime
from unittest.mock import patch

from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.nomos_smartmeter.nomos import API_VERSION_EDISON
from tests.simulated import SimulatedNomos

from .home import set_up, state_of

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
CURIE = {
    "waiting": "created",
    "ordered": "placed",
    "check_submitted": "check_submitted",
    "checked": "check_reviewed",
    "installation_scheduled": "scheduled",
    "installed": "installed",
    "activated": "activated",
}
EDISON = (
    "waiting",
    "intended",
    "ordered",
    "checked",
    "installation_planning",
    "installation_scheduled",
    "installation_waiting",
    "installation_finished",
    "installed",
    "pre_installed",
    "activated",
    "blocked",
    "blocked_wim",
    "cancelled",
)


async def status(hass: HomeAssistant, entry: MockConfigEntry) -> State:
    """Set up the entry and return the status of its order."""
    await set_up(hass, entry)
    return state_of(hass, entry, "meter_order_status")


@pytest.mark.freeze_time(NOW)
async def test_sensors(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    every_entity_enabled: None,
    snapshot: SnapshotAssertion,
) -> None:
    """All sensors, with an order that has gone its whole way."""
    for word in CURIE:
        nomos.set_order(status=word)
    with patch("custom_components.nomos_smartmeter.PLATFORMS", [Platform.SENSOR]):
        await set_up(hass, entry)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_device(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """The contract is a service device that leads to the customer portal."""
    assert (
        dr.async_entries_for_config_entry(device_registry, loaded.entry_id) == snapshot
    )


@pytest.mark.parametrize(("word", "api_status"), CURIE.items())
async def test_curie_status(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    word: str,
    api_status: str,
) -> None:
    """Every word of curie has its place."""
    nomos.set_order(status=word)
    state = await status(hass, entry)
    assert state.state == word
    assert state.attributes["api_status"] == api_status
    assert state.attributes["step"] == list(CURIE).index(word) + 1
    assert state.attributes["steps"] == 7
    assert state.attributes["final"] is (word == "activated")
    assert state.attributes["needs_attention"] is False
    assert state.attributes["reason"] is None


@pytest.mark.parametrize("word", EDISON)
async def test_edison_status(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, word: str
) -> None:
    """Every word of edison is shown as it is; times are not told there."""
    nomos.world.settings.versions = [API_VERSION_EDISON]
    nomos.set_order(status=word)
    state = await status(hass, entry)
    assert state.state == word
    assert state.attributes["api_status"] == word
    assert state.attributes["needs_attention"] is (
        word in ("blocked", "blocked_wim", "cancelled")
    )
    assert state_of(hass, entry, "meter_activated_at").state == STATE_UNKNOWN
    assert state_of(hass, entry, "meter_ordered_at").state != STATE_UNKNOWN


@pytest.mark.parametrize(
    ("changes", "word", "reason"),
    [
        ({"status": "blocked"}, "blocked", "check_missing"),
        ({"status": "blocked_wim"}, "blocked_wim", "grid_operator_registration"),
        ({"status": "cancelled"}, "cancelled", "customer_request"),
        ({"status": "pre_installed"}, "pre_installed", "pre_existing"),
    ],
)
@pytest.mark.parametrize("milestone", list(CURIE)[:-1])
async def test_reason(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    milestone: str,
    changes: dict[str, str],
    word: str,
    reason: str,
) -> None:
    """Why an order is blocked or cancelled is told, and how far it had come."""
    nomos.set_order(status=milestone)
    nomos.set_order(**changes)
    state = await status(hass, entry)
    assert state.state == word
    assert state.attributes["reason"] == reason
    blocked = word.startswith("blocked")
    expected = list(CURIE).index(milestone) + 1 if blocked else None
    assert state.attributes["step"] == expected


async def test_blocked_without_a_reason(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """An order that is blocked is so even if nobody says why."""
    nomos.order.blocked_at = NOW
    state = await status(hass, entry)
    assert state.state == "blocked"
    assert state.attributes["reason"] is None


async def test_no_order(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """No order yet is no error, and the other sensors have nothing to tell."""
    nomos.remove_order()
    state = await status(hass, entry)
    assert state.state == STATE_UNKNOWN
    assert state.attributes["reason"] == "no_order"
    assert state.attributes["step"] == 0
    assert state.attributes["final"] is False
    for key in ("installation_appointment", "meter_ordered_at", "metering_operator"):
        assert state_of(hass, entry, key).state == STATE_UNKNOWN


async def test_unknown_status(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A status of tomorrow is unknown, kept in its own word, and warned of once."""
    nomos.set_order(status="commissioned")
    state = await status(hass, entry)
    assert state.state == STATE_UNKNOWN
    assert state.attributes["api_status"] == "commissioned"
    assert state.attributes["step"] is None
    await entry.runtime_data.meter_order.async_refresh()
    assert caplog.text.count("not known here: 'commissioned'") == 1
    # A word that is not in the specification cannot be held to it.
    nomos.exchanges.clear()


@pytest.mark.parametrize("provider", ["energy-metering", "metrify", "inexogy"])
async def test_metering_operator(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, provider: str
) -> None:
    """The metering operator is told."""
    nomos.set_order(provider=provider)
    await set_up(hass, entry)
    assert state_of(hass, entry, "metering_operator").state == provider
