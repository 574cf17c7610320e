"""Binary sensors: dynamic pricing, the order's problem, the prices, when loads run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

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
from .load_coordinator import LoadCoordinator
from .load_entity import LoadEntity, add_load_entities
from .load_settings import LoadKind
from .price_formats import as_number, local_text
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


RUN = BinarySensorEntityDescription(
    key="run",
    translation_key="run",
    device_class=BinarySensorDeviceClass.RUNNING,
)
LOAD_ICONS = {
    LoadKind.WALLBOX: "mdi:ev-station",
    LoadKind.HEAT_PUMP: "mdi:heat-pump",
    LoadKind.HOT_WATER: "mdi:water-boiler",
    LoadKind.APPLIANCE: "mdi:dishwasher",
    LoadKind.OTHER: "mdi:power-plug",
}


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
    add_load_entities(entry, async_add_entities, lambda load: [LoadRun(load, RUN)])


class NomosBinarySensor[ViewT](NomosEntity[ViewT], BinarySensorEntity):
    """A binary sensor of a contract."""

    entity_description: NomosBinarySensorDescription[ViewT]

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what is known."""
        return self.entity_description.is_on(self.coordinator.view)


class LoadRun(LoadEntity, BinarySensorEntity):
    """Is on exactly while a load should draw power."""

    # They change with every price, and are in the calendar and the state already.
    _unrecorded_attributes = frozenset({"intervals", "reason", "known_until"})

    def __init__(
        self, coordinator: LoadCoordinator, description: BinarySensorEntityDescription
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, description)
        # The kind of the load is the owner's choice, which icons.json cannot know.
        self._attr_icon = LOAD_ICONS[coordinator.settings.kind]

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the load should draw power now."""
        return self.coordinator.data.is_on

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the plan, why it is as it is, and how far prices are known."""
        view = self.coordinator.data
        reason, prices = view.schedule.reason, view.situation.prices
        until = prices.known_until if prices else None
        is_known = until is not None and view.situation.now < until
        return {
            "intervals": [
                {
                    "start": local_text(run.start),
                    "end": local_text(run.end),
                    "price": as_number(price),
                }
                for run, price in view.plan
            ],
            "reason": reason.value if reason else None,
            "known_until": local_text(until) if is_known else None,
        }
