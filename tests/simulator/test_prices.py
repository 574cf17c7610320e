"""Prices as the API shows them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from simulator import CURIE, EDISON
from simulator.moments import LOCAL_TIME
from tests.specification import Specification

from .client import Answer, ApiClient
from .conftest import Opener

_NOON = "2026-11-24T11:00:00Z"
_TODAY = "2026-11-24"
_TOMORROW = "2026-11-25"


@pytest.fixture
async def smart(open_api: Opener, freezer: FrozenDateTimeFactory) -> ApiClient:
    """Return a client of a contract with a smart meter, at noon of a November day."""
    freezer.move_to(_NOON)
    return await open_api("already-smart")


async def _ask(
    api: ApiClient,
    start: str = _TODAY,
    end: str | None = None,
    *,
    version: str = CURIE,
    subscription: str | None = None,
) -> Answer:
    """Ask for prices; held to the specification, if there."""
    subscription = subscription or next(iter(api.world.subscriptions))
    answer = await api.get(
        f"/subscriptions/{subscription}/prices", version, start=start, end=end or start
    )
    assert answer.status == 200, answer.text
    if specification := Specification.find():
        specification.check(api.exchanges[-1])
    return answer


async def _items(api: ApiClient, *days: str, **request: Any) -> list[dict[str, Any]]:
    return (await _ask(api, *days, **request)).items


def _timestamps(items: Sequence[dict[str, Any]]) -> list[str]:
    return [item["timestamp"] for item in items]


def _amounts(item: dict[str, Any]) -> dict[str, float]:
    return {part["type"]: part["amount"] for part in item["components"]}


def _item_at(items: Sequence[dict[str, Any]], timestamp: str) -> dict[str, Any]:
    (item,) = (item for item in items if item["timestamp"] == timestamp)
    return item


@pytest.mark.parametrize("version", [CURIE, EDISON])
async def test_the_head_of_an_answer(smart: ApiClient, version: str) -> None:
    """An answer says what it is about; the dates are those that were asked for."""
    (subscription,) = smart.world.subscriptions
    answer = await _ask(smart, "2026-11-23", _TODAY, version=version)
    assert answer.json | {"items": []} == {
        "object": "price",
        "subscription": subscription,
        "period": {"start": "2026-11-23", "end": _TODAY},
        "unit": "ct/kWh",
        "currency": "EUR",
        "resolution": "15min",
        "reference": "EPEX Day-Ahead 15min",
        "items": [],
    }
    assert len(answer.items) == 192


async def test_both_versions_answer_alike(smart: ApiClient) -> None:
    """The older version has the same prices."""
    assert await _items(smart) == await _items(smart, version=EDISON)


@pytest.mark.parametrize(
    ("day", "count", "first", "last"),
    [
        ("2026-03-28", 96, "2026-03-27T23:00:00Z", "2026-03-28T22:45:00Z"),
        ("2026-03-29", 92, "2026-03-28T23:00:00Z", "2026-03-29T21:45:00Z"),
        ("2026-10-24", 96, "2026-10-23T22:00:00Z", "2026-10-24T21:45:00Z"),
        ("2026-10-25", 100, "2026-10-24T22:00:00Z", "2026-10-25T22:45:00Z"),
    ],
)
async def test_a_local_day(
    smart: ApiClient, day: str, count: int, first: str, last: str
) -> None:
    """A day goes from midnight to midnight in Germany, in ascending quarters."""
    timestamps = _timestamps(await _items(smart, day))
    assert (len(timestamps), timestamps[0], timestamps[-1]) == (count, first, last)
    moments = [datetime.fromisoformat(timestamp) for timestamp in timestamps]
    steps = {later - earlier for earlier, later in pairwise(moments)}
    assert steps == {timedelta(minutes=15)}


@pytest.mark.parametrize("day", [_TODAY, "2026-06-14", "2024-08-01"])
async def test_components_sum_up_as_written(smart: ApiClient, day: str) -> None:
    """The numbers of the parts add up to the amount, each to 0.01 ct."""
    answer = json.loads((await _ask(smart, day)).text, parse_float=Decimal)
    for item in answer["items"]:
        parts = _amounts(item)
        assert list(parts) == ["electricity", "grid", "levies"]
        assert sum(parts.values()) == item["amount"]
        assert all(part == round(part, 2) for part in parts.values())


async def test_the_price_of_a_consumer(smart: ApiClient) -> None:
    """The spot price and a margin, grid fee and levies, with 19 % VAT on each."""
    items = await _items(smart)
    spot = smart.world.market.spot_prices(date(2026, 11, 24))
    for item, price in zip(items, spot.values(), strict=True):
        parts = _amounts(item)
        assert parts["electricity"] == pytest.approx((price + 2.1) * 1.19, abs=0.0051)
        assert (parts["grid"], parts["levies"]) == (9.47, 7.92)


async def test_the_variable_grid_fee(
    open_api: Opener, freezer: FrozenDateTimeFactory
) -> None:
    """With module 3 the grid fee is low at night and high in the early evening."""
    freezer.move_to(_NOON)
    api = await open_api("variable-grid-fee")
    (subscription,) = api.world.subscriptions
    for day in (_TODAY, "2026-03-29", "2026-10-25", "2025-09-30"):
        for item in await _items(api, day):
            moment = datetime.fromisoformat(item["timestamp"])
            hour = moment.astimezone(LOCAL_TIME).hour
            fee = 2.84 if hour < 5 else 15.16 if 17 <= hour < 21 else 9.47
            assert _amounts(item)["grid"] == fee
    path = f"subscriptions/{subscription}"
    await api.control("PATCH", path, variable_grid_fee=False)
    assert {_amounts(item)["grid"] for item in await _items(api)} == {9.47}


async def test_feeding_in(moving: ApiClient) -> None:
    """Who feeds in is paid the spot price and bears no grid fee; on curie only."""
    _, feeding_in, _ = moving.world.subscriptions
    day = "2026-06-14"
    items = await _items(moving, day, subscription=feeding_in)
    spot = moving.world.market.spot_prices(date(2026, 6, 14))
    for item, price in zip(items, spot.values(), strict=True):
        assert _amounts(item) == {"electricity": item["amount"]}
        assert item["amount"] == pytest.approx(price, abs=0.0051)
    path = f"/subscriptions/{feeding_in}/prices"
    answer = await moving.get(path, EDISON, start=day, end=day)
    assert answer.status == 404


async def test_feeding_in_at_a_loss(moving: ApiClient) -> None:
    """On a wild day even feeding in costs for hours."""
    _, feeding_in, _ = moving.world.subscriptions
    await moving.control("PATCH", "market", weather="wild")
    items = await _items(moving, "2026-06-14", subscription=feeding_in)
    assert sum(item["amount"] < -5 for item in items) >= 4


@pytest.mark.parametrize("status", ["pending", "ended"])
async def test_a_contract_that_is_not_supplied(smart: ApiClient, status: str) -> None:
    """Before and after the supply there are no items, not even an empty list."""
    (subscription,) = smart.world.subscriptions
    await smart.control("PATCH", f"subscriptions/{subscription}", status=status)
    assert (await _ask(smart)).json["items"] is None


async def test_the_contract_of_another(neighbours: ApiClient) -> None:
    """Another customer's prices are not there."""
    _, other = neighbours.world.subscriptions
    for subscription in (other, "sub_unknown"):
        path = f"/subscriptions/{subscription}/prices"
        answer = await neighbours.get(path, start=_TODAY, end=_TODAY)
        assert answer.status == 404


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({}, ("invalid_type", "start")),
        ({"start": _TODAY}, ("invalid_type", "end")),
        ({"start": "today", "end": _TODAY}, ("invalid_format", "start")),
        ({"start": _TODAY, "end": "20261124"}, ("invalid_format", "end")),
        ({"start": _TODAY, "end": "2026-11-31"}, ("invalid_format", "end")),
        ({"start": _TOMORROW, "end": _TODAY}, ("custom", "end")),
    ],
)
async def test_no_range_of_dates(
    smart: ApiClient,
    specification: Specification,
    query: dict[str, str],
    problem: tuple[str, str],
) -> None:
    """What is no range of dates is refused with the parameter at fault."""
    (subscription,) = smart.world.subscriptions
    for version in (CURIE, EDISON):
        answer = await smart.get(
            f"/subscriptions/{subscription}/prices", version, **query
        )
        assert answer.status == 400
        specification.check_response(smart.exchanges[-1])
        assert version == EDISON or answer.problems == [problem]


