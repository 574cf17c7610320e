"""Tests of the action that answers with prices."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .home import add_entry, local, restart, set_up, turn_clock

NOW = local("2026-07-01 15:07")
QUARTER = timedelta(minutes=15)

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def get_prices(
    hass: HomeAssistant, entry: MockConfigEntry, **fields: Any
) -> dict[str, Any]:
    """Ask for prices, and see that JSON can hold the answer as it is."""
    answer = await hass.services.async_call(
        DOMAIN,
        "get_prices",
        {"config_entry": entry.entry_id, **fields},
        blocking=True,
        return_response=True,
    )
    read: dict[str, Any] = json.loads(json_bytes(answer))
    assert read == answer
    return read


def told(nomos: SimulatedNomos) -> dict[datetime, Decimal]:
    """Return the prices that Nomos has told so far, in EUR/kWh, by their start."""
    return {
        datetime.fromisoformat(item["timestamp"]): Decimal(str(item["amount"])) / 100
        for exchange in nomos.requests("*/prices")
        for item in json.loads(exchange.response_body)["items"]
        if item["amount"] is not None
    }


def periods(nomos: SimulatedNomos) -> list[str]:
    """Return the days that Nomos has been asked for, request by request."""
    queries = [URL(exchange.url).query for exchange in nomos.requests("*/prices")]
    return [f"{query['start']} {query['end']}" for query in queries]


async def test_today_and_tomorrow(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Without a period it is from the start of today on as far as prices are known."""
    asked = len(nomos.exchanges)
    answer = await get_prices(hass, loaded)
    assert len(nomos.exchanges) == asked
    prices = answer.pop("prices")
    assert answer == {
        "unit": "EUR/kWh",
        "currency": "EUR",
        "known_until": "2026-07-03T00:00:00+02:00",
    }
    assert len(prices) == 192
    assert prices[0]["start"] == "2026-07-01T00:00:00+02:00"
    assert prices[-1]["end"] == answer["known_until"]
    for item in prices:
        assert list(item) == ["start", "end", "price"]
        assert item["start"].endswith("+02:00")
        begin, end = (datetime.fromisoformat(item[key]) for key in ("start", "end"))
        assert end - begin == QUARTER
    found = {
        datetime.fromisoformat(i["start"]): Decimal(str(i["price"])) for i in prices
    }
    assert found == told(nomos)


def listed(end: str, price: float, name: str, start: str = "16:00") -> dict[str, Any]:
    """Return an item of a list on the first of July."""
    day = "2026-07-01T{}:00+02:00"
    return {"start": day.format(start), "end": day.format(end), name: price}


