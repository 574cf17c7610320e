"""Modules of §14a EnWG: what the API tells of them, and what it refuses."""

from typing import Any

import pytest

from .client import Answer, ApiClient
from .conftest import Opener

MODULE = "enwg-14a-module-"


async def _order(api: ApiClient, module: int, **changes: Any) -> Answer:
    subscription = next(iter(api.world.subscriptions))
    wanted = {"subscription": subscription, "type": f"{MODULE}{module}", **changes}
    return await api.post("/grid-fee-reductions", wanted)


def _have(api: ApiClient, module: int, status: str) -> None:
    subscription = next(iter(api.world.subscriptions.values()))
    fields = {"type": f"{MODULE}{module}", "status": status}
    api.world.add_reduction(subscription, fields)


async def test_a_module(household: ApiClient) -> None:
    """A module of a supplied subscription is ordered at once, and can be seen."""
    made = await _order(household, 1)
    assert made.json["status"] == "ordered"
    listed = await household.get("/grid-fee-reductions")
    assert listed.items == [made.json]
    shown = await household.get(f"/grid-fee-reductions/{made.json['id']}")
    assert shown.json == made.json
    assert (await household.get("/grid-fee-reductions/gfr_x")).status == 404


async def test_a_module_for_later(open_api: Opener) -> None:
    """Before supply it is intended."""
    api = await open_api("new-contract")
    assert (await _order(api, 1)).json["status"] == "intended"


@pytest.mark.parametrize("status", ["rejected", "ended"])
async def test_a_free_place(household: ApiClient, status: str) -> None:
    """A rejected or ended module frees its place."""
    _have(household, 1, status)
    assert (await _order(household, 1)).status == 200


@pytest.mark.parametrize(
    ("there", "wanted", "status", "code"),
    [
        (1, 1, 409, "duplicate_grid_reduction"),
        (1, 2, 409, "duplicate_grid_reduction"),
        (2, 1, 409, "duplicate_grid_reduction"),
        (2, 3, 409, "duplicate_grid_reduction"),
        (1, 3, 400, "missing_smart_meter"),
    ],
)
async def test_modules_side_by_side(
    household: ApiClient, there: int, wanted: int, status: int, code: str
) -> None:
    """Module 2 stands alone, module 3 needs a smart meter."""
    _have(household, there, "activated")
    answer = await _order(household, wanted)
    assert answer.status == status
    assert answer.problems == [(code, "type")]


async def test_module_3(household: ApiClient) -> None:
    """Module 3 needs module 1 to be active."""
    next(iter(household.world.subscriptions.values())).meter.type = "smart"
    assert (await _order(household, 3)).problems == [("missing_module_1", "type")]
    _have(household, 1, "ordered")
    assert (await _order(household, 3)).problems == [("missing_module_1", "type")]
    _have(household, 1, "activated")
    assert (await _order(household, 3)).status == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "feed_in"}, "invalid_value"),
        ({"status": "ended"}, "ended_subscription"),
    ],
)
async def test_no_module(
    household: ApiClient, changes: dict[str, Any], code: str
) -> None:
    """Feeding in pays no grid fee, and what has ended takes nothing."""
    subscription = next(iter(household.world.subscriptions.values()))
    household.world.update_subscription(subscription, changes)
    assert (await _order(household, 1)).problems == [(code, "type")]


async def test_malformed(household: ApiClient) -> None:
    """What is no module, or for nobody, is refused."""
    assert (await _order(household, 4)).status == 400
    assert (await _order(household, 1, subscription=7)).status == 400
    assert (await _order(household, 1, subscription="sub_x")).status == 404
