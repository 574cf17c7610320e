"""Fixtures for tests in Home Assistant."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos


@pytest.fixture(autouse=True)
async def home(hass: HomeAssistant, enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration, and be where it is used."""
    await hass.config.async_set_time_zone("Europe/Berlin")


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


def add_entry(hass: HomeAssistant, nomos: SimulatedNomos) -> MockConfigEntry:
    """Add a config entry for the scenario's first contract."""
    address = nomos.subscription.address
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"{address.street} {address.house_number}",
        unique_id=nomos.subscription.id,
        data=nomos.account,
        entry_id="01JXEXAMPLE0000000000ENTRY",
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up a config entry."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def state_of(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> State:
    """Return the state of the entity with a key."""
    unique_id = f"{entry.unique_id}_{key}"
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if entity.unique_id == unique_id:
            state = hass.states.get(entity.entity_id)
            assert state is not None
            return state
    pytest.fail(f"no entity {key}")
