"""Tests of loads whose need an entity tells, as that of a car."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
import pytest

from tests.simulated import SimulatedNomos

from .home import local, tracebacks
from .loads import CAR_SAYS, KEYS, House, load, move_in, tell_prices

NOW = local("2026-07-01 15:07")
CAR = "sensor.car_missing"
MINUTE = timedelta(minutes=1)
NIGHT_END = local("2026-07-02 08:00")
USELESS = (
    "",
    "full",
    "-1",
    "-0.001",
    "nan",
    "sNaN",
    "inf",
    "-inf",
    "1e999",
    "1e999999",
    "1e999999999",
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
WORDS = (
    ("22", "kWh", "2.0"),
    ("5.5", "kWh", "0.5"),
    ("22", None, "2.0"),
    ("22000", "Wh", "2.0"),
    ("0.022", "MWh", "2.0"),
    ("79.2", "MJ", "2.0"),
    ("0", "kWh", "0.0"),
    ("-0", "kWh", "0.0"),
    ("1e9", "kWh", "168.0"),
    ("1e9", "TWh", "168.0"),
    ("1e999999", "Wh", STATE_UNKNOWN),
    ("1e999999", "TWh", STATE_UNKNOWN),
    ("22", "%", STATE_UNKNOWN),
    ("22", "kW", STATE_UNKNOWN),
    ("22", "km", STATE_UNKNOWN),
    *((useless, "kWh", STATE_UNKNOWN) for useless in USELESS),
)

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car that needs an hour, of three cheap ones at night."""
    tell_prices(nomos, ("2026-07-02 02:00", 12, 10))
    says(hass, "11")
    return await move_in(hass, freezer, nomos, load(CAR_SAYS))


def says(hass: HomeAssistant, energy: str, unit: str | None = "kWh") -> None:
    """Let the car say what it needs."""
    attributes = {"unit_of_measurement": unit} if unit else {}
    hass.states.async_set(CAR, energy, attributes)


