"""Tests of when prices are asked for, and how long they stand."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.nomos import (
    NomosNotFoundError,
    NomosRateLimitError,
)
from custom_components.nomos_smartmeter.tariff.local_time import local_day
from tests.simulated import SimulatedNomos

from .home import (
    PRICES,
    asked_days,
    local,
    move_on,
    our_lines,
    price,
    set_up,
    turn_clock,
)

MORNING = local("2026-11-24T10:05")
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.freeze_time(MORNING)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, until: datetime
) -> None:
    """Let time pass, five minutes at a time, as the looks at their closest."""
    while (now := datetime.now(UTC)) < until:
        await turn_clock(hass, freezer, min(until, now + 5 * MINUTE))


async def test_a_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Today is asked for once, tomorrow from 13:00 until it is there, then no more."""
    await set_up(hass, entry)
    assert asked_days(nomos) == ["24-24"]
    await pass_time(hass, freezer, local("2026-11-24T13:00"))
    assert asked_days(nomos) == ["24-24"]
    await pass_time(hass, freezer, local("2026-11-24T14:19"))
    assert price(hass, entry, "tomorrow_prices_available") == STATE_OFF
    await pass_time(hass, freezer, local("2026-11-24T14:26"))
    assert price(hass, entry, "tomorrow_prices_available") == STATE_ON
    looks = asked_days(nomos)[1:]
    assert set(looks) == {"25-25"}
    assert len(looks) == 5
    await pass_time(hass, freezer, local("2026-11-25T13:00"))
    assert len(asked_days(nomos)) == 6
    assert price(hass, entry, "tomorrow_prices_available") == STATE_OFF
    await pass_time(hass, freezer, local("2026-11-25T14:26"))
    assert set(asked_days(nomos)[6:]) == {"26-26"}
    assert len(asked_days(nomos)) <= 11
    assert price(hass, entry, "tomorrow_prices_available") == STATE_ON


@pytest.mark.parametrize(
    ("clock", "seen_by", "looks"),
    [("13:06", "13:46", 2), ("17:30", "17:46", 18), ("19:30", "19:46", 24)],
)
async def test_publication_early_or_late(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    clock: str,
    seen_by: str,
    looks: int,
) -> None:
    """Tomorrow is found soon whenever it comes."""
    nomos.set_market(publication=clock)
    await set_up(hass, entry)
    await pass_time(hass, freezer, local(f"2026-11-24T{clock}"))
    assert price(hass, entry, "tomorrow_prices_available") == STATE_OFF
    await pass_time(hass, freezer, local(f"2026-11-24T{seen_by}"))
    assert price(hass, entry, "tomorrow_prices_available") == STATE_ON
    assert len(asked_days(nomos)) == 1 + looks


