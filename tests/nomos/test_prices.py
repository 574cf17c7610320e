"""Tests of asking for prices, and of reading them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
import json
from typing import Any

import pytest
from yarl import URL

from custom_components.nomos_smartmeter.nomos import (
    NomosAuthenticationError,
    NomosClient,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    NomosResponseError,
    PriceComponent,
    PriceItem,
    Prices,
)
from tests.simulated import SimulatedNomos
from tests.specification import Specification

DAY = date(2026, 7, 1)
ITEM: dict[str, Any] = {
    "timestamp": "2026-06-30T22:00:00Z",
    "amount": 24.44,
    "components": [{"type": "electricity", "amount": 24.44}],
}
ANSWER: dict[str, Any] = {
    "subscription": "sub_1",
    "unit": "ct/kWh",
    "currency": "EUR",
    "resolution": "15min",
    "items": [ITEM],
}

pytestmark = pytest.mark.freeze_time("2026-11-24T14:07:00Z")


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def fetch(
    client: NomosClient, nomos: SimulatedNomos, start: date = DAY, end: date = DAY
) -> Prices:
    """Ask for the prices of the scenario's first subscription."""
    return await client.prices(nomos.subscription.id, start, end)


def read_text(text: str) -> Decimal | None:
    """Return an amount that is written in JSON."""
    body = json.dumps(ANSWER).replace('"amount": 24.44, ', f'"amount": {text}, ')
    (item,) = Prices.read(json.loads(body)).items or ()
    return item.amount


async def test_request(
    client: NomosClient, nomos: SimulatedNomos, specification: Specification
) -> None:
    """It is one request, as specified."""
    end = DAY + timedelta(days=1)
    prices = await fetch(client, nomos, DAY, end)
    assert len(nomos.exchanges) == 2
    (exchange,) = nomos.requests("*/prices")
    specification.check(exchange)
    assert exchange.method == "GET"
    assert URL(exchange.url).path == f"/subscriptions/{nomos.subscription.id}/prices"
    assert dict(URL(exchange.url).query) == {"start": "2026-07-01", "end": "2026-07-02"}
    assert prices.subscription == nomos.subscription.id
    assert (prices.unit, prices.currency) == ("ct/kWh", "EUR")
    assert prices.resolution == "15min"
    assert prices.items is not None
    assert len(prices.items) == 2 * 96


@pytest.mark.parametrize(
    ("day", "count", "resolution"),
    [
        (date(2026, 3, 29), 92, "15min"),
        (date(2026, 7, 1), 96, "15min"),
        (date(2026, 10, 25), 100, "15min"),
        (date(2025, 3, 30), 23, "hourly"),
        (date(2024, 10, 27), 25, "hourly"),
    ],
)
async def test_days(
    client: NomosClient, nomos: SimulatedNomos, day: date, count: int, resolution: str
) -> None:
    """All items of a day are read, each of its own moment in UTC."""
    prices = await fetch(client, nomos, day, day)
    assert prices.resolution == resolution
    assert prices.items is not None
    moments = {item.timestamp for item in prices.items}
    assert len(prices.items) == len(moments) == count
    assert all(moment.tzinfo is UTC for moment in moments)
    for item in prices.items:
        parts = {part.type: part.amount for part in item.components}
        assert set(parts) == {"electricity", "grid", "levies"}
        assert sum(amount or 0 for amount in parts.values()) == item.amount


async def test_amounts_are_exact(client: NomosClient, nomos: SimulatedNomos) -> None:
    """No digit is added or lost on the way."""
    begin = datetime(2026, 6, 30, 22, tzinfo=UTC)
    texts = ("24.44", "0.07", "-3.1", "29.99", "100.0", "0.0", "17.0")
    moments = [begin + n * timedelta(minutes=15) for n in range(len(texts))]
    nomos.set_market(
        amounts={
            moment.isoformat(): float(text)
            for moment, text in zip(moments, texts, strict=True)
        }
    )
    items = (await fetch(client, nomos)).items
    assert items is not None
    assert [str(item.amount) for item in items[: len(texts)]] == list(texts)


async def test_null_amounts(client: NomosClient, nomos: SimulatedNomos) -> None:
    """An amount that is not available is none, and no zero."""
    nomos.set_market(null_moments=["2026-07-01 00:00"])
    items = (await fetch(client, nomos)).items
    assert items is not None
    assert items[0].amount is None
    assert [part.amount for part in items[0].components] == [None] * 3
    assert all(item.amount is not None for item in items[1:])


async def test_no_items(client: NomosClient, nomos: SimulatedNomos) -> None:
    """A subscription that is not supplied has no prices; a day may have none yet."""
    day = date(2026, 11, 26)
    assert (await fetch(client, nomos, day, day)).items == ()
    nomos.set_subscription(status="pending")
    assert (await fetch(client, nomos)).items is None


async def test_another_subscription(client: NomosClient, nomos: SimulatedNomos) -> None:
    """The prices of somebody else are refused."""
    nomos.fail("*/prices", status=200, body=json.dumps(ANSWER))
    with pytest.raises(NomosResponseError, match="another subscription"):
        await fetch(client, nomos)
    assert await client.prices("sub_1", DAY, DAY) == Prices.read(ANSWER)


@pytest.mark.parametrize(
    "item_id", ["", "..", "../oauth/token", "a/b", "a?b", "a#b", "a b", "süb_1", "a\n"]
)
async def test_no_id(client: NomosClient, nomos: SimulatedNomos, item_id: str) -> None:
    """What cannot be an id is not even asked for."""
    with pytest.raises(NomosNotFoundError):
        await client.prices(item_id, DAY, DAY)
    assert not nomos.exchanges


