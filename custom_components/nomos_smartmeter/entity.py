"""What all entities of a contract have in common."""

import re
from typing import override

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .contract import Contract
from .coordinator import MeterOrderCoordinator


class NomosEntity(CoordinatorEntity[MeterOrderCoordinator]):
    """An entity of a contract, which is a service device."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: MeterOrderCoordinator, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator)
        subscription = coordinator.data.subscription
        self.entity_description = description
        self._attr_unique_id = f"{subscription.id}_{description.key}"
        plan = coordinator.data.plan
        self._attr_device_info = DeviceInfo(
            configuration_url=_customer_portal(coordinator.data),
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, subscription.id)},
            manufacturer="Nomos",
            model=plan.name if plan else None,
            name=coordinator.config_entry.title,
        )

    @property
    @override
    def available(self) -> bool:
        """Tell whether the last answer still stands, a failed poll notwithstanding."""
        return self.coordinator.answer_stands


def _customer_portal(contract: Contract) -> str | None:
    """Return the address that Nomos' specification gives for a plan's slug."""
    plan = contract.plan
    if plan is None or not re.fullmatch(r"[a-z0-9-]+", plan.slug):
        return None
    return f"https://{plan.slug}.customerportal.energy"
