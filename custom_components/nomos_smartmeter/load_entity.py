"""What all entities of a load have in common."""

from collections.abc import Callable, Iterable

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import NomosConfigEntry
from .load_coordinator import LoadCoordinator


class LoadEntity(CoordinatorEntity[LoadCoordinator]):
    """An entity of a load, which is a device of its own.

    It is always available: what a load does is decided here, also while Nomos is silent.
    """

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: LoadCoordinator, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator)
        subentry = coordinator.subentry
        load_id = f"{coordinator.config_entry.unique_id}_{subentry.subentry_id}"
        self.entity_description = description
        self._attr_unique_id = f"{load_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, load_id)},
            name=subentry.title,
            via_device_id=coordinator.config_entry.runtime_data.device_id,
        )


def add_load_entities(
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities_of: Callable[[LoadCoordinator], Iterable[Entity]],
) -> None:
    """Add entities to each load of a contract."""
    for subentry_id, load in entry.runtime_data.loads.coordinators.items():
        async_add_entities(entities_of(load), config_subentry_id=subentry_id)
