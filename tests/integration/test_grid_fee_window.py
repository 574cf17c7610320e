"""Tests of the window of module 3, which the prices tell."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import SimulatedNomos

from .home import local, set_up, state_of, turn_clock

pytestmark = pytest.mark.freeze_time(local("2026-11-24 10:05"))


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which the grid fee changes over the day."""
    return "variable-grid-fee"


async def test_window(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
) -> None:
    """The window changes at the very begin of its quarter, without a request."""
    seen = [("10:05", "standard", "24T17:00"), ("16:59:59", "standard", "24T17:00")]
    seen += [("17:00", "high", "24T21:00"), ("20:59:59", "high", "24T21:00")]
    seen += [("21:00", "standard", "25T00:00"), ("23:59:59", "standard", "25T00:00")]
    for clock, level, change in seen:
        await turn_clock(hass, freezer, local(f"2026-11-24T{clock}"))
        state = state_of(hass, loaded, "grid_fee_window")
        assert state.state == level
        assert state.attributes["next_change"] == f"2026-11-{change}:00+01:00"
    asked = len(nomos.exchanges)
    for clock, level, change in (
        ("00:00", "low", "05:00"),
        ("05:00", "standard", "17"),
    ):
        await turn_clock(hass, freezer, local(f"2026-11-25T{clock}"))
        state = state_of(hass, loaded, "grid_fee_window")
        assert state.state == level
        assert state.attributes["next_change"].startswith(f"2026-11-25T{change}")
    assert len(nomos.exchanges) == asked


async def test_window_before_tomorrow_is_known(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """Late in the evening without tomorrow's prices nobody knows how it goes on."""
    nomos.set_market(publication=None)
    freezer.move_to(local("2026-11-24T22:00"))
    await set_up(hass, entry)
    state = state_of(hass, entry, "grid_fee_window")
    assert state.state == "standard"
    assert state.attributes["next_change"] is None


@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_window_without_module_3(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """A grid fee that is always the same is the standard and does not change."""
    state = state_of(hass, loaded, "grid_fee_window")
    assert state.state == "standard"
    assert state.attributes["next_change"] is None


async def test_window_without_a_price(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """Where the price of now is missing the window is not known."""
    nomos.set_market(null_moments=["2026-11-24 10:00"])
    await set_up(hass, entry)
    state = state_of(hass, entry, "grid_fee_window")
    assert state.state == STATE_UNKNOWN
    assert state.attributes["next_change"] is None
