"""The dialog that adds a load to a contract, and changes it."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import (
    CONF_NAME,
    WEEKDAYS,
    Platform,
    UnitOfEnergy,
    UnitOfPower,
)
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    DurationSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
import voluptuous as vol

from .load_settings import (
    CONF_DAYS,
    CONF_EARLIEST_START,
    CONF_ENABLED,
    CONF_ENERGY,
    CONF_ENERGY_ENTITY,
    CONF_FALLBACK,
    CONF_FALLBACK_START,
    CONF_KIND,
    CONF_MAXIMUM_PAUSE,
    CONF_MAXIMUM_STARTS,
    CONF_MINIMUM_PAUSE,
    CONF_MINIMUM_RUN,
    CONF_POWER,
    CONF_PRICE_CEILING,
    CONF_READY_BY,
    CONF_RUN_TIME,
    CONF_SPLIT,
    LoadKind,
    duration,
)
from .prices import UNIT
from .tariff.load import LONGEST_NEED, Fallback

# Plans are made of quarter-hours; seconds would be noise.
_DURATION = DurationSelector(
    DurationSelectorConfig(allow_negative=False, enable_second=False)
)
"""A length of time, which is refused by itself where it is negative."""


def _number(unit: str) -> NumberSelector:
    """Return a box for a number; what is wrong with it is told in the form."""
    return NumberSelector(
        NumberSelectorConfig(
            mode=NumberSelectorMode.BOX, step="any", unit_of_measurement=unit
        )
    )


def _choice(
    options: list[str], translation_key: str, *, multiple: bool = False
) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=options,
            multiple=multiple,
            mode=SelectSelectorMode.LIST if multiple else SelectSelectorMode.DROPDOWN,
            translation_key=translation_key,
        )
    )


WHAT = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_KIND): _choice(list(LoadKind), "load_kind"),
    }
)
NEED = vol.Schema(
    {
        vol.Optional(CONF_RUN_TIME): _DURATION,
        vol.Optional(CONF_ENERGY): _number(UnitOfEnergy.KILO_WATT_HOUR),
        vol.Optional(CONF_ENERGY_ENTITY): EntitySelector(
            EntitySelectorConfig(
                domain=[Platform.SENSOR, Platform.NUMBER, "input_number"]
            )
        ),
        vol.Optional(CONF_POWER): _number(UnitOfPower.KILO_WATT),
        vol.Required(CONF_EARLIEST_START): TimeSelector(),
        vol.Required(CONF_READY_BY): TimeSelector(),
        vol.Required(CONF_DAYS): _choice(WEEKDAYS, "weekday", multiple=True),
    }
)
LIMITS = vol.Schema(
    {
        vol.Required(CONF_SPLIT): BooleanSelector(),
        vol.Optional(CONF_MINIMUM_RUN): _DURATION,
        vol.Optional(CONF_MINIMUM_PAUSE): _DURATION,
        vol.Optional(CONF_MAXIMUM_PAUSE): _DURATION,
        vol.Optional(CONF_MAXIMUM_STARTS): NumberSelector(
            NumberSelectorConfig(mode=NumberSelectorMode.BOX)
        ),
        vol.Optional(CONF_PRICE_CEILING): _number(UNIT),
        vol.Required(CONF_FALLBACK): _choice(list(Fallback), "fallback"),
        vol.Required(CONF_FALLBACK_START): TimeSelector(),
    }
)

_USUAL: Mapping[str, Any] = {
    CONF_EARLIEST_START: "00:00:00",
    CONF_READY_BY: "00:00:00",
    CONF_DAYS: WEEKDAYS,
    CONF_SPLIT: False,
    CONF_FALLBACK: Fallback.WINDOW,
    CONF_FALLBACK_START: "22:00:00",
}
DEFAULTS: Mapping[LoadKind, Mapping[str, Any]] = {
    LoadKind.WALLBOX: {
        **_USUAL,
        CONF_ENERGY: 10,
        CONF_POWER: 11,
        CONF_EARLIEST_START: "18:00:00",
        CONF_READY_BY: "07:00:00",
        CONF_SPLIT: True,
        # Cars and contactors do not like to be switched by the quarter-hour.
        CONF_MINIMUM_RUN: {"minutes": 30},
    },
    LoadKind.HEAT_PUMP: {
        **_USUAL,
        CONF_RUN_TIME: {"hours": 20},
        CONF_SPLIT: True,
        CONF_MINIMUM_RUN: {"hours": 1},
        CONF_MAXIMUM_PAUSE: {"hours": 2},
        CONF_FALLBACK: Fallback.ALWAYS_ON,
    },
    LoadKind.HOT_WATER: {
        **_USUAL,
        CONF_RUN_TIME: {"hours": 2},
        CONF_FALLBACK_START: "04:00:00",
    },
    LoadKind.APPLIANCE: {
        **_USUAL,
        CONF_RUN_TIME: {"hours": 2},
        CONF_EARLIEST_START: "20:00:00",
        CONF_READY_BY: "07:00:00",
    },
    LoadKind.OTHER: {
        **_USUAL,
        CONF_RUN_TIME: {"hours": 1},
        CONF_FALLBACK: Fallback.OFF,
    },
}


class LoadFlow(ConfigSubentryFlow):
    """Add a load, or change one, on three pages."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._name = ""
        self._data: dict[str, Any] = {}
        self._known: Mapping[str, Any] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the load is."""
        if user_input is not None:
            self._known = DEFAULTS[LoadKind(user_input[CONF_KIND])]
        return await self._async_what("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the load is, as it is known."""
        subentry = self._get_reconfigure_subentry()
        self._known = {CONF_NAME: subentry.title, **subentry.data}
        return await self._async_what("reconfigure", user_input)

    async def async_step_need(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for how long the load shall run, and when it may."""
        errors: dict[str, str] = {}
        if user_input is not None:
            user_input = _without_empty_run_time(user_input)
            if not (errors := dict(_problems_of_need(user_input))):
                self._data |= user_input
                return await self.async_step_limits()
        return self._show("need", NEED, user_input, errors)

    async def async_step_limits(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask how the load may run, and what it does without prices."""
        errors = dict(_problems_of_limits(user_input or {}))
        if user_input is not None and not errors:
            return self._finish(self._data | user_input)
        return self._show("limits", LIMITS, user_input, errors)

    async def _async_what(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        errors = {}
        if user_input is not None:
            self._name = user_input[CONF_NAME].strip()
            if self._name:
                self._data[CONF_KIND] = user_input[CONF_KIND]
                return await self.async_step_need()
            errors[CONF_NAME] = "name_missing"
        return self._show(step_id, WHAT, user_input, errors)

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        user_input: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> SubentryFlowResult:
        """Show a page with what was typed or is known, and what is wrong with it."""
        values = self._known if user_input is None else user_input
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders={"name": self._name},
            last_step=step_id == "limits",
        )

    def _finish(self, data: dict[str, Any]) -> SubentryFlowResult:
        if self.source != SOURCE_RECONFIGURE:
            data[CONF_ENABLED] = True
            return self.async_create_entry(title=self._name, data=data)
        subentry = self._get_reconfigure_subentry()
        data[CONF_ENABLED] = subentry.data[CONF_ENABLED]
        return self.async_update_and_abort(
            self._get_entry(), subentry, title=self._name, data=data
        )


def _without_empty_run_time(values: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed; a box of zeros beside an energy was left over."""
    is_energy = CONF_ENERGY in values or CONF_ENERGY_ENTITY in values
    if is_energy and not duration(values.get(CONF_RUN_TIME)):
        return {key: value for key, value in values.items() if key != CONF_RUN_TIME}
    return values


def _problems_of_need(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a need that make no sense, each with what is wrong."""
    run_time, energy = duration(values.get(CONF_RUN_TIME)), values.get(CONF_ENERGY)
    entity, power = values.get(CONF_ENERGY_ENTITY), values.get(CONF_POWER)
    given = [need for need in (run_time, energy, entity) if need is not None]
    if len(given) != 1:
        yield "base", "several_needs" if given else "need_missing"
    if run_time is not None and run_time > LONGEST_NEED:
        yield CONF_RUN_TIME, "run_time_not_possible"
    if energy is not None and not 0 <= energy < inf:
        yield CONF_ENERGY, "negative"
    if power is None and (energy is not None or entity is not None):
        yield CONF_POWER, "power_missing"
    if power is not None and not 0 < power < inf:
        yield CONF_POWER, "power_not_positive"
    if not values[CONF_DAYS]:
        yield CONF_DAYS, "days_missing"


def _problems_of_limits(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of the limits that make no sense, each with what is wrong."""
    starts = values.get(CONF_MAXIMUM_STARTS)
    if starts is not None and (not 1 <= starts < inf or starts % 1):
        yield CONF_MAXIMUM_STARTS, "starts_not_possible"
    ceiling = values.get(CONF_PRICE_CEILING)
    if ceiling is not None and not -inf < ceiling < inf:
        yield CONF_PRICE_CEILING, "not_a_number"
