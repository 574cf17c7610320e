"""Tests of the calendar: when loads run, and when the meter is installed."""

from datetime import datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import DOMAIN as CALENDAR
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant, State
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from tests.simulated import SimulatedNomos

from .home import local, set_up, state_of
from .loads import DISHWASHER, WALLBOX, House, load, move_in, tell_prices

NOW = local("2026-07-01 15:07")
APPOINTMENT = local("2026-07-10 09:30")
JULY = (local("2026-07-01 00:00"), local("2026-08-01 00:00"))

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car that charges in two pieces, and a dishwasher."""
    tell_prices(
        nomos,
        ("2026-07-01 22:00", 8, 11),
        ("2026-07-01 23:00", 2, 10),
        ("2026-07-02 03:00", 2, 5.125),
        ("2026-07-02 22:00", 8, 8),
    )
    return await move_in(
        hass, freezer, nomos, load(WALLBOX), load(DISHWASHER, "Spülmaschine", "dish")
    )


def calendar(hass: HomeAssistant, entry: MockConfigEntry) -> State:
    """Return the state of the calendar."""
    return state_of(hass, entry, "schedule")


async def events(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    start: datetime = JULY[0],
    end: datetime = JULY[1],
) -> list[dict[str, Any]]:
    """Return what the calendar shows of a period, as Home Assistant's action does."""
    entity_id = calendar(hass, entry).entity_id
    answer = await hass.services.async_call(
        CALENDAR,
        "get_events",
        {
            "entity_id": entity_id,
            "start_date_time": start.isoformat(),
            "end_date_time": end.isoformat(),
        },
        blocking=True,
        return_response=True,
    )
    shown: Any = (answer or {})[entity_id]
    found: list[dict[str, Any]] = shown["events"]
    return found


async def test_planned_night(house: House, snapshot: SnapshotAssertion) -> None:
    """Each planned run is an event in local time, with what it costs."""
    assert await events(house.hass, house.entry) == snapshot
    assert calendar(house.hass, house.entry) == snapshot


async def test_the_night_before(house: House) -> None:
    """What has run stays in the calendar, and the next night joins it."""
    before = await events(house.hass, house.entry)
    await house.live_until("2026-07-02 14:30")
    after = await events(house.hass, house.entry)
    assert after[: len(before)] == before
    assert [(e["summary"], e["start"]) for e in after[len(before) :]] == [
        ("Wallbox", "2026-07-02T22:00:00+02:00"),
        ("Spülmaschine", "2026-07-02T22:00:00+02:00"),
    ]


async def test_week_that_is_over(house: House) -> None:
    """Runs of the last week are there, and older ones are forgotten."""
    await house.live_until("2026-07-03 12:00")
    period = local("2026-07-02 12:00"), local("2026-07-03 12:00")
    last_night = await events(house.hass, house.entry, *period)
    assert len(last_night) == 2
    for clock, shown in (("2026-07-08 23:00", 2), ("2026-07-10 00:00", 0)):
        await house.at(clock)
        past = await events(house.hass, house.entry, *period)
        assert past == last_night[:shown]


async def test_state(house: House) -> None:
    """It is on while something runs, and names it, or else what comes next."""
    seen = []
    for clock in (
        "2026-07-01 21:59",
        "2026-07-01 22:00",
        "2026-07-01 23:15",
        "2026-07-02 00:00",
        "2026-07-02 03:00",
        "2026-07-02 03:30",
    ):
        await house.live_until(clock)
        state = calendar(house.hass, house.entry)
        seen.append((state.state, state.attributes.get("message")))
    assert seen == [
        (STATE_OFF, "Spülmaschine"),
        (STATE_ON, "Spülmaschine"),
        (STATE_ON, "Spülmaschine"),
        (STATE_OFF, "Wallbox"),
        (STATE_ON, "Wallbox"),
        (STATE_OFF, None),
    ]


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("1 23:15", "2 03:00", ["22:00 Spülmaschine", "23:00 Wallbox"]),
        ("1 23:30", "2 03:01", ["22:00 Spülmaschine", "03:00 Wallbox"]),
        ("2 00:00", "2 03:00", []),
    ],
)
async def test_period(house: House, start: str, end: str, shown: list[str]) -> None:
    """What overlaps a period belongs to it, what only touches it does not."""
    period = local(f"2026-07-0{start}"), local(f"2026-07-0{end}")
    assert [
        f"{event['start'][11:16]} {event['summary']}"
        for event in await events(house.hass, house.entry, *period)
    ] == shown


