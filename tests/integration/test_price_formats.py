"""Tests of prices in the shapes that other programs take."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
import json
from typing import Any

from homeassistant.helpers.json import json_bytes
import pytest

from custom_components.nomos_smartmeter.price_formats import (
    FORECAST_ATTRIBUTES,
    FORMATS,
    as_evcc,
    as_list,
    as_map,
    as_number,
    forecast_attributes,
    intervals_between,
    local_text,
)
from custom_components.nomos_smartmeter.tariff.local_time import DAY, QUARTER
from custom_components.nomos_smartmeter.tariff.prices import PriceOutlook, PriceSeries
from tests.tariff.series import NOON, cts, drawn, full_day, hour, item, series

from .home import local

HOUR = timedelta(hours=1)


def hours(
    prices: PriceSeries, start: datetime = NOON, end: datetime | None = None
) -> dict[float, Decimal | None]:
    """Return the prices of hours in ct/kWh, by how long after noon they begin."""
    found = list(intervals_between(prices, start, end, hourly=True))
    assert all(interval.end - interval.start == HOUR for interval in found)
    amounts = cts(found)
    begins = [(interval.start - NOON) / HOUR for interval in found]
    return dict(zip(begins, amounts, strict=True))


def test_hours() -> None:
    """An hour costs what its quarters cost in the mean, or is left out."""
    for picture, expected in (
        ("", {}),
        ("123", {}),
        ("1234", {0: Decimal("2.5")}),
        ("12345", {0: Decimal("2.5")}),
        ("12-4", {}),
        ("12.4", {}),
        ("----", {}),
        ("12-45678", {1: Decimal("6.5")}),
        (".1235678", {1: Decimal("6.5")}),
        ("1111....2222", {0: Decimal(1), 2: Decimal(2)}),
        ("0000", {0: Decimal(0)}),
    ):
        assert hours(drawn(picture)) == expected


def test_hours_of_hourly_prices() -> None:
    """A price that holds for an hour is that of the hour."""
    assert hours(PriceSeries.of([hour(NOON, "24.44")])) == {0: Decimal("24.44")}


def test_hours_of_a_period() -> None:
    """They are those that overlap the period, each one whole."""
    prices = drawn("111122223333")
    least = timedelta.resolution
    for start, end, expected in (
        (NOON, None, [0, 1, 2]),
        (NOON - 5 * HOUR, None, [0, 1, 2]),
        (NOON + HOUR, None, [1, 2]),
        (NOON + HOUR - least, None, [0, 1, 2]),
        (NOON + 2 * HOUR - least, NOON + 2 * HOUR, [1]),
        (NOON + HOUR, NOON + 2 * HOUR, [1]),
        (NOON + HOUR, NOON + 2 * HOUR + least, [1, 2]),
        (NOON + 3 * HOUR, None, []),
        (NOON - 2 * HOUR, NOON, []),
        (NOON + timedelta(minutes=59, seconds=30), NOON + HOUR, [0]),
    ):
        assert list(hours(prices, start, end)) == expected


def test_quarters_of_a_period() -> None:
    """They are those that overlap the period and have a price."""
    prices = drawn("12-4.6")
    for start, end, expected in (
        (NOON, None, [1, 2, 4, 6]),
        (NOON + QUARTER, None, [2, 4, 6]),
        (NOON + 2 * QUARTER - timedelta.resolution, None, [2, 4, 6]),
        (NOON, NOON + 3 * QUARTER, [1, 2]),
        (NOON, NOON + 3 * QUARTER + timedelta.resolution, [1, 2, 4]),
        (NOON + 2 * QUARTER, NOON + 3 * QUARTER, []),
    ):
        assert cts(intervals_between(prices, start, end, hourly=False)) == expected


@pytest.mark.parametrize(
    ("day", "count"), [("2026-03-29", 23), ("2026-07-01", 24), ("2026-10-25", 25)]
)
def test_hours_of_a_day(day: str, count: int) -> None:
    """No hour of a day is lost or told twice when clocks change."""
    prices = PriceSeries.of(full_day(date.fromisoformat(day), 1, 2, 3, 4))
    found = list(intervals_between(prices, local(f"{day} 00:00"), None, hourly=True))
    assert cts(found) == [Decimal("2.5")] * count
    assert all(one.end == other.start for one, other in pairwise(found))
    assert len(as_map(found)) == count


def test_shapes() -> None:
    """Each has its own names; times are local, with a fixed offset."""
    prices = series("2026-10-25T00:45", "24.44", -3).intervals
    begins = "2026-10-25T02:45:00+02:00", "2026-10-25T02:00:00+01:00"
    ends = begins[1], "2026-10-25T02:15:00+01:00"
    assert as_list(prices) == [
        {"start": begins[0], "end": ends[0], "price": 0.2444},
        {"start": begins[1], "end": ends[1], "price": -0.03},
    ]
    assert as_map(prices) == {begins[0]: 0.2444, begins[1]: -0.03}
    assert as_evcc(prices) == [
        {"start": begins[0], "end": ends[0], "value": 0.2444},
        {"start": begins[1], "end": ends[1], "value": -0.03},
    ]
    assert dict(FORMATS) == {"list": as_list, "map": as_map, "evcc": as_evcc}
    for shape in FORMATS.values():
        assert json.loads(json_bytes(shape(prices))) == shape(prices)
        assert not shape([])


def test_numbers() -> None:
    """A number reads as the price does: no digit is added or lost."""
    for text in ("0.2444", "-0.03", "0", "0.29999", "1E-7", "0.1", "0.07"):
        number = as_number(Decimal(text))
        assert isinstance(number, float)
        assert Decimal(str(number)) == Decimal(text)
    assert as_number(None) is None
    assert as_number(Decimal(0)) == 0


def test_texts() -> None:
    """A moment is told in local time, whatever zone it is given in."""
    noon = datetime(2026, 1, 15, 11, tzinfo=UTC)
    assert local_text(noon) == "2026-01-15T12:00:00+01:00"
    assert local_text(NOON) == "2026-07-01T14:00:00+02:00"
    assert local_text(local("2026-07-01 14:00")) == local_text(NOON)
    assert local_text(None) is None


def forecast(*prices: PriceSeries) -> dict[str, Any]:
    """Return the forecast of a series, as seen at noon."""
    merged = PriceSeries()
    for more in prices:
        merged = merged.merge(more)
    attributes = dict(forecast_attributes(PriceOutlook(merged, NOON)))
    assert set(attributes) == FORECAST_ATTRIBUTES
    assert (attributes.pop("currency"), attributes.pop("unit")) == ("EUR", "EUR/kWh")
    return attributes


def test_forecast() -> None:
    """It has today and tomorrow, in the words of two other integrations."""
    today = PriceSeries.of(full_day(NOON.date(), "24.44", -3))
    tomorrow = PriceSeries.of(full_day(NOON.date() + DAY, 7))
    attributes = forecast(today, tomorrow)
    assert attributes["tomorrow_valid"] is True
    raw = attributes["raw_today"], attributes["raw_tomorrow"]
    assert [len(items) for items in raw] == [96, 96]
    begin = local("2026-07-01 00:00")
    assert raw[0][0] == {"start": begin, "end": begin + QUARTER, "value": 0.2444}
    assert raw[0][1]["value"] == -0.03
    assert raw[1][0] == {
        "start": begin + DAY,
        "end": begin + DAY + QUARTER,
        "value": 0.07,
    }
    for items in raw:
        for quarter in items:
            assert list(quarter) == ["start", "end", "value"]
            assert quarter["start"].isoformat().endswith("+02:00")
    assert attributes["data"] == [
        {
            "start_time": quarter["start"],
            "end_time": quarter["end"],
            "price_per_kwh": quarter["value"],
        }
        for quarter in (*raw[0], *raw[1])
    ]


def test_forecast_of_what_is_missing() -> None:
    """A missing price is left out; tomorrow is known only as a whole."""
    nothing: dict[str, Any] = {"raw_today": [], "raw_tomorrow": [], "data": []}
    assert forecast() == {**nothing, "tomorrow_valid": False}
    today = PriceSeries.of([item(NOON, 5), item(NOON + QUARTER, None)])
    yesterday = PriceSeries.of(full_day(NOON.date() - DAY, 1))
    attributes = forecast(yesterday, today)
    assert len(attributes["raw_today"]) == len(attributes["data"]) == 1
    assert attributes["raw_tomorrow"] == []
    assert attributes["tomorrow_valid"] is False
    most = full_day(NOON.date() + DAY, 7)
    attributes = forecast(PriceSeries.of(most[:-1]))
    assert len(attributes["raw_tomorrow"]) == len(attributes["data"]) == 95
    assert attributes["tomorrow_valid"] is False
    attributes = forecast(PriceSeries.of([*most[:-1], item(most[-1].start, None)]))
    assert len(attributes["raw_tomorrow"]) == 95
    assert attributes["tomorrow_valid"] is True
    assert attributes["raw_today"] == []
