"""Binary sensors of a contract: dynamic pricing, the order's problem, the prices."""

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
from .tariff.prices import PriceOutlook

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class NomosBinarySensorDescription[ViewT](
    NomosEntityDescription[ViewT], BinarySensorEntityDescription
):
    """Describe a binary sensor by how it is read."""

    is_on: Callable[[ViewT], bool | None]


DYNAMIC_PRICING_ACTIVE = NomosBinarySensorDescription[Contract](
    key="dynamic_pricing_active",
    translation_key="dynamic_pricing_active",
    is_on=lambda contract: contract.dynamic_pricing.active,
    attributes=lambda contract: {"reason": contract.dynamic_pricing.reason.value},
)
METER_ORDER_PROBLEM = NomosBinarySensorDescription[Contract](
    key="meter_order_problem",
    translation_key="meter_order_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    is_on=lambda contract: bool(
        contract.order_state and contract.order_state.needs_attention
    ),
)


PRICE_BINARY_SENSORS = (
    NomosBinarySensorDescription[PriceOutlook](
        key="tomorrow_prices_available",
        translation_key="tomorrow_prices_available",
        is_on=lambda outlook: outlook.tomorrow.known,
    ),
    NomosBinarySensorDescription[PriceOutlook](
        key="cheap_power",
        translation_key="cheap_power",
        is_on=lambda outlook: outlook.level.is_cheap if outlook.level else None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a contract; for feeding in there is one only."""
    meter_order, prices = entry.runtime_data.meter_order, entry.runtime_data.prices
    async_add_entities([NomosBinarySensor(meter_order, DYNAMIC_PRICING_ACTIVE)])
    if meter_order.data.feeds_in:
        return
    async_add_entities([NomosBinarySensor(meter_order, METER_ORDER_PROBLEM)])
    async_add_entities(
        NomosBinarySensor(prices, description) for description in PRICE_BINARY_SENSORS
    )


class NomosBinarySensor[ViewT](NomosEntity[ViewT], BinarySensorEntity):
    """A binary sensor of a contract."""

    entity_description: NomosBinarySensorDescription[ViewT]

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what is known."""
        return self.entity_description.is_on(self.coordinator.view)
