"""Tests of the dialog that adds a load: what it offers, keeps and refuses."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownHandler
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.simulated import SimulatedNomos

from .home import local, our_lines, set_up, tracebacks
from .load_dialog import (
    assert_is_there,
    assert_page,
    fill,
    offered,
    only_load,
    reach_limits,
    reach_need,
    start_adding,
    submit,
)
from .loads import add_entry_with, state_of_load

NOW = local("2026-07-01 15:07")
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WHOLE_DAY = {"earliest_start": "00:00:00", "ready_by": "00:00:00", "days": WEEK}
EMPTY = {"run_time": None, "energy": None, "energy_entity": None, "power": None}
KINDS: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], str]] = {
    "wallbox": (
        {
            "energy": 10,
            "power": 11,
            "earliest_start": "18:00:00",
            "ready_by": "07:00:00",
            "days": WEEK,
        },
        {
            "split": True,
            "minimum_run": {"minutes": 30},
            "fallback": "window",
            "fallback_start": "22:00:00",
        },
        "mdi:ev-station",
    ),
    "heat_pump": (
        {"run_time": {"hours": 20}, **WHOLE_DAY},
        {
            "split": True,
            "minimum_run": {"hours": 1},
            "maximum_pause": {"hours": 2},
            "fallback": "always_on",
            "fallback_start": "22:00:00",
        },
        "mdi:heat-pump",
    ),
    "hot_water": (
        {"run_time": {"hours": 2}, **WHOLE_DAY},
        {"split": False, "fallback": "window", "fallback_start": "04:00:00"},
        "mdi:water-boiler",
    ),
    "appliance": (
        {
            "run_time": {"hours": 2},
            "earliest_start": "20:00:00",
            "ready_by": "07:00:00",
            "days": WEEK,
        },
        {"split": False, "fallback": "window", "fallback_start": "22:00:00"},
        "mdi:dishwasher",
    ),
    "other": (
        {"run_time": {"hours": 1}, **WHOLE_DAY},
        {"split": False, "fallback": "off", "fallback_start": "22:00:00"},
        "mdi:power-plug",
    ),
}
"""What the second and the third page offer, and the icon of the device."""

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_as_it_is_offered(
    hass: HomeAssistant, loaded: MockConfigEntry, kind: str
) -> None:
    """Who only says what it is gets a load that works."""
    need, limits, icon = KINDS[kind]
    name = "Verbraucher im Keller"
    flow = await start_adding(hass, loaded)
    assert offered(flow) == {}
    page = await submit(hass, flow, {"name": f" {name} ", "kind": kind})
    assert_page(page, "need")
    assert page["description_placeholders"] == {"name": name}
    assert offered(page) == need
    page = await fill(hass, page)
    assert_page(page, "limits")
    assert page["description_placeholders"] == {"name": name}
    assert offered(page) == limits
    runtime_data = loaded.runtime_data
    result = await fill(hass, page)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    expected = {"kind": kind, **need, **limits, "enabled": True}
    assert (result["title"], result["data"]) == (name, expected)
    load = only_load(loaded)
    assert load.title == name
    assert load.data == expected
    assert loaded.state is ConfigEntryState.LOADED
    assert loaded.runtime_data is not runtime_data
    assert_is_there(hass, loaded, load, icon)


async def test_several_loads(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Two loads may be alike, even in name."""
    for _ in range(2):
        result = await fill(hass, await reach_limits(hass, loaded))
        assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(loaded.subentries) == 2
    for load in loaded.subentries.values():
        assert_is_there(hass, loaded, load, "mdi:power-plug")


