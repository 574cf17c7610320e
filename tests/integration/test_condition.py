"""Tests of the conditions, as automations ask them."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import (
    ConditionChecker,
    async_from_config,
    async_get_all_descriptions,
    async_validate_condition_config,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.nomos_smartmeter.condition import CONDITIONS
from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .home import local, move_on, set_up, state_of, turn_clock

START = local("2026-07-01 00:00")
QUARTER = timedelta(minutes=15)

pytestmark = pytest.mark.freeze_time(START)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def asked(
    hass: HomeAssistant, entry: MockConfigEntry, condition: str, **options: Any
) -> ConditionChecker:
    """Return a condition about the whole contract, ready to be asked."""
    config = await async_validate_condition_config(
        hass,
        {
            "condition": f"{DOMAIN}.{condition}",
            "target": {"device_id": entry.runtime_data.device_id},
            "options": options,
        },
    )
    checker = await async_from_config(hass, config)
    await checker.async_setup()
    return checker


async def holds(
    hass: HomeAssistant, entry: MockConfigEntry, condition: str, **options: Any
) -> bool | None:
    """Ask a condition about the whole contract."""
    checker = await asked(hass, entry, condition, **options)
    answer = checker.async_check()
    checker.async_unload()
    return answer


@pytest.mark.parametrize("scenario", ["household"])
async def test_dynamic_pricing_is_active(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It holds from the day on which prices are real, and not while nobody knows."""
    assert not await holds(hass, loaded, "dynamic_pricing_is_active")
    nomos.set_order(status="activated")
    await move_on(hass, freezer, timedelta(days=1))
    assert await holds(hass, loaded, "dynamic_pricing_is_active")
    nomos.fail(status=503)
    await move_on(hass, freezer, timedelta(days=4))
    assert not await holds(hass, loaded, "dynamic_pricing_is_active")


async def test_price_is_among_cheapest(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Over a day it holds in just so many quarter-hours, the cheapest ones."""
    passed, all_prices = [], []
    for quarter in range(96):
        await turn_clock(hass, freezer, START + quarter * QUARTER)
        price = float(state_of(hass, loaded, "current_price").state)
        all_prices.append(price)
        if await holds(hass, loaded, "price_is_among_cheapest", hours=1.5):
            passed.append(price)
    assert sorted(passed) == sorted(all_prices)[:6]


async def test_it_changes_with_the_day(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The same price can be dear today and cheap tomorrow, so it is asked anew."""
    cents = {n: 5 if n < 95 else 10 if n < 97 else 20 for n in range(192)}
    nomos.set_market(amounts={START + n * QUARTER: c for n, c in cents.items()})
    freezer.move_to(START + 20 * timedelta(hours=1))
    await set_up(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    await turn_clock(hass, freezer, START + 95 * QUARTER)
    checker = await asked(hass, entry, "price_is_among_cheapest", hours=1)
    assert checker.needs_polling
    assert not checker.async_check()
    await turn_clock(hass, freezer, START + 96 * QUARTER)
    assert checker.async_check()
    assert state_of(hass, entry, "current_price").state == "0.1"


async def test_equal_prices_share_the_better_place(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Where all cost the same, none is left out."""
    nomos.set_market(amounts={START + n * QUARTER: 20.0 for n in range(96)})
    await set_up(hass, entry)
    assert await holds(hass, entry, "price_is_among_cheapest", hours=1)


async def test_no_price(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A missing price is never among the cheapest, nor of any level."""
    nomos.set_market(null_moments=[START])
    await set_up(hass, entry)
    assert not await holds(hass, entry, "price_is_among_cheapest", hours=25)
    levels = ["very_cheap", "cheap", "normal", "expensive", "very_expensive"]
    assert not await holds(hass, entry, "price_level_is", level=levels)


async def test_contract_is_not_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """Nothing is known of a contract that is not loaded, whatever a state says."""
    state = state_of(hass, loaded, "current_price")
    await hass.config_entries.async_unload(loaded.entry_id)
    hass.states.async_set(state.entity_id, "0.01", state.attributes)
    config = {
        "condition": f"{DOMAIN}.price_is_among_cheapest",
        "target": {"entity_id": state.entity_id},
        "options": {"hours": 25},
    }
    checker = await async_from_config(
        hass, await async_validate_condition_config(hass, config)
    )
    await checker.async_setup()
    assert not checker.async_check()


async def test_price_is_gone_meanwhile(
    hass: HomeAssistant, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """What the state still says does not count, if the prices have ended."""
    freezer.move_to(START + timedelta(days=3))
    assert not await holds(hass, loaded, "price_is_among_cheapest", hours=25)


async def test_price_level_is(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """It holds for the level of now, alone or among others."""
    level = state_of(hass, loaded, "price_level").state
    others = {"very_cheap", "cheap", "normal", "expensive", "very_expensive"} - {level}
    assert await holds(hass, loaded, "price_level_is", level=level)
    assert not await holds(hass, loaded, "price_level_is", level=sorted(others))


async def test_for_how_long(
    hass: HomeAssistant, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """What must have been so for a while is not at once."""
    level = state_of(hass, loaded, "price_level").state
    for condition, options in (
        ("dynamic_pricing_is_active", {}),
        ("price_level_is", {"level": level}),
    ):
        lasting = options | {"behavior": "all", "for": {"minutes": 10}}
        checker = await asked(hass, loaded, condition, **lasting)
        assert not checker.async_check()
        freezer.tick(timedelta(minutes=11))
        assert checker.async_check()
        freezer.tick(-timedelta(minutes=11))
        checker.async_unload()


@pytest.mark.parametrize("key", CONDITIONS)
async def test_fields_in_the_editor(
    hass: HomeAssistant, loaded: MockConfigEntry, key: str
) -> None:
    """What the editor offers is accepted."""
    assert await async_setup_component(hass, "automation", {})
    await hass.async_block_till_done()
    shown = (await async_get_all_descriptions(hass))[f"{DOMAIN}.{key}"]
    assert shown is not None
    fields = shown["fields"]
    assert fields["behavior"]["default"] == "any"
    assert ("for" in fields) is (key != "price_is_among_cheapest")
    options = {name: field.get("default", "cheap") for name, field in fields.items()}
    assert await holds(hass, loaded, key, **options) in (True, False)


@pytest.mark.parametrize(
    ("condition", "options"),
    [
        ("price_is_among_cheapest", {}),
        ("price_is_among_cheapest", {"hours": 0}),
        ("price_is_among_cheapest", {"hours": 4, "for": {"minutes": 15}}),
        ("price_is_among_cheapest", {"hours": 4, "behavior": "most"}),
        ("price_is_among_cheapest", {"hours": "many"}),
        ("price_level_is", {"level": ["gratis"]}),
        ("price_level_is", {"level": []}),
    ],
)
async def test_refused(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    condition: str,
    options: dict[str, Any],
) -> None:
    """What cannot be asked is refused when it is set up."""
    with pytest.raises(vol.Invalid):
        await holds(hass, loaded, condition, **options)
