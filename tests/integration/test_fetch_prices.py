"""Tests of how the prices of a contract are fetched, and what they mean."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
import json
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from yarl import URL

from custom_components.nomos_smartmeter.api import async_get_client
from custom_components.nomos_smartmeter.nomos import (
    NomosClient,
    NomosConnectionError,
    NomosResponseError,
)
from custom_components.nomos_smartmeter.prices import async_fetch_prices
from custom_components.nomos_smartmeter.tariff.prices import PriceInterval, PriceSeries
from tests.simulated import SimulatedNomos

from .home import local

DAY = date(2026, 7, 1)
BEGIN = datetime(2026, 6, 30, 22, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.freeze_time(local("2026-11-24 15:07"))


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def client(hass: HomeAssistant, nomos: SimulatedNomos) -> NomosClient:
    """Return the client that an entry would work with."""
    return async_get_client(hass, nomos.account)


def item(timestamp: str = "2026-06-30T22:00:00Z", **changes: Any) -> dict[str, Any]:
    """Return a price as Nomos tells it."""
    return {"timestamp": timestamp, "amount": 24.44, "components": []} | changes


def tell(nomos: SimulatedNomos, *items: dict[str, Any], **changes: Any) -> None:
    """Let Nomos answer with these prices."""
    answer = {
        "object": "price",
        "subscription": nomos.subscription.id,
        "period": {"start": "2026-07-01", "end": "2026-07-01"},
        "unit": "ct/kWh",
        "currency": "EUR",
        "resolution": "15min",
        "items": items,
    }
    nomos.heal()
    nomos.fail("*/prices", status=200, body=json.dumps(answer | changes))


async def fetch(client: NomosClient, nomos: SimulatedNomos, *days: date) -> PriceSeries:
    """Fetch the prices of some days."""
    return await async_fetch_prices(client, nomos.subscription.id, days or (DAY,))


async def test_one_request(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Days in any order are one request, from the first to the last."""
    days = [date(2026, 7, day) for day in (3, 1, 4)]
    series = await fetch(client, nomos, *days)
    (exchange,) = nomos.requests("*/prices")
    url = URL(exchange.url)
    assert url.path == f"/subscriptions/{nomos.subscription.id}/prices"
    assert dict(url.query) == {"start": "2026-07-01", "end": "2026-07-04"}
    assert len(series.intervals) == 4 * 96
    nomos.exchanges.clear()
    await fetch(client, nomos)
    (exchange,) = nomos.requests("*/prices")
    assert dict(URL(exchange.url).query) == {"start": "2026-07-01", "end": "2026-07-01"}


@pytest.mark.parametrize("order", ["ascending", "descending", "shuffled"])
@pytest.mark.parametrize(
    ("day", "count"),
    [(date(2026, 3, 29), 92), (DAY, 96), (date(2025, 10, 26), 100)],
)
async def test_whole_days(
    client: NomosClient, nomos: SimulatedNomos, day: date, count: int, order: str
) -> None:
    """Each item is one quarter-hour, in whatever order they come."""
    nomos.set_market(order=order)
    series = await fetch(client, nomos, day)
    assert len(series.intervals) == count
    assert series.intervals[0].start == local(f"{day} 00:00")
    assert all(i.end - i.start == QUARTER for i in series.intervals)
    assert series.on(day).known
    items = json.loads(nomos.requests("*/prices")[0].response_body)["items"]
    for told in items:
        interval = series.at(datetime.fromisoformat(told["timestamp"]))
        assert interval is not None
        parts = {part["type"]: part["amount"] for part in told["components"]}
        for amount, cents in (
            (interval.price, told["amount"]),
            (interval.electricity, parts["electricity"]),
            (interval.grid, parts["grid"]),
            (interval.levies, parts["levies"]),
        ):
            assert amount is not None
            assert amount * 100 == Decimal(str(cents))


