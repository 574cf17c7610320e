"""Tests of the price entities."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.nomos_smartmeter.price_formats import FORECAST_ATTRIBUTES
from tests.simulated import SimulatedNomos

from .home import (
    add_entry,
    local,
    move_on,
    our_lines,
    price,
    set_up,
    state_of,
    turn_clock,
)

NOW = local("2026-11-24T10:05")
NOW_KEYS = (
    "current_price",
    "next_price",
    "electricity_price",
    "grid_price",
    "levies_price",
    "price_level",
    "cheap_power",
)

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def test_amounts_are_exact(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """A price in ct/kWh is shown in EUR/kWh, digit by digit, and so are its parts."""
    nomos.set_market(
        amounts={"2026-11-24 10:00": 30.07, "2026-11-24 10:15": -3.1}, weather="flat"
    )
    await set_up(hass, entry)
    assert price(hass, entry) == "0.3007"
    assert price(hass, entry, "next_price") == "-0.031"
    parts = [
        price(hass, entry, f"{part}_price")
        for part in ("electricity", "grid", "levies")
    ]
    assert parts == ["0.1268", "0.0947", "0.0792"]
    assert state_of(hass, entry, "current_price").attributes["unit_of_measurement"] == (
        "EUR/kWh"
    )


async def test_change_over_at_the_very_begin_of_a_quarter(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Not a moment earlier, and all at once, without a request."""
    nomos.set_market(
        amounts={"2026-11-24 10:00": 10, "2026-11-24 10:15": 20, "2026-11-24 10:30": 30}
    )
    await set_up(hass, entry)
    asked = len(nomos.exchanges)
    await turn_clock(hass, freezer, local("2026-11-24T10:14:59"))
    assert (price(hass, entry), price(hass, entry, "next_price")) == ("0.1", "0.2")
    await turn_clock(hass, freezer, local("2026-11-24T10:15"))
    assert (price(hass, entry), price(hass, entry, "next_price")) == ("0.2", "0.3")
    changed = {state_of(hass, entry, key).last_updated for key in NOW_KEYS[:3]}
    assert changed == {local("2026-11-24T10:15")}
    assert len(nomos.exchanges) == asked


