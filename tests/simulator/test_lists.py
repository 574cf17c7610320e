"""Lists: pages, their order and their cursors."""

import pytest

from .client import ApiClient


async def _walk(api: ApiClient, path: str, **query: str | int) -> list[list[str]]:
    pages = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get(path, **query, **cursor)).json
        assert page["object"] == "list"
        pages.append([item["id"] for item in page["items"]])
        if not page["has_more"]:
            assert page["next_page"] is None
            return pages
        cursor = {"cursor": page["next_page"]}


async def test_a_page_holds_ten(organisation: ApiClient) -> None:
    """Without a limit there are ten to a page."""
    answer = await organisation.get("/subscriptions")
    assert len(answer.items) == 10
    assert answer.json["has_more"]


async def test_a_walk_sees_everything_once(organisation: ApiClient) -> None:
    """The pages together hold everything, the newest first, nothing twice."""
    pages = await _walk(organisation, "/subscriptions", limit=70)
    assert [len(page) for page in pages] == [70, 70, 70, 70, 20]
    walked = [subscription for page in pages for subscription in page]
    subscriptions = organisation.world.subscriptions
    assert walked == sorted(
        subscriptions, key=lambda s: subscriptions[s].created_at, reverse=True
    )


async def test_a_walk_through_a_filtered_list(organisation: ApiClient) -> None:
    """The filter holds on every page."""
    pages = await _walk(
        organisation, "/meter-orders", limit=7, **{"filter[status][eq]": "cancelled"}
    )
    cancelled = {
        order.id
        for order in organisation.world.meter_orders.values()
        if order.curie_status == "cancelled"
    }
    assert {order for page in pages for order in page} == cancelled


async def test_the_last_page_can_be_full(organisation: ApiClient) -> None:
    """A last page that is full has no next page."""
    pages = await _walk(organisation, "/subscriptions", limit=100)
    assert [len(page) for page in pages] == [100, 100, 100]


async def test_new_things_do_not_disturb_a_walk(household: ApiClient) -> None:
    """What is created during a walk is not on its later pages."""
    world = household.world
    (subscription,) = world.subscriptions.values()
    older = next(iter(world.meter_orders))
    newer = world.place_order(subscription).id
    page = (await household.get("/meter-orders", limit=1)).json
    assert [item["id"] for item in page["items"]] == [newer]
    world.place_order(subscription)
    page = (
        await household.get("/meter-orders", limit=1, cursor=page["next_page"])
    ).json
    assert [item["id"] for item in page["items"]] == [older]


@pytest.mark.parametrize(
    ("limit", "code"),
    [(0, "too_small"), (-1, "too_small"), (101, "too_big"), ("ten", "invalid_type")],
)
async def test_a_limit_out_of_range(
    household: ApiClient, limit: str | int, code: str
) -> None:
    """A limit is a number from 1 to 100."""
    answer = await household.get("/plans", limit=limit)
    assert answer.status == 400
    assert answer.problems == [(code, "limit")]


@pytest.mark.parametrize("cursor", ["nonsense", "e30=", "W10=", "%%%"])
async def test_a_made_up_cursor(household: ApiClient, cursor: str) -> None:
    """A cursor cannot be made up."""
    answer = await household.get("/plans", cursor=cursor)
    assert answer.status == 400
    assert answer.problems == [("invalid_format", "cursor")]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/subscriptions", {"limit": 20}),
        ("/subscriptions", {"limit": 10, "filter[status][eq]": "active"}),
        ("/subscriptions", {}),
        ("/meter-orders", {"limit": 10}),
    ],
)
async def test_a_cursor_of_another_list(
    organisation: ApiClient, path: str, query: dict[str, str | int]
) -> None:
    """A cursor goes with the list and the parameters it came from."""
    page = (await organisation.get("/subscriptions", limit=10)).json
    answer = await organisation.get(path, cursor=page["next_page"], **query)
    assert answer.status == 400
    assert "other parameters" in answer.json["message"]


async def test_an_empty_list(household: ApiClient) -> None:
    """An empty list is a list."""
    household.world.meter_orders.clear()
    answer = await household.get("/meter-orders")
    assert answer.json == {
        "object": "list",
        "items": [],
        "has_more": False,
        "next_page": None,
    }