async def test_dates_far_away(smart: ApiClient) -> None:
    """There are no prices before the market began, nor after tomorrow."""
    assert await _items(smart, "0001-01-01", "2018-09-30") == []
    assert await _items(smart, "2026-11-26", "9999-12-31") == []


async def test_hours_and_quarters(smart: ApiClient) -> None:
    """A range over the change is called hourly and holds quarters since then."""
    answer = await _ask(smart, "2025-09-30", "2025-10-01")
    assert answer.json["resolution"] == "hourly"
    assert answer.json["reference"] == "EPEX Day-Ahead Hourly"
    timestamps = _timestamps(answer.items)
    assert timestamps[22:26] == [
        "2025-09-30T20:00:00Z",
        "2025-09-30T21:00:00Z",
        "2025-09-30T22:00:00Z",
        "2025-09-30T22:15:00Z",
    ]
    assert len(timestamps) == 24 + 96
    assert (await _ask(smart, "2025-10-01")).json["resolution"] == "15min"


async def test_the_change_at_any_midnight(smart: ApiClient) -> None:
    """The day of the change can be set."""
    await smart.control("PATCH", "market", hourly_before="2026-10-26")
    answer = await _ask(smart, "2026-10-25", "2026-10-26")
    assert answer.json["resolution"] == "hourly"
    assert len(answer.items) == 25 + 96


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        ({}, "13:19:59", "13:20:00"),
        ({"publication": "13:01"}, "12:00:59", "12:01:00"),
        (
            {"publication_exceptions": {_TOMORROW: "17:30"}},
            "16:29:59",
            "16:30:00",
        ),
        (
            {"publication": None, "publication_exceptions": {_TOMORROW: "15:00"}},
            "13:59:59",
            "14:00:00",
        ),
    ],
)
async def test_tomorrow_appears(
    smart: ApiClient,
    freezer: FrozenDateTimeFactory,
    settings: dict[str, Any],
    before: str,
    after: str,
) -> None:
    """Tomorrow is absent until its publication and appears in one batch."""
    await smart.control("PATCH", "market", **settings)
    freezer.move_to(f"{_TODAY}T{before}Z")
    await smart.sign_in()
    assert await _items(smart, _TOMORROW) == []
    assert len(await _items(smart, _TODAY, _TOMORROW)) == 96
    freezer.move_to(f"{_TODAY}T{after}Z")
    assert len(await _items(smart, _TODAY, _TOMORROW)) == 192
    assert len(await _items(smart, _TODAY, "2026-11-26")) == 192


