"""Sensors: the smart meter order, the prices, and the plans of loads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfEnergy
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .contract import Contract
from .coordinator import NomosConfigEntry
from .entity import NomosEntity, NomosEntityDescription
from .load_coordinator import LoadView
from .load_entity import LoadEntity, add_load_entities
from .nomos import MeterOrder
from .price_formats import FORECAST_ATTRIBUTES, forecast_attributes, local_text
from .prices import CURRENCY, UNIT
from .tariff.grid_fee import MODULES, GridFeeLevel, ModuleStatus, grid_fee_window
from .tariff.meter_order import STEPS, OrderStatus
from .tariff.prices import PriceInterval, PriceLevel, PriceOutlook

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class NomosSensorDescription[ViewT](
    NomosEntityDescription[ViewT], SensorEntityDescription
):
    """Describe a sensor by how it is read."""

    value: Callable[[ViewT], str | datetime | Decimal | None]


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


METER_ORDER_SENSORS: tuple[NomosSensorDescription[Contract], ...] = (
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


def _module_status(number: int) -> Callable[[Contract], str | None]:
    """Return a function that reads where a module of section 14a EnWG stands."""
    return lambda contract: (
        contract.modules[number].status if contract.modules else None
    )


def _module_attributes(number: int) -> Callable[[Contract], Mapping[str, Any]]:
    """Return a function that reads from when until when a module holds."""

    def _read(contract: Contract) -> Mapping[str, Any]:
        module = contract.modules[number] if contract.modules else None
        return {
            "valid_from": local_text(module.valid_from) if module else None,
            "valid_until": local_text(module.valid_until) if module else None,
        }

    return _read


MODULE_SENSORS: tuple[NomosSensorDescription[Contract], ...] = tuple(
    NomosSensorDescription(
        key=f"grid_fee_module_{number}",
        translation_key=f"grid_fee_module_{number}",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[status.value for status in ModuleStatus],
        value=_module_status(number),
        attributes=_module_attributes(number),
    )
    for number in MODULES
)


def _reading(contract: Contract) -> Decimal | None:
    return contract.last_reading.value if contract.last_reading else None


def _reading_attributes(contract: Contract) -> Mapping[str, Any]:
    reading = contract.last_reading
    return {
        "timestamp": local_text(reading.timestamp) if reading else None,
        "type": reading.type if reading else None,
    }


LAST_METER_READING = NomosSensorDescription[Contract](
    key="last_meter_reading",
    translation_key="last_meter_reading",
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    entity_category=EntityCategory.DIAGNOSTIC,
    # Days or months apart, it is no basis for statistics: there is no state class.
    value=_reading,
    attributes=_reading_attributes,
)


def _price_sensor(
    key: str,
    value: Callable[[PriceOutlook], Decimal | None],
    state_class: SensorStateClass | None = None,
) -> NomosSensorDescription[PriceOutlook]:
    """Describe a sensor of a price, which has no device class in Home Assistant."""
    return NomosSensorDescription(
        key=key,
        translation_key=key,
        native_unit_of_measurement=UNIT,
        state_class=state_class,
        suggested_display_precision=4,
        value=value,
    )


def _now(
    read: Callable[[PriceInterval], Decimal | None],
) -> Callable[[PriceOutlook], Decimal | None]:
    """Return a function that reads the present interval, if it has a price."""
    return lambda outlook: read(outlook.current) if outlook.current else None


_CURRENT = _now(lambda interval: interval.price)


def _next(outlook: PriceOutlook) -> Decimal | None:
    return outlook.next.price if outlook.next else None


PRICE_SENSORS: tuple[NomosSensorDescription[PriceOutlook], ...] = (
    _price_sensor("current_price", _CURRENT, SensorStateClass.MEASUREMENT),
    _price_sensor("next_price", _next, SensorStateClass.MEASUREMENT),
    _price_sensor("lowest_price_today", lambda outlook: outlook.today.lowest),
    _price_sensor("highest_price_today", lambda outlook: outlook.today.highest),
    _price_sensor("average_price_today", lambda outlook: outlook.today.average),
    _price_sensor("lowest_price_tomorrow", lambda outlook: outlook.tomorrow.lowest),
    _price_sensor("highest_price_tomorrow", lambda outlook: outlook.tomorrow.highest),
    _price_sensor("average_price_tomorrow", lambda outlook: outlook.tomorrow.average),
    _price_sensor("electricity_price", _now(lambda interval: interval.electricity)),
    _price_sensor("grid_price", _now(lambda interval: interval.grid)),
    _price_sensor("levies_price", _now(lambda interval: interval.levies)),
    NomosSensorDescription(
        key="price_level",
        translation_key="price_level",
        device_class=SensorDeviceClass.ENUM,
        options=[level.value for level in PriceLevel],
        value=lambda outlook: outlook.level,
    ),
    NomosSensorDescription(
        key="grid_fee_window",
        translation_key="grid_fee_window",
        device_class=SensorDeviceClass.ENUM,
        options=[level.value for level in GridFeeLevel],
        value=lambda outlook: grid_fee_window(outlook).level,
        attributes=lambda outlook: {
            "next_change": local_text(grid_fee_window(outlook).next_change)
        },
    ),
    NomosSensorDescription(
        key="price_forecast",
        translation_key="price_forecast",
        native_unit_of_measurement=UNIT,
        suggested_display_precision=4,
        entity_registry_enabled_default=False,
        value=_CURRENT,
        attributes=forecast_attributes,
    ),
)
PAYOUT_SENSORS: tuple[NomosSensorDescription[PriceOutlook], ...] = (
    _price_sensor("current_payout", _CURRENT, SensorStateClass.MEASUREMENT),
    _price_sensor("next_payout", _next, SensorStateClass.MEASUREMENT),
)


LAST_PUSH = SensorEntityDescription(
    key="last_push",
    translation_key="last_push",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
)


@dataclass(frozen=True, kw_only=True)
class LoadSensorDescription(SensorEntityDescription):
    """Describe a sensor of a load by how it is read."""

    value: Callable[[LoadView], datetime | Decimal | None]


LOAD_SENSORS = (
    LoadSensorDescription(
        key="next_start",
        translation_key="next_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda view: view.next_start,
    ),
    LoadSensorDescription(
        key="next_end",
        translation_key="next_end",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda view: view.next_end,
    ),
    LoadSensorDescription(
        key="planned_cost",
        translation_key="planned_cost",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=CURRENCY,
        suggested_display_precision=2,
        value=lambda view: view.costs.planned if view.costs else None,
    ),
    LoadSensorDescription(
        key="planned_savings",
        translation_key="planned_savings",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=CURRENCY,
        suggested_display_precision=2,
        value=lambda view: view.costs.savings if view.costs else None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a contract; feeding in knows no meter order."""
    meter_order, prices = entry.runtime_data.meter_order, entry.runtime_data.prices
    if entry.runtime_data.push.is_wanted:
        async_add_entities([LastPush(entry, LAST_PUSH)])
    else:
        _forget_last_push(hass, entry)
    if meter_order.data.feeds_in:
        async_add_entities(NomosSensor(prices, sensor) for sensor in PAYOUT_SENSORS)
        return
    async_add_entities(
        NomosSensor(meter_order, sensor)
        for sensor in (*METER_ORDER_SENSORS, *MODULE_SENSORS, LAST_METER_READING)
    )
    async_add_entities(NomosSensor(prices, sensor) for sensor in PRICE_SENSORS)
    add_load_entities(
        entry,
        async_add_entities,
        lambda load: [LoadSensor(load, sensor) for sensor in LOAD_SENSORS],
    )


