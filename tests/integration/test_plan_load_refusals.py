"""Tests of what the action that plans a load refuses, and of whose prices it goes by."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import CONF_PREVIEW_PRICES, DOMAIN
from tests.simulated import SimulatedNomos

from .actions import act, check_texts
from .home import add_entry, local, set_up

NAN, INFINITY = float("nan"), float("inf")
NOT_ACTIVE = {
    "runs": [],
    "planned_time": 0,
    "average_price": None,
    "cost": None,
    "cost_if_started_now": None,
    "known_until": None,
    "reason": "dynamic_pricing_not_active",
}

pytestmark = pytest.mark.freeze_time(local("2026-07-01 15:07"))


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def plan(hass: HomeAssistant, **fields: Any) -> dict[str, Any]:
    """Ask for a plan with these fields and no others."""
    answer: Any = await hass.services.async_call(
        DOMAIN, "plan_load", fields, blocking=True, return_response=True
    )
    assert isinstance(answer, dict)
    return answer


NOT_A_LENGTH = [
    True,
    -1,
    "-00:15",
    {"hours": -1},
    {"hours": 1, "minutes": -61},
    {},
    {"fortnights": 1},
    {"hours": "two"},
    {"hours": NAN},
    {"days": 31, "milliseconds": 1},
    {"days": 1e300},
    "744:00:01",
    NAN,
    INFINITY,
    1e20,
    "soon",
    "",
    None,
    ["01:00"],
]
NOT_A_NUMBER: list[object] = [
    "much",
    "1,5",
    "11 kW",
    "",
    None,
    True,
    NAN,
    INFINITY,
    1e7,
    [1],
    {},
]


@pytest.mark.parametrize(
    ("field", "key", "values"),
    [
        ("run_time", "not_a_length", NOT_A_LENGTH),
        ("minimum_run", "not_a_length", NOT_A_LENGTH),
        ("minimum_pause", "not_a_length", NOT_A_LENGTH),
        ("maximum_pause", "not_a_length", NOT_A_LENGTH),
        ("energy", "not_from_zero", [*NOT_A_NUMBER, -0.1, "-5"]),
        ("power", "not_above_zero", [*NOT_A_NUMBER, 0, -0.1, "1e-999999"]),
        ("maximum_starts", "not_a_count", [*NOT_A_NUMBER, 0, -1, 0.5, 2.5, "2.5"]),
        ("price_ceiling", "not_a_number", [*NOT_A_NUMBER, -1e7, "free"]),
    ],
)
async def test_unusable_values(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    field: str,
    key: str,
    values: list[object],
) -> None:
    """What makes no sense is refused in the owner's language, and the field named."""
    need: dict[str, Any] = {"run_time": "01:00"}
    if field == "energy":
        need = {"power": 11}
    for value in values:
        with pytest.raises(ServiceValidationError) as refusal:
            await plan(hass, **{**need, field: value})
        check_texts(refusal.value, key, str(value), field)
    assert refusal.value.__cause__ is not None


@pytest.mark.parametrize("scenario", ["already-smart", "household"])
@pytest.mark.parametrize(
    ("fields", "key", "parts"),
    [
        ({}, "need_missing", ["run_time", "energy", "power"]),
        ({"power": 11}, "need_missing", []),
        ({"split": True, "latest": "2026-07-01 20:00"}, "need_missing", []),
        ({"energy": 10}, "power_missing", ["energy", "power"]),
        ({"energy": 0}, "power_missing", []),
        ({"run_time": "01:00", "energy": 10}, "several_needs", ["run_time", "energy"]),
        ({"run_time": "01:00", "energy": 1, "power": 2}, "several_needs", []),
        ({"run_time": 0, "energy": 0, "power": 2}, "several_needs", []),
    ],
)
async def test_needs_that_are_not_clear(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    fields: dict[str, Any],
    key: str,
    parts: list[str],
) -> None:
    """A need must be said, once; so it is before dynamic pricing is active, too."""
    with pytest.raises(ServiceValidationError) as refusal:
        await plan(hass, **fields)
    check_texts(refusal.value, key, *parts)


async def test_values_that_are_just_usable(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """Large and small numbers do no harm."""
    for fields in (
        {"energy": 10**6, "power": 1e-9},
        {"energy": "1e-999999", "power": 10**6},
        {"run_time": {"days": 31}, "maximum_starts": "3", "split": True},
        {"run_time": 0.001, "maximum_starts": 10**6, "split": True},
        {"run_time": "01:00", "price_ceiling": -(10**6)},
        {"run_time": "01:00", "maximum_starts": 3.0},
    ):
        answer = await plan(hass, **fields)
        assert answer["planned_time"] <= 33


async def test_preview_is_not_what_is_paid(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> None:
    """A plan by prices that are not paid yet would cost what nobody has reckoned."""
    nomos.set_subscription(**{"meter.type": "analog"})
    nomos.set_order(status="waiting")
    entry = add_entry(hass, nomos)
    preview = {CONF_PREVIEW_PRICES: True}
    hass.config_entries.async_update_entry(entry, options=preview)
    await set_up(hass, entry)
    window = await act(hass, "find_cheapest_window", entry.entry_id)
    assert window["reason"] is None
    assert await plan(hass, energy=10, power=11, split=True) == NOT_ACTIVE
    assert await plan(hass, run_time=0) == NOT_ACTIVE
    nomos.set_order(status="activated")
    await entry.runtime_data.meter_order.async_refresh()
    answer = await plan(hass, energy=11, power=11)
    assert (answer["planned_time"], answer["reason"]) == (1, None)


@pytest.mark.parametrize("scenario", ["moving"])
async def test_several_contracts(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """With several contracts it must be said whose prices count."""
    _, _, old_flat = nomos.world.subscriptions.values()
    old = MockConfigEntry(
        domain=DOMAIN, title="Old flat", unique_id=old_flat.id, data=nomos.account
    )
    old.add_to_hass(hass)
    await set_up(hass, old)
    with pytest.raises(ServiceValidationError) as refusal:
        await plan(hass, run_time="01:00")
    key = "service_found_multiple_config_entry_for_domain"
    assert refusal.value.translation_key == key
    answer = await plan(hass, run_time="01:00", config_entry=loaded.entry_id)
    assert (answer["planned_time"], answer["reason"]) == (1, None)
    answer = await plan(hass, run_time="01:00", config_entry=old.entry_id)
    assert answer == NOT_ACTIVE
    await hass.config_entries.async_remove(old.entry_id)
    assert (await plan(hass, run_time="01:00"))["planned_time"] == 1
