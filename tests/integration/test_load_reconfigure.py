"""Tests of the dialog that changes a load."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.nomos_smartmeter.tariff.local_time import QUARTER
from tests.simulated import SimulatedNomos

from .home import local, set_up
from .load_dialog import (
    assert_is_there,
    assert_page,
    device_of,
    fill,
    offered,
    only_load,
    start_changing,
)
from .loads import (
    CAR_SAYS,
    DISHWASHER,
    WALLBOX,
    House,
    add_entry_with,
    load,
    move_in,
    tell_prices,
)

NOW = local("2026-07-01 15:07")

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car for which some hours are cheap tonight."""
    tell_prices(nomos, ("2026-07-01 23:00", 4, 10), ("2026-07-02 03:00", 4, 5))
    return await move_in(hass, freezer, nomos, load(WALLBOX))


async def change(
    house: House,
    *,
    what: dict[str, Any] | None = None,
    need: dict[str, Any] | None = None,
    limits: dict[str, Any] | None = None,
    load_id: str = "wallbox",
) -> SubentryFlowResult:
    """Change some fields of the three pages, to the end of the dialog."""
    page = await start_changing(house.hass, house.entry, load_id)
    for changes in (what, need, limits):
        page = await fill(house.hass, page, **(changes or {}))
    assert page["type"] is FlowResultType.ABORT
    assert page["reason"] == "reconfigure_successful"
    return page


async def test_what_is_set_is_offered(house: House) -> None:
    """Who only looks through the pages finds all that is set, and changes nothing."""
    runtime_data, before = house.entry.runtime_data, only_load(house.entry).data
    schedule = runtime_data.loads.coordinators["wallbox"].data.schedule
    page = await start_changing(house.hass, house.entry)
    assert offered(page) == {"name": "Wallbox", "kind": "wallbox"}
    page = await fill(house.hass, page)
    assert_page(page, "need")
    assert page["description_placeholders"] == {"name": "Wallbox"}
    shown = offered(page)
    page = await fill(house.hass, page)
    assert_page(page, "limits")
    shown |= offered(page)
    settings = {k: v for k, v in WALLBOX.items() if v is not None}
    assert {"kind": "wallbox", **shown, "enabled": True} == settings
    assert (await fill(house.hass, page))["reason"] == "reconfigure_successful"
    assert only_load(house.entry).data == before
    assert house.entry.runtime_data is runtime_data
    assert runtime_data.loads.coordinators["wallbox"].data.schedule is schedule


async def test_the_plan_follows(house: House) -> None:
    """Other settings make another plan at once, and nothing is set up anew."""
    runtime_data = house.entry.runtime_data
    nothing_asked = len(house.nomos.exchanges)
    assert house.plan() == ["2 03:00 – 2 04:00"]
    await change(house, need={"energy": 16.5})
    assert house.plan() == ["1 23:00 – 1 23:30", "2 03:00 – 2 04:00"]
    assert house.shown("run_time") == "1.5"
    await change(house, need={"ready_by": "02:00:00"}, limits={"split": False})
    assert house.plan() == ["1 22:30 – 2 00:00"]
    assert house.shown("ready_by") == "02:00:00"
    await change(house, limits={"price_ceiling": 0.2})
    assert house.plan() == ["1 23:00 – 2 00:00"]
    assert house.reason() == "ceiling_too_low"
    await change(house, need={"energy": None, "run_time": {"minutes": 20}})
    assert house.plan() == ["1 23:00 – 1 23:30"]
    assert house.reason() == "planned"
    await change(house, need={"days": ["sat"]})
    assert house.plan() == []
    assert house.entry.runtime_data is runtime_data
    assert len(house.nomos.exchanges) == nothing_asked


async def test_while_it_runs(house: House) -> None:
    """The owner's word moves a run that has begun; a look does not."""
    await house.live_until("2026-07-02 03:20")
    changes = house.watch()
    await change(house)
    assert house.run() == STATE_ON
    await change(house, need={"earliest_start": "18:30:00", "energy": 8.25})
    assert house.run() == STATE_ON
    assert house.shown("next_end").endswith("03:45")
    await change(house, need={"earliest_start": "04:00:00"})
    assert house.run() == STATE_OFF
    assert changes == ["2 03:20 off"]


