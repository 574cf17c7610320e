"""Tests of what a load shows, and where it belongs."""

from datetime import timedelta
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.load_settings import LoadKind
from tests.simulated import SimulatedNomos

from .home import local, pricing
from .loads import (
    DISHWASHER,
    KEYS,
    WALLBOX,
    House,
    add_entry_with,
    entity_of,
    load,
    move_in,
    tell_prices,
)

NOW = local("2026-07-01 15:07")

pytestmark = pytest.mark.freeze_time(NOW)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> House:
    """Return a home with a car and a dishwasher that wait for the night."""
    tell_prices(
        nomos,
        ("2026-07-01 23:00", 2, 10.5),
        ("2026-07-01 23:30", 2, 20),
        ("2026-07-02 03:00", 2, 5.25),
    )
    return await move_in(
        hass,
        freezer,
        nomos,
        load(WALLBOX),
        load(DISHWASHER, "Spülmaschine", "dishwasher"),
    )


@pytest.mark.parametrize("load_id", ["wallbox", "dishwasher"])
async def test_entities(
    house: House,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    load_id: str,
) -> None:
    """All that a load shows while it waits for its night."""
    entities = [
        entity
        for entity in er.async_entries_for_config_entry(
            entity_registry, house.entry.entry_id
        )
        if entity.config_subentry_id == load_id
    ]
    prefix = f"{house.entry.unique_id}_{load_id}_"
    assert {e.unique_id for e in entities} == {f"{prefix}{key}" for key in KEYS}
    assert not [entity for entity in entities if entity.disabled]
    for entity in sorted(entities, key=lambda entity: entity.entity_id):
        assert entity == snapshot(name=f"{entity.entity_id}-entry")
        assert house.hass.states.get(entity.entity_id) == snapshot(
            name=f"{entity.entity_id}-state"
        )


async def test_device(
    house: House,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """A load is a device of its own, which hangs on that of the contract."""
    entry_id, contract_id = house.entry.entry_id, str(house.entry.unique_id)
    contract = device_registry.async_get_device_by_identifier(
        (DOMAIN, contract_id), entry_id
    )
    assert contract
    assert contract.config_subentry_id is None
    for load_id, name in (("wallbox", "Wallbox"), ("dishwasher", "Spülmaschine")):
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, f"{contract_id}_{load_id}"), entry_id
        )
        assert device
        assert device.name == name
        assert device.entry_type is dr.DeviceEntryType.SERVICE
        assert device.via_device_id == contract.id
        assert device.config_subentry_id == load_id
        entities = er.async_entries_for_device(entity_registry, device.id)
        assert len(entities) == len(KEYS)
    assert len(dr.async_entries_for_config_entry(device_registry, entry_id)) == 3


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "en",
            {
                "Run",
                "Next start",
                "Next end",
                "Planned cost",
                "Planned savings",
                "Enabled",
                "Run time",
                "Earliest start",
                "Ready by",
            },
        ),
        (
            "de",
            {
                "Betrieb",
                "Nächster Start",
                "Nächstes Ende",
                "Geplante Kosten",
                "Geplante Ersparnis",
                "Aktiv",
                "Laufzeit",
                "Frühester Start",
                "Fertig bis",
            },
        ),
    ],
)
async def test_names(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    language: str,
    names: set[str],
) -> None:
    """They are named after the load, and what they tell of it."""
    hass.config.language = language
    house = await move_in(hass, freezer, nomos, load(WALLBOX, "Auto"))
    shown = {house.state(key).attributes["friendly_name"] for key in KEYS}
    assert shown == {f"Auto {name}" for name in names}


