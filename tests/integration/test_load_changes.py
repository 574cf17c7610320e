"""Tests of loads that are changed from a dashboard or by an automation."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.simulated import SimulatedNomos

from .actions import check_texts
from .home import local
from .load_dialog import fill, offered, start_changing
from .loads import (
    CAR_SAYS,
    DISHWASHER,
    WALLBOX,
    House,
    load,
    move_in,
    tell_prices,
)

NOW = local("2026-07-01 15:07")
THREE_CHEAP_HOURS = ("2026-07-02 02:00", 12, 10)
IN_ITS_RUN = "2026-07-02 02:20"

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car, and three cheap hours at night."""
    tell_prices(nomos, THREE_CHEAP_HOURS)
    return await move_in(hass, freezer, nomos, load(WALLBOX))


@pytest.mark.parametrize(
    ("key", "value", "shown", "plan"),
    [
        ("run_time", 2, "2.0", ["2 02:00 – 2 04:00"]),
        ("run_time", 0.25, "0.25", ["2 02:00 – 2 02:15"]),
        ("run_time", 0, "0.0", []),
        (
            "ready_by",
            "02:30:00",
            "02:30:00",
            ["1 18:00 – 1 18:30", "2 02:00 – 2 02:30"],
        ),
        ("earliest_start", "03:30:00", "03:30:00", ["2 03:30 – 2 04:30"]),
        ("enabled", "off", "off", []),
    ],
)
async def test_change_holds_at_once(
    house: House, key: str, value: float | str, shown: str, plan: list[str]
) -> None:
    """The plan is there when the action has ended, stays, and nothing is reloaded."""
    if key == "earliest_start":
        await house.set("ready_by", "06:00:00")
    coordinator = house.entry.runtime_data.loads.coordinators["wallbox"]
    changes = house.watch()
    await house.set(key, value)
    assert (house.shown(key), house.plan()) == (shown, plan)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.entry.runtime_data.loads.coordinators["wallbox"] is coordinator
    assert changes == []
    await house.stop()
    await house.start()
    assert (house.shown(key), house.plan()) == (shown, plan)


async def test_change_is_kept_where_the_dialog_finds_it(house: House) -> None:
    """What was set from a dashboard is what the dialog offers, and nothing else is."""
    settings: dict[str, float | str] = {
        "run_time": 2.5,
        "earliest_start": "19:30:00",
        "ready_by": "06:15:00",
        "enabled": "off",
    }
    for key, value in settings.items():
        await house.set(key, value)
    assert dict(house.entry.subentries["wallbox"].data) == {
        **{key: value for key, value in WALLBOX.items() if value is not None},
        "energy": 27.5,
        "earliest_start": "19:30:00",
        "ready_by": "06:15:00",
        "enabled": False,
    }
    page = await fill(house.hass, await start_changing(house.hass, house.entry))
    need = offered(page)
    assert (need["energy"], need["earliest_start"], need["ready_by"]) == (
        27.5,
        "19:30:00",
        "06:15:00",
    )


async def test_later_reconfigure_wins(house: House) -> None:
    """The last word counts, at once and without a reload; `enabled` is not its matter."""
    await house.set("run_time", 3)
    await house.set("enabled", "off")
    changes = house.watch()
    page = await start_changing(house.hass, house.entry)
    page = await fill(house.hass, page)
    page = await fill(house.hass, page, energy=22, ready_by="06:00:00")
    await fill(house.hass, page)
    assert house.shown("run_time") == "2.0"
    assert house.shown("ready_by") == "06:00:00"
    assert house.shown("enabled") == STATE_OFF
    assert changes == []
    await house.set("enabled", "on")
    assert house.plan() == ["2 02:00 – 2 04:00"]


async def test_number_of_a_load_with_a_run_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """What is a time stays one, as the dialog shows it."""
    tell_prices(nomos, THREE_CHEAP_HOURS)
    house = await move_in(hass, freezer, nomos, load(DISHWASHER))
    assert house.shown("run_time") == "2.0"
    await house.set("run_time", 1.75)
    assert house.plan() == ["2 02:00 – 2 03:45"]
    data = house.entry.subentries["wallbox"].data
    assert data["run_time"] == {"hours": 1, "minutes": 45, "seconds": 0}
    assert "energy" not in data


@pytest.mark.parametrize(
    ("energy", "shown"), [(10, "0.91"), (0, "0.0"), (1e9, "168.0")]
)
async def test_number_of_a_load_with_an_energy(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    energy: float,
    shown: str,
) -> None:
    """It is how long it takes, however odd that is."""
    house = await move_in(hass, freezer, nomos, load({**WALLBOX, "energy": energy}))
    assert house.shown("run_time") == shown


