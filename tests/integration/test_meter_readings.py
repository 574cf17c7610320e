"""Tests of telling what an analog meter shows."""

import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.nomos_smartmeter.const import DOMAIN
from simulator.meter_reading import MeterReading
from tests.simulated import SimulatedNomos

from .actions import LOST, act, check_texts, reports_missing_scope
from .home import local, set_up, state_of
from .sign_in import Browser, signed_in

READINGS = "/meter-readings"
NOW = local("2026-11-24 10:05")

pytestmark = pytest.mark.freeze_time(NOW)


async def submit(hass: HomeAssistant, entry: MockConfigEntry, **fields: Any) -> Any:
    """Perform the action, with 1234.5 kWh where nothing else is said."""
    told = {"value": 1234.5, **fields}
    return await act(hass, "submit_meter_reading", entry.entry_id, **told)


async def refused(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, *parts: str, **fields: Any
) -> HomeAssistantError:
    """See that a reading is refused with a text of its own."""
    with pytest.raises(HomeAssistantError) as refusal:
        await submit(hass, entry, **fields)
    check_texts(refusal.value, key, *parts)
    return refusal.value


def posts(nomos: SimulatedNomos) -> list[dict[str, Any]]:
    """Return what was sent."""
    sent = [e.request_body for e in nomos.requests(READINGS) if e.method == "POST"]
    return [json.loads(body) for body in sent]


def taken(nomos: SimulatedNomos) -> list[MeterReading]:
    """Return the readings that Nomos has."""
    return list(nomos.world.meter_readings.values())


def request_id(nomos: SimulatedNomos) -> str:
    """Return the id of what was sent, which support asks for."""
    sent = [e for e in nomos.requests(READINGS) if e.method == "POST"]
    found: str = json.loads(sent[-1].response_body)["requestId"]
    return found


