"""What all entities of a contract have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re
from typing import Any, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
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
        self.entity_description = description
        self._attr_unique_id = f"{contract.subscription.id}_{description.key}"
        self._attr_device_info = _contract_device(
            contract, coordinator.config_entry.title
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


@callback
def async_register_contract(
    hass: HomeAssistant, coordinator: NomosCoordinator[Any, Any]
) -> str:
    """Make the device of a contract, and return its id."""
    entry = coordinator.config_entry
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        **_contract_device(coordinator.contract, entry.title),
    )
    return device.id


def _contract_device(contract: Contract, name: str) -> DeviceInfo:
    plan = contract.plan
    return DeviceInfo(
        configuration_url=_customer_portal(contract),
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, contract.subscription.id)},
        manufacturer="Nomos",
        model=plan.name if plan else None,
        name=name,
    )


def _customer_portal(contract: Contract) -> str | None:
    """Return the address that Nomos' specification gives for a plan's slug."""
    plan = contract.plan
    if plan is None or not re.fullmatch(r"[a-z0-9-]+", plan.slug):
        return None
    return f"https://{plan.slug}.customerportal.energy"