async def test_change_is_shown_at_once(house: House) -> None:
    """Who switches a load off sees its runs go, but for the part that has been."""
    await house.live_until("2026-07-01 23:10")
    await house.set("enabled", "off")
    shown = await events(house.hass, house.entry)
    assert [(e["summary"], e["start"][11:16], e["end"][11:16]) for e in shown] == [
        ("Spülmaschine", "22:00", "00:00"),
        ("Wallbox", "23:00", "23:10"),
    ]
    await house.set("enabled", "off", "dish")
    assert calendar(house.hass, house.entry).state == STATE_OFF


async def test_another_name(house: House) -> None:
    """A load that is reconfigured to another name is called so in the calendar."""
    house.hass.config_entries.async_update_subentry(
        house.entry, house.entry.subentries["wallbox"], title="Auto"
    )
    await house.hass.async_block_till_done(wait_background_tasks=True)
    names = {e["summary"] for e in await events(house.hass, house.entry)}
    assert names == {"Auto", "Spülmaschine"}


@pytest.mark.parametrize("scenario", ["household"])
async def test_runs_by_the_clock(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Runs without prices are events without a price; one without an end is none."""
    always_on = {**WALLBOX, "fallback": "always_on"}
    house = await move_in(
        hass, freezer, nomos, load(WALLBOX), load(always_on, "Boiler", "boiler")
    )
    assert house.run("boiler") == STATE_ON
    assert await events(hass, house.entry) == [
        {
            "summary": "Wallbox",
            "start": "2026-07-01T22:00:00+02:00",
            "end": "2026-07-01T23:00:00+02:00",
        }
    ]
    assert calendar(hass, house.entry).state == STATE_OFF


@pytest.mark.parametrize("scenario", ["household"])
@pytest.mark.parametrize(
    ("language", "name", "calendar_name"),
    [
        ("en", "Installation appointment", "Home Schedule"),
        ("de", "Einbautermin", "Home Zeitplan"),
        ("fr", "Installation appointment", "Home Schedule"),
    ],
)
async def test_appointment(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    language: str,
    name: str,
    calendar_name: str,
) -> None:
    """The fitter's visit is an event in the owner's language, from the poll on."""
    hass.config.language = language
    house = await move_in(hass, freezer, nomos)
    assert await events(hass, house.entry) == []
    assert calendar(hass, house.entry).state == STATE_OFF
    assert calendar(hass, house.entry).attributes["friendly_name"] == calendar_name
    await house.contract_is(order="installation_scheduled")
    assert await events(hass, house.entry) == [
        {
            "summary": name,
            "start": "2026-07-10T09:30:00+02:00",
            "end": "2026-07-10T10:30:00+02:00",
        }
    ]
    state = calendar(hass, house.entry)
    assert (state.state, state.attributes["message"]) == (STATE_OFF, name)


@pytest.mark.parametrize("scenario", ["household"])
async def test_day_of_the_appointment(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """The calendar is on when the fitter comes, and a moved visit moves in it."""
    nomos.set_order(status="installation_scheduled")
    house = await move_in(hass, freezer, nomos, load(WALLBOX))
    assert [e["summary"] for e in await events(hass, house.entry)] == [
        "Wallbox",
        "Installation appointment",
    ]
    await house.at(APPOINTMENT)
    assert calendar(hass, house.entry).state == STATE_ON
    nomos.set_order(appointment_at="2026-07-13 08:00")
    await house.contract_is()
    assert calendar(hass, house.entry).state == STATE_OFF
    shown = await events(hass, house.entry, APPOINTMENT)
    assert "2026-07-13T08:00:00+02:00" in [e["start"] for e in shown]
    assert "2026-07-10T09:30:00+02:00" not in [e["start"] for e in shown]


async def test_always_available(house: House) -> None:
    """There is a schedule, also while Nomos is silent for long."""
    house.nomos.fail(drop=True)
    await house.at("2026-07-06 12:00")
    state = calendar(house.hass, house.entry)
    assert state.state == STATE_OFF
    assert state.attributes["start_time"] == "2026-07-06 22:00:00"


@pytest.mark.parametrize("zone", ["America/New_York"])
async def test_home_in_another_zone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    zone: str,
) -> None:
    """The instants are the same, wherever Home Assistant thinks it is."""
    await hass.config.async_set_time_zone(zone)
    tell_prices(nomos, ("2026-07-01 23:00", 4, 10))
    house = await move_in(hass, freezer, nomos, load(WALLBOX))
    (event,) = await events(hass, house.entry)
    assert datetime.fromisoformat(event["start"]) == local("2026-07-01 23:00")
    await house.at("2026-07-01 23:00")
    assert calendar(hass, house.entry).state == STATE_ON


async def test_without_loads(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A calendar without anything to show is an empty one."""
    await set_up(hass, entry)
    assert calendar(hass, entry).state == STATE_OFF
    assert await events(hass, entry) == []