async def test_hourly(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Hourly prices hold for an hour each."""
    day = date(2025, 7, 1)
    series = await fetch(client, nomos, day)
    assert [i.end - i.start for i in series.intervals] == [HOUR] * 24
    assert series.on(day).known


async def test_resolution_changes(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Where an hourly answer goes on in quarters, an item ends with the next one."""
    days = date(2025, 9, 30), date(2025, 10, 1)
    series = await fetch(client, nomos, *days)
    lengths = [i.end - i.start for i in series.intervals]
    assert lengths[:24] == [HOUR] * 24
    assert lengths[24:-1] == [QUARTER] * 95


async def test_what_an_item_means(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Cents become euros to the last digit; unknown parts do no harm."""
    components = [
        {"type": "electricity", "amount": 3.07},
        {"type": "grid", "amount": None},
        {"type": "climate", "amount": 5},
    ]
    tell(
        nomos,
        item(components=components, amount=24.44),
        item(
            "2026-06-30T22:15:00Z",
            amount=-3.1,
            components=[{"type": "levies", "amount": 0}],
        ),
        item("2026-07-01T00:30:00+02:00", amount=7),
        item("2026-06-30T22:45:00.000Z", amount=None),
    )
    series = await fetch(client, nomos)
    begins = [BEGIN + n * QUARTER for n in range(5)]
    assert series.intervals == (
        PriceInterval(begins[0], begins[1], Decimal("0.2444"), Decimal("0.0307")),
        PriceInterval(begins[1], begins[2], Decimal("-0.031"), levies=Decimal(0)),
        PriceInterval(begins[2], begins[3], Decimal("0.07")),
        PriceInterval(begins[3], begins[4], None),
    )
    assert str(series.intervals[0].price) == "0.2444"


async def test_no_prices(client: NomosClient, nomos: SimulatedNomos) -> None:
    """No prices are no prices, in either way of telling it."""
    nothing: tuple[list[Any] | None, ...] = (None, [])
    for items in nothing:
        tell(nomos, items=items)
        assert await fetch(client, nomos) == PriceSeries()


async def test_last_of_two_counts(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Of two prices for a moment it is the last one."""
    tell(nomos, item(amount=5), item(amount=6))
    (interval,) = (await fetch(client, nomos)).intervals
    assert interval.price == Decimal("0.06")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"unit": "EUR/kWh"}, "another unit"),
        ({"unit": "ct/kwh"}, "another unit"),
        ({"unit": "ct/MWh"}, "another unit"),
        ({"currency": "CHF"}, "another unit"),
        ({"currency": "eur"}, "another unit"),
        ({"resolution": "5min"}, "unknown resolution"),
        ({"resolution": "60min"}, "unknown resolution"),
        ({"resolution": ""}, "unknown resolution"),
    ],
)
@pytest.mark.parametrize("items", [None, [item()]])
async def test_answers_not_understood(
    client: NomosClient,
    nomos: SimulatedNomos,
    changes: dict[str, Any],
    problem: str,
    items: list[dict[str, Any]] | None,
) -> None:
    """What prices are in is not guessed."""
    tell(nomos, items=items, **changes)
    with pytest.raises(NomosResponseError, match=problem):
        await fetch(client, nomos)


@pytest.mark.parametrize("resolution", ["15min", "hourly"])
async def test_moments_not_understood(
    client: NomosClient, nomos: SimulatedNomos, resolution: str
) -> None:
    """A price that begins inside a quarter-hour is none of this market."""
    for moment in (
        "2026-06-30T22:07:00Z",
        "2026-06-30T22:00:01Z",
        "2026-06-30T22:00:00.001Z",
        "2026-06-30T22:30:00+00:07",
    ):
        tell(nomos, item(moment), item("2026-07-01T01:00:00Z"), resolution=resolution)
        with pytest.raises(NomosResponseError, match="quarter-hours"):
            await fetch(client, nomos)


async def test_nomos_fails(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A failure is told as it is."""
    nomos.fail("*/prices", status=503)
    with pytest.raises(NomosConnectionError):
        await fetch(client, nomos)


async def test_nothing_but_what_was_asked_for(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """Items of other days are left aside, also those at the end of all time."""
    tell(
        nomos,
        item("2026-06-30T21:45:00Z"),
        item("2026-06-30T22:00:00Z"),
        item("2026-07-01T21:45:00Z"),
        item("2026-07-01T22:00:00Z"),
        item("9999-12-31T23:45:00Z"),
    )
    series = await fetch(client, nomos, date(2026, 7, 1))
    assert [interval.start for interval in series.intervals] == [
        datetime(2026, 6, 30, 22, tzinfo=UTC),
        datetime(2026, 7, 1, 21, 45, tzinfo=UTC),
    ]


async def test_no_price_reaches_into_the_next_hour(
    client: NomosClient, nomos: SimulatedNomos
) -> None:
    """Quarters in an answer called hourly last no longer than their hour."""
    tell(
        nomos,
        item("2026-07-01T12:00:00Z"),
        item("2026-07-01T12:30:00Z"),
        item("2026-07-01T21:45:00Z"),
        resolution="hourly",
    )
    series = await fetch(client, nomos, date(2026, 7, 1))
    assert [i.end for i in series.intervals] == [
        datetime(2026, 7, 1, 12, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 13, tzinfo=UTC),
        datetime(2026, 7, 1, 22, tzinfo=UTC),
    ]


async def test_negative_zero(client: NomosClient, nomos: SimulatedNomos) -> None:
    """Nothing costs nothing, without a sign."""
    tell(nomos, item(amount=-0.0))
    series = await fetch(client, nomos, date(2026, 7, 1))
    assert str(series.intervals[0].price) == "0.000"
