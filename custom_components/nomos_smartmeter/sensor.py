"""Sensors of a contract: the smart meter order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .contract import Contract
from .coordinator import NomosConfigEntry
from .entity import NomosEntity, NomosEntityDescription
from .nomos import MeterOrder
from .tariff.meter_order import STEPS, OrderStatus

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class NomosSensorDescription(NomosEntityDescription, SensorEntityDescription):
    """Describe a sensor by how it is read from the contract."""

    value: Callable[[Contract], str | datetime | None]


def _order_status(contract: Contract) -> str | None:
    state = contract.order_state
    return state.status.value if state and state.status else None


def _order_attributes(contract: Contract) -> Mapping[str, Any]:
    state = contract.order_state
    return {
        "api_status": state.api_status if state else None,
        "reason": state.reason if state else "no_order",
        "step": state.step if state else 0,
        "steps": STEPS,
        "final": state.final if state else False,
        "needs_attention": state.needs_attention if state else False,
    }


def _of_order[ValueT](
    value: Callable[[MeterOrder], ValueT],
) -> Callable[[Contract], ValueT | None]:
    """Return a function that reads a contract's order, if there is one."""
    return lambda contract: value(contract.order) if contract.order else None


METER_ORDER_SENSORS: tuple[NomosSensorDescription, ...] = (
    NomosSensorDescription(
        key="meter_order_status",
        translation_key="meter_order_status",
        device_class=SensorDeviceClass.ENUM,
        options=[status.value for status in OrderStatus],
        value=_order_status,
        attributes=_order_attributes,
    ),
    NomosSensorDescription(
        key="installation_appointment",
        translation_key="installation_appointment",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=_of_order(lambda order: order.appointment_at),
    ),
    NomosSensorDescription(
        key="meter_ordered_at",
        translation_key="meter_ordered_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_of_order(lambda order: order.created_at),
    ),
    NomosSensorDescription(
        key="meter_installed_at",
        translation_key="meter_installed_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_of_order(lambda order: order.installed_at),
    ),
    NomosSensorDescription(
        key="meter_activated_at",
        translation_key="meter_activated_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_of_order(lambda order: order.activated_at),
    ),
    NomosSensorDescription(
        key="metering_operator",
        translation_key="metering_operator",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_of_order(lambda order: order.provider),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a contract; feeding in knows no meter order."""
    coordinator = entry.runtime_data
    if not coordinator.data.feeds_in:
        async_add_entities(
            NomosSensor(coordinator, description) for description in METER_ORDER_SENSORS
        )


class NomosSensor(NomosEntity, SensorEntity):
    """A sensor of a contract."""

    entity_description: NomosSensorDescription

    @property
    @override
    def native_value(self) -> str | datetime | None:
        """Return what the contract says."""
        return self.entity_description.value(self.coordinator.data)
