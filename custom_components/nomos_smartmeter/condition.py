"""Conditions for automations: dynamic pricing, and how cheap it is now."""

from typing import ClassVar, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_OPTIONS, CONF_TARGET, STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
)
import voluptuous as vol

from .targets import entities_of, entry_id_of
from .tariff.local_time import HOUR, QUARTER
from .tariff.prices import PriceLevel, PriceOutlook

CONF_HOURS = "hours"
CONF_LEVEL = "level"

_BINARY_SENSORS = {"binary_sensor": DomainSpec()}
_SENSORS = {"sensor": DomainSpec()}


class _ContractCondition(EntityConditionBase):
    """A condition of the entities with a key, which its target may hold with others."""

    _key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities that are looked at."""
        return entities_of(self._hass, entities, self._key)


class DynamicPricingIsActive(_ContractCondition):
    """The quarter-hour prices are what is paid."""

    _domain_specs = _BINARY_SENSORS
    _key = "dynamic_pricing_active"

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Tell whether it is."""
        return entity_state.state == STATE_ON


class PriceIsAmongCheapest(_ContractCondition):
    """The price now is among those of the cheapest hours of its local day.

    N hours are the N times four quarter-hours with the lowest prices; quarter-hours
    that cost the same share the better place, so that there can be more of them. It can
    change with the day while the price stays, so it cannot be asked for how long it has
    been so, and must be asked anew now and then.
    """

    _domain_specs = _SENSORS
    _key = "current_price"
    _schema = vol.Schema(
        {
            vol.Required(CONF_TARGET): cv.TARGET_FIELDS,
            vol.Required(CONF_OPTIONS): {
                vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In(
                    [BEHAVIOR_ANY, BEHAVIOR_ALL]
                ),
                vol.Required(CONF_HOURS): vol.All(
                    vol.Coerce(float), vol.Range(min=0.25, max=25)
                ),
            },
        }
    )

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Take the number of hours."""
        super().__init__(hass, config)
        assert config.options is not None
        self._places: float = config.options[CONF_HOURS] * (HOUR // QUARTER)

    @property
    @override
    def needs_polling(self) -> bool:
        """Tell that it can change without a state that does."""
        return True

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Tell whether the price is cheap enough, from the prices themselves."""
        outlook = self._outlook(entity_state.entity_id)
        current = outlook.current if outlook else None
        if outlook is None or current is None or current.price is None:
            return False
        return outlook.today.rank(current.price) <= self._places

    def _outlook(self, entity_id: str) -> PriceOutlook | None:
        entry_id = entry_id_of(self._hass, entity_id, self._key)
        entry = self._hass.config_entries.async_get_entry(entry_id or "")
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        outlook: PriceOutlook = entry.runtime_data.prices.view
        return outlook


class PriceLevelIs(_ContractCondition):
    """The price now is of one of some levels of its local day."""

    _domain_specs = _SENSORS
    _key = "price_level"
    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {
            vol.Required(CONF_OPTIONS): {
                vol.Required(CONF_LEVEL): vol.All(
                    cv.ensure_list,
                    vol.Length(min=1),
                    [vol.In([str(level) for level in PriceLevel])],
                )
            }
        }
    )

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Take the levels."""
        super().__init__(hass, config)
        assert config.options is not None
        self._levels = config.options[CONF_LEVEL]

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Tell whether the level is one of them."""
        return entity_state.state in self._levels


CONDITIONS: dict[str, type[Condition]] = {
    "dynamic_pricing_is_active": DynamicPricingIsActive,
    "price_is_among_cheapest": PriceIsAmongCheapest,
    "price_level_is": PriceLevelIs,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of the integration."""
    return CONDITIONS