@callback
def _forget_last_push(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    registry = er.async_get(hass)
    unique_id = f"{entry.unique_id}_{LAST_PUSH.key}"
    if entity_id := registry.async_get_entity_id(SENSOR_DOMAIN, DOMAIN, unique_id):
        registry.async_remove(entity_id)


class NomosSensor[ViewT](NomosEntity[ViewT], SensorEntity):
    """A sensor of a contract."""

    entity_description: NomosSensorDescription[ViewT]
    # Lists of two days are too long for the recorder, and are in it as states already.
    _unrecorded_attributes = FORECAST_ATTRIBUTES

    @property
    @override
    def native_value(self) -> str | datetime | float | None:
        """Return what is known."""
        return _native(self.entity_description.value(self.coordinator.view))


class LastPush(SensorEntity):
    """Tells when Nomos has sent something last, to see that it arrives."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, entry: NomosConfigEntry, description: SensorEntityDescription
    ) -> None:
        """Initialize the entity."""
        self._push = entry.runtime_data.push
        self.entity_description = description
        self._attr_unique_id = f"{entry.unique_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, str(entry.unique_id))}
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what comes."""
        self.async_on_remove(self._push.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return when something came last."""
        return self._push.last[0] if self._push.last else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what it was about."""
        return {"topic": self._push.last[1] if self._push.last else None}


class LoadSensor(LoadEntity, SensorEntity):
    """A sensor of a load."""

    entity_description: LoadSensorDescription

    @property
    @override
    def native_value(self) -> str | datetime | float | None:
        """Return what is planned."""
        return _native(self.entity_description.value(self.coordinator.data))


def _native(value: str | datetime | Decimal | None) -> str | datetime | float | None:
    return float(value) if isinstance(value, Decimal) else value
