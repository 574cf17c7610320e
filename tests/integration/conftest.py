"""Fixtures for tests in Home Assistant."""

from collections.abc import Generator
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from tests.simulated import SimulatedNomos

from .home import add_entry, set_up
from .sign_in import Browser, register


@pytest.fixture(autouse=True)
async def home(hass: HomeAssistant, enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration, and be where it is used."""
    await hass.config.async_set_time_zone("Europe/Berlin")


@pytest.fixture
def every_entity_enabled() -> Generator[None]:
    """Enable the entities, too, that are off until somebody wants them."""
    with patch.object(Entity, "entity_registry_enabled_default", True):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots in the form that Home Assistant uses."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def entry(hass: HomeAssistant, nomos: SimulatedNomos) -> MockConfigEntry:
    """Return a config entry for the scenario's first contract, not set up yet."""
    return add_entry(hass, nomos)


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the config entry, set up."""
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    return entry


@pytest.fixture
async def browser(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    current_request_with_host: None,
    hass_client_no_auth: ClientSessionGenerator,
) -> Browser:
    """Return the browser of an owner whose program is known to Home Assistant."""
    await register(hass)
    return Browser(hass, nomos, hass_client_no_auth)