async def test_everything_filled_in(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """What is typed is what is kept."""
    need = {
        "energy_entity": "sensor.car_missing",
        "power": 7.4,
        "earliest_start": "21:30:00",
        "ready_by": "05:45:00",
        "days": ["sat", "sun"],
    }
    limits = {
        "split": True,
        "minimum_run": {"minutes": 30},
        "minimum_pause": {"hours": 0, "minutes": 45, "seconds": 0},
        "maximum_pause": {"hours": 3},
        "maximum_starts": 3,
        "price_ceiling": -0.05,
        "fallback": "always_on",
        "fallback_start": "23:15:00",
    }
    page = await submit(hass, await reach_need(hass, loaded, "wallbox"), need)
    result = await submit(hass, page, limits)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_load(loaded).data == {
        "kind": "wallbox",
        **need,
        **limits,
        "enabled": True,
    }
    assert state_of_load(hass, loaded, "run", only_load(loaded).subentry_id).attributes[
        "reason"
    ] == ("need_unknown")


@pytest.mark.parametrize(
    "need",
    [
        {"run_time": {"hours": 0, "minutes": 0, "seconds": 0}},
        {"energy": 0, "power": 11},
    ],
)
async def test_nothing_is_needed(
    hass: HomeAssistant, loaded: MockConfigEntry, need: dict[str, Any]
) -> None:
    """A need of zero is one, and plans nothing."""
    page = await reach_limits(hass, loaded, **{**EMPTY, **need})
    assert (await fill(hass, page))["type"] is FlowResultType.CREATE_ENTRY
    load = only_load(loaded)
    assert load.data.items() >= need.items()
    run = state_of_load(hass, loaded, "run", load.subentry_id)
    assert run.attributes["reason"] == "nothing_needed"
    assert run.attributes["intervals"] == []
    assert state_of_load(hass, loaded, "run_time", load.subentry_id).state == "0.0"


@pytest.mark.parametrize("energy", [{"energy": 5}, {"energy_entity": "sensor.car"}])
@pytest.mark.parametrize("left_over", [{}, {"hours": 0}, {"hours": 0, "minutes": 0}])
async def test_left_over_run_time(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    energy: dict[str, Any],
    left_over: dict[str, int],
) -> None:
    """A box of zeros beside an energy is nobody's need."""
    need = {**EMPTY, **energy, "power": 2}
    if left_over:
        need["run_time"] = left_over
    page = await reach_limits(hass, loaded, **need)
    assert (await fill(hass, page))["type"] is FlowResultType.CREATE_ENTRY
    assert "run_time" not in only_load(loaded).data


@pytest.mark.parametrize(
    ("short", "whole"), [("9:30", "09:30:00"), ("7:5:0", "07:05:00")]
)
async def test_times_as_programs_write_them(
    hass: HomeAssistant, loaded: MockConfigEntry, short: str, whole: str
) -> None:
    """Every time that Home Assistant takes for one can be worked with."""
    page = await reach_limits(hass, loaded, earliest_start=short)
    result = await fill(hass, page, fallback_start=short)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.state is ConfigEntryState.LOADED
    load_id = only_load(loaded).subentry_id
    assert state_of_load(hass, loaded, "earliest_start", load_id).state == whole


async def test_over_http(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    """The pages reach a browser, and come back from it."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    url = "/api/config/config_entries/subentries/flow"

    async def post(path: str, data: dict[str, Any]) -> dict[str, Any]:
        response = await client.post(f"{url}{path}", json=data)
        assert response.status in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}
        answer: dict[str, Any] = await response.json()
        return answer

    flow = await post("", {"handler": [loaded.entry_id, "load"]})
    assert [field["name"] for field in flow["data_schema"]] == ["name", "kind"]
    path = f"/{flow['flow_id']}"
    page = await post(path, {"name": "Spülmaschine", "kind": "appliance"})
    values = {
        field["name"]: field["description"]["suggested_value"]
        for field in page["data_schema"]
        if "description" in field
    }
    assert all("selector" in field for field in page["data_schema"])
    page = await post(path, {**values, "run_time": {"hours": -1}})
    assert set(page["errors"]) == {"run_time"}
    page = await post(path, {**values, "energy": 1})
    assert page["errors"] == {"base": "several_needs", "power": "power_missing"}
    page = await post(path, values)
    assert page["last_step"] is True
    result = await post(
        path, {"split": False, "fallback": "off", "fallback_start": "22:00:00"}
    )
    assert result["type"] == "create_entry"
    await hass.async_block_till_done()
    assert only_load(loaded).title == "Spülmaschine"


@pytest.mark.parametrize("scenario", ["moving"])
async def test_contract_that_feeds_in(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """What feeds in has no loads; nor is the dialog of one offered."""
    nomos.set_subscription(type="feed_in")
    entry = add_entry_with(hass, nomos)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.supported_subentry_types == {}
    with pytest.raises(UnknownHandler):
        await start_adding(hass, entry)


async def test_contract_that_is_not_loaded(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A load can be added while Nomos is silent, and is there when it is not."""
    nomos.fail(status=503)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.supported_subentry_types == {"load": {"supports_reconfigure": True}}
    result = await fill(hass, await reach_limits(hass, entry))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.state is ConfigEntryState.SETUP_RETRY
    nomos.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.supported_subentry_types == {"load": {"supports_reconfigure": True}}
    assert_is_there(hass, entry, only_load(entry), "mdi:power-plug")
    assert not tracebacks(caplog)
    assert not our_lines(caplog)
