"""Tests of ordering modules of section 14a: once, and read back if lost."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .actions import LOST, check_texts
from .home import set_up, state_of
from .modules import (
    MODULES,
    TYPE,
    Standing,
    fail_after_the_first,
    give,
    list_once,
    order,
    posts,
    refused,
    request_id,
)


@pytest.fixture
def scenario() -> str:
    """Name a scenario with a smart meter, in which any module can be had."""
    return "already-smart"


@pytest.mark.parametrize(
    ("module", "standing"),
    [
        (1, {}),
        (2, {}),
        (3, {1: "activated"}),
        (1, {1: "ended", 2: "rejected"}),
        (2, {1: "rejected", 3: "ended"}),
    ],
)
async def test_order(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    module: int,
    standing: Standing,
) -> None:
    """A confirmed order is placed once, and shown at once."""
    give(nomos, standing)
    await set_up(hass, entry)
    before = set(nomos.world.grid_fee_reductions)
    answer = await order(hass, entry, module, confirm=True)
    await hass.async_block_till_done()
    (made,) = set(nomos.world.grid_fee_reductions) - before
    assert answer == {"id": made, "status": "ordered"}
    assert nomos.world.grid_fee_reductions[made].type == f"{TYPE}{module}"
    assert posts(nomos) == 1
    assert state_of(hass, entry, f"grid_fee_module_{module}").state == "ordered"
    asked = len(nomos.exchanges)
    await refused(hass, entry, module, "module_exists", str(module))
    assert len(nomos.exchanges) == asked


@pytest.mark.parametrize("scenario", ["new-contract"])
async def test_order_before_supply(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """For a contract that is not supplied yet Nomos keeps the order for later."""
    assert (await order(hass, loaded, 1, confirm=True))["status"] == "intended"
    await hass.async_block_till_done()
    assert state_of(hass, loaded, "grid_fee_module_1").state == "intended"


async def test_order_that_is_not_shown_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Where the poll after it fails, the order is answered nevertheless."""
    nomos.fail("/subscriptions/*", drop=True)
    answer = await order(hass, loaded, 1, confirm=True)
    assert [answer["id"]] == list(nomos.world.grid_fee_reductions)


@pytest.mark.parametrize("fields", [{}, {"confirm": False}, {"confirm": 1}])
async def test_not_confirmed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fields: dict[str, Any],
) -> None:
    """Nothing is asked of Nomos before somebody says that it is wanted."""
    before = len(nomos.exchanges)
    with pytest.raises(ServiceValidationError) as refusal:
        await order(hass, loaded, 1, **fields)
    check_texts(refusal.value, "not_confirmed")
    assert len(nomos.exchanges) == before


async def test_no_module_named(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """There is none that is ordered unless another is named."""
    before = len(nomos.exchanges)
    fields = {"config_entry": loaded.entry_id, "confirm": True}
    with pytest.raises(vol.Invalid, match="module"):
        await hass.services.async_call(
            DOMAIN, "order_grid_fee_reduction", fields, blocking=True
        )
    assert len(nomos.exchanges) == before


async def test_twice_at_the_same_moment(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Of two orders one is placed, and the other is told so."""
    answers: tuple[Any, Any] = await asyncio.gather(
        order(hass, loaded, 1, confirm=True),
        order(hass, loaded, 1, confirm=True),
        return_exceptions=True,
    )
    first, second = answers
    assert [first["id"]] == list(nomos.world.grid_fee_reductions)
    assert isinstance(second, ServiceValidationError)
    check_texts(second, "module_exists")
    assert posts(nomos) == 1


async def test_two_modules_at_the_same_moment(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Neither are two ordered that do not go together."""
    answers: tuple[Any, Any] = await asyncio.gather(
        order(hass, loaded, 2, confirm=True),
        order(hass, loaded, 1, confirm=True),
        return_exceptions=True,
    )
    first, second = answers
    assert first["status"] == "ordered"
    assert isinstance(second, ServiceValidationError)
    check_texts(second, "module_2_alone", "1")
    assert posts(nomos) == 1


@pytest.mark.parametrize("fault", LOST)
async def test_answer_is_lost(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """An order whose answer is lost is read back, and never sent again."""
    give(nomos, {1: "ended"})
    before = set(nomos.world.grid_fee_reductions)
    nomos.fail(MODULES, method="POST", afterwards=True, **fault)
    answer = await order(hass, loaded, 1, confirm=True)
    (made,) = set(nomos.world.grid_fee_reductions) - before
    assert answer == {"id": made, "status": "ordered"}
    assert posts(nomos) == 1


@pytest.mark.parametrize("status", ["intended", "activated", "suspended"])
async def test_answer_is_lost_and_time_goes_on(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, status: str
) -> None:
    """It is found wherever it stands by then, also by a word that is not known here."""
    nomos.fail(MODULES, method="POST", drop=True)
    nomos.fail(MODULES, method="GET", count=1)
    list_once(nomos, {1: status})
    answer = await order(hass, loaded, 1, confirm=True)
    assert answer == {"id": "gfr_1", "status": status}
    assert posts(nomos) == 1


@pytest.mark.parametrize("fault", LOST)
async def test_nothing_is_known(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """An order that is not found is neither claimed nor sent again.

    Neither another module is it, nor an older one that does not hold any more.
    """
    give(nomos, {1: "activated", 3: "ended"})
    await set_up(hass, entry)
    nomos.fail(MODULES, method="POST", **fault)
    with pytest.raises(HomeAssistantError) as refusal:
        await order(hass, entry, 3, confirm=True)
    known = request_id(nomos) if fault.get("status") == 500 else "–"
    check_texts(refusal.value, "module_outcome_unknown", "3", known)
    assert posts(nomos) == 1


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 403}, {"status": 429}])
async def test_cannot_be_read_back(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
) -> None:
    """While it cannot be looked for nothing is known either."""
    nomos.fail(MODULES, method="POST", drop=True)
    fail_after_the_first(nomos, **fault)
    await refused(hass, loaded, 1, "module_outcome_unknown", "1")
    assert posts(nomos) == 1
