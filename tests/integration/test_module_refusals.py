"""Tests of modules of section 14a that cannot be had, and what is told of it."""

import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import SimulatedNomos

from .actions import check_texts, reports_missing_scope
from .home import set_up
from .modules import (
    MODULES,
    Standing,
    give,
    list_once,
    order,
    posts,
    refused,
    request_id,
)
from .sign_in import Browser, signed_in


@pytest.fixture
def scenario() -> str:
    """Name a scenario with a smart meter, in which any module can be had."""
    return "already-smart"


OBSTACLES = [
    (1, {1: "intended"}, "smart", "module_exists"),
    (2, {2: "ordered"}, "smart", "module_exists"),
    (3, {1: "activated", 3: "activated"}, "smart", "module_exists"),
    (2, {1: "activated"}, "smart", "module_2_alone"),
    (1, {2: "activated"}, "analog", "module_2_alone"),
    (3, {1: "activated"}, "analog", "module_3_needs_smart_meter"),
    (3, {1: "ordered"}, "smart", "module_3_needs_module_1"),
    (3, {}, "smart", "module_3_needs_module_1"),
    # A word that is not known here may mean that it holds.
    (1, {1: "suspended"}, "smart", "module_exists"),
]
obstacles = pytest.mark.parametrize(("module", "standing", "meter", "key"), OBSTACLES)


@obstacles
async def test_known_obstacle(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    module: int,
    standing: Standing,
    meter: str,
    key: str,
) -> None:
    """A module that exists is refused without asking Nomos.

    All else may have changed since, so that Nomos is asked, and only asked.
    """
    nomos.subscription.meter.type = meter
    give(nomos, standing)
    await set_up(hass, entry)
    before = len(nomos.exchanges)
    await refused(hass, entry, module, key)
    asked = {exchange.method for exchange in nomos.exchanges[before:]}
    assert asked == (set() if key == "module_exists" else {"GET"})
    # A word that is not in the specification cannot be held to it.
    nomos.exchanges.clear()


@obstacles
@pytest.mark.parametrize("known", [True, False])
async def test_obstacle_that_is_not_known_yet(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    module: int,
    standing: Standing,
    meter: str,
    key: str,
    known: bool,
) -> None:
    """What has changed elsewhere, or could not be read, is found before an order."""
    nomos.subscription.meter.type = meter
    if not known:
        nomos.fail(MODULES, status=503)
    if module == 3:
        give(nomos, {1: "activated"})
    await set_up(hass, entry)
    assert (entry.runtime_data.meter_order.data.reductions is not None) is known
    nomos.heal()
    nomos.world.grid_fee_reductions.clear()
    give(nomos, standing)
    await refused(hass, entry, module, key)
    assert posts(nomos) == 0
    nomos.exchanges.clear()


@pytest.mark.parametrize("module", [1, 2, 3])
@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"status": "ended"}, "module_for_ended"),
        ({"type": "feed_in"}, "module_for_feed_in"),
    ],
)
async def test_contract_takes_no_module(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    changes: dict[str, Any],
    key: str,
    module: int,
) -> None:
    """Nothing is asked for a contract that cannot have any."""
    nomos.set_subscription(**changes)
    await set_up(hass, entry)
    before = len(nomos.exchanges)
    await refused(hass, entry, module, key)
    assert len(nomos.exchanges) == before