async def test_icons(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """Each kind of load has its own."""
    loads = [load({**WALLBOX, "kind": kind}, kind, kind) for kind in LoadKind]
    house = await move_in(hass, freezer, nomos, *loads)
    icons = {kind: house.state("run", kind).attributes["icon"] for kind in LoadKind}
    assert icons == {
        "wallbox": "mdi:ev-station",
        "heat_pump": "mdi:heat-pump",
        "hot_water": "mdi:water-boiler",
        "appliance": "mdi:dishwasher",
        "other": "mdi:power-plug",
    }


async def test_another_kind_and_name(house: House) -> None:
    """A load that is reconfigured to be something else looks and is called so."""
    subentry = house.entry.subentries["wallbox"]
    house.hass.config_entries.async_update_subentry(
        house.entry, subentry, title="Boiler", data={**WALLBOX, "kind": "hot_water"}
    )
    await house.hass.async_block_till_done(wait_background_tasks=True)
    attributes = house.state("run").attributes
    assert attributes["icon"] == "mdi:water-boiler"
    assert attributes["friendly_name"] == "Boiler Run"
    assert house.plan() == ["1 23:00 – 1 23:30", "2 03:00 – 2 03:30"]


async def test_plan_in_attributes(house: House) -> None:
    """The plan is told in local time with its offset, with prices, and why."""
    attributes = house.state("run").attributes
    assert {key: attributes[key] for key in ("intervals", "reason", "known_until")} == {
        "intervals": [
            {
                "start": "2026-07-01T23:00:00+02:00",
                "end": "2026-07-01T23:30:00+02:00",
                "price": 0.105,
            },
            {
                "start": "2026-07-02T03:00:00+02:00",
                "end": "2026-07-02T03:30:00+02:00",
                "price": 0.0525,
            },
        ],
        "reason": "planned",
        "known_until": "2026-07-03T00:00:00+02:00",
    }
    (interval,) = house.state("run", "dishwasher").attributes["intervals"]
    assert interval["price"] == pytest.approx((4 * 30 + 2 * 10.5 + 2 * 20) / 800)


async def test_mean_price_of_a_run_reads_as_a_price_does(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A mean of thirds is no more than the nearest number."""
    tell_prices(
        nomos, ("2026-07-01 23:00", 2, 10), ("2026-07-01 23:30", 1, 11), otherwise=12
    )
    house = await move_in(hass, freezer, nomos, load({**WALLBOX, "energy": 8.25}))
    (interval,) = house.state("run").attributes["intervals"]
    assert interval["price"] == pytest.approx(0.31 / 3)


async def test_plan_is_not_recorded(house: House) -> None:
    """The recorder leaves out what changes with every price."""
    info = house.state("run").state_info
    assert info
    assert info["unrecorded_attributes"] >= {"intervals", "reason", "known_until"}


async def test_always_available(house: House) -> None:
    """What a load does is decided here, be Nomos silent as long as it likes."""
    house.nomos.fail(drop=True)
    for day in range(1, 5):
        await house.at(NOW + timedelta(days=day))
    assert pricing(house.hass, house.entry) == STATE_UNAVAILABLE
    for load_id in ("wallbox", "dishwasher"):
        shown = {key: house.shown(key, load_id) for key in KEYS}
        assert STATE_UNAVAILABLE not in shown.values()
        assert shown["run"] == STATE_OFF
    assert house.reason() == "fallback_window"
    assert house.plan() == ["5 22:00 – 5 23:00"]
    assert house.state("run").attributes["intervals"][0]["price"] is None
    assert house.reason("dishwasher") == "fallback_off"
    assert house.shown("planned_cost") == STATE_UNKNOWN


async def test_load_that_is_always_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, nomos: SimulatedNomos
) -> None:
    """A run without an end is shown as such, and nothing is known of prices."""
    nomos.set_subscription(status="pending")
    settings = {**WALLBOX, "fallback": "always_on"}
    house = await move_in(hass, freezer, nomos, load(settings))
    assert house.run() == STATE_ON
    attributes = house.state("run").attributes
    assert (attributes["reason"], attributes["known_until"]) == (
        "fallback_always_on",
        None,
    )
    assert house.plan() == ["1 15:07 –"]
    for key in ("next_start", "next_end", "planned_cost", "planned_savings"):
        assert house.shown(key) == STATE_UNKNOWN
    await house.live_until("2026-07-03 12:00")
    assert house.run() == STATE_ON


@pytest.mark.parametrize("scenario", ["moving"])
async def test_feeding_in(
    hass: HomeAssistant,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
) -> None:
    """Who feeds in pays for nothing, so there is no load to plan and no calendar."""
    subscription = next(
        s for s in nomos.world.subscriptions.values() if s.type == "feed_in"
    )
    subscription.meter.type = "smart"
    with patch.object(type(nomos), "subscription", subscription):
        house = await move_in(hass, freezer, nomos, load(WALLBOX))
    entities = er.async_entries_for_config_entry(entity_registry, house.entry.entry_id)
    assert {entity.domain for entity in entities} == {"binary_sensor", "sensor"}
    assert not [entity for entity in entities if entity.config_subentry_id]


async def test_removal_of_the_contract(
    house: House, entity_registry: er.EntityRegistry, device_registry: dr.DeviceRegistry
) -> None:
    """With a contract go its loads, also one that runs, and they come back empty."""
    await house.live_until("2026-07-01 23:10")
    assert house.run() == STATE_ON
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert not entity_registry.entities
    assert not device_registry.devices
    again = add_entry_with(house.hass, house.nomos, load(WALLBOX))
    house.entry = again
    await house.start()
    assert house.plan() == ["1 23:15 – 1 23:45", "2 03:00 – 2 03:30"]
    assert entity_of(house.hass, again, "run") == "binary_sensor.wallbox_run"
