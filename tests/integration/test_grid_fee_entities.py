"""Tests of the entities of modules of section 14a and of the last meter reading."""

from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter import contract
from custom_components.nomos_smartmeter.nomos import NomosResponseError
from tests.simulated import SimulatedNomos

from .home import (
    FAULTS,
    local,
    move_on,
    our_lines,
    pricing,
    restart,
    set_up,
    state_of,
    tracebacks,
)
from .modules import MODULES, TYPE, give

READINGS = "/meter-readings"
NOW = local("2026-11-24 10:05")
DETAILS = (MODULES, READINGS)

pytestmark = pytest.mark.freeze_time(NOW)


def module(hass: HomeAssistant, entry: MockConfigEntry, number: int = 1) -> str:
    """Return where a module stands."""
    return state_of(hass, entry, f"grid_fee_module_{number}").state


def reading(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the last reading."""
    return state_of(hass, entry, "last_meter_reading").state


def read(nomos: SimulatedNomos, value: float, day: str, **fields: Any) -> None:
    """Let the meter have been read."""
    told = {"value": value, "timestamp": f"{day} 00:00", **fields}
    nomos.world.add_reading(nomos.subscription, told)


async def poll(hass: HomeAssistant, entry: MockConfigEntry) -> bool:
    """Ask Nomos, and return whether it has answered."""
    coordinator = entry.runtime_data.meter_order
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    succeeded: bool = coordinator.last_update_success
    return succeeded


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "status", ["intended", "ordered", "activated", "rejected", "ended"]
)
async def test_module(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    number: int,
    status: str,
) -> None:
    """Each module has its sensor, which tells where it stands and when it holds."""
    fields = {
        "type": f"{TYPE}{number}",
        "status": status,
        "valid_from": "2026-12-01 00:00",
        "valid_until": "2027-06-01 00:00",
    }
    nomos.world.add_reduction(nomos.subscription, fields)
    await set_up(hass, entry)
    state = state_of(hass, entry, f"grid_fee_module_{number}")
    assert state.state == status
    assert state.attributes["valid_from"] == "2026-12-01T00:00:00+01:00"
    assert state.attributes["valid_until"] == "2027-06-01T00:00:00+02:00"
    others = {module(hass, entry, other) for other in {1, 2, 3} - {number}}
    assert others == {"none"}


async def test_module_without_end(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """The end of time, as some systems write it, is no end."""
    fields = {
        "type": f"{TYPE}1",
        "status": "activated",
        "valid_until": "9999-12-31T23:59:59Z",
    }
    nomos.world.add_reduction(nomos.subscription, fields)
    await set_up(hass, entry)
    state = state_of(hass, entry, "grid_fee_module_1")
    assert (state.state, state.attributes["valid_until"]) == ("activated", None)


async def test_no_modules(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A module that was never ordered is none, and holds at no time."""
    for number in (1, 2, 3):
        state = state_of(hass, loaded, f"grid_fee_module_{number}")
        assert state.state == "none"
        assert state.attributes["valid_from"] is None
        assert state.attributes["valid_until"] is None


@pytest.mark.parametrize(
    ("history", "shown"),
    [
        (["rejected", "ordered"], "ordered"),
        (["activated", "rejected"], "activated"),
        (["ended", "rejected"], "rejected"),
        (["rejected", "ended"], "ended"),
        (["intended", "ended", "rejected"], "intended"),
        (["ordered", "activated"], "activated"),
    ],
)
async def test_module_ordered_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    history: list[str],
    shown: str,
) -> None:
    """What holds, or is under way, is shown before what does not, then the newest."""
    for number, status in enumerate(history):
        fields = {
            "type": f"{TYPE}1",
            "status": status,
            "created_at": NOW - timedelta(days=30 - number),
        }
        nomos.world.add_reduction(nomos.subscription, fields)
    await set_up(hass, entry)
    assert module(hass, entry) == shown


