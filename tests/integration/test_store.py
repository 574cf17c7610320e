"""Tests of the stored answer."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from tests.simulated import SimulatedNomos

from .home import STORE, move_on, pricing, restart, set_up


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"at": "2026-07-01T08:00:00+00:00"},
        {"at": "yesterday", "contract": {}},
        {"at": "2026-07-01T08:00:00+00:00", "contract": {"subscription": 5}},
        ["what"],
        "what",
    ],
)
async def test_unreadable_store(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    stored: object,
) -> None:
    """A stored answer that cannot be read is as good as none."""
    hass_storage[STORE] = {
        "version": 1,
        "minor_version": 1,
        "key": STORE,
        "data": stored,
    }
    await set_up(hass, entry)
    assert pricing(hass, entry) == STATE_OFF
    assert (
        hass_storage[STORE]["data"]["contract"]["subscription"]["number"] == "4X44EMKX"
    )


async def test_store_of_a_newer_version(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Nor does what a newer version of the integration has stored."""
    hass_storage[STORE] = {"version": 99, "key": STORE, "data": {}}
    await set_up(hass, entry)
    assert pricing(hass, entry) == STATE_OFF


@pytest.mark.parametrize("damage", [KeyError("version"), TypeError("a list")])
async def test_damaged_store(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    damage: Exception,
) -> None:
    """Nor a file of another shape, at which Home Assistant's own reading fails."""
    hass_storage[STORE] = {"version": 1, "key": STORE, "data": {}}
    with patch(
        "homeassistant.helpers.storage.Store._async_load_data", side_effect=damage
    ) as load:
        await set_up(hass, entry)
    assert load.called
    assert pricing(hass, entry) == STATE_OFF


async def test_store_holds_no_secrets_or_persons(
    hass_storage: dict[str, Any], loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """What is stored is what is shown, and no more."""
    stored = str(hass_storage[STORE])
    for secret in ("demo-secret", "Wendt", "jana", "DE02", "1APA", "50491310272"):
        assert secret not in stored


async def test_stored_answer_of_the_future(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    loaded: MockConfigEntry,
) -> None:
    """An answer from when the clock was wrong stands for three days from now, no more."""
    hass_storage[STORE]["data"]["at"] = "9999-12-31T00:00:00+00:00"
    nomos.fail(status=503)
    await restart(hass, loaded)
    assert pricing(hass, loaded) == STATE_OFF
    await move_on(hass, freezer, timedelta(hours=73))
    assert pricing(hass, loaded) == STATE_UNAVAILABLE
