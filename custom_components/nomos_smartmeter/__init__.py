"""The Nomos Smart Meter integration."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from .coordinator import MeterOrderCoordinator, NomosConfigEntry
from .store import AnswerStore

PLATFORMS = [Platform.BINARY_SENSOR, Platform.SENSOR]


async def async_setup_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> bool:
    """Set up a contract."""
    coordinator = MeterOrderCoordinator(hass, entry)
    await coordinator.async_start()
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> bool:
    """Unload a contract."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    """Forget what was stored of a contract."""
    await AnswerStore(hass, entry.entry_id).async_remove()
