"""Numbers of a load: for how long it shall run."""

from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import NomosConfigEntry
from .load_entity import LoadEntity, add_load_entities
from .load_settings import CONF_RUN_TIME, in_hours
from .tariff.load import LONGEST_NEED

PARALLEL_UPDATES = 0


RUN_TIME = NumberEntityDescription(
    key=CONF_RUN_TIME,
    translation_key=CONF_RUN_TIME,
    device_class=NumberDeviceClass.DURATION,
    entity_category=EntityCategory.CONFIG,
    native_unit_of_measurement=UnitOfTime.HOURS,
    native_min_value=0,
    native_max_value=in_hours(LONGEST_NEED),
    native_step=0.25,
    mode=NumberMode.BOX,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the number of each load."""
    add_load_entities(
        entry, async_add_entities, lambda load: [LoadNumber(load, RUN_TIME)]
    )


class LoadNumber(LoadEntity, NumberEntity):
    """A number that tells and sets the need of a load in hours."""

    @property
    @override
    def native_value(self) -> float | None:
        """Return the need; an energy as the time that it takes."""
        need = self.coordinator.data.need
        return None if need is None else round(in_hours(need.time), 2)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the need, unless an entity gives it."""
        settings = self.coordinator.settings
        if settings.energy_entity:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="need_from_entity",
                translation_placeholders={"entity": settings.energy_entity},
            )
        self.coordinator.async_change(settings.with_run_time(value))