async def test_number_that_an_entity_gives(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """It can be read, and setting it is refused in words, changing nothing."""
    hass.states.async_set("sensor.car_missing", "16.5")
    house = await move_in(hass, freezer, nomos, load(CAR_SAYS))
    assert house.shown("run_time") == "1.5"
    with pytest.raises(ServiceValidationError) as err:
        await house.set("run_time", 3)
    check_texts(err.value, "need_from_entity", "sensor.car_missing")
    assert house.shown("run_time") == "1.5"
    data = house.entry.subentries["wallbox"].data
    assert "energy" not in data
    assert "run_time" not in data


@pytest.mark.parametrize("hours", [-0.25, 168.25])
async def test_number_out_of_its_range(house: House, hours: float) -> None:
    """Home Assistant refuses what no window could hold, or nobody could need."""
    with pytest.raises(ServiceValidationError):
        await house.set("run_time", hours)
    assert house.shown("run_time") == "1.0"


@pytest.mark.parametrize(
    ("key", "value", "changes"),
    [
        ("run_time", 3, ["2 05:00 off"]),
        ("run_time", 0.5, ["2 02:30 off"]),
        ("run_time", 0.25, ["2 02:20 off"]),
        ("run_time", 0, ["2 02:20 off"]),
        ("ready_by", "02:30:00", ["2 02:30 off"]),
        ("ready_by", "02:15:00", ["2 02:20 off"]),
        ("earliest_start", "03:00:00", ["2 02:20 off", "2 03:00 on", "2 04:00 off"]),
        ("enabled", "off", ["2 02:20 off"]),
    ],
)
async def test_change_in_the_middle_of_a_run(
    house: House, key: str, value: float | str, changes: list[str]
) -> None:
    """The owner may lengthen, shorten, move or end a run, and all that at once."""
    await house.live_until(IN_ITS_RUN)
    assert house.run() == STATE_ON
    seen = house.watch()
    await house.set(key, value)
    assert house.run() == (STATE_OFF if "2 02:20 off" in changes else STATE_ON)
    await house.live_until("2026-07-02 12:00")
    assert seen == changes


async def test_change_that_changes_nothing(house: House) -> None:
    """Who sets in the middle of a run what is set already does not disturb it."""
    await house.live_until(IN_ITS_RUN)
    seen = house.watch()
    await house.set("run_time", 1)
    await house.set("ready_by", "07:00:00")
    await house.set("enabled", "on")
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 03:00 off"]


async def test_off_and_on_again(house: House) -> None:
    """A load that was switched off goes on where it is best, for what is missing."""
    await house.live_until("2026-07-02 02:15")
    seen = house.watch()
    await house.set("enabled", "off")
    assert house.reason() == "disabled"
    await house.live_until("2026-07-02 02:40")
    await house.set("enabled", "on")
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 02:15 off", "2 02:45 on", "2 03:30 off"]


async def test_off_outlasts_a_restart(house: House) -> None:
    """A load that was switched off does not start, whatever is cheap."""
    await house.set("enabled", "off")
    await house.stop()
    await house.start()
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == []
    assert house.shown("enabled") == STATE_OFF
    assert house.reason() == "disabled"


async def test_ready_by_that_is_just_over(house: House) -> None:
    """What could not be run any more is not made up for outside of the window."""
    await house.live_until("2026-07-01 23:00")
    await house.set("ready_by", "22:45:00")
    assert house.plan() == ["2 18:00 – 2 19:00"]
    seen = house.watch()
    await house.live_until("2026-07-02 14:30")
    assert seen == []
    assert house.plan() == ["2 18:00 – 2 19:00", "3 18:00 – 3 19:00"]


async def test_equal_times_are_a_whole_day(house: House) -> None:
    """A window that closes when it opens is open all the time."""
    await house.set("ready_by", "18:00:00")
    assert house.plan() == ["1 15:15 – 1 16:15", "2 02:00 – 2 03:00"]
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["1 15:15 on", "1 16:15 off", "2 02:00 on", "2 03:00 off"]


async def test_changes_in_a_row(house: House) -> None:
    """An automation that cannot make up its mind ends with its last word."""
    await house.live_until("2026-07-02 01:59")
    for minutes in range(20):
        await house.at(local("2026-07-02 01:59") + timedelta(minutes=minutes))
        await house.set("run_time", 1 + minutes % 2)
    seen = house.watch()
    await house.live_until("2026-07-02 12:00")
    assert seen == ["2 04:00 off"]


async def test_seconds_of_times(house: House) -> None:
    """A time may have seconds; a run begins at full quarter-hours all the same."""
    await house.set("earliest_start", "03:00:01")
    assert house.shown("earliest_start") == "03:00:01"
    assert house.plan() == ["2 03:15 – 2 04:15"]