async def test_unknown_subscription(client: NomosClient, nomos: SimulatedNomos) -> None:
    """An id that nobody has is not found."""
    with pytest.raises(NomosNotFoundError):
        await client.prices("sub_unknown", DAY, DAY)
    assert len(nomos.requests("*/prices")) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"drop": True}, NomosConnectionError),
        ({"status": 401}, NomosAuthenticationError),
        ({"status": 403}, NomosPermissionError),
        ({"status": 404}, NomosNotFoundError),
        ({"status": 429}, NomosRateLimitError),
        ({"status": 500}, NomosConnectionError),
        ({"status": 400}, NomosResponseError),
        ({"status": 200, "body": "<html>"}, NomosResponseError),
    ],
)
async def test_failures(
    client: NomosClient,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
    kind: type[NomosError],
) -> None:
    """What goes wrong is told apart."""
    nomos.fail("*/prices", **fault)
    with pytest.raises(NomosError) as failure:
        await fetch(client, nomos)
    assert type(failure.value) is kind


def test_read() -> None:
    """An answer is read as it is; unknown fields and words do no harm."""
    component = {"type": "climate", "amount": None, "share": 5}
    item = ITEM | {"components": [component], "colour": "green"}
    answer = ANSWER | {"items": [item], "resolution": "5min", "unit": "sat/kWh"}
    prices = Prices.read(answer)
    assert (prices.resolution, prices.unit) == ("5min", "sat/kWh")
    assert prices.items == (
        PriceItem(
            timestamp=datetime(2026, 6, 30, 22, tzinfo=UTC),
            amount=Decimal("24.44"),
            components=(PriceComponent(type="climate", amount=None),),
        ),
    )


def test_components_may_be_missing() -> None:
    """A price that is not taken apart is one."""
    item = {"timestamp": ITEM["timestamp"], "amount": 24.44}
    (read,) = Prices.read(ANSWER | {"items": [item]}).items or ()
    assert (read.amount, read.components) == (Decimal("24.44"), ())


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("24.44", "24.44"),
        ("24.439999999999998", "24.439999999999998"),
        ("24", "24"),
        ("0", "0"),
        ("0.1", "0.1"),
        ("-0.01", "-0.01"),
        ("1e-7", "1E-7"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_amounts(text: str, amount: str) -> None:
    """What is read is the number that is written, digit by digit."""
    assert str(read_text(text)) == amount
    assert read_text("null") is None


@pytest.mark.parametrize(
    "text",
    [
        '"24.44"',
        '""',
        "true",
        "false",
        "[]",
        "{}",
        "[24.44]",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "1" + "0" * 400,
    ],
)
def test_amounts_that_are_none(text: str) -> None:
    """What is no finite number is refused, and never converted."""
    with pytest.raises(NomosResponseError, match="items is missing or mistyped"):
        read_text(text)


@pytest.mark.parametrize("name", list(ANSWER))
def test_missing_field(name: str) -> None:
    """A field that is needed and missing is named."""
    answer = {key: value for key, value in ANSWER.items() if key != name}
    with pytest.raises(NomosResponseError, match=f"Prices.{name} is missing"):
        Prices.read(answer)


@pytest.mark.parametrize("name", ["timestamp", "amount"])
def test_missing_field_of_an_item(name: str) -> None:
    """One item that is incomplete spoils the answer: its price would be a guess."""
    item = {key: value for key, value in ITEM.items() if key != name}
    with pytest.raises(NomosResponseError):
        Prices.read(ANSWER | {"items": [ITEM, item]})


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": None},
        {"timestamp": 1782856800},
        {"timestamp": "midnight"},
        {"timestamp": "2026-13-01T00:00:00Z"},
        {"timestamp": "0001-01-01T00:00:00+01:00"},
        {"components": None},
        {"components": 5},
        {"components": "electricity"},
        {"components": [5]},
        {"components": [{"amount": 5}]},
        {"components": [{"type": "grid"}]},
        {"components": [{"type": None, "amount": 5}]},
        {"components": [{"type": 5, "amount": 5}]},
        {"components": [{"type": "grid", "amount": "5"}]},
        {"components": [{"type": "grid", "amount": True}]},
        {"components": [{"type": "grid", "amount": float("nan")}]},
    ],
)
def test_malformed_item(changes: dict[str, Any]) -> None:
    """Whatever is mistyped in an item is refused."""
    with pytest.raises(NomosResponseError):
        Prices.read(ANSWER | {"items": [ITEM | changes]})


@pytest.mark.parametrize(
    "changes",
    [
        {"items": 5},
        {"items": {"price": 5}},
        {"items": "none"},
        {"items": [None]},
        {"items": [[]]},
        {"unit": None},
        {"currency": 5},
        {"resolution": 15},
        {"subscription": None},
    ],
)
def test_malformed_answer(changes: dict[str, Any]) -> None:
    """And so is whatever is mistyped around them."""
    with pytest.raises(NomosResponseError):
        Prices.read(ANSWER | changes)


@pytest.mark.parametrize("answer", [None, [], "text", 5, [ANSWER]])
def test_no_object(answer: object) -> None:
    """Something else where prices belong is refused."""
    with pytest.raises(NomosResponseError, match="no object where a Prices belongs"):
        Prices.read(answer)
