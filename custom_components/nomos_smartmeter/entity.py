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
from .coordinator import NomosCoordinator


@dataclass(frozen=True, kw_only=True)
class NomosEntityDescription[ViewT](EntityDescription):
    """Describe what any entity can have beside its state.

    Entities are of a view: those of the meter order read a `Contract`, those of the
    prices a `PriceOutlook`.
    """

    attributes: Callable[[ViewT], Mapping[str, Any]] | None = None


class NomosEntity[ViewT](CoordinatorEntity[NomosCoordinator[Any, ViewT]]):
    """An entity of a contract, which is a service device."""

    entity_description: NomosEntityDescription[ViewT]
    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: NomosCoordinator[Any, ViewT],
        description: NomosEntityDescription[ViewT],
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator)
        contract = coordinator.contract
        plan = contract.plan
        self.entity_description = description
        self._attr_unique_id = f"{contract.subscription.id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            configuration_url=_customer_portal(contract),
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, contract.subscription.id)},
            manufacturer="Nomos",
            model=plan.name if plan else None,
            name=coordinator.config_entry.title,
        )

    @property
    @override
    def available(self) -> bool:
        """Tell whether what is known still stands, a failed poll notwithstanding."""
        return self.coordinator.stands

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what belongs to the state."""
        if self.entity_description.attributes is None:
            return None
        return self.entity_description.attributes(self.coordinator.view)


def _customer_portal(contract: Contract) -> str | None:
    """Return the address that Nomos' specification gives for a plan's slug."""
    plan = contract.plan
    if plan is None or not re.fullmatch(r"[a-z0-9-]+", plan.slug):
        return None
    return f"https://{plan.slug}.customerportal.energy"