async def test_read_only_credentials(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Without the scope nothing is sent, and a repair says what is missing."""
    nomos.credential.scope = "read:*"
    await set_up(hass, entry)
    before = len(nomos.requests(MODULES))
    await refused(hass, entry, 1, "may_not_write", "support@nomos.energy")
    assert len(nomos.requests(MODULES)) == before
    assert reports_missing_scope(hass)
    nomos.credential.scope = "read:* write:*"
    freezer.tick(600)
    await order(hass, entry, 1, confirm=True)
    assert not reports_missing_scope(hass)


@pytest.mark.parametrize("scenario", ["household"])
async def test_signed_in(
    hass: HomeAssistant, browser: Browser, nomos: SimulatedNomos
) -> None:
    """A sign-in only reads: that is known without asking, and no repair."""
    entry = await signed_in(browser)
    before = len(nomos.exchanges)
    await refused(hass, entry, 1, "signed_in_reads_only")
    assert len(nomos.exchanges) == before
    assert not reports_missing_scope(hass)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"status": 403}, "may_not_write"),
        ({"status": 404}, "order_refused"),
        ({"status": 409}, "module_conflict"),
        ({"status": 429}, "rate_limited"),
    ],
)
async def test_refused(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
    key: str,
) -> None:
    """A refusal names what support asks for, and is not repeated."""
    nomos.fail(MODULES, method="POST", **fault)
    with pytest.raises(HomeAssistantError) as refusal:
        await order(hass, loaded, 1, confirm=True)
    support = () if key == "rate_limited" else ("support@nomos.energy",)
    check_texts(refusal.value, key, request_id(nomos), *support)
    assert posts(nomos) == 1
    assert reports_missing_scope(hass) is (key == "may_not_write")


async def test_conflict(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """What contradicts a module that nobody sees is told in the API's own words."""
    give(nomos, {1: "ordered"})
    list_once(nomos, {})
    with pytest.raises(HomeAssistantError) as refusal:
        await order(hass, loaded, 1, confirm=True)
    parts = ("1", "The module exists already", request_id(nomos))
    check_texts(refusal.value, "module_conflict", *parts, "support@nomos.energy")
    assert nomos.requests(MODULES)[-1].status == 409


@pytest.mark.parametrize(
    ("changes", "key", "part"),
    [
        ({"meter.type": "analog"}, "module_3_needs_smart_meter", ""),
        ({}, "module_3_needs_module_1", ""),
        ({"status": "ended"}, "order_refused", "The subscription has ended"),
    ],
)
async def test_refused_by_the_rules(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    changes: dict[str, Any],
    key: str,
    part: str,
) -> None:
    """What has changed too late to be seen is told as if it had been."""
    give(nomos, {1: "activated"})
    await set_up(hass, entry)
    nomos.world.grid_fee_reductions.clear()
    if changes:
        give(nomos, {1: "activated"})
    nomos.set_subscription(**changes)
    list_once(nomos, {1: "activated"})
    await refused(hass, entry, 3, key, part)
    assert nomos.requests(MODULES)[-1].status == 400
    assert posts(nomos) == 1


@pytest.mark.parametrize(
    ("codes", "key"),
    [
        (["duplicate_grid_reduction"], "module_conflict"),
        (["custom", "missing_module_1"], "module_3_needs_module_1"),
        (["custom"], "order_refused"),
        ([], "order_refused"),
    ],
)
async def test_problem_codes(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    codes: list[str],
    key: str,
) -> None:
    """A refusal is known by its code, wherever in the list it stands."""
    problems = [{"code": code, "field": "type", "message": "No"} for code in codes]
    body = {
        "code": "BAD_REQUEST",
        "message": "Not this one",
        "requestId": "5c0f",
        "docs": "https://docs.nomos.energy",
        "errors": problems,
    }
    nomos.fail(MODULES, method="POST", status=400, body=json.dumps(body))
    parts = () if key == "module_3_needs_module_1" else ("Not this one", "5c0f")
    await refused(hass, loaded, 1, key, *parts)
    assert posts(nomos) == 1


@pytest.mark.parametrize(
    ("path", "fault", "key"),
    [
        ("/oauth/token", {"drop": True}, "cannot_connect"),
        (MODULES, {"drop": True}, "cannot_connect"),
        (MODULES, {"status": 403}, "missing_scope"),
        (MODULES, {"status": 200, "body": "[]"}, "invalid_response"),
    ],
)
async def test_modules_cannot_be_read(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    path: str,
    fault: dict[str, Any],
    key: str,
) -> None:
    """Nothing is ordered where it cannot be seen what there is."""
    loaded.runtime_data.meter_order.client._authentication._token = None
    nomos.fail(path, **fault)
    await refused(hass, loaded, 1, key)
    assert posts(nomos) == 0
