"""Filters of lists, field by field and version by version."""

from datetime import timedelta

import pytest

from simulator import CURIE, EDISON

from .client import ApiClient


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("eq", "active", {"active"}),
        ("ne", "active", {"ended"}),
        ("in", "ended,pending", {"ended"}),
        ("in", "inactive,ended", {"ended"}),
        ("in", "ended,active", {"active", "ended"}),
        ("is_null", "false", {"active", "ended"}),
        ("is_null", "true", set()),
        ("eq", "paused", set()),
    ],
)
async def test_an_enum(
    moving: ApiClient, operator: str, value: str, found: set[str]
) -> None:
    """An enum is compared as a whole."""
    items = await moving.list("/subscriptions", {f"[status][{operator}]": value})
    assert {item["status"] for item in items} == found


@pytest.mark.parametrize(
    ("operator", "select"),
    [
        ("eq", slice(None)),
        ("in", slice(None)),
        ("contains", slice(6, 12)),
        ("starts_with", slice(8)),
        ("ends_with", slice(-8, None)),
    ],
)
async def test_a_string(
    organisation: ApiClient, operator: str, select: slice[int | None]
) -> None:
    """A string can also be compared in parts."""
    customer = next(iter(organisation.world.customers))
    name = f"[customer][{operator}]"
    (item,) = await organisation.list("/subscriptions", {name: customer[select]})
    assert item["customer"] == customer
    assert not await organisation.list("/subscriptions", {name: "nobody"})


async def test_a_date(moving: ApiClient) -> None:
    """A date is compared with a moment, that moment included."""
    newest, middle, oldest = await moving.list("/subscriptions", {})

    async def found(**filters: str) -> list[str]:
        named = {f"[created_at][{name}]": value for name, value in filters.items()}
        return [item["id"] for item in await moving.list("/subscriptions", named)]

    subscriptions = moving.world.subscriptions
    moment = subscriptions[middle["id"]].created_at
    later = moment + timedelta(seconds=1)
    assert await found(gte=moment.isoformat()) == [newest["id"], middle["id"]]
    assert await found(lte=moment.isoformat()) == [middle["id"], oldest["id"]]
    assert await found(gte=later.isoformat()) == [newest["id"]]
    assert await found(gte=moment.isoformat(), lte=later.isoformat()) == [middle["id"]]
    assert await found(is_null="true") == []


@pytest.mark.parametrize("value", ["yesterday", "2026-01-01T00:00:00", "2026-01-01"])
async def test_a_date_that_is_no_moment(moving: ApiClient, value: str) -> None:
    """A moment in time is needed, with its offset."""
    answer = await moving.get("/subscriptions", **{"filter[created_at][gte]": value})
    assert answer.status == 400
    assert answer.problems == [("invalid_format", "filter[created_at][gte]")]


async def test_all_filters_must_hold(organisation: ApiClient) -> None:
    """Filters are joined by AND."""
    ended = {"[status][eq]": "ended"}
    customer = (await organisation.list("/subscriptions", ended))[0]["customer"]
    both = ended | {"[customer][eq]": customer}
    assert len(await organisation.list("/subscriptions", both)) == 1
    neither = {"[status][eq]": "active", "[customer][eq]": customer}
    assert not await organisation.list("/subscriptions", neither)


@pytest.mark.parametrize(
    "name",
    ["[colour][eq]", "[status][like]", "[status]", "[created_at][eq]", "[number][eq]"],
)
async def test_what_is_unknown_filters_nothing(moving: ApiClient, name: str) -> None:
    """An unknown field or operator is ignored, silently."""
    assert len(await moving.list("/subscriptions", {name: "nothing"})) == 3


@pytest.mark.parametrize(
    ("field", "value", "versions"),
    [
        ("[status][eq]", "nothing", {CURIE, EDISON}),
        ("[customer][eq]", "nobody", {CURIE, EDISON}),
        ("[subscription][eq]", "none", {CURIE, EDISON}),
        ("[product][eq]", "battery", {EDISON}),
        ("[created_at][gte]", "2099-01-01T00:00:00Z", {EDISON}),
        ("[updated_at][gte]", "2099-01-01T00:00:00Z", {EDISON}),
    ],
)
async def test_the_fields_of_orders(
    household: ApiClient, field: str, value: str, versions: set[str]
) -> None:
    """Each version filters orders by its own fields."""
    filtering = {
        version
        for version in (CURIE, EDISON)
        if not await household.list("/meter-orders", {field: value}, version)
    }
    assert filtering == versions


async def test_a_status_in_the_words_of_the_version(household: ApiClient) -> None:
    """Orders are found by the status that is shown."""
    assert await household.list("/meter-orders", {"[status][eq]": "created"}, CURIE)
    assert not await household.list("/meter-orders", {"[status][eq]": "waiting"}, CURIE)
    assert await household.list("/meter-orders", {"[status][eq]": "waiting"}, EDISON)


async def test_the_order_of_a_subscription(organisation: ApiClient) -> None:
    """The order of one subscription is found among hundreds."""
    wanted = list(organisation.world.meter_orders.values())[200]
    filters = {"[subscription][eq]": wanted.subscription}
    (item,) = await organisation.list("/meter-orders", filters)
    assert item["id"] == wanted.id


async def test_plans_by_status(household: ApiClient) -> None:
    """Plans have a status to filter by, though none to see."""
    assert await household.list("/plans", {"[status][starts_with]": "act"})
    assert not await household.list("/plans", {"[status][eq]": "archived"})


async def test_a_server_that_ignores_filters(moving: ApiClient) -> None:
    """The API can be made to ignore every filter."""
    await moving.control("PATCH", "settings", ignore_filters=True)
    assert len(await moving.list("/subscriptions", {"[status][eq]": "ended"})) == 3
