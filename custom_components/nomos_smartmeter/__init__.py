"""The Nomos Smart Meter integration."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN
from .coordinator import MeterOrderCoordinator, NomosConfigEntry, NomosData
from .price_coordinator import PriceCoordinator
from .services import async_setup_services
from .store import AnswerStore, PriceStore

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [Platform.BINARY_SENSOR, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> bool:
    """Set up a contract."""
    meter_order = MeterOrderCoordinator(hass, entry)
    prices = PriceCoordinator(hass, entry, meter_order)
    await prices.async_load()
    await meter_order.async_start(prices.data)
    await prices.async_start()
    entry.runtime_data = NomosData(meter_order, prices)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> bool:
    """Unload a contract."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    """Forget what was stored of a contract."""
    await AnswerStore(hass, entry.entry_id).async_remove()
    await PriceStore(hass, entry.entry_id).async_remove()
