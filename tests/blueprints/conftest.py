"""Fixtures for tests of the blueprints."""

from collections.abc import Generator
from unittest.mock import patch

from homeassistant.components.blueprint.models import DomainBlueprints
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from .house import FOLDER


@pytest.fixture(autouse=True)
def blueprints_of_the_repository() -> Generator[None]:
    """Let Home Assistant take its blueprints from here, as if they were imported."""
    with patch.object(DomainBlueprints, "blueprint_folder", FOLDER / "automation"):
        yield


@pytest.fixture(autouse=True)
async def house(hass: HomeAssistant, enable_custom_integrations: None) -> None:
    """Let there be a house in Germany, with the actions that any house has."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    assert await async_setup_component(hass, "homeassistant", {})