async def test_no_publication(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Looking ends in the evening, begins again at midnight, and never sleeps then."""
    nomos.set_market(publication_exceptions={"2026-11-25": None})
    await set_up(hass, entry)
    await pass_time(hass, freezer, local("2026-11-24T20:05"))
    evening = len(asked_days(nomos))
    await pass_time(hass, freezer, local("2026-11-24T23:59"))
    assert len(asked_days(nomos)) == evening
    assert float(price(hass, entry)) > 0
    assert not our_lines(caplog)
    await turn_clock(hass, freezer, local("2026-11-25T00:00"))
    assert price(hass, entry) == STATE_UNAVAILABLE
    assert price(hass, entry, "cheap_power") == STATE_UNAVAILABLE
    assert len(our_lines(caplog)) == 1
    asked = len(asked_days(nomos))
    for hour in range(1, 24):
        await pass_time(hass, freezer, local(f"2026-11-25T{hour:02}:00"))
        assert len(asked_days(nomos)) >= asked + 2
        asked = len(asked_days(nomos))
    nomos.set_market(publication_exceptions={})
    await pass_time(hass, freezer, local("2026-11-25T23:31"))
    assert float(price(hass, entry)) > 0
    assert price(hass, entry, "tomorrow_prices_available") == STATE_ON
    assert len(our_lines(caplog)) == 2


async def test_two_publications(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """A day with holes is no known day, and the newer of two answers counts."""
    nomos.set_market(
        missing_moments=["2026-11-25 23:45"], amounts={"2026-11-25 00:00": 11}
    )
    await set_up(hass, entry)
    await pass_time(hass, freezer, local("2026-11-24T14:26"))
    assert price(hass, entry, "tomorrow_prices_available") == STATE_OFF
    assert float(price(hass, entry, "lowest_price_tomorrow")) <= 0.11
    nomos.set_market(
        missing_moments=[],
        amounts={"2026-11-25 00:00": 12},
        null_moments=["2026-11-25 00:15"],
    )
    await pass_time(hass, freezer, local("2026-11-24T14:31"))
    assert price(hass, entry, "tomorrow_prices_available") == STATE_ON
    asked = len(asked_days(nomos))
    await pass_time(hass, freezer, local("2026-11-25T00:00"))
    assert price(hass, entry) == "0.12"
    assert len(asked_days(nomos)) == asked


async def test_order_of_the_items_is_no_matter(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Neither is whether some come twice."""
    nomos.set_market(
        order="shuffled",
        duplicated_moments=["2026-11-24 10:00", "2026-11-24 15:00"],
        amounts={"2026-11-24 10:00": 17},
    )
    await set_up(hass, entry)
    assert price(hass, entry) == "0.17"


@pytest.mark.parametrize("status", ["pending", "ended"])
async def test_no_request_for_a_contract_that_is_not_active(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    status: str,
) -> None:
    """Prices are asked for from the day on which it becomes active, and shown then."""
    nomos.set_subscription(status=status)
    await set_up(hass, entry)
    await move_on(hass, freezer, timedelta(days=1, hours=3))
    assert price(hass, entry) == STATE_UNAVAILABLE
    assert not nomos.requests("*/prices")
    nomos.set_subscription(status="active")
    await move_on(hass, freezer, timedelta(days=1))
    assert float(price(hass, entry)) > 0


async def test_contract_that_ends(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its prices go with it, and are asked for no more."""
    await set_up(hass, entry)
    nomos.set_subscription(status="ended")
    await entry.runtime_data.meter_order.async_refresh()
    assert price(hass, entry) == STATE_UNAVAILABLE
    await hass.async_block_till_done(wait_background_tasks=True)
    await move_on(hass, freezer, timedelta(days=2))
    assert asked_days(nomos) == ["24-24"]
    assert not our_lines(caplog)


async def test_items_null(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An active contract without any prices is looked at every half hour."""
    nomos.set_market(null_items=True)
    await set_up(hass, entry)
    assert price(hass, entry) == STATE_UNAVAILABLE
    await move_on(hass, freezer, timedelta(hours=2))
    assert 4 <= len(asked_days(nomos)) - 1 <= 7
    assert len(our_lines(caplog)) == 1
    nomos.set_market(null_items=False)
    await move_on(hass, freezer, timedelta(minutes=30))
    assert float(price(hass, entry)) > 0


@pytest.mark.parametrize(("asked", "pause"), [("1200", 20), ("86400", 30)])
async def test_retry_after(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    asked: str,
    pause: int,
) -> None:
    """Nomos is left alone as long as it asks for, but half an hour at most."""
    await set_up(hass, entry)
    await pass_time(hass, freezer, local("2026-11-24T14:09"))
    nomos.fail(PRICES, status=429, headers={"retry-after": asked})
    await pass_time(hass, freezer, local("2026-11-24T14:15"))
    looks = len(asked_days(nomos))
    failed_at = datetime.now(UTC)
    await pass_time(hass, freezer, failed_at + (pause - 6) * MINUTE)
    assert len(asked_days(nomos)) == looks
    await pass_time(hass, freezer, failed_at + (pause + 1) * MINUTE)
    assert len(asked_days(nomos)) > looks


async def test_refused_credentials(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """A refusal asks for new credentials, and a price takes that back."""
    await set_up(hass, entry)
    await pass_time(hass, freezer, local("2026-11-24T13:35"))
    nomos.fail(PRICES, status=401)
    await pass_time(hass, freezer, local("2026-11-24T13:46"))
    flows = hass.config_entries.flow.async_progress()
    assert [flow["step_id"] for flow in flows] == ["reauth_confirm"]
    assert float(price(hass, entry)) > 0
    nomos.heal()
    await pass_time(hass, freezer, local("2026-11-24T14:26"))
    assert not hass.config_entries.flow.async_progress()


async def test_polling_can_be_switched_off(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Who has disabled polling in Home Assistant is asked when to look."""
    hass.config_entries.async_update_entry(entry, pref_disable_polling=True)
    await set_up(hass, entry)
    await move_on(hass, freezer, timedelta(hours=6))
    assert asked_days(nomos) == ["24-24"]
    await entry.runtime_data.prices.async_request_refresh()
    await hass.async_block_till_done()
    assert asked_days(nomos) == ["24-24", "25-25"]
    assert price(hass, entry, "tomorrow_prices_available") == STATE_ON


async def test_contract_that_ends_without_any_price(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody is told of prices that are back when there are none."""
    nomos.fail(PRICES, status=404)
    await set_up(hass, entry)
    assert len(our_lines(caplog)) == 1
    nomos.set_subscription(status="ended")
    await entry.runtime_data.meter_order.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(our_lines(caplog)) == 1


async def test_machine_that_slept(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """A look that a sleeping machine has missed is made up for at the next quarter."""
    await set_up(hass, entry)
    prices = entry.runtime_data.prices
    freezer.move_to(local("2026-11-25T09:00"))
    # The timer of the look stands still with the machine, that of the quarter does not.
    prices._start_quarter(datetime.now(UTC))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked_days(nomos) == ["24-24", "25-25"]
    assert float(price(hass, entry)) > 0


async def test_past_days_that_cannot_be_had(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Who asks on and on for past days does not ask Nomos before its time."""
    await set_up(hass, entry)
    nomos.exchanges.clear()
    nomos.fail(PRICES, status=429, headers={"retry-after": "1200"})
    prices = entry.runtime_data.prices
    yesterday = MORNING - timedelta(days=1)
    for _ in range(5):
        with pytest.raises(NomosRateLimitError):
            await prices.async_prices_between(yesterday, MORNING)
    assert len(asked_days(nomos)) == 1
    nomos.heal()
    freezer.tick(timedelta(minutes=20))
    series = await prices.async_prices_between(yesterday, MORNING)
    assert series.on(local_day(yesterday)).known


async def test_past_days_in_an_outage(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """A chart that asks every minute does not ask Nomos every minute."""
    await set_up(hass, entry)
    nomos.exchanges.clear()
    nomos.fail(PRICES, status=404)
    for _ in range(10):
        with pytest.raises(NomosNotFoundError):
            await entry.runtime_data.prices.async_prices_between(
                MORNING - timedelta(days=1), MORNING
            )
        freezer.tick(MINUTE)
    assert len(asked_days(nomos)) == 2
