"""Tests of known prices: how long they stand, and how they are kept."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import SimulatedNomos

from .home import (
    FAULTS,
    PRICE_STORE,
    PRICES,
    asked_days,
    local,
    move_on,
    our_lines,
    price,
    pricing,
    restart,
    set_up,
    tracebacks,
    turn_clock,
)

MORNING = local("2026-11-24T10:05")
EVENING = local("2026-11-24T20:05")

pytestmark = pytest.mark.freeze_time(MORNING)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def test_only_what_is_missing_is_asked_for_on_start(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """What is stored is known, whatever the hour."""
    await set_up(hass, entry)
    await restart(hass, entry)
    assert asked_days(nomos) == ["24-24"]
    freezer.move_to(EVENING)
    await restart(hass, entry)
    assert asked_days(nomos) == ["24-24", "25-25"]
    freezer.move_to(local("2026-11-26T18:00"))
    await restart(hass, entry)
    assert asked_days(nomos)[2:] == ["26-27"]


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": True},
        {"status": 401},
        {"status": 503},
        {"status": 200, "body": "{}"},
        {"path": PRICES, "status": 403},
    ],
)
async def test_outage_of_three_days(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """The known prices stand until they end, over restarts, and are back soon after."""
    freezer.move_to(EVENING)
    await set_up(hass, entry)
    nomos.fail(**fault)
    await move_on(hass, freezer, timedelta(hours=5))
    assert float(price(hass, entry)) > 0
    await restart(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    await turn_clock(hass, freezer, local("2026-11-25T23:59:59"))
    assert float(price(hass, entry)) > 0
    assert not our_lines(caplog, "prices")
    await turn_clock(hass, freezer, local("2026-11-26T00:00"))
    assert price(hass, entry) == STATE_UNAVAILABLE
    assert price(hass, entry, "price_level") == STATE_UNAVAILABLE
    await move_on(hass, freezer, timedelta(days=2))
    assert len(our_lines(caplog, "prices")) == 1
    nomos.heal()
    await move_on(hass, freezer, timedelta(hours=1))
    assert float(price(hass, entry)) > 0
    assert entry.runtime_data.prices.last_failure is None
    assert len(our_lines(caplog, "prices")) == 2
    assert not tracebacks(caplog)


@pytest.mark.parametrize("fault", FAULTS)
async def test_start_without_today(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """At 00:05, with yesterday stored only: no price, no noise, and soon a price."""
    await set_up(hass, entry)
    nomos.fail(**fault)
    freezer.move_to(local("2026-11-25T00:05"))
    caplog.clear()
    await restart(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert price(hass, entry) == STATE_UNAVAILABLE
    assert pricing(hass, entry) == STATE_ON
    assert len(our_lines(caplog, "prices")) == 1
    assert not tracebacks(caplog)
    nomos.heal()
    await move_on(hass, freezer, timedelta(minutes=30))
    assert float(price(hass, entry)) > 0


async def test_start_with_today_stored(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """At 00:05, while Nomos is down, what was tomorrow yesterday is paid."""
    nomos.set_market(amounts={"2026-11-25 00:00": 12.34})
    freezer.move_to(EVENING)
    await set_up(hass, entry)
    nomos.fail(drop=True)
    freezer.move_to(local("2026-11-25T00:05"))
    await restart(hass, entry)
    assert price(hass, entry) == "0.1234"
    assert len(asked_days(nomos)) == 1


async def test_stored_exactly(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """What is stored is what was answered, to the last digit, nulls and parts too."""
    nomos.set_market(
        hourly_before="2026-11-25",
        null_moments=["2026-11-24 11:00"],
        amounts={"2026-11-24 10:00": -0.7},
    )
    await set_up(hass, entry)
    before = entry.runtime_data.prices.data
    rows = hass_storage[PRICE_STORE]["data"]["intervals"]
    assert [int(MORNING.timestamp()) - 300, 3600, "-0.007"] == rows[10][:3]
    assert rows[11][1:] == [3600, None, None, None, None]
    await restart(hass, entry)
    assert entry.runtime_data.prices.data == before
    assert len(asked_days(nomos)) == 1


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"intervals": None},
        {"intervals": [1]},
        {"intervals": [[1, 2]]},
        {"intervals": [[1_764_000_000, 900, "NaN", None, None, None]]},
        {"intervals": [[1_764_000_000, 900, "cheap", None, None, None]]},
        {"intervals": [[1_764_000_000, 900, 5.5j, None, None, None]]},
        {"intervals": [[1_764_000_000, 900, True, None, None, None]]},
        {"intervals": [[1_764_000_000, 900, [0, [1], -1], None, None, None]]},
        {"intervals": [[1_764_000_000, 900, "1e999999", None, None, None]]},
        {"intervals": [[1_764_000_000, 900, "1" * 5000, None, None, None]]},
        {"intervals": [[1_764_000_000, 86_400, "0.1", None, None, None]]},
        {"intervals": [[1_764_000_000.5, 900, "0.1", None, None, None]]},
        {"intervals": [[2**57, 900, "0.1", None, None, None]]},
        {"intervals": [["now", 900, "0.1", None, None, None]]},
        {"intervals": [[10**20, 900, "0.1", None, None, None]]},
        {"intervals": [[1_764_000_007, 900, "0.1", None, None, None]]},
        {"intervals": [[1_764_000_000, 0, "0.1", None, None, None]]},
        {"intervals": [[1_764_000_000, 900, "0.1", None, None, None, None]]},
        ["what"],
        "what",
    ],
)
async def test_unreadable_store(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    stored: object,
) -> None:
    """Stored prices that cannot be read are as good as none."""
    hass_storage[PRICE_STORE] = {
        "version": 1,
        "minor_version": 1,
        "key": PRICE_STORE,
        "data": stored,
    }
    await set_up(hass, entry)
    assert float(price(hass, entry)) > 0
    assert len(our_lines(caplog)) == 1
    assert not tracebacks(caplog)


async def test_prices_outlast_the_contract_s_answer(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """As long as prices come, nothing tells that they do not count any more."""
    await set_up(hass, entry)
    nomos.fail(f"/subscriptions/{entry.unique_id}", status=503)
    await move_on(hass, freezer, timedelta(days=4))
    assert pricing(hass, entry) == STATE_UNAVAILABLE
    assert float(price(hass, entry)) > 0
    await restart(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert pricing(hass, entry) == STATE_UNAVAILABLE
    assert float(price(hass, entry)) > 0


async def test_store_of_no_version(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """A file of a version that never was is not readable either."""
    hass_storage[PRICE_STORE] = {"version": 0, "key": PRICE_STORE, "data": {}}
    await set_up(hass, entry)
    assert float(price(hass, entry)) > 0


async def test_stored_prices_of_a_far_day(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """What cannot be known yet, or is long past, is not taken from the store."""
    seconds = int(MORNING.timestamp()) // 900 * 900
    hass_storage[PRICE_STORE] = {
        "version": 1,
        "key": PRICE_STORE,
        "data": {
            "intervals": [
                [seconds + days * 86_400, 900, "0.1", None, None, None]
                for days in (-40, -20, 2, 10_000)
            ]
        },
    }
    nomos.fail(PRICES, status=503)
    await set_up(hass, entry)
    assert len(entry.runtime_data.prices.data.intervals) == 1
    assert price(hass, entry) == STATE_UNAVAILABLE


async def test_past_days_are_kept_for_a_month(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """A day that somebody asked for is dropped in the end, and can be asked for again."""
    await set_up(hass, entry)
    prices = entry.runtime_data.prices
    begin = MORNING - timedelta(days=30)
    end = begin + timedelta(minutes=1)
    assert (await prices.async_prices_between(begin, end)).at(begin)
    await move_on(hass, freezer, timedelta(days=1))
    assert prices.data.at(begin)
    await move_on(hass, freezer, timedelta(days=2))
    assert not prices.data.at(begin)
    asked = len(asked_days(nomos))
    assert (await prices.async_prices_between(begin, end)).at(begin)
    assert len(asked_days(nomos)) == asked + 1