async def test_what_the_car_says(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Any unit of energy is understood, and what is no energy is no need."""
    for energy, unit, hours in WORDS:
        says(house.hass, energy, unit)
        await house.hass.async_block_till_done()
        assert house.shown("run_time") == hours, (energy, unit)
        if hours == STATE_UNKNOWN:
            assert (house.reason(), house.plan()) == ("need_unknown", [])
        elif hours == "0.0":
            assert (house.reason(), house.plan()) == ("nothing_needed", [])
        else:
            assert house.plan()
    assert not tracebacks(caplog)


async def test_useless_words_in_the_middle_of_a_run(house: House) -> None:
    """The run goes on to its planned end, and nothing new starts after it."""
    says(house.hass, "22")
    await house.live_until("2026-07-02 02:20")
    assert house.run() == STATE_ON
    changes = house.watch()
    for useless in USELESS:
        says(house.hass, useless)
        await house.at(datetime.now(UTC) + MINUTE)
        assert house.run() == STATE_ON, useless
    assert (house.reason(), house.plan()) == ("need_unknown", ["2 02:00 – 2 04:00"])
    await house.live_until(NIGHT_END)
    assert changes == ["2 04:00 off"]


@pytest.mark.parametrize("useless", ["full", STATE_UNAVAILABLE])
async def test_useless_word_at_the_planned_start(house: House, useless: str) -> None:
    """What was planned before is not begun while nobody knows what is needed."""
    await house.live_until("2026-07-02 01:59")
    changes = house.watch()
    says(house.hass, useless)
    await house.live_until("2026-07-02 03:07")
    assert changes == []
    says(house.hass, "11")
    await house.live_until(NIGHT_END)
    assert changes == ["2 03:15 on", "2 04:15 off"]


async def test_car_that_is_gone(house: House) -> None:
    """An entity that is removed says as little as one that is not available."""
    house.hass.states.async_remove(CAR)
    await house.hass.async_block_till_done()
    assert house.shown("run_time") == STATE_UNKNOWN
    assert house.reason() == "need_unknown"
    changes = house.watch()
    await house.live_until(NIGHT_END)
    assert changes == []


async def test_car_that_says_nothing_in_other_words(house: House) -> None:
    """That it is unknown instead of unavailable changes nothing for anybody."""
    says(house.hass, STATE_UNAVAILABLE)
    await house.hass.async_block_till_done()
    await house.at(NOW + MINUTE)
    before = {key: house.state(key).last_reported for key in KEYS}
    says(house.hass, STATE_UNKNOWN)
    await house.hass.async_block_till_done()
    assert {key: house.state(key).last_reported for key in KEYS} == before


async def test_car_that_appears_late_after_a_start(house: House) -> None:
    """Until then nothing starts, and then it is planned at once."""
    await house.live_until("2026-07-02 01:40")
    await house.stop()
    house.hass.states.async_remove(CAR)
    await house.start()
    assert house.shown("run_time") == STATE_UNKNOWN
    await house.live_until("2026-07-02 02:05")
    assert house.run() == STATE_OFF
    says(house.hass, "11")
    await house.hass.async_block_till_done()
    assert house.plan() == ["2 02:15 – 2 03:15"]
    changes = house.watch()
    await house.live_until(NIGHT_END)
    assert changes == ["2 02:15 on", "2 03:15 off"]


async def test_car_that_appears_late_in_a_run(house: House) -> None:
    """A run that has begun goes on over the restart, not waiting for the car."""
    await house.live_until("2026-07-02 02:20")
    await house.stop()
    house.hass.states.async_remove(CAR)
    await house.at("2026-07-02 02:22")
    await house.start()
    assert house.run() == STATE_ON
    changes = house.watch()
    await house.live_until("2026-07-02 02:50")
    assert changes == []
    says(house.hass, "1.8")
    await house.live_until(NIGHT_END)
    assert changes == ["2 03:00 off"]


async def test_car_that_is_plugged_in_and_out(house: House) -> None:
    """A car that drives off needs nothing; the next one may need much."""
    says(house.hass, "0")
    await house.live_until("2026-07-02 02:40")
    assert house.run() == STATE_OFF
    says(house.hass, "22")
    await house.hass.async_block_till_done()
    assert house.plan() == ["2 02:45 – 2 04:45"]


@pytest.mark.parametrize(
    ("energy", "changes"),
    [("0", ["2 02:11 off"]), ("2.75", ["2 02:30 off"])],
)
async def test_owner_who_changes_something_when_the_car_is_nearly_full(
    house: House, energy: str, changes: list[str]
) -> None:
    """What is planned anew in the middle of a quarter-hour is no more than is needed."""
    await house.live_until("2026-07-02 02:11")
    seen = house.watch()
    says(house.hass, energy)
    await house.hass.async_block_till_done()
    await house.set("ready_by", "06:45:00")
    await house.live_until(NIGHT_END)
    assert seen == changes


async def test_car_that_repeats_itself_after_a_restart(house: House) -> None:
    """An old word that is restored with a restart is no news: nothing is run twice."""
    await house.live_until("2026-07-02 03:10")
    assert house.reason() == "done"
    await house.stop()
    house.hass.states.async_remove(CAR)
    await house.start()
    says(house.hass, "11")
    await house.hass.async_block_till_done()
    assert (house.plan(), house.reason()) == (["2 02:00 – 2 03:00"], "done")


async def test_car_that_repeats_itself(house: House) -> None:
    """A word that is said again after the run is a new need."""
    await house.live_until("2026-07-02 03:10")
    says(house.hass, "11")
    await house.hass.async_block_till_done()
    assert house.plan() == ["2 02:00 – 2 03:00", "2 03:15 – 2 04:15"]


async def test_another_entity(house: House) -> None:
    """After a reconfigure it is the new entity that is listened to, and no other."""
    house.hass.states.async_set("sensor.other_car", "22")
    house.hass.config_entries.async_update_subentry(
        house.entry,
        house.entry.subentries["wallbox"],
        data={
            **house.entry.subentries["wallbox"].data,
            "energy_entity": "sensor.other_car",
        },
    )
    await house.hass.async_block_till_done()
    assert house.shown("run_time") == "2.0"
    says(house.hass, "33")
    await house.hass.async_block_till_done()
    assert house.shown("run_time") == "2.0"
    house.hass.states.async_set("sensor.other_car", "5.5")
    await house.hass.async_block_till_done()
    assert house.shown("run_time") == "0.5"


async def test_no_entity_any_more(house: House) -> None:
    """A need that is set instead holds, whatever the car says."""
    data: dict[str, Any] = dict(house.entry.subentries["wallbox"].data)
    del data["energy_entity"]
    house.hass.config_entries.async_update_subentry(
        house.entry, house.entry.subentries["wallbox"], data={**data, "energy": 22}
    )
    await house.hass.async_block_till_done()
    says(house.hass, "5")
    await house.hass.async_block_till_done()
    assert house.shown("run_time") == "2.0"


async def charge(
    house: House, *, missing: float, power: float, jitter: float = 0, every: int = 1
) -> float:
    """Let a car charge overnight, and return what is missing in the morning.

    Args:
        house: Where it hangs.
        missing: What it needs (kWh).
        power: What it really draws (kW).
        jitter: How far what it says is off at most (kWh), until it is full.
        every: Says something each so many minutes.
    """
    random = Random(1)
    minute = 0
    says(house.hass, f"{missing:.3f}")
    while (now := datetime.now(UTC)) < local("2026-07-02 06:30"):
        was_on = house.run() == STATE_ON
        await house.at(now + MINUTE)
        if was_on:
            missing = max(0, missing - power / 60)
        minute += 1
        if minute % every == 0:
            noise = random.uniform(-jitter, jitter)
            says(house.hass, f"{max(0.01, missing + noise) if missing else 0:.3f}")
            await house.hass.async_block_till_done()
    return missing


@pytest.mark.parametrize(
    ("missing", "power", "jitter", "every", "changes"),
    [
        (26, 11, 0.3, 1, ["2 02:00 on", "2 04:30 off"]),
        (25, 7.4, 0.3, 1, ["2 02:00 on", "2 05:30 off"]),
        (12, 3.7, 0.3, 5, ["2 02:00 on", "2 05:15 off"]),
        (26, 16, 0.3, 1, ["2 02:00 on", "2 04:30 off"]),
        (25, 22, 2, 3, ["2 02:00 on", "2 04:15 off"]),
        (25, 11, 0, 60, ["2 02:00 on", "2 04:30 off"]),
    ],
)
async def test_night_of_a_car(
    house: House,
    missing: float,
    power: float,
    jitter: float,
    every: int,
    changes: list[str],
) -> None:
    """It charges faster or slower than thought, says so all the time: no flapping."""
    await house.live_until("2026-07-02 01:45")
    seen = house.watch()
    assert not await charge(
        house, missing=missing, power=power, jitter=jitter, every=every
    )
    assert seen == changes


async def test_jitter_while_off(house: House) -> None:
    """Whatever is said before it starts, the run starts and ends once."""
    changes = house.watch()
    random = Random(2)
    while (now := datetime.now(UTC)) < local("2026-07-02 02:00"):
        says(house.hass, f"{random.uniform(10.5, 11.0):.3f}")
        await house.at(min(now + 7 * MINUTE, local("2026-07-02 02:00")))
    await house.live_until("2026-07-02 02:30")
    says(house.hass, "5.5")
    await house.live_until("2026-07-02 02:59")
    says(house.hass, "0")
    await house.live_until(NIGHT_END)
    assert changes == ["2 02:00 on", "2 03:00 off"]