async def test_publication_in_summer(
    smart: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """The time of publication is local, also before the clocks change."""
    freezer.move_to("2026-10-24T12:19:00Z")
    await smart.sign_in()
    assert await _items(smart, "2026-10-25") == []
    freezer.tick(60)
    assert len(await _items(smart, "2026-10-25")) == 100


async def test_no_publication(smart: ApiClient, freezer: FrozenDateTimeFactory) -> None:
    """Without a publication a day appears when it begins."""
    await smart.control("PATCH", "market", publication=None)
    assert len(await _items(smart)) == 96
    freezer.move_to("2026-11-24T22:59:59Z")
    await smart.sign_in()
    assert await _items(smart, _TOMORROW) == []
    freezer.tick(1)
    assert len(await _items(smart, _TOMORROW)) == 96


async def test_a_day_that_never_appears(
    smart: ApiClient, freezer: FrozenDateTimeFactory
) -> None:
    """A delivery day can be left out for ever, the next one is there again."""
    exceptions = {_TOMORROW: None}
    await smart.control("PATCH", "market", publication_exceptions=exceptions)
    freezer.move_to("2026-11-25T14:00:00Z")
    await smart.sign_in()
    assert await _items(smart, _TOMORROW) == []
    assert len(await _items(smart, _TODAY, "2026-11-26")) == 192


async def test_an_unknown_amount(smart: ApiClient) -> None:
    """An amount can be null, with its parts; the others stay."""
    known = await _items(smart)
    await smart.control("PATCH", "market", null_moments=[f"{_TODAY} 18:15"])
    items = await _items(smart)
    item = _item_at(items, "2026-11-24T17:15:00Z")
    assert item["amount"] is None
    assert _amounts(item) == {"electricity": None, "grid": None, "levies": None}
    assert sum(new == old for new, old in zip(items, known, strict=True)) == 95


async def test_a_missing_interval(smart: ApiClient) -> None:
    """An interval can be missing from the middle of a day."""
    known = _timestamps(await _items(smart))
    await smart.control("PATCH", "market", missing_moments=["2026-11-24T17:15:00Z"])
    missing = set(known) - set(_timestamps(await _items(smart)))
    assert missing == {"2026-11-24T17:15:00Z"}


async def test_an_interval_there_twice(smart: ApiClient) -> None:
    """An interval can be told twice."""
    known = _timestamps(await _items(smart))
    await smart.control("PATCH", "market", duplicated_moments=[f"{_TODAY} 18:15"])
    items = await _items(smart)
    assert _timestamps(items) == sorted([*known, "2026-11-24T17:15:00Z"])
    assert len(items) == 97


async def test_the_order_of_items(smart: ApiClient) -> None:
    """Items can come backwards or in disorder, the same in each answer."""
    ascending = await _items(smart)
    await smart.control("PATCH", "market", order="descending")
    assert await _items(smart) == ascending[::-1]
    await smart.control("PATCH", "market", order="shuffled")
    shuffled = await _items(smart)
    assert shuffled not in (ascending, ascending[::-1])
    assert sorted(shuffled, key=lambda item: item["timestamp"]) == ascending
    assert await _items(smart) == shuffled


async def test_a_corrected_publication(smart: ApiClient) -> None:
    """A new revision changes every amount a little and may be taken back."""
    first = await _items(smart, "2026-11-23", _TODAY)
    await smart.control("PATCH", "market", revision=1)
    second = await _items(smart, "2026-11-23", _TODAY)
    assert all(
        0.01 <= abs(new["amount"] - old["amount"]) < 1
        for new, old in zip(second, first, strict=True)
    )
    await smart.control("PATCH", "market", revision=0)
    assert await _items(smart, "2026-11-23", _TODAY) == first


async def test_null_items_of_an_active_contract(smart: ApiClient) -> None:
    """Items can be null although the contract is active."""
    await smart.control("PATCH", "market", null_items=True)
    assert (await _ask(smart)).json["items"] is None


async def test_amounts_of_ones_own(smart: ApiClient) -> None:
    """An amount can be given; what it differs by is electricity."""
    amounts = {f"{_TODAY} 18:00": -3.21, f"{_TODAY}T18:15:00+01:00": 40}
    await smart.control("PATCH", "market", amounts=amounts)
    items = await _items(smart)
    item = _item_at(items, "2026-11-24T17:00:00Z")
    assert item["amount"] == -3.21
    assert _amounts(item) == {"electricity": -20.6, "grid": 9.47, "levies": 7.92}
    assert _item_at(items, "2026-11-24T17:15:00Z")["amount"] == 40


async def test_amounts_of_ones_own_for_feeding_in(moving: ApiClient) -> None:
    """An amount can be given for what is fed in too."""
    _, feeding_in, _ = moving.world.subscriptions
    await moving.control("PATCH", "market", amounts={"2026-06-14 13:00": -0.5})
    items = await _items(moving, "2026-06-14", subscription=feeding_in)
    item = _item_at(items, "2026-06-14T11:00:00Z")
    assert item["amount"] == -0.5
    assert _amounts(item) == {"electricity": -0.5}