async def test_words_of_tomorrow(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A status that is not known here is unknown, and a fourth module is left out."""
    give(nomos, {1: "suspended", 4: "activated", 33: "activated"})
    await set_up(hass, entry)
    assert [module(hass, entry, number) for number in (1, 2, 3)] == [
        STATE_UNKNOWN,
        "none",
        "none",
    ]
    # A word that is not in the specification cannot be held to it.
    nomos.exchanges.clear()


async def test_module_is_seen_with_the_next_poll(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """What the grid operator answers is shown the day after."""
    give(nomos, {1: "ordered"})
    await move_on(hass, freezer, timedelta(hours=25))
    assert module(hass, loaded) == "ordered"
    (reduction,) = nomos.world.grid_fee_reductions.values()
    reduction.status = "activated"
    await move_on(hass, freezer, timedelta(hours=25))
    assert module(hass, loaded) == "activated"


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_modules_of_others(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Where the filter is ignored, one's own are found on whichever page they are."""
    nomos.world.settings.ignore_filters = True
    give(nomos, {1: "activated"})
    for subscription in list(nomos.world.subscriptions.values())[1:]:
        fields = {"type": f"{TYPE}2", "status": "ordered"}
        nomos.world.add_reduction(subscription, fields)
    (own,) = nomos.world.reductions_of(nomos.subscription.id)
    own.created_at = NOW - timedelta(days=200)
    give(nomos, {3: "intended"})
    await set_up(hass, entry)
    modules = [module(hass, entry, number) for number in (1, 2, 3)]
    assert modules == ["activated", "none", "intended"]
    assert len(nomos.requests(MODULES)) == 4


async def test_more_modules_than_can_be_searched(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """An endless list of modules is not followed, and they are not known then."""
    body = {"items": [], "has_more": True, "next_page": "again"}
    nomos.fail(MODULES, status=200, body=json.dumps(body))
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert module(hass, entry) == STATE_UNKNOWN
    assert len(nomos.requests(MODULES)) == 10


async def test_last_reading(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """The reading of the latest day is shown, whenever it was told."""
    read(nomos, 1300.5, "2026-11-22", type="grid_reading")
    read(nomos, 1200, "2026-11-10", created_at=NOW + timedelta(seconds=1))
    read(nomos, 1100, "2026-11-05", type="grid_estimation")
    await set_up(hass, entry)
    state = state_of(hass, entry, "last_meter_reading")
    assert state.state == "1300.5"
    assert state.attributes["unit_of_measurement"] == "kWh"
    assert state.attributes["timestamp"] == "2026-11-22T00:00:00+01:00"
    assert state.attributes["type"] == "grid_reading"
    assert "state_class" not in state.attributes
    read(nomos, 1350, "2026-11-23")
    assert await poll(hass, entry)
    state = state_of(hass, entry, "last_meter_reading")
    assert (state.state, state.attributes["type"]) == ("1350.0", "customer_report")


async def test_no_reading(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A meter that was never read has no reading, which is not zero."""
    state = state_of(hass, loaded, "last_meter_reading")
    assert state.state == STATE_UNKNOWN
    assert state.attributes["timestamp"] is None
    assert state.attributes["type"] is None


async def test_smart_meter_takes_the_place_of_an_analog_one(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """What the meter before showed last is none of the smart one's, nor asked for."""
    read(nomos, 1300.5, "2026-11-22")
    await set_up(hass, entry)
    assert reading(hass, entry) == "1300.5"
    nomos.set_order(status="activated")
    nomos.exchanges.clear()
    assert await poll(hass, entry)
    assert reading(hass, entry) == STATE_UNKNOWN
    assert not nomos.requests(READINGS)


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_readings_of_others(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Where the filter is ignored, the own reading is found among those of others."""
    nomos.world.settings.ignore_filters = True
    read(nomos, 1300.5, "2026-11-22")
    for subscription in list(nomos.world.subscriptions.values())[1:150]:
        told = {"value": 7, "timestamp": "2026-11-23 00:00"}
        nomos.world.add_reading(subscription, told)
    await set_up(hass, entry)
    assert reading(hass, entry) == "1300.5"


@pytest.mark.parametrize("scenario", ["organisation"])
async def test_too_many_readings_of_others(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is not found within some pages is not known, and is not looked for on."""
    nomos.world.settings.ignore_filters = True
    for subscription in list(nomos.world.subscriptions.values())[1:150]:
        told = {"value": 7, "timestamp": "2026-11-23 00:00"}
        nomos.world.add_reading(subscription, told)
    await set_up(hass, entry)
    assert reading(hass, entry) == STATE_UNKNOWN
    monkeypatch.setattr(contract, "ORDER_PAGES", 1)
    client = entry.runtime_data.meter_order.client
    with pytest.raises(NomosResponseError, match="too many"):
        await contract.async_fetch_readings(client, nomos.subscription.id)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", DETAILS)
async def test_details_cannot_be_read(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    caplog: pytest.LogCaptureFixture,
    path: str,
    fault: dict[str, Any],
) -> None:
    """Without details all else works, and they come when they can be read."""
    give(nomos, {1: "activated"})
    read(nomos, 1300.5, "2026-11-22")
    nomos.fail(path, **fault)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert pricing(hass, entry) == STATE_OFF
    assert state_of(hass, entry, "meter_order_status").state == "waiting"
    known = STATE_UNKNOWN if path == MODULES else "activated"
    assert module(hass, entry) == known
    assert state_of(hass, entry, "grid_fee_module_1").attributes["valid_from"] is None
    assert reading(hass, entry) == (STATE_UNKNOWN if path == READINGS else "1300.5")
    assert not our_lines(caplog)
    assert not tracebacks(caplog)
    nomos.heal()
    assert await poll(hass, entry)
    assert (module(hass, entry), reading(hass, entry)) == ("activated", "1300.5")


@pytest.mark.parametrize("path", DETAILS)
async def test_details_stay_known(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    path: str,
) -> None:
    """What could be read once stays where it cannot be read again, the rest is new."""
    give(nomos, {1: "activated"})
    read(nomos, 1300.5, "2026-11-22")
    await set_up(hass, entry)
    nomos.fail(path, status=503)
    nomos.set_order(status="ordered")
    assert await poll(hass, entry)
    assert state_of(hass, entry, "meter_order_status").state == "ordered"
    assert (module(hass, entry), reading(hass, entry)) == ("activated", "1300.5")
    await move_on(hass, freezer, timedelta(hours=73))
    assert (module(hass, entry), reading(hass, entry)) == ("activated", "1300.5")


@pytest.mark.parametrize("path", DETAILS)
async def test_credentials_refused(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos, path: str
) -> None:
    """Credentials refused are refused, whatever they were used for."""
    nomos.fail(path, status=401)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


@pytest.mark.parametrize("path", DETAILS)
async def test_credentials_refused_later_on(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, path: str
) -> None:
    """A poll that is refused in its last request has failed, too."""
    nomos.fail(path, status=401)
    assert not await poll(hass, loaded)
    assert list(loaded.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """Over a restart while Nomos is silent they stand as long as the order does."""
    give(nomos, {1: "activated"})
    read(nomos, 1300.5, "2026-11-22")
    await set_up(hass, entry)
    nomos.fail(drop=True)
    await restart(hass, entry)
    assert (module(hass, entry), reading(hass, entry)) == ("activated", "1300.5")
    await move_on(hass, freezer, timedelta(hours=73))
    assert module(hass, entry) == STATE_UNAVAILABLE
    assert reading(hass, entry) == STATE_UNAVAILABLE


async def test_feeding_in_has_none_of_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    entity_registry: er.EntityRegistry,
) -> None:
    """Who feeds in pays no grid fee and reads no meter, and nothing is asked."""
    nomos.set_subscription(type="feed_in")
    await set_up(hass, entry)
    found = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    keys = {entity.unique_id.removeprefix(f"{entry.unique_id}_") for entity in found}
    assert "current_payout" in keys
    assert not [key for key in keys if "grid_fee" in key or "reading" in key]
    assert not [path for path in DETAILS if nomos.requests(path)]
