"""Tests of what the dialog of a load refuses, and of going on from there."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .home import local
from .load_dialog import (
    assert_page,
    fill,
    offered,
    only_load,
    reach_limits,
    reach_need,
    start_adding,
    submit,
)

WHOLE_DAY = {
    "earliest_start": "00:00:00",
    "ready_by": "00:00:00",
    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
}

pytestmark = pytest.mark.freeze_time(local("2026-07-01 15:07"))


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


NEEDS_REFUSED: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {"base": "need_missing"}),
    ({"power": 2}, {"base": "need_missing"}),
    ({"energy": -0.1, "power": 2}, {"energy": "negative"}),
    ({"energy": "inf", "power": 2}, {"energy": "negative"}),
    ({"energy": 5}, {"power": "power_missing"}),
    ({"energy": 0}, {"power": "power_missing"}),
    ({"energy_entity": "sensor.car"}, {"power": "power_missing"}),
    ({"energy": 5, "power": 0}, {"power": "power_not_positive"}),
    ({"energy": 5, "power": -11}, {"power": "power_not_positive"}),
    ({"energy": 5, "power": "nan"}, {"power": "power_not_positive"}),
    ({"energy_entity": "sensor.car", "power": 0}, {"power": "power_not_positive"}),
    ({"run_time": {"hours": 1}, "power": 0}, {"power": "power_not_positive"}),
    ({"run_time": {"days": 7, "seconds": 1}}, {"run_time": "run_time_not_possible"}),
    ({"run_time": {"hours": 169}}, {"run_time": "run_time_not_possible"}),
    ({"run_time": {"hours": 1}, "energy": 5, "power": 2}, {"base": "several_needs"}),
    ({"run_time": {"hours": 1}, "energy": 0, "power": 2}, {"base": "several_needs"}),
    (
        {"run_time": {"hours": 1}, "energy_entity": "sensor.car", "power": 2},
        {"base": "several_needs"},
    ),
    (
        {"energy": 5, "energy_entity": "sensor.car", "power": 2},
        {"base": "several_needs"},
    ),
    (
        {"run_time": {"hours": 1}, "energy": 5, "energy_entity": "sensor.car"},
        {"base": "several_needs", "power": "power_missing"},
    ),
    (
        {"energy": -1, "power": -1, "days": []},
        {
            "energy": "negative",
            "power": "power_not_positive",
            "days": "days_missing",
        },
    ),
    ({"run_time": {"hours": 1}, "days": []}, {"days": "days_missing"}),
]


async def test_needs_that_are_refused(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """A need that makes no sense is told at its field; the dialog goes on from there."""
    page = await reach_need(hass, loaded)
    for need, errors in NEEDS_REFUSED:
        page = await submit(hass, page, {**WHOLE_DAY, **need})
        assert_page(page, "need", errors)
        # What was typed is still there, numbers as the selector reads them.
        assert offered(page).keys() == {**WHOLE_DAY, **need}.keys()
    page = await submit(hass, page, {**WHOLE_DAY, "energy": 5, "power": 2})
    assert_page(page, "limits")
    result = await fill(hass, page)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_load(loaded).data.items() >= {"energy": 5, "power": 2}.items()
    assert "run_time" not in only_load(loaded).data


async def test_limits_that_are_refused(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """So it is with a number of starts that is none, and a price that is no number."""
    page = await reach_limits(hass, loaded)
    for starts in (0, -1, 0.5, 2.5, "inf", "nan"):
        page = await fill(hass, page, maximum_starts=starts, split=True)
        assert_page(page, "limits", {"maximum_starts": "starts_not_possible"})
        assert offered(page)["split"] is True
    for price in ("inf", "-inf", "nan"):
        page = await fill(hass, page, price_ceiling=price, maximum_starts=None)
        assert_page(page, "limits", {"price_ceiling": "not_a_number"})
    page = await fill(hass, page, maximum_starts=0)
    both = {"maximum_starts": "starts_not_possible", "price_ceiling": "not_a_number"}
    assert_page(page, "limits", both)
    assert not loaded.subentries
    result = await fill(hass, page, maximum_starts=1, price_ceiling=-0.5)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    limits = {"maximum_starts": 1, "price_ceiling": -0.5}
    assert only_load(loaded).data.items() >= limits.items()


@pytest.mark.parametrize("name", ["", "   ", "\t\n"])
async def test_no_name(hass: HomeAssistant, loaded: MockConfigEntry, name: str) -> None:
    """Without a name it could not be told apart; the kind is remembered meanwhile."""
    flow = await start_adding(hass, loaded)
    page = await submit(hass, flow, {"name": name, "kind": "wallbox"})
    assert_page(page, "user", {"name": "name_missing"})
    assert offered(page) == {"name": name, "kind": "wallbox"}
    page = await fill(hass, page, name="Garage")
    assert_page(page, "need")
    assert offered(page) == {
        **WHOLE_DAY,
        "energy": 10,
        "power": 11,
        "earliest_start": "18:00:00",
        "ready_by": "07:00:00",
    }
    result = await fill(hass, await fill(hass, page))
    assert result["title"] == "Garage"


async def test_lengths_that_no_field_takes(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """A negative length of time is refused by its very field."""
    page = await reach_need(hass, loaded)
    with pytest.raises(InvalidData) as refusal:
        await fill(hass, page, run_time={"hours": -1})
    assert set(refusal.value.schema_errors) == {"run_time"}
    page = await fill(hass, page)
    for field in ("minimum_run", "minimum_pause", "maximum_pause"):
        with pytest.raises(InvalidData) as refusal:
            await fill(hass, page, **{field: {"minutes": -1}})
        assert set(refusal.value.schema_errors) == {field}
    result = await fill(hass, page, minimum_pause={"minutes": 0})
    assert result["type"] is FlowResultType.CREATE_ENTRY