async def test_formats(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Each shape is as other programs take it, to the last digit of the price."""
    nomos.set_market(
        amounts={
            "2026-07-01 16:00": 24.44,
            "2026-07-01 16:15": -3.1,
            "2026-07-01 16:30": 20,
            "2026-07-01 16:45": 32,
        }
    )
    await set_up(hass, entry)
    period = {"start": "2026-07-01 16:00", "end": "2026-07-01 16:30"}
    for shape, name in ((None, "price"), ("list", "price"), ("evcc", "value")):
        fields = {"format": shape} if shape else {}
        quarters = await get_prices(hass, entry, **period, **fields)
        assert quarters["prices"] == [
            listed("16:15", 0.2444, name),
            listed("16:30", -0.031, name, "16:15"),
        ]
        hours = await get_prices(hass, entry, **period, **fields, resolution="hour")
        assert hours["prices"] == [listed("17:00", 0.18335, name)]
    quarters = await get_prices(hass, entry, **period, format="map")
    assert quarters["prices"] == {
        "2026-07-01T16:00:00+02:00": 0.2444,
        "2026-07-01T16:15:00+02:00": -0.031,
    }
    hours = await get_prices(hass, entry, **period, format="map", resolution="hour")
    assert hours["prices"] == {"2026-07-01T16:00:00+02:00": 0.18335}


@pytest.mark.parametrize("kind", ["null_moments", "missing_moments"])
async def test_missing_prices(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, kind: str
) -> None:
    """A missing price is left out, and so is the hour that it belongs to."""
    nomos.set_market(**{kind: ["2026-07-01 16:30", "2026-07-02 23:45"]})
    await set_up(hass, entry)
    answer = await get_prices(hass, entry, format="map")
    assert len(answer["prices"]) == 190
    assert "2026-07-01T16:15:00+02:00" in answer["prices"]
    assert "2026-07-01T16:30:00+02:00" not in answer["prices"]
    assert answer["known_until"] == "2026-07-02T23:45:00+02:00"
    hours = (await get_prices(hass, entry, format="map", resolution="hour"))["prices"]
    assert len(hours) == 46
    assert "2026-07-01T16:00:00+02:00" not in hours
    assert "2026-07-02T23:00:00+02:00" not in hours


async def test_hours(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """An hour's price is the mean of its quarters, not that of one of them."""
    answer = await get_prices(hass, loaded, format="map", resolution="hour")
    quarters = sorted(told(nomos).items())
    assert len(answer["prices"]) == 48
    for (text, price), hour in zip(
        answer["prices"].items(), batched(quarters, 4, strict=True), strict=True
    ):
        assert datetime.fromisoformat(text) == hour[0][0]
        assert price == float(sum(amount for _, amount in hour) / 4)


@pytest.mark.parametrize("day", ["2026-07-01", "2026-07-02"])
async def test_period(hass: HomeAssistant, loaded: MockConfigEntry, day: str) -> None:
    """It is whatever overlaps the period, whose end does not belong to it."""
    for start, end, first, last, count in (
        ("16:00", "16:15", "16:00", "16:00", 1),
        ("16:00", "16:15:00.000001", "16:00", "16:15", 2),
        ("16:14:59", "16:15", "16:00", "16:00", 1),
        ("16:07", "16:08", "16:00", "16:00", 1),
        ("16:15", "17:20", "16:15", "17:15", 5),
    ):
        period = {"start": f"{day} {start}", "end": f"{day} {end}"}
        answer = await get_prices(hass, loaded, **period, format="map")
        begins = list(answer["prices"])
        assert len(begins) == count
        assert begins[0] == f"{day}T{first}:00+02:00"
        assert begins[-1] == f"{day}T{last}:00+02:00"
        answer = await get_prices(
            hass, loaded, **period, format="map", resolution="hour"
        )
        hours = list(answer["prices"])
        assert hours[0] == f"{day}T16:00:00+02:00"
        assert hours[-1] == f"{day}T{last[:2]}:00:00+02:00"
        assert len(hours) == 1 + (last > "17")


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata"]
)
async def test_times_are_local_to_the_contract(
    hass: HomeAssistant, loaded: MockConfigEntry, zone: str
) -> None:
    """Wherever Home Assistant is, a time without a zone is that of the market."""
    await hass.config.async_set_time_zone(zone)
    for start in (
        "2026-07-01 16:00",
        "2026-07-01T16:00:00",
        "2026-07-01T16:00:00+02:00",
        "2026-07-01T14:00:00Z",
        "2026-07-01T07:00:00-07:00",
        datetime.fromisoformat("2026-07-01T16:00"),
        local("2026-07-01 16:00"),
    ):
        answer = await get_prices(hass, loaded, start=start, format="map")
        assert next(iter(answer["prices"])) == "2026-07-01T16:00:00+02:00"
        assert answer["known_until"] == "2026-07-03T00:00:00+02:00"
    answer = await get_prices(hass, loaded, format="map")
    assert next(iter(answer["prices"])) == "2026-07-01T00:00:00+02:00"


@pytest.mark.parametrize(
    ("day", "quarters", "hour", "before", "after"),
    [
        (
            "2026-03-29",
            92,
            ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"],
            "2026-03-29T00:00:00+01:00",
            "2026-03-30T00:00:00+02:00",
        ),
        (
            "2026-10-25",
            100,
            ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"],
            "2026-10-25T00:00:00+02:00",
            "2026-10-26T00:00:00+01:00",
        ),
    ],
)
async def test_clock_change(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    day: str,
    quarters: int,
    hour: list[str],
    before: str,
    after: str,
) -> None:
    """The days of 92 and 100 quarter-hours are whole, and no moment has two prices."""
    freezer.move_to(local(f"{day} 12:00"))
    entry = add_entry(hass, nomos)
    await set_up(hass, entry)
    answer = await get_prices(hass, entry, format="map")
    begins = list(answer["prices"])
    assert len(begins) == quarters
    assert (begins[0], answer["known_until"]) == (before, after)
    assert {datetime.fromisoformat(text) for text in begins} == set(told(nomos))
    answer = await get_prices(hass, entry, resolution="hour")
    assert len(answer["prices"]) == quarters // 4
    found = [i["start"] for i in answer["prices"] if i["start"] in hour]
    assert found == hour
    for item in answer["prices"]:
        begin, end = (datetime.fromisoformat(item[key]) for key in ("start", "end"))
        assert end - begin == timedelta(hours=1)


