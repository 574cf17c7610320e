"""What all entities of a contract have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re
from typing import Any, override

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .contract import Contract
from .coordinator import MeterOrderCoordinator


@dataclass(frozen=True, kw_only=True)
class NomosEntityDescription(EntityDescription):
    """Describe what any entity can have beside its state."""

    attributes: Callable[[Contract], Mapping[str, Any]] | None = None


class NomosEntity(CoordinatorEntity[MeterOrderCoordinator]):
    """An entity of a contract, which is a service device."""

    entity_description: NomosEntityDescription
    _attr_has_entity_name = True

    def __init__(
        self, coordinator: MeterOrderCoordinator, description: NomosEntityDescription
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

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what belongs to the state."""
        if self.entity_description.attributes is None:
            return None
        return self.entity_description.attributes(self.coordinator.data)


def _customer_portal(contract: Contract) -> str | None:
    """Return the address that Nomos' specification gives for a plan's slug."""
    plan = contract.plan
    if plan is None or not re.fullmatch(r"[a-z0-9-]+", plan.slug):
        return None
    return f"https://{plan.slug}.customerportal.energy"
