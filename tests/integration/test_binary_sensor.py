"""Tests of the binary sensors."""

from unittest.mock import patch

from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from tests.simulated import SimulatedNomos

from .home import set_up, state_of


async def test_binary_sensors(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """All binary sensors of a household that waits for its meter."""
    with patch(
        "custom_components.nomos_smartmeter.PLATFORMS", [Platform.BINARY_SENSOR]
    ):
        await set_up(hass, entry)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.parametrize(
    ("order", "meter", "subscription", "expected", "reason"),
    [
        ("waiting", "analog", "active", STATE_OFF, "order_in_progress"),
        ("activated", "smart", "active", STATE_ON, "order_activated"),
        ("activated", "smart", "pending", STATE_OFF, "subscription_pending"),
        ("activated", "smart", "ended", STATE_OFF, "subscription_ended"),
        ("pre_installed", "smart", "active", STATE_ON, "smart_meter"),
        ("pre_installed", "analog", "active", STATE_OFF, "meter_not_smart"),
        ("cancelled", "smart", "active", STATE_OFF, "order_cancelled"),
        ("blocked", "analog", "active", STATE_OFF, "order_blocked"),
        (None, "smart", "active", STATE_ON, "smart_meter"),
        (None, "analog", "active", STATE_OFF, "no_order"),
    ],
)
async def test_dynamic_pricing_active(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    order: str | None,
    meter: str,
    subscription: str,
    expected: str,
    reason: str,
) -> None:
    """Dynamic pricing is active by order, meter and contract, and says why."""
    if order is None:
        nomos.remove_order()
    else:
        nomos.set_order(status=order)
    nomos.subscription.meter.type = meter
    nomos.set_subscription(status=subscription)
    await set_up(hass, entry)
    state = state_of(hass, entry, "dynamic_pricing_active")
    assert state.state == expected
    assert state.attributes["reason"] == reason


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("waiting", STATE_OFF),
        ("blocked", STATE_ON),
        ("blocked_wim", STATE_ON),
        ("cancelled", STATE_ON),
        ("pre_installed", STATE_OFF),
        ("activated", STATE_OFF),
        (None, STATE_OFF),
    ],
)
async def test_meter_order_problem(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    order: str | None,
    expected: str,
) -> None:
    """A problem is what a person must look after."""
    if order is None:
        nomos.remove_order()
    else:
        nomos.set_order(status=order)
    await set_up(hass, entry)
    assert state_of(hass, entry, "meter_order_problem").state == expected


@pytest.mark.parametrize("scenario", ["moving"])
async def test_feeding_in(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """A contract that feeds in has no meter order, nor anything that tells of one."""
    feed_in = next(s for s in nomos.world.subscriptions.values() if s.type == "feed_in")
    hass.config_entries.async_update_entry(entry, unique_id=feed_in.id)
    await set_up(hass, entry)
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {e.unique_id.removeprefix(f"{feed_in.id}_") for e in entities} == {
        "dynamic_pricing_active",
        "current_payout",
        "next_payout",
    }
    assert state_of(hass, entry, "dynamic_pricing_active").state == STATE_ON
    assert not nomos.requests("/meter-orders*")