async def test_past_days(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Past days are asked for once, and kept also over a restart."""
    nomos.exchanges.clear()
    period = {"start": "2026-06-20 12:00", "end": "2026-06-22 06:00"}
    answer = await get_prices(hass, loaded, **period, format="map")
    assert periods(nomos) == ["2026-06-20 2026-06-22"]
    assert len(answer["prices"]) == 4 * (12 + 24 + 6)
    assert answer["known_until"] == "2026-07-03T00:00:00+02:00"
    moments = {datetime.fromisoformat(text): text for text in answer["prices"]}
    for moment, text in moments.items():
        assert Decimal(str(answer["prices"][text])) == told(nomos)[moment]
    assert await get_prices(hass, loaded, **period, format="map") == answer
    await restart(hass, loaded)
    assert await get_prices(hass, loaded, **period, format="map") == answer
    assert len(nomos.requests("*/prices")) == 1


async def test_two_askers_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A chart with two series asks twice at once; Nomos is asked once."""
    nomos.exchanges.clear()
    both = await asyncio.gather(
        *(get_prices(hass, loaded, start="2026-06-29 00:00") for _ in range(2))
    )
    assert both[0] == both[1]
    assert len(nomos.requests("*/prices")) == 1


async def test_only_missing_days_are_asked_for(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """What is known already is not asked for again, and today not at all."""
    nomos.exchanges.clear()
    await get_prices(hass, loaded, start="2026-06-29 00:00")
    assert periods(nomos) == ["2026-06-29 2026-06-30"]
    await get_prices(hass, loaded, start="2026-06-28 23:59", end="2026-07-01 12:00")
    assert periods(nomos)[1:] == ["2026-06-28 2026-06-28"]
    answer = await get_prices(hass, loaded, start="2026-06-28", format="map")
    assert len(periods(nomos)) == 2
    assert len(answer["prices"]) == 5 * 96
    await get_prices(hass, loaded, start="2026-06-20 06:00", end="2026-06-21 00:00")
    assert periods(nomos)[2:] == ["2026-06-20 2026-06-20"]


async def test_past_days_without_prices(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Days of which Nomos knows nothing are not asked for over and over."""
    nomos.exchanges.clear()
    period = {"start": "2018-09-01", "end": "2018-09-03"}
    for _ in range(3):
        answer = await get_prices(hass, loaded, **period)
        assert answer["prices"] == []
    assert len(periods(nomos)) == 1


async def test_future(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Of what is not known yet there are no prices, and Nomos is not asked."""
    nomos.exchanges.clear()
    periods_ahead: list[dict[str, str]] = [
        {"start": "2026-07-03 00:00"},
        {"start": "2026-08-01", "end": "2026-08-02"},
        {"start": "2099-12-31 23:59"},
    ]
    for period in periods_ahead:
        for resolution in ("quarter", "hour"):
            answer = await get_prices(hass, loaded, **period, resolution=resolution)
            assert answer["prices"] == []
            assert answer["known_until"] == "2026-07-03T00:00:00+02:00"
    assert not nomos.exchanges


async def test_longest_period(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """So many past days can be asked for as are kept, and all that is known beside."""
    start = NOW - timedelta(days=31)
    answer = await get_prices(hass, loaded, start=start)
    assert len(answer["prices"]) == 31 * 96 + 132
    assert await get_prices(hass, loaded, start=start, end="2027-01-01") == answer


async def test_known_until_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """Where the known prices have ended, nothing is known from now on."""
    await nomos.stop()
    end = local("2026-07-03 00:00")
    await turn_clock(hass, freezer, end - timedelta(microseconds=1))
    answer = await get_prices(hass, loaded)
    assert answer["known_until"] == "2026-07-03T00:00:00+02:00"
    assert len(answer["prices"]) == 96
    await turn_clock(hass, freezer, end)
    answer = await get_prices(hass, loaded)
    assert answer["known_until"] is None
    assert answer["prices"] == []


async def test_subscription_without_prices(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Where Nomos has no prices there are none."""
    nomos.set_market(null_items=True)
    await set_up(hass, entry)
    answer = await get_prices(hass, entry)
    assert answer["prices"] == []
    assert answer["known_until"] is None


@pytest.mark.parametrize("scenario", ["moving"])
async def test_feed_in(hass: HomeAssistant, nomos: SimulatedNomos) -> None:
    """Each contract has its own prices; for feeding in they are what is paid out."""
    supply = add_entry(hass, nomos)
    await set_up(hass, supply)
    nomos.exchanges.clear()
    feed_in = MockConfigEntry(
        domain=DOMAIN, unique_id="sub_nndnoq0d2bu0tobkzpizmb8k", data=nomos.account
    )
    feed_in.add_to_hass(hass)
    await set_up(hass, feed_in)
    answers = [
        await get_prices(hass, entry, format="map") for entry in (supply, feed_in)
    ]
    paid, paid_out = (answer["prices"] for answer in answers)
    assert set(paid) == set(paid_out)
    assert all(paid[text] > price for text, price in paid_out.items())
    assert {
        datetime.fromisoformat(text): Decimal(str(price))
        for text, price in paid_out.items()
    } == told(nomos)