async def test_levels(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Level and light go by the rank of the quarter in its local day."""
    midnight = local("2026-11-24T00:00")
    quarters = [midnight + timedelta(minutes=15 * n) for n in range(96)]
    nomos.set_market(amounts={at.isoformat(): 20 + n for n, at in enumerate(quarters)})
    freezer.move_to(midnight)
    await set_up(hass, entry)
    levels = {0: "very_cheap", 20: "cheap", 39: "normal"}
    levels |= {58: "expensive", 77: "very_expensive"}
    for quarter, level in levels.items():
        await turn_clock(hass, freezer, quarters[quarter])
        assert price(hass, entry, "price_level") == level
        light = STATE_ON if "cheap" in level else STATE_OFF
        assert price(hass, entry, "cheap_power") == light
    for quarter, level in zip((57, 76, 95), list(levels.values())[2:], strict=True):
        freezer.move_to(quarters[quarter])
        entry.runtime_data.prices.async_update_listeners()
        assert price(hass, entry, "price_level") == level


async def test_statistics_of_the_days(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Lowest, highest and average of today and, once they are there, of tomorrow."""
    nomos.set_market(
        weather="flat",
        amounts={
            "2026-11-24 03:00": 1.5,
            "2026-11-24 19:00": 60.25,
            "2026-11-25 03:00": -7,
            "2026-11-25 19:00": 99,
        },
    )
    await set_up(hass, entry)
    assert price(hass, entry, "lowest_price_today") == "0.015"
    assert price(hass, entry, "highest_price_today") == "0.6025"
    flat = float(price(hass, entry))
    average = float(price(hass, entry, "average_price_today"))
    assert average == pytest.approx((94 * flat + 0.015 + 0.6025) / 96)
    assert price(hass, entry, "tomorrow_prices_available") == STATE_OFF
    for name in ("lowest", "highest", "average"):
        assert price(hass, entry, f"{name}_price_tomorrow") == STATE_UNKNOWN
    await move_on(hass, freezer, timedelta(hours=5))
    assert price(hass, entry, "tomorrow_prices_available") == STATE_ON
    assert price(hass, entry, "lowest_price_tomorrow") == "-0.07"
    assert price(hass, entry, "highest_price_tomorrow") == "0.99"
    assert price(hass, entry, "lowest_price_today") == "0.015"


@pytest.mark.parametrize("kind", ["null_moments", "missing_moments"])
async def test_missing_price(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    every_entity_enabled: None,
    kind: str,
) -> None:
    """A missing price is unknown, is not the next one, and in no list or statistic."""
    nomos.set_market(**{kind: ["2026-11-24 10:15"]})
    await set_up(hass, entry)
    assert price(hass, entry, "next_price") == STATE_UNKNOWN
    await turn_clock(hass, freezer, local("2026-11-24T10:15"))
    for key in (*NOW_KEYS, "price_forecast"):
        assert price(hass, entry, key) == STATE_UNKNOWN
    assert float(price(hass, entry, "lowest_price_today")) > 0
    forecast = state_of(hass, entry, "price_forecast").attributes
    assert len(forecast["raw_today"]) == 95
    assert all(isinstance(item["value"], float) for item in forecast["raw_today"])
    await turn_clock(hass, freezer, local("2026-11-24T10:30"))
    assert float(price(hass, entry)) > 0


@pytest.mark.parametrize(
    ("day", "quarters"),
    [("2026-11-24", 96), ("2026-03-29", 92), ("2026-10-25", 100)],
)
async def test_forecast(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    every_entity_enabled: None,
    day: str,
    quarters: int,
) -> None:
    """The lists hold each quarter of the local day, one after the other."""
    freezer.move_to(local(f"{day}T10:05"))
    await set_up(hass, entry)
    forecast = state_of(hass, entry, "price_forecast").attributes
    today = forecast["raw_today"]
    assert len(today) == quarters
    assert today[0]["start"].isoformat()[:19] == f"{day}T00:00:00"
    for item, after in pairwise(today):
        assert item["end"] - item["start"] == timedelta(minutes=15)
        assert item["end"] == after["start"]
        assert item["start"].tzinfo.utcoffset(None) is not None
    assert forecast["raw_tomorrow"] == []
    assert forecast["tomorrow_valid"] is False
    assert (forecast["currency"], forecast["unit"]) == ("EUR", "EUR/kWh")
    now = next(i for i in today if i["start"] <= datetime.now(UTC) < i["end"])
    assert str(now["value"]) == state_of(hass, entry, "price_forecast").state
    await move_on(hass, freezer, timedelta(hours=6))
    forecast = state_of(hass, entry, "price_forecast").attributes
    assert forecast["tomorrow_valid"] is True
    assert len(forecast["raw_tomorrow"]) == 96
    assert forecast["data"] == [
        {
            "start_time": item["start"],
            "end_time": item["end"],
            "price_per_kwh": item["value"],
        }
        for item in (*forecast["raw_today"], *forecast["raw_tomorrow"])
    ]


async def test_forecast_is_off_by_default(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """It is the only one that must be wanted."""
    await set_up(hass, entry)
    disabled = [
        entity.unique_id
        for entity in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        if entity.disabled
    ]
    assert disabled == [f"{entry.unique_id}_price_forecast"]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
async def test_home_in_another_zone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    every_entity_enabled: None,
    zone: str,
) -> None:
    """The days are those of the market, wherever Home Assistant thinks it is."""
    await hass.config.async_set_time_zone(zone)
    nomos.set_market(amounts={"2026-11-24 00:00": 1, "2026-11-24 23:45": 99})
    await set_up(hass, entry)
    assert price(hass, entry, "lowest_price_today") == "0.01"
    assert price(hass, entry, "highest_price_today") == "0.99"
    forecast = state_of(hass, entry, "price_forecast").attributes["raw_today"]
    assert forecast[0]["start"].isoformat() == "2026-11-24T00:00:00+01:00"
    await turn_clock(hass, freezer, local("2026-11-24T23:45"))
    assert price(hass, entry) == "0.99"


@pytest.mark.parametrize(
    ("first", "second"),
    [("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z")],
)
async def test_both_passes_of_the_hour_that_comes_twice(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    first: str,
    second: str,
) -> None:
    """02:00 comes twice on one morning in October, at two prices."""
    nomos.set_market(amounts={first: 11, second: 22})
    freezer.move_to(local("2026-10-24T23:50"))
    await set_up(hass, entry)
    await turn_clock(hass, freezer, datetime.fromisoformat(first))
    assert price(hass, entry) == "0.11"
    await turn_clock(hass, freezer, datetime.fromisoformat(second))
    assert price(hass, entry) == "0.22"


async def test_hour_that_is_left_out(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """On a morning in March the quarter after 01:45 is that of 03:00."""
    nomos.set_market(amounts={"2026-03-29 01:45": 11, "2026-03-29 03:00": 22})
    freezer.move_to(local("2026-03-29T01:46"))
    await set_up(hass, entry)
    assert (price(hass, entry), price(hass, entry, "next_price")) == ("0.11", "0.22")
    await turn_clock(hass, freezer, local("2026-03-29T03:00"))
    assert price(hass, entry) == "0.22"


async def test_change_from_hours_to_quarters(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """An hourly price holds for its hour, and the next price is the next hour's."""
    nomos.set_market(
        hourly_before="2026-11-25",
        amounts={
            "2026-11-24 22:00": 22,
            "2026-11-24 23:00": 23,
            "2026-11-25 00:00": 24,
            "2026-11-25 00:15": 25,
        },
    )
    freezer.move_to(local("2026-11-24T22:20"))
    await set_up(hass, entry)
    seen = []
    for clock in ("24T22:45", "24T23:45", "25T00:00", "25T00:15"):
        await turn_clock(hass, freezer, local(f"2026-11-{clock}"))
        seen.append((price(hass, entry), price(hass, entry, "next_price")))
    assert seen[:3] == [("0.22", "0.23"), ("0.23", "0.24"), ("0.24", "0.25")]
    assert seen[3][0] == "0.25"


async def test_not_before_dynamic_pricing_is_active(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Prices nobody pays are not shown, and appear without a restart when they count."""
    nomos.set_order(status="cancelled", cancelled_reason="customer_request")
    await set_up(hass, entry)
    assert price(hass, entry) == STATE_UNAVAILABLE
    assert price(hass, entry, "cheap_power") == STATE_UNAVAILABLE
    assert not nomos.requests("*/prices")
    nomos.set_order(status="activated")
    await entry.runtime_data.meter_order.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert float(price(hass, entry)) > 0
    assert not our_lines(caplog)
    await turn_clock(hass, freezer, local("2026-11-24T10:15"))
    assert state_of(hass, entry, "current_price").last_reported == local(
        "2026-11-24T10:15"
    )
    nomos.set_subscription(status="ended")
    await entry.runtime_data.meter_order.async_refresh()
    assert price(hass, entry) == STATE_UNAVAILABLE


async def test_lists_are_not_recorded(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    every_entity_enabled: None,
) -> None:
    """The recorder leaves out what it could not hold."""
    entry = add_entry(hass, nomos)
    await set_up(hass, entry)
    info = state_of(hass, entry, "price_forecast").state_info
    assert info is not None
    assert info["unrecorded_attributes"] >= FORECAST_ATTRIBUTES


@pytest.mark.parametrize("scenario", ["moving"])
async def test_feeding_in(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
) -> None:
    """Who feeds in sees what is paid out, now and next, in the unit of a price."""
    subscription = next(
        s for s in nomos.world.subscriptions.values() if s.type == "feed_in"
    )
    nomos.set_market(amounts={"2026-11-24 10:00": 8.4, "2026-11-24 10:15": -0.3})
    subscription.meter.type = "smart"
    with patch.object(type(nomos), "subscription", subscription):
        entry = add_entry(hass, nomos)
    await set_up(hass, entry)
    assert price(hass, entry, "current_payout") == "0.084"
    assert price(hass, entry, "next_payout") == "-0.003"
    await turn_clock(hass, freezer, local("2026-11-24T10:15"))
    assert price(hass, entry, "current_payout") == "-0.003"
