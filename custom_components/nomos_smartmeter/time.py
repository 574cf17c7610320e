"""Times of a load: when its window opens and closes, in German local time."""

from datetime import time
from typing import override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import NomosConfigEntry
from .load_entity import LoadEntity, add_load_entities
from .load_settings import CONF_EARLIEST_START, CONF_READY_BY

PARALLEL_UPDATES = 0


TIMES = tuple(
    TimeEntityDescription(
        key=key, translation_key=key, entity_category=EntityCategory.CONFIG
    )
    for key in (CONF_EARLIEST_START, CONF_READY_BY)
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the times of each load."""
    add_load_entities(
        entry,
        async_add_entities,
        lambda load: [LoadTime(load, description) for description in TIMES],
    )


class LoadTime(LoadEntity, TimeEntity):
    """A time that bounds when a load may run."""

    @property
    @override
    def native_value(self) -> time:
        """Return the local time."""
        load = self.coordinator.data.settings.load
        if self.entity_description.key == CONF_READY_BY:
            return load.ready_by
        return load.earliest_start

    @override
    async def async_set_value(self, value: time) -> None:
        """Set the local time."""
        text = value.replace(tzinfo=None, microsecond=0).isoformat()
        self.coordinator.async_change({self.entity_description.key: text})
