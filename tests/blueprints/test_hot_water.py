"""Tests of the blueprint that heats up the hot water in the cheapest hours."""

from typing import Any, override

from homeassistant.components.water_heater import (
    DATA_COMPONENT,
    DOMAIN,
    WaterHeaterEntity,
    WaterHeaterEntityFeature,
)
from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from .house import RUN, Calls, add_helpers, lose_plan, plan, state, use

SWITCH = "input_boolean.boost"
NUMBER = "input_number.target"


@pytest.fixture(autouse=True)
async def hot_water(hass: HomeAssistant, house: None) -> None:
    """Let there be hot water that is told by a switch or by a temperature."""
    await add_helpers(hass, "boost", target={"min": 30, "max": 70, "initial": 45})
    await plan(hass, "off")


class Heater(WaterHeaterEntity):
    """A water heater whose target temperature can be set."""

    _attr_name = "Tank"
    _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_supported_features = WaterHeaterEntityFeature.TARGET_TEMPERATURE
    _attr_target_temperature: float | None = 40

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Take a target temperature."""
        self._attr_target_temperature = kwargs["temperature"]


@pytest.fixture
async def heater(hass: HomeAssistant) -> Heater:
    """Let there be a water heater."""
    assert await async_setup_component(hass, DOMAIN, {})
    heater = Heater()
    await hass.data[DATA_COMPONENT].async_add_entities([heater])
    return heater


async def test_switch(hass: HomeAssistant) -> None:
    """A boost with a switch needs no more than that."""
    await use(hass, "hot_water", run=RUN, boost_switch=SWITCH)
    for to in ("on", "off"):
        await plan(hass, to)
        assert state(hass, SWITCH) == to
    assert state(hass, NUMBER) == "45.0"


async def test_number(hass: HomeAssistant) -> None:
    """The temperature goes up while the plan is on, and back to normal afterwards."""
    await use(hass, "hot_water", run=RUN, temperature_entity=NUMBER)
    for to, temperature in (("on", "55.0"), ("off", "48.0"), ("on", "55.0")):
        await plan(hass, to)
        assert state(hass, NUMBER) == temperature
        await lose_plan(hass)
        assert state(hass, NUMBER) == temperature
    assert state(hass, SWITCH) == "off"


async def test_water_heater(hass: HomeAssistant, heater: Heater) -> None:
    """A water heater is set by the action of its own kind."""
    await use(
        hass,
        "hot_water",
        run=RUN,
        temperature_entity=heater.entity_id,
        boost_temperature=58.5,
        normal_temperature=46,
    )
    for to, temperature in (("on", 58.5), ("off", 46), ("on", 58.5)):
        await plan(hass, to)
        assert heater.target_temperature == temperature
        await lose_plan(hass)
        assert heater.target_temperature == temperature


async def test_both(hass: HomeAssistant) -> None:
    """With both, both are set."""
    await use(
        hass, "hot_water", run=RUN, boost_switch=SWITCH, temperature_entity=NUMBER
    )
    await plan(hass, "on")
    assert (state(hass, SWITCH), state(hass, NUMBER)) == ("on", "55.0")
    await plan(hass, "off")
    assert (state(hass, SWITCH), state(hass, NUMBER)) == ("off", "48.0")


async def test_nothing_chosen(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Where neither is filled in nothing happens, and nothing fails."""
    await use(hass, "hot_water", run=RUN)
    calls = Calls(hass)
    for to in ("on", "off"):
        await plan(hass, to)
    assert not calls.names()
    assert "Error" not in caplog.text
