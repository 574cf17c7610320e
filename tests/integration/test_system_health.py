"""Tests of the system health."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .home import set_up


@pytest.mark.parametrize(
    ("versions", "version"),
    [
        (["2026-05-27.curie", "2026-01-29.edison"], "2026-05-27.curie"),
        (["2026-01-29.edison"], "2026-01-29.edison"),
    ],
)
async def test_system_health(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    versions: list[str],
    version: str,
) -> None:
    """It tells that the API is reachable, and its version."""
    nomos.world.settings.versions = versions
    await async_setup_component(hass, "system_health", {})
    await set_up(hass, entry)
    info = await get_system_health_info(hass, DOMAIN)
    assert info["api_version"] == version
    assert await info["api_reachable"] == "ok"
    nomos.fail("/health", status=502)
    info = await get_system_health_info(hass, DOMAIN)
    assert await info["api_reachable"] == {"type": "failed", "error": "unreachable"}


async def test_system_health_before_the_first_answer(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Without an answer no version is in use."""
    await async_setup_component(hass, "system_health", {})
    nomos.fail("/subscriptions/*", status=500)
    await set_up(hass, entry)
    info = await get_system_health_info(hass, DOMAIN)
    assert info["api_version"] is None
    assert await info["api_reachable"] == "ok"


async def test_system_health_without_a_contract(
    hass: HomeAssistant, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """Once all contracts are removed there is nothing to tell."""
    await async_setup_component(hass, "system_health", {})
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done()
    assert await get_system_health_info(hass, DOMAIN) == {}
