"""Tests of prices while an entry comes and goes, by the real clock."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter import coordinator
from custom_components.nomos_smartmeter.tariff.prices import PriceSeries
from tests.simulated import SimulatedNomos

from .home import PRICE_STORE, PRICES, price, set_up


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def test_slow_answer(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Set-up does not wait for prices longer than a request may take."""
    monkeypatch.setattr(coordinator, "REQUEST_TIMEOUT", 0.3)
    nomos.fail(PRICES, delay=30)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert price(hass, entry) == STATE_UNAVAILABLE
    assert "too slow" in str(entry.runtime_data.prices.last_failure)


@pytest.mark.parametrize("fault", [{}, {"status": 401}, {"status": 500}])
async def test_removal_while_prices_are_on_their_way(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
    fault: dict[str, Any],
) -> None:
    """What comes after the removal leaves nothing behind."""
    prices = loaded.runtime_data.prices
    assert PRICE_STORE in hass_storage
    prices.data = PriceSeries()
    nomos.fail(PRICES, delay=0.2, **fault)
    look = hass.async_create_task(prices.async_refresh())
    await hass.config_entries.async_remove(loaded.entry_id)
    await look
    await hass.async_block_till_done(wait_background_tasks=True)
    assert PRICE_STORE not in hass_storage
    assert not hass.config_entries.flow.async_progress()


async def test_restart_while_nomos_is_slow(
    hass: HomeAssistant, nomos: SimulatedNomos, loaded: MockConfigEntry
) -> None:
    """What is stored is shown before Nomos has answered anything."""
    loaded.runtime_data.prices.data = PriceSeries()
    await hass.config_entries.async_unload(loaded.entry_id)
    nomos.fail(delay=60)
    await hass.config_entries.async_setup(loaded.entry_id)
    assert loaded.runtime_data.meter_order.last_update_success
    assert float(price(hass, loaded)) > 0
    nomos.heal()
    await hass.async_block_till_done(wait_background_tasks=True)