async def test_after_the_entities(house: House) -> None:
    """What was set at a dashboard is offered, and stays if nobody changes it."""
    await house.set("run_time", 0.5)
    await house.set("earliest_start", "19:30:00")
    await house.set("ready_by", "05:15:00")
    page = await fill(house.hass, await start_changing(house.hass, house.entry))
    values = offered(page)
    assert values["energy"] == 5.5
    assert values["earliest_start"] == "19:30:00"
    assert values["ready_by"] == "05:15:00"
    await fill(house.hass, await fill(house.hass, page))
    assert house.shown("run_time") == "0.5"
    assert house.shown("earliest_start") == "19:30:00"
    await change(house, need={"energy": 22, "earliest_start": "18:15:00"})
    assert house.shown("run_time") == "2.0"
    assert house.shown("earliest_start") == "18:15:00"
    assert house.shown("ready_by") == "05:15:00"
    await house.set("run_time", 0.25)
    assert house.shown("run_time") == "0.25"


async def test_run_time_after_the_number(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Hours that were set at a dashboard are offered as a length of time."""
    dishes = load(DISHWASHER, "Dishwasher", "dishes")
    house = await move_in(hass, freezer, nomos, dishes)
    for hours, parts in (
        (1.25, {"hours": 1, "minutes": 15, "seconds": 0}),
        (26, {"hours": 26, "minutes": 0, "seconds": 0}),
        (0, {"hours": 0, "minutes": 0, "seconds": 0}),
    ):
        await house.set("run_time", hours, "dishes")
        page = await start_changing(hass, house.entry, "dishes")
        page = await fill(hass, page)
        assert offered(page)["run_time"] == parts
        result = await fill(hass, await fill(hass, page))
        assert result["reason"] == "reconfigure_successful"
        assert float(house.shown("run_time", "dishes")) == hours


async def test_the_later_word_wins(house: House) -> None:
    """A dialog that was open meanwhile says last what is wanted, but for the switch."""
    page = await fill(house.hass, await start_changing(house.hass, house.entry))
    await house.set("run_time", 3)
    await house.set("enabled", "off")
    await fill(house.hass, await fill(house.hass, page, energy=5.5))
    assert house.shown("run_time") == "0.5"
    assert house.shown("enabled") == STATE_OFF
    assert only_load(house.entry).data["enabled"] is False
    await change(house, need={"energy": 11})
    assert house.shown("enabled") == STATE_OFF
    assert house.plan() == []
    await house.set("enabled", "on")
    assert house.plan() == ["2 03:00 – 2 04:00"]


@pytest.mark.parametrize("power", [3.7, 7.4, 1.1, 11, 0.3])
async def test_hours_of_any_power(house: House, power: float) -> None:
    """So many hours are so many quarter-hours, whatever the power is."""
    await change(house, need={"power": power})
    for quarters in (1, 2, 3, 6, 7, 11, 13):
        await house.set("run_time", quarters / 4)
        assert float(house.shown("run_time")) == quarters / 4
        planned = house.state("run").attributes["intervals"]
        lengths = [
            datetime.fromisoformat(run["end"]) - datetime.fromisoformat(run["start"])
            for run in planned
        ]
        assert sum(lengths, timedelta()) == quarters * QUARTER


async def test_name(house: House) -> None:
    """Another name is that of the device, and a run that has begun goes on."""
    await house.live_until("2026-07-02 03:20")
    runtime_data = house.entry.runtime_data
    await change(house, what={"name": "  Garage "})
    assert house.entry.runtime_data is not runtime_data
    assert house.entry.state is ConfigEntryState.LOADED
    subentry = only_load(house.entry)
    assert subentry.title == "Garage"
    assert_is_there(house.hass, house.entry, subentry, "mdi:ev-station")
    assert house.run() == STATE_ON
    assert house.shown("next_end").endswith("04:00")


async def test_kind(house: House) -> None:
    """Another kind has another icon; what was set stays as it is."""
    runtime_data, before = house.entry.runtime_data, only_load(house.entry).data
    page = await fill(
        house.hass, await start_changing(house.hass, house.entry), kind="heat_pump"
    )
    assert offered(page)["energy"] == 11
    await fill(house.hass, await fill(house.hass, page))
    assert only_load(house.entry).data == {**before, "kind": "heat_pump"}
    assert house.entry.runtime_data is not runtime_data
    assert_is_there(house.hass, house.entry, only_load(house.entry), "mdi:heat-pump")


async def test_emptied_fields(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """What is emptied is gone, and counts no longer."""
    limits = {
        "minimum_run": {"hours": 1},
        "minimum_pause": {"hours": 1},
        "maximum_pause": {"hours": 5},
        "maximum_starts": 1,
        "price_ceiling": 0.1,
    }
    tell_prices(nomos, ("2026-07-01 23:00", 4, 10), ("2026-07-02 03:00", 2, 5))
    house = await move_in(hass, freezer, nomos, load({**DISHWASHER, **limits}))
    emptied = dict.fromkeys(limits)
    page = await start_changing(hass, house.entry)
    page = await fill(hass, await fill(hass, page), power=None)
    assert offered(page).items() >= limits.items()
    result = await fill(hass, page, **emptied, split=True)
    assert result["reason"] == "reconfigure_successful"
    data = only_load(house.entry).data
    assert not data.keys() & {"power", *limits}
    assert house.plan() == [
        "1 18:00 – 1 18:30",
        "1 23:00 – 2 00:00",
        "2 03:00 – 2 03:30",
    ]
    assert house.shown("planned_cost") == "unknown"
    page = await fill(hass, await start_changing(hass, house.entry))
    assert "power" not in offered(page)
    assert not offered(await fill(hass, page)).keys() & set(limits)


async def test_from_an_entity_to_an_energy_and_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """The car no longer counts once an energy is set, and does so again."""
    tell_prices(nomos, ("2026-07-02 03:00", 4, 5))
    hass.states.async_set("sensor.car_missing", "11")
    hass.states.async_set("sensor.second_car", "2.75")
    house = await move_in(hass, freezer, nomos, load(CAR_SAYS))
    assert house.plan() == ["2 03:00 – 2 04:00"]
    await change(house, need={"energy_entity": None, "energy": 5.5})
    assert house.plan() == ["2 03:00 – 2 03:30"]
    hass.states.async_set("sensor.car_missing", "8.25")
    await hass.async_block_till_done()
    assert house.plan() == ["2 03:00 – 2 03:30"]
    await change(house, need={"energy_entity": "sensor.second_car", "energy": None})
    assert house.plan() == ["2 03:00 – 2 03:15"]
    hass.states.async_set("sensor.car_missing", "5.5")
    hass.states.async_set("sensor.second_car", "8.25")
    await hass.async_block_till_done()
    assert house.plan() == ["2 03:00 – 2 03:45"]


async def test_refusals(house: House) -> None:
    """What is refused can be mended on the same page, and nothing is kept before."""
    before = only_load(house.entry).data
    page = await start_changing(house.hass, house.entry)
    page = await fill(house.hass, page, name=" ")
    assert_page(page, "reconfigure", {"name": "name_missing"})
    page = await fill(house.hass, page, name="Garage")
    for changes, errors in (
        ({"run_time": {"hours": 1}}, {"base": "several_needs"}),
        ({"run_time": None, "energy": -1}, {"energy": "negative"}),
        ({"energy": 11, "power": None}, {"power": "power_missing"}),
        ({"energy": None}, {"base": "need_missing"}),
        ({"run_time": {"hours": 1}, "days": []}, {"days": "days_missing"}),
    ):
        page = await fill(house.hass, page, **changes)
        assert_page(page, "need", errors)
    page = await fill(house.hass, page, days=["mon"])
    page = await fill(house.hass, page, maximum_starts=0)
    assert_page(page, "limits", {"maximum_starts": "starts_not_possible"})
    assert only_load(house.entry).data == before
    page = await fill(house.hass, page, maximum_starts=2)
    assert page["type"] is FlowResultType.ABORT
    assert page["reason"] == "reconfigure_successful"
    subentry = only_load(house.entry)
    assert subentry.title == "Garage"
    assert subentry.data["run_time"] == {"hours": 1}
    assert not subentry.data.keys() & {"energy", "power"}


async def test_two_loads(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """It is one load that is changed, and not another."""
    tell_prices(nomos, ("2026-07-01 23:00", 8, 10))
    dishes = load(DISHWASHER, "Dishwasher", "dishes")
    house = await move_in(hass, freezer, nomos, load(WALLBOX), dishes)
    view = house.entry.runtime_data.loads.coordinators["wallbox"].data
    await change(house, need={"run_time": {"hours": 1}}, load_id="dishes")
    assert house.plan("dishes") == ["1 23:00 – 2 00:00"]
    assert house.entry.runtime_data.loads.coordinators["wallbox"].data is view
    await change(house, what={"name": "Dishes"}, load_id="dishes")
    renamed = device_of(hass, house.entry, "dishes")
    other = device_of(hass, house.entry, "wallbox")
    assert renamed is not None
    assert other is not None
    assert (renamed.name, other.name) == ("Dishes", "Wallbox")


async def test_contract_that_is_not_loaded(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """A load can be changed while Nomos is silent."""
    nomos.fail(status=503)
    entry = add_entry_with(hass, nomos, load(WALLBOX))
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    page = await start_changing(hass, entry)
    page = await fill(hass, await fill(hass, page, name="Garage"), energy=22)
    assert (await fill(hass, page))["reason"] == "reconfigure_successful"
    assert entry.state is ConfigEntryState.SETUP_RETRY
    nomos.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert_is_there(hass, entry, only_load(entry), "mdi:ev-station")
    assert only_load(entry).data["energy"] == 22
