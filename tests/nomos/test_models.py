"""Tests of reading answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.nomos_smartmeter.nomos import (
    MeterOrder,
    NomosResponseError,
    Page,
    Plan,
    Subscription,
    Token,
)
from custom_components.nomos_smartmeter.tariff.local_time import in_local_time

PLAN = {"id": "pln_1", "name": "Dynamisch", "slug": "dynamisch"}
ORDER = {
    "id": "prdo_1",
    "subscription": "sub_1",
    "status": "created",
    "created_at": "2026-06-30T12:00:00Z",
}
SUBSCRIPTION = {
    "id": "sub_1",
    "status": "active",
    "plan": "pln_1",
    "number": None,
    "address": {
        "street": "Torstraße",
        "house_number": "119",
        "zip": "10115",
        "city": "Berlin",
    },
    "meter": {"type": "smart"},
}


def test_unknown_fields_are_ignored() -> None:
    """Fields may be added at any time."""
    assert Plan.read(PLAN | {"colour": "green"}) == Plan.read(PLAN)


def test_unknown_words_survive() -> None:
    """Words of an enumeration may be added at any time."""
    changes = {"status": "paused", "type": "storage", "meter": {"type": "quantum"}}
    subscription = Subscription.read(SUBSCRIPTION | changes)
    assert subscription.status == "paused"
    assert subscription.meter.type == "quantum"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-30T12:00:00Z", datetime(2026, 6, 30, 12, tzinfo=UTC)),
        ("2026-06-30T12:00:00.250Z", datetime(2026, 6, 30, 12, 0, 0, 250000, UTC)),
        ("2026-06-30T14:00:00+02:00", datetime(2026, 6, 30, 12, tzinfo=UTC)),
        ("2026-06-30T12:00:00", datetime(2026, 6, 30, 12, tzinfo=UTC)),
        ("2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
    ],
)
def test_times_are_in_utc(text: str, moment: datetime) -> None:
    """Whatever the notation, a time is an aware one in UTC."""
    order = MeterOrder.read(ORDER | {"created_at": text})
    assert order.created_at == moment
    assert order.created_at.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_open_times(text: str) -> None:
    """The end of time, and its beginning, bound nothing."""
    assert Subscription.read(SUBSCRIPTION | {"end_at": text}).end_at is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_ends_of_time(text: str) -> None:
    """Local time can tell of every moment, and of those around it."""
    moment = MeterOrder.read(ORDER | {"created_at": text}).created_at
    assert in_local_time(moment - timedelta(days=1)).year in {1, 9998}
    assert in_local_time(moment + timedelta(days=1)).year in {2, 9999}


def test_there_and_back() -> None:
    """What is written can be read again."""
    order = MeterOrder.read(ORDER | {"appointment_at": "2026-07-30T07:30:00Z"})
    assert MeterOrder.read(order.to_dict()) == order
    subscription = Subscription.read(SUBSCRIPTION)
    assert Subscription.read(subscription.to_dict()) == subscription


@pytest.mark.parametrize("field", ["id", "subscription", "status", "created_at"])
def test_missing_field(field: str) -> None:
    """A field that is needed and missing is named."""
    answer = {name: value for name, value in ORDER.items() if name != field}
    with pytest.raises(NomosResponseError, match=f"MeterOrder.{field} is missing"):
        MeterOrder.read(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": None},
        {"status": 5},
        {"status": ["created"]},
        {"created_at": None},
        {"created_at": 1782820800},
        {"created_at": "yesterday"},
        {"appointment_at": "30.07.2026"},
        {"blocked_reason": True},
        {"provider": {"name": "inexogy"}},
        {"status": "\ud800"},
        {"provider": "Stadtwerke \udfff"},
        {"created_at": "2026-06-30T12:00:00\ud800"},
    ],
)
def test_mistyped_field(changes: dict[str, Any]) -> None:
    """A field of another type is not converted but refused."""
    with pytest.raises(NomosResponseError, match="missing or mistyped"):
        MeterOrder.read(ORDER | changes)


@pytest.mark.parametrize(
    "address", [None, "adr_1", [], {}, {"street": "Geheimweg", "house_number": 1}]
)
def test_malformed_part_repeats_nothing(address: object) -> None:
    """The message of a refused answer holds no part of it, which may be personal."""
    with pytest.raises(NomosResponseError) as failure:
        Subscription.read(SUBSCRIPTION | {"address": address})
    error: BaseException | None = failure.value
    assert "address" in str(error)
    assert "Geheimweg" not in str(error)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


@pytest.mark.parametrize("answer", [None, [], "text", 5, [ORDER]])
def test_no_object(answer: object) -> None:
    """Something else where an object belongs is refused."""
    with pytest.raises(
        NomosResponseError, match="no object where a MeterOrder belongs"
    ):
        MeterOrder.read(answer)


@pytest.mark.parametrize(
    ("more", "cursor"),
    [
        ({}, None),
        ({"has_more": False, "next_page": None}, None),
        ({"has_more": False, "next_page": "abc"}, None),
        ({"next_page": "abc"}, "abc"),
        ({"has_more": None, "next_page": "abc"}, "abc"),
        ({"next_page": ""}, None),
        ({"has_more": True, "next_page": "abc"}, "abc"),
    ],
)
def test_page(more: dict[str, Any], cursor: str | None) -> None:
    """A page says whether there is another one."""
    page = Page.read(MeterOrder, {"object": "list", "items": [ORDER], **more})
    assert page.items == (MeterOrder.read(ORDER),)
    assert page.next_page == cursor


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"items": None},
        {"items": {}},
        {"items": [5]},
        {"items": [], "has_more": True, "next_page": 5},
        {"items": [], "has_more": True, "next_page": "\ud800"},
        {"items": [], "has_more": True, "next_page": None},
        {"items": [], "has_more": True},
    ],
)
def test_no_page(answer: object) -> None:
    """Something else where a list belongs is refused."""
    with pytest.raises(NomosResponseError):
        Page.read(MeterOrder, answer)


def test_items_of_others_are_not_read() -> None:
    """A malformed order of another subscription does no harm."""
    items = [{"subscription": "sub_2", "status": 5}, ORDER]
    page = Page.read(MeterOrder, {"items": items}, where={"subscription": "sub_1"})
    assert page.items == (MeterOrder.read(ORDER),)


@pytest.mark.parametrize("item", [None, 5, {}, {"subscription": None}])
def test_items_of_nobody_are_refused(item: object) -> None:
    """An item that may be the wanted one is not passed over."""
    with pytest.raises(NomosResponseError):
        Page.read(MeterOrder, {"items": [item]}, where={"subscription": "sub_1"})


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [
        ("read:* write:*", True, True),
        ("read:*", True, False),
        ("write:*", False, True),
        ("read:subscriptions", True, False),
        ("", True, True),
        (None, True, True),
        ("*", True, True),
        ("write:* offline_access", True, True),
    ],
)
def test_scope(scope: str | None, reads: bool, writes: bool) -> None:
    """A token allows what its scope says; an untold one is left to the API."""
    token = Token(access_token="t", expires_in=3600, scope=scope)
    assert (token.allows("read"), token.allows("write")) == (reads, writes)
