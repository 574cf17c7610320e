"""Tests of the dialog of a contract's options."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import SimulatedNomos

from .home import local, price, pricing, restart, set_up
from .set_ups import watch_set_ups

NOW = local("2026-07-01 15:07")

pytestmark = pytest.mark.freeze_time(NOW)


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, preview: object, *, shown: bool
) -> None:
    """Set the option in the dialog, which shows at first what is set."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "init")
    schema = flow["data_schema"]
    assert schema is not None
    field, _ = schema.schema
    assert (field, field.default()) == ("preview_prices", False)
    suggested = (field.description or {}).get("suggested_value", field.default())
    assert suggested is shown
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {} if preview is None else {"preview_prices": preview}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options == {
        "preview_prices": preview is True,
        "webhook_enabled": False,
    }


async def test_preview(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Prices are shown before they are paid if that is wanted, and no longer."""
    assert not loaded.options
    assert price(hass, loaded) == STATE_UNAVAILABLE
    assert not nomos.requests("*/prices")
    await choose(hass, loaded, preview=True, shown=False)
    shown = price(hass, loaded)
    assert float(shown) > 0
    assert len(nomos.requests("*/prices")) == 1
    assert pricing(hass, loaded) == STATE_OFF
    await restart(hass, loaded)
    assert price(hass, loaded) == shown
    await choose(hass, loaded, preview=False, shown=True)
    assert price(hass, loaded) == STATE_UNAVAILABLE
    await choose(hass, loaded, preview=True, shown=False)
    assert price(hass, loaded) == shown
    assert len(nomos.requests("*/prices")) == 1


async def test_preview_is_answered(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """The actions go by what is shown."""
    await choose(hass, loaded, preview=True, shown=False)
    answers = [
        await hass.services.async_call(
            loaded.domain,
            action,
            {"config_entry": loaded.entry_id, **fields},
            blocking=True,
            return_response=True,
        )
        for action, fields in (
            ("get_prices", {"start": "2026-06-29", "format": "map"}),
            ("find_cheapest_window", {"duration": "01:00"}),
        )
    ]
    prices, window = answers
    assert prices is not None
    assert isinstance(prices["prices"], dict)
    assert len(prices["prices"]) == 4 * 96
    assert window is not None
    assert window["reason"] is None
    assert window["start"] in prices["prices"]


async def test_no_choice(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Without a choice there is no preview."""
    await choose(hass, loaded, preview=None, shown=False)
    assert price(hass, loaded) == STATE_UNAVAILABLE
    assert not nomos.requests("*/prices")


async def test_nothing_changed(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Whoever leaves the dialog as it is reloads nothing, and asks Nomos nothing."""
    await choose(hass, loaded, preview=True, shown=False)
    nomos.exchanges.clear()
    set_ups = watch_set_ups(hass, loaded)
    await choose(hass, loaded, preview=True, shown=True)
    assert not nomos.exchanges
    assert not set_ups


async def test_each_change_is_one_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """A change sets the contract up anew, once, however often it was before."""
    set_ups = watch_set_ups(hass, loaded)
    for count in range(1, 5):
        is_odd = count % 2 == 1
        await choose(hass, loaded, preview=is_odd, shown=not is_odd)
        assert len(set_ups) == count
    assert "update listener" not in caplog.text


async def test_contract_that_is_not_set_up(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry
) -> None:
    """What is chosen while Nomos is silent counts once it is not."""
    nomos.fail(status=503)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"preview_prices": True}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    nomos.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert float(price(hass, entry)) > 0


@pytest.mark.parametrize("scenario", ["new-contract"])
async def test_contract_that_is_not_supplied(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Nomos has no prices yet, and is not asked for them, preview or not."""
    await choose(hass, loaded, preview=True, shown=False)
    assert price(hass, loaded) == STATE_UNAVAILABLE
    await restart(hass, loaded)
    await hass.services.async_call(
        loaded.domain,
        "get_prices",
        {"config_entry": loaded.entry_id, "start": "2026-06-20"},
        blocking=True,
        return_response=True,
    )
    window = await hass.services.async_call(
        loaded.domain,
        "find_cheapest_window",
        {"config_entry": loaded.entry_id, "duration": "01:00"},
        blocking=True,
        return_response=True,
    )
    assert window is not None
    assert window["reason"] == "dynamic_pricing_not_active"
    assert not nomos.requests("*/prices")


@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_prices_that_are_paid(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Where the prices are what is paid, the preview changes nothing."""
    shown = price(hass, loaded)
    assert shown != STATE_UNAVAILABLE
    for before, preview in ((False, True), (True, False)):
        await choose(hass, loaded, preview=preview, shown=before)
        assert price(hass, loaded) == shown
    assert len(nomos.requests("*/prices")) == 1


async def test_contract_that_ends_under_preview(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Prices of a contract that has ended are nobody's, and not shown to anybody."""
    await choose(hass, loaded, preview=True, shown=False)
    nomos.set_subscription(status="ended")
    await loaded.runtime_data.meter_order.async_refresh()
    assert price(hass, loaded) == STATE_UNAVAILABLE
    answer = await hass.services.async_call(
        loaded.domain, "get_prices", {}, blocking=True, return_response=True
    )
    assert answer is not None
    assert answer["prices"] == []
