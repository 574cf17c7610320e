"""Binary sensors of a contract: dynamic pricing and the order's problem."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .contract import Contract
from .coordinator import NomosConfigEntry
from .entity import NomosEntity, NomosEntityDescription

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class NomosBinarySensorDescription(
    NomosEntityDescription, BinarySensorEntityDescription
):
    """Describe a binary sensor by how it is read from the contract."""

    is_on: Callable[[Contract], bool]


DYNAMIC_PRICING_ACTIVE = NomosBinarySensorDescription(
    key="dynamic_pricing_active",
    translation_key="dynamic_pricing_active",
    is_on=lambda contract: contract.dynamic_pricing.active,
    attributes=lambda contract: {"reason": contract.dynamic_pricing.reason.value},
)
METER_ORDER_PROBLEM = NomosBinarySensorDescription(
    key="meter_order_problem",
    translation_key="meter_order_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    is_on=lambda contract: bool(
        contract.order_state and contract.order_state.needs_attention
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a contract; feeding in knows no meter order."""
    coordinator = entry.runtime_data
    descriptions = [DYNAMIC_PRICING_ACTIVE]
    if not coordinator.data.feeds_in:
        descriptions.append(METER_ORDER_PROBLEM)
    async_add_entities(
        NomosBinarySensor(coordinator, description) for description in descriptions
    )


class NomosBinarySensor(NomosEntity, BinarySensorEntity):
    """A binary sensor of a contract."""

    entity_description: NomosBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool:
        """Return what the contract says."""
        return self.entity_description.is_on(self.coordinator.data)
