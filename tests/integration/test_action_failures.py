"""Tests of actions for which Nomos is asked in vain."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import SimulatedNomos

from .actions import act, check_texts
from .home import FAULTS, local

NOW = local("2026-07-01 15:07")
NOON = "2026-06-30 12:00"

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"drop": True}, "cannot_connect"),
        ({"status": 500}, "cannot_connect"),
        ({"status": 401}, "authentication_failed"),
        ({"status": 403}, "missing_scope"),
        ({"status": 404}, "subscription_not_found"),
        ({"status": 429}, "rate_limited"),
        ({"status": 200, "body": "{}"}, "invalid_response"),
        ({"status": 200, "body": "<html>"}, "invalid_response"),
    ],
)
async def test_nomos_fails(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    fault: dict[str, Any],
    key: str,
) -> None:
    """What Nomos fails with is told; what is known is answered all the same."""
    nomos.fail("*/prices", **fault)
    past = {"start": "2026-06-28 00:00", "end": "2026-06-30 00:00"}
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, "get_prices", loaded.entry_id, **past)
        assert not isinstance(failure.value, ServiceValidationError)
        assert isinstance(failure.value.__cause__, Exception)
        check_texts(failure.value, key, str(failure.value.__cause__))
    past_and_present = {"start": "2026-06-28 00:00"}
    answer = await act(hass, "get_prices", loaded.entry_id, **past_and_present)
    assert len(answer["prices"]) == 192
    window = await act(hass, "find_cheapest_window", loaded.entry_id)
    assert window["reason"] is None
    nomos.heal()
    freezer.tick(timedelta(minutes=30))
    answer = await act(hass, "get_prices", loaded.entry_id, **past_and_present)
    assert len(answer["prices"]) == 5 * 96


async def test_refused_credentials(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A refusal asks for new credentials, whoever has met with it."""
    nomos.fail("*/prices", status=401)
    with pytest.raises(HomeAssistantError):
        await act(hass, "get_prices", loaded.entry_id, start="2026-06-28", end=NOON)
    await hass.async_block_till_done()
    flows = hass.config_entries.flow.async_progress()
    assert [flow["step_id"] for flow in flows] == ["reauth_confirm"]


async def test_every_failure_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """Whatever Nomos does, there is a text for it in either language."""
    for fault in FAULTS:
        nomos.heal()
        nomos.fail("*/prices", **fault)
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, "get_prices", loaded.entry_id, start="2026-06-30", end=NOON)
        check_texts(failure.value, str(failure.value.translation_key))
        freezer.tick(timedelta(minutes=30))
