"""Switches of a load: whether it may run at all."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import NomosConfigEntry
from .load_entity import LoadEntity, add_load_entities
from .load_settings import CONF_ENABLED

PARALLEL_UPDATES = 0


ENABLED = SwitchEntityDescription(key=CONF_ENABLED, translation_key=CONF_ENABLED)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switch of each load."""
    add_load_entities(
        entry, async_add_entities, lambda load: [LoadSwitch(load, ENABLED)]
    )


class LoadSwitch(LoadEntity, SwitchEntity):
    """A switch that lets a load run, or does not."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the load may run."""
        return self.coordinator.data.settings.load.enabled

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the load run as it is best from now on."""
        self.coordinator.async_change({CONF_ENABLED: True})

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Stop the load, and keep it off."""
        self.coordinator.async_change({CONF_ENABLED: False})