async def test_reading_of_now(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A reading is taken once, for the start of today, and shown at once."""
    answer = await submit(hass, loaded)
    await hass.async_block_till_done()
    (reading,) = taken(nomos)
    assert answer == {
        "id": reading.id,
        "value": 1234.5,
        "timestamp": "2026-11-24T00:00:00+01:00",
    }
    sent = {"subscription": nomos.subscription.id, "value": 1234.5}
    assert posts(nomos) == [{**sent, "timestamp": "2026-11-24T09:05:00Z"}]
    assert state_of(hass, loaded, "last_meter_reading").state == "1234.5"


@pytest.mark.parametrize(
    ("timestamp", "sent", "day"),
    [
        ("2026-11-22 18:30", "2026-11-22T17:30:00Z", "2026-11-22T00:00:00+01:00"),
        ("2026-11-22T23:30:00Z", "2026-11-22T23:30:00Z", "2026-11-23T00:00:00+01:00"),
        (NOW, "2026-11-24T09:05:00Z", "2026-11-24T00:00:00+01:00"),
    ],
)
async def test_reading_of_an_earlier_time(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    timestamp: object,
    sent: str,
    day: str,
) -> None:
    """A time is local unless it says something else, and may be the present one."""
    answer = await submit(hass, loaded, timestamp=timestamp)
    assert answer["timestamp"] == day
    assert posts(nomos)[0]["timestamp"] == sent


async def test_without_an_answer(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Automations need no answer, and a text that is a number is one."""
    fields = {"config_entry": loaded.entry_id, "value": "1234.567"}
    await hass.services.async_call(
        DOMAIN, "submit_meter_reading", fields, blocking=True
    )
    assert [reading.value for reading in taken(nomos)] == [1234.567]


async def test_reading_that_is_not_shown_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Where the poll after it fails, the reading is answered nevertheless."""
    nomos.fail("/subscriptions/*", drop=True)
    assert (await submit(hass, loaded))["id"] == taken(nomos)[0].id


@pytest.mark.parametrize(
    "value", [0, -1, "0", 1e-10, 1e7, True, None, "", "1234,5", "nan", "inf", [1]]
)
async def test_not_a_reading(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, value: object
) -> None:
    """What cannot stand on a meter is refused, and nothing is asked."""
    before = len(nomos.exchanges)
    parts = ("value", str(value))
    refusal = await refused(hass, loaded, "not_above_zero", *parts, value=value)
    assert isinstance(refusal, ServiceValidationError)
    assert len(nomos.exchanges) == before


async def test_no_reading(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """There is nothing to tell without what the meter shows."""
    before = len(nomos.exchanges)
    fields = {"config_entry": loaded.entry_id}
    with pytest.raises(vol.Invalid, match="value"):
        await hass.services.async_call(
            DOMAIN, "submit_meter_reading", fields, blocking=True
        )
    assert len(nomos.exchanges) == before


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"meter.type": "smart"}, "reading_by_itself"),
        ({"type": "feed_in"}, "reading_by_itself"),
        ({"type": "feed_in", "status": "ended"}, "reading_by_itself"),
        ({"status": "ended"}, "reading_for_ended"),
    ],
)
async def test_contract_takes_no_reading(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    changes: dict[str, Any],
    key: str,
) -> None:
    """What is known to be impossible is refused without asking Nomos."""
    nomos.set_subscription(**changes)
    await set_up(hass, entry)
    before = len(nomos.exchanges)
    refusal = await refused(hass, entry, key)
    assert isinstance(refusal, ServiceValidationError)
    assert len(nomos.exchanges) == before


@pytest.mark.parametrize(
    "timestamp", ["2026-11-24 10:05:01", "2026-11-24T09:06:00Z", "2027-01-01 00:00"]
)
async def test_future(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    timestamp: str,
) -> None:
    """Nobody knows what a meter will show."""
    before = len(nomos.exchanges)
    await refused(hass, loaded, "reading_in_future", timestamp=timestamp)
    assert len(nomos.exchanges) == before


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"value": 899}, 400, "below an earlier one"),
        ({"value": 3401}, 400, "implausibly high"),
        ({"timestamp": "2026-11-19 12:00"}, 409, "a reading of this day already"),
        ({"timestamp": "2026-11-17 12:00"}, 400, "above a later one"),
        ({"timestamp": "2026-10-01 12:00"}, 400, "outside of the supply period"),
    ],
)
async def test_implausible(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fields: dict[str, Any],
    status: int,
    words: str,
) -> None:
    """What Nomos finds implausible is told in its own words, and not repeated."""
    nomos.world.add_reading(
        nomos.subscription, {"value": 900, "timestamp": "2026-11-19 00:00"}
    )
    with pytest.raises(HomeAssistantError) as refusal:
        await submit(hass, loaded, **fields)
    check_texts(refusal.value, "reading_refused", words, request_id(nomos))
    assert nomos.requests(READINGS)[-1].status == status
    assert len(posts(nomos)) == 1
    assert len(taken(nomos)) == 1


@pytest.mark.parametrize("status", [404, 422])
async def test_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, status: int
) -> None:
    """Any other refusal is told with what support asks for."""
    nomos.fail(READINGS, method="POST", status=status)
    with pytest.raises(HomeAssistantError) as refusal:
        await submit(hass, loaded)
    check_texts(refusal.value, "reading_refused", request_id(nomos))
    assert len(posts(nomos)) == 1
    assert not reports_missing_scope(hass)


async def test_read_only_credentials(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Without the scope nothing is sent, and a repair says what is missing."""
    nomos.credential.scope = "read:*"
    await set_up(hass, entry)
    before = len(nomos.requests(READINGS))
    await refused(hass, entry, "may_not_write", "support@nomos.energy")
    assert len(nomos.requests(READINGS)) == before
    assert reports_missing_scope(hass)
    nomos.credential.scope = "read:* write:*"
    freezer.tick(600)
    await submit(hass, entry)
    assert not reports_missing_scope(hass)


async def test_scope_that_nomos_does_not_tell(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A refusal for want of permission leads to the same repair."""
    nomos.fail(READINGS, method="POST", status=403)
    with pytest.raises(HomeAssistantError) as refusal:
        await submit(hass, loaded)
    parts = (request_id(nomos), "support@nomos.energy")
    check_texts(refusal.value, "may_not_write", *parts)
    assert reports_missing_scope(hass)
    assert len(posts(nomos)) == 1


async def test_signed_in(
    hass: HomeAssistant, browser: Browser, nomos: SimulatedNomos
) -> None:
    """A sign-in only reads: that is known without asking, and no repair."""
    entry = await signed_in(browser)
    before = len(nomos.exchanges)
    await refused(hass, entry, "signed_in_reads_only")
    assert len(nomos.exchanges) == before
    assert not reports_missing_scope(hass)


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("timestamp", ["2026-11-24 10:00", "2026-11-15 10:00"])
async def test_answer_is_lost(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
    timestamp: str,
) -> None:
    """A reading whose answer is lost is read back, also if it is not the newest."""
    nomos.world.add_reading(
        nomos.subscription, {"value": 1300, "timestamp": "2026-11-20 00:00"}
    )
    nomos.fail(READINGS, method="POST", afterwards=True, **fault)
    value = 1234.567 if timestamp < "2026-11-20" else 1400
    answer = await submit(hass, loaded, value=value, timestamp=timestamp)
    newest = taken(nomos)[-1]
    assert (answer["id"], answer["value"]) == (newest.id, value)
    assert len(posts(nomos)) == 1


@pytest.mark.parametrize("fault", LOST)
async def test_nothing_is_known(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """A reading that is not found is neither claimed nor sent again.

    Neither the same value of another day is it, nor another value of the same day.
    """
    for value, day in ((1234.5, "2026-11-23 00:00"), (1234.4, "2026-11-24 00:00")):
        reading = {"value": value, "timestamp": day}
        nomos.world.add_reading(nomos.subscription, reading)
    nomos.fail(READINGS, method="POST", **fault)
    with pytest.raises(HomeAssistantError) as refusal:
        await submit(hass, loaded)
    known = request_id(nomos) if fault.get("status") == 500 else "–"
    check_texts(refusal.value, "reading_outcome_unknown", known)
    assert len(posts(nomos)) == 1


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 403}, {"status": 429}])
async def test_cannot_be_read_back(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """While Nomos is silent nothing is known either."""
    nomos.fail(READINGS, method="POST", afterwards=True, drop=True)
    nomos.fail(READINGS, method="GET", **fault)
    await refused(hass, loaded, "reading_outcome_unknown")
    assert len(posts(nomos)) == 1


async def test_nomos_is_silent(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Without a token nothing is sent."""
    loaded.runtime_data.meter_order.client._authentication._token = None
    nomos.fail("/oauth/token", drop=True)
    await refused(hass, loaded, "cannot_connect")
    assert not posts(nomos)
