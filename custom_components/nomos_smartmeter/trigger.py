"""Triggers for automations: the meter order, dynamic pricing and the prices."""

from typing import ClassVar, override

from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.const import ATTR_ENTITY_ID, CONF_OPTIONS, STATE_OFF, STATE_ON
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityNumericalStateCrossedThresholdTriggerBase,
    EntityTransitionTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerNotTriggeredReporter,
)
import voluptuous as vol

from .event import ATTR_PREVIOUS_STATUS
from .order_watch import SIGNAL_CHANGE, Change
from .prices import UNIT
from .targets import entities_of, entry_id_of
from .tariff.meter_order import NEEDS_ATTENTION, OrderStatus

CONF_FROM = "from"
CONF_TO = "to"

_STATUSES = vol.All(cv.ensure_list, [vol.In([str(status) for status in OrderStatus])])

_BINARY_SENSORS = {"binary_sensor": DomainSpec()}
_EVENTS = {"event": DomainSpec()}
_SENSORS = {"sensor": DomainSpec()}
_OFF: set[str | bool] = {STATE_OFF}
_ON: set[str | bool] = {STATE_ON}


class _ContractTrigger(EntityTriggerBase):
    """A trigger of the entities with a key, which its target may hold with others."""

    _key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities that are followed."""
        return entities_of(self._hass, entities, self._key)


class OrderStatusChanged(_ContractTrigger, StatelessEntityTriggerBase):
    """The meter order has come to another status."""

    _domain_specs = _EVENTS
    _key = "meter_order"
    _schema = ENTITY_STATE_TRIGGER_SCHEMA.extend(
        {
            vol.Required(CONF_OPTIONS, default={}): {
                vol.Optional(CONF_FROM): _STATUSES,
                vol.Optional(CONF_TO): _STATUSES,
            }
        }
    )

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether the step is one of those that are wanted."""
        wanted = {
            ATTR_PREVIOUS_STATUS: self._options.get(CONF_FROM),
            ATTR_EVENT_TYPE: self._options.get(CONF_TO),
        }
        return all(
            not statuses or state.attributes.get(name) in statuses
            for name, statuses in wanted.items()
        )


class OrderNeedsAttention(_ContractTrigger, StatelessEntityTriggerBase):
    """The meter order goes no further until a person acts."""

    _domain_specs = _EVENTS
    _key = "meter_order"

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether the step is one that needs a person."""
        return state.attributes.get(ATTR_EVENT_TYPE) in NEEDS_ATTENTION


class DynamicPricingBecameActive(_ContractTrigger):
    """The quarter-hour prices are paid from now on.

    The state of the sensor would not tell what has changed while Home Assistant was
    off, so this follows what is told of changes.
    """

    _domain_specs = _BINARY_SENSORS
    _key = "dynamic_pricing_active"
    _schema = ENTITY_STATE_TRIGGER_SCHEMA

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action with each change that is one."""

        @callback
        def _changed(change: Change) -> None:
            if not change.pricing_became_active:
                return
            for entity_id in self._entities():
                state = self._hass.states.get(entity_id)
                if (
                    state is None
                    or entry_id_of(self._hass, entity_id, self._key) != change.entry_id
                ):
                    continue
                # What it was before is not told: that may be long ago.
                payload = {
                    ATTR_ENTITY_ID: entity_id,
                    "from_state": None,
                    "to_state": state,
                    "for": None,
                }
                run_action(payload, f"state of {entity_id}", state.context)

        return async_dispatcher_connect(self._hass, SIGNAL_CHANGE, _changed)

    def _entities(self) -> set[str]:
        """Return what the target holds now, since devices and areas may change."""
        found = async_extract_referenced_entity_ids(
            self._hass, TargetSelection(self._target)
        )
        return self.entity_filter(found.referenced | found.indirectly_referenced)


class TomorrowPricesArrived(_ContractTrigger, EntityTransitionTriggerBase):
    """All prices of tomorrow are known."""

    _domain_specs = _BINARY_SENSORS
    _key = "tomorrow_prices_available"
    _from_states = _OFF
    _to_states = _ON


class CheapWindowStarted(_ContractTrigger, EntityTransitionTriggerBase):
    """A price of the two cheap levels has begun."""

    _domain_specs = _BINARY_SENSORS
    _key = "cheap_power"
    _from_states = _OFF
    _to_states = _ON


class CheapWindowEnded(_ContractTrigger, EntityTransitionTriggerBase):
    """The price is not of the two cheap levels any more."""

    _domain_specs = _BINARY_SENSORS
    _key = "cheap_power"
    _from_states = _ON
    _to_states = _OFF


class PriceCrossed(EntityNumericalStateCrossedThresholdTriggerBase):
    """The current price has crossed a threshold, in EUR/kWh."""

    _domain_specs = _SENSORS
    _valid_unit = UNIT

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities that are followed."""
        return entities_of(self._hass, entities, "current_price")


TRIGGERS: dict[str, type[Trigger]] = {
    "dynamic_pricing_became_active": DynamicPricingBecameActive,
    "order_status_changed": OrderStatusChanged,
    "order_needs_attention": OrderNeedsAttention,
    "tomorrow_prices_arrived": TomorrowPricesArrived,
    "cheap_window_started": CheapWindowStarted,
    "cheap_window_ended": CheapWindowEnded,
    "price_crossed": PriceCrossed,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of the integration."""
    return TRIGGERS
