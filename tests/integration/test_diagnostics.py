"""Tests of the diagnostics."""

from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from tests.simulated import SimulatedNomos

from .home import set_up


@pytest.mark.freeze_time(datetime(2026, 7, 1, 8, tzinfo=UTC))
async def test_diagnostics(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    """The diagnostics tell the state, by aliases, without secrets and persons."""
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert diagnostics == snapshot(exclude=props("base_url"))
    text = str(diagnostics)
    for secret in (
        "demo-client",
        "demo-secret",
        "Torstraße",
        "10115",
        "4X44EMKX",
        "Wendt",
        nomos.subscription.id,
        nomos.order.id,
        nomos.subscription.plan,
    ):
        assert secret not in text


async def test_diagnostics_in_an_outage(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """An outage shows with the last success and the last error."""
    nomos.set_order(id="4711")
    nomos.fail("/plans/*", status=500)
    await set_up(hass, entry)
    nomos.heal()
    nomos.fail(status=503)
    await entry.runtime_data.meter_order.async_refresh()
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert isinstance(diagnostics, dict)
    assert diagnostics["last_success"]
    assert "HTTP 503" in str(diagnostics["last_error"])
    assert diagnostics["last_poll_succeeded"] is False
    assert diagnostics["answer_stands"] is True
    assert "4711" not in str(diagnostics["contract"])


async def test_diagnostics_without_an_order(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """No order is no status."""
    nomos.remove_order()
    await set_up(hass, entry)
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert isinstance(diagnostics, dict)
    assert diagnostics["meter_order_status"] is None
