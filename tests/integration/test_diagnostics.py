"""Tests of the diagnostics."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from tests.simulated import SimulatedNomos

from .home import local, set_up
from .loads import (
    CAR_SAYS,
    DISHWASHER,
    WALLBOX,
    House,
    load,
    move_in,
    tell_prices,
)


@pytest.mark.freeze_time(datetime(2026, 7, 1, 8, tzinfo=UTC))
async def test_diagnostics(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    """The diagnostics tell the state, by aliases, without secrets and persons."""
    module = {"id": "gfr_1", "type": "enwg-14a-module-1", "status": "ordered"}
    nomos.world.add_reduction(nomos.subscription, module)
    reading = {"id": "mr_1", "value": 4711.5, "timestamp": "-3 days"}
    nomos.world.add_reading(nomos.subscription, reading)
    await set_up(hass, entry)
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics == snapshot(exclude=props("base_url"))
    text = str(diagnostics)
    for secret in (
        "demo-client",
        "demo-secret",
        "Torstraße",
        "10115",
        "4X44EMKX",
        "Wendt",
        nomos.subscription.id,
        nomos.order.id,
        nomos.subscription.plan,
        "gfr_1",
        "mr_1",
    ):
        assert secret not in text


async def test_diagnostics_in_an_outage(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """An outage shows with the last success and the last error."""
    nomos.set_order(id="4711")
    nomos.fail("/plans/*", status=500)
    await set_up(hass, entry)
    nomos.heal()
    nomos.fail(status=503)
    await entry.runtime_data.meter_order.async_refresh()
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert isinstance(diagnostics, dict)
    assert diagnostics["last_success"]
    assert "HTTP 503" in str(diagnostics["last_error"])
    assert diagnostics["last_poll_succeeded"] is False
    assert diagnostics["answer_stands"] is True
    assert "4711" not in str(diagnostics["contract"])


async def test_diagnostics_without_an_order(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """No order is no status."""
    nomos.remove_order()
    await set_up(hass, entry)
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert isinstance(diagnostics, dict)
    assert diagnostics["meter_order_status"] is None


async def loads_of(
    hass_client: ClientSessionGenerator, house: House
) -> list[dict[str, Any]]:
    """Return what a download tells of loads, and see that it names nothing."""
    hass, entry = house.hass, house.entry
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = str(diagnostics)
    for secret in ("Jana", "jana", "sensor.", *entry.subentries):
        assert secret not in text
    loads: list[dict[str, Any]] = diagnostics["loads"]
    return loads


@pytest.mark.freeze_time(local("2026-07-01 15:07"))
@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_loads(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    snapshot: SnapshotAssertion,
) -> None:
    """Settings, need and schedule are told, but no names that owners have given."""
    tell_prices(nomos, ("2026-07-01 23:00", 2, 10), ("2026-07-02 03:00", 8, 5))
    hass.states.async_set("sensor.janas_car", "16.5")
    car = {**CAR_SAYS, "energy_entity": "sensor.janas_car"}
    house = await move_in(
        hass,
        freezer,
        nomos,
        load(car, "Janas Auto", "car_of_jana"),
        load({**DISHWASHER, "price_ceiling": 0.2}, "Jana wäscht ab", "dishes_of_jana"),
    )
    assert await loads_of(hass_client, house) == snapshot


@pytest.mark.freeze_time(local("2026-07-01 22:50"))
@pytest.mark.parametrize("scenario", ["already-smart"])
async def test_load_that_runs(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
) -> None:
    """What has begun is told apart, also if nobody says any more what is needed."""
    tell_prices(nomos, ("2026-07-01 23:00", 2, 10), ("2026-07-02 03:00", 8, 5))
    hass.states.async_set("sensor.car_missing", "27.5")
    house = await move_in(hass, freezer, nomos, load(CAR_SAYS, "Jana", "car_of_jana"))
    await house.live_until("2026-07-01 23:05")
    hass.states.async_set("sensor.car_missing", "unavailable")
    await hass.async_block_till_done()
    (told,) = await loads_of(hass_client, house)
    assert told["need"] is None
    begun = told["schedule"]["begun"]
    assert begun == [
        {"start": "2026-07-01T21:00:00+00:00", "end": "2026-07-01T21:30:00+00:00"}
    ]
    assert told["schedule"]["planned"] == []
    assert told["schedule"]["reason"] == "need_unknown"


@pytest.mark.freeze_time(local("2026-07-01 15:07"))
async def test_load_that_goes_on(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
) -> None:
    """A run without an end has none, and a load without an entity says so."""
    settings = {**WALLBOX, "fallback": "always_on"}
    heating = load(settings, "Jana heizt", "heating_of_jana")
    house = await move_in(hass, freezer, nomos, heating)
    (told,) = await loads_of(hass_client, house)
    assert told["settings"] == {**settings, "has_energy_entity": False}
    assert told["need"] == {"hours": 1, "told_at": None}
    assert told["schedule"]["begun"] == [
        {"start": "2026-07-01T13:07:00+00:00", "end": None}
    ]
    assert told["schedule"]["reason"] == "fallback_always_on"


async def test_diagnostics_without_a_set_up(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
) -> None:
    """A set-up that has failed tells why, and no secret."""
    nomos.fail(status=503)
    await set_up(hass, entry)
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert isinstance(diagnostics, dict)
    assert diagnostics["state"] == "setup_retry"
    assert "503" in str(diagnostics["reason"])
    assert "demo-secret" not in str(diagnostics)
