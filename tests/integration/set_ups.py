"""How the tests see that a contract is set up anew, and how often."""

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect


def watch_set_ups(hass: HomeAssistant, entry: ConfigEntry) -> list[ConfigEntryState]:
    """Return a list to which each begin of a set-up is added from now on."""
    set_ups: list[ConfigEntryState] = []
    states = [entry.state]

    @callback
    def _changed(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
        if changed is not entry or entry.state is states[-1]:
            return
        states.append(entry.state)
        if entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            set_ups.append(entry.state)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, _changed)
    return set_ups


def state_of(entry: ConfigEntry) -> ConfigEntryState:
    """Return the state of a contract, which changes between two looks at it."""
    return entry.state
