"""Tests of what the actions have in common: whom they answer, and what they refuse."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant, SupportsResponse
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers.service import async_get_all_descriptions
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos

from .actions import ACTIONS, ORDERS, act, check_texts
from .home import local, set_up

NOW = local("2026-07-01 15:07")
EMPTY: dict[str, dict[str, Any]] = {
    "get_prices": {
        "unit": "EUR/kWh",
        "currency": "EUR",
        "known_until": None,
        "prices": [],
    },
    "find_cheapest_window": {
        "intervals": [],
        "start": None,
        "end": None,
        "average_price": None,
        "price_if_started_now": None,
        "reason": "dynamic_pricing_not_active",
    },
    "plan_load": {
        "runs": [],
        "planned_time": 0,
        "average_price": None,
        "cost": None,
        "cost_if_started_now": None,
        "known_until": None,
        "reason": "dynamic_pricing_not_active",
    },
}

pytestmark = pytest.mark.freeze_time(NOW)

each = pytest.mark.parametrize("action", [*ACTIONS, *ORDERS])
each_with_prices = pytest.mark.parametrize("action", EMPTY)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


async def test_actions(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """They only answer, and all their fields can be filled in by mouse."""
    descriptions = (await async_get_all_descriptions(hass))[DOMAIN]
    assert set(descriptions) == {*ACTIONS, *ORDERS}
    for action, description in descriptions.items():
        supports = hass.services.supports_response(DOMAIN, action)
        assert supports is (
            SupportsResponse.ONLY if action in ACTIONS else SupportsResponse.OPTIONAL
        )
        schema = hass.services.async_services()[DOMAIN][action].schema
        assert isinstance(schema, vol.Schema)
        fields = description["fields"]
        assert set(fields) == {str(field) for field in schema.schema}
        assert all("selector" in field for field in fields.values())
        if action in ORDERS:
            # What a meter shows is no order.
            if action != "submit_meter_reading":
                assert fields["confirm"]["required"]
                assert fields["confirm"]["default"] is False
            continue
        shown = {
            name: field["default"]
            for name, field in fields.items()
            if "default" in field
        }
        answer = await act(hass, action, loaded.entry_id, **shown)
        fields_needed = {"duration": shown["duration"]} if "duration" in shown else {}
        assert answer == await act(hass, action, loaded.entry_id, **fields_needed)


@pytest.mark.parametrize("scenario", ["household"])
@each
async def test_only_residents(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    hass_read_only_user: MockUser,
    action: str,
) -> None:
    """Who is no administrator neither changes the contract nor sees others' orders."""
    nomos.exchanges.clear()
    performing = hass.services.async_call(
        DOMAIN,
        action,
        {"config_entry": loaded.entry_id, **(ACTIONS | ORDERS)[action]},
        context=Context(user_id=hass_read_only_user.id),
        blocking=True,
        return_response=True,
    )
    if action in {"list_meter_orders", *ORDERS} - {"submit_meter_reading"}:
        with pytest.raises(Unauthorized):
            await performing
        assert not nomos.exchanges
    else:
        assert await performing


@each
async def test_actions_exist_before_any_contract_is_loaded(
    hass: HomeAssistant, nomos: SimulatedNomos, entry: MockConfigEntry, action: str
) -> None:
    """While Nomos cannot be reached, automations are told what is the matter."""
    await nomos.stop()
    await set_up(hass, entry)
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, entry.entry_id)
    assert refusal.value.translation_key == "service_config_entry_not_loaded"


@each
async def test_unloaded_contract(
    hass: HomeAssistant, loaded: MockConfigEntry, action: str
) -> None:
    """A contract that is not loaded is named, in Home Assistant's own words."""
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, loaded.entry_id)
    assert refusal.value.translation_domain == "homeassistant"
    assert refusal.value.translation_key == "service_config_entry_not_loaded"
    assert loaded.title in str(refusal.value.translation_placeholders)


@each
async def test_unknown_contract(
    hass: HomeAssistant, loaded: MockConfigEntry, action: str
) -> None:
    """And so is one that does not exist, or is of another integration."""
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, "01JXUNKNOWN")
    assert refusal.value.translation_domain == "homeassistant"
    assert refusal.value.translation_key == "service_config_entry_not_found"
    other = MockConfigEntry(domain="sun", title="Sun")
    other.add_to_hass(hass)
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, other.entry_id)
    assert refusal.value.translation_key == "service_config_entry_wrong_domain"


@each
@pytest.mark.parametrize("fields", [{"colour": "green"}, {"config_entry": None}])
async def test_unknown_fields(
    hass: HomeAssistant, loaded: MockConfigEntry, action: str, fields: dict[str, Any]
) -> None:
    """A misspelt field is not passed over in silence."""
    with pytest.raises(vol.Invalid):
        await act(hass, action, **{"entry_id": loaded.entry_id, **fields})


@each_with_prices
@pytest.mark.parametrize("scenario", ["household", "new-contract"])
async def test_dynamic_pricing_not_active(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, action: str
) -> None:
    """As long as they are not what is paid there are no prices, nor questions."""
    assert await act(hass, action, loaded.entry_id) == EMPTY[action]
    if action == "get_prices":
        past = {"start": "2026-06-20 00:00", "end": "2026-06-22 00:00"}
        for shape, nothing in (("list", []), ("map", {}), ("evcc", [])):
            for resolution in ("quarter", "hour"):
                more = {"format": shape, "resolution": resolution, **past}
                answer = await act(hass, action, loaded.entry_id, **more)
                assert answer == {**EMPTY[action], "prices": nothing}
    assert not nomos.requests("*/prices")


@each_with_prices
async def test_prices_that_are_not_paid_any_more(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos, action: str
) -> None:
    """Known prices are not answered any more once they do not count."""
    assert await act(hass, action, loaded.entry_id) != EMPTY[action]
    nomos.set_subscription(**{"meter.type": "analog"})
    nomos.set_order(status="waiting")
    await loaded.runtime_data.meter_order.async_refresh()
    assert await act(hass, action, loaded.entry_id) == EMPTY[action]


NOT_A_TIME = [
    "soon",
    "18:00",
    "",
    "2026-02-30 18:00",
    "2026-13-01 18:00",
    "2026-07-01T18:00:00+99:00",
    "0001-01-01 00:00",
    "1999-12-31 23:59",
    "2100-01-01 00:00",
    "9999-12-31T23:30:00Z",
    5,
    None,
    True,
    ["2026-07-01"],
]


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ("get_prices", "start"),
        ("get_prices", "end"),
        ("find_cheapest_window", "earliest"),
        ("find_cheapest_window", "latest"),
        ("plan_load", "earliest"),
        ("plan_load", "latest"),
        ("submit_meter_reading", "timestamp"),
    ],
)
async def test_unreadable_time(
    hass: HomeAssistant, loaded: MockConfigEntry, action: str, field: str
) -> None:
    """A time that is none is refused, and the field is named."""
    for value in NOT_A_TIME:
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, loaded.entry_id, **{field: value})
        check_texts(refusal.value, "not_a_time", str(value), field)


@pytest.mark.parametrize(
    ("action", "field", "values"),
    [
        ("get_prices", "format", ["csv", "List", "", None, 5, ["list"], {"a": 1}]),
        ("get_prices", "resolution", ["day", "15min", "", None, 15]),
        ("find_cheapest_window", "split", ["maybe", "", None, []]),
        ("plan_load", "split", ["maybe", "", None, []]),
        ("order_grid_fee_reduction", "module", [0, 4, -1, 1.0, True, "1", "", None]),
        ("list_meter_orders", "status", ["placed", "", 5, ["ordered", "Ordered"]]),
    ],
)
async def test_unknown_choice(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    action: str,
    field: str,
    values: list[object],
) -> None:
    """A choice that there is not is refused, and the field is named."""
    for value in values:
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, loaded.entry_id, **{field: value})
        check_texts(refusal.value, "not_a_choice", str(value), field)


NOT_A_DURATION = [
    True,
    0,
    -1,
    "00:00",
    "-01:00",
    {"hours": 0},
    {"hours": -1},
    {"days": 1, "hours": -24},
    {},
    {"fortnights": 1},
    {"hours": "two"},
    {"hours": float("nan")},
    {"hours": float("inf")},
    {"days": 31, "milliseconds": 1},
    {"days": 1e300},
    "744:00:01",
    "999999999999:00",
    float("nan"),
    float("inf"),
    1e20,
    "soon",
    "",
    None,
    ["01:00"],
    timedelta(),
]


async def test_unusable_duration(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """A duration must be one, above zero, and no longer than prices are kept."""
    for value in NOT_A_DURATION:
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, "find_cheapest_window", loaded.entry_id, duration=value)
        check_texts(refusal.value, "not_a_duration", str(value), "31")


async def test_end_not_after_start(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A period must last; without a start it is from the start of today on."""
    nomos.exchanges.clear()
    for start, end in (
        ("2026-07-01 18:00", "2026-07-01 18:00"),
        ("2026-07-01 18:00", "2026-07-01 17:00"),
        ("2026-07-01T18:00:00Z", "2026-07-01 20:00"),
        ("2027-07-01 00:00", "2026-07-01 00:00"),
        (None, "2026-07-01 00:00"),
        (None, "2026-06-30 12:00"),
    ):
        fields = {"start": start, "end": end} if start else {"end": end}
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, "get_prices", loaded.entry_id, **fields)
        check_texts(refusal.value, "end_not_after_start")
    assert not nomos.exchanges


async def test_period_too_long(
    hass: HomeAssistant, loaded: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """So many past days are asked for at once, and no more."""
    nomos.exchanges.clear()
    for fields in (
        {"start": NOW - timedelta(days=31, microseconds=1)},
        {"start": "2026-05-31 15:00"},
        {"start": "2026-05-31 15:00", "end": "2027-05-31 15:00"},
        {"start": "2020-01-01 00:00", "end": "2020-02-01 00:01"},
        {"start": "2000-01-01 00:00"},
    ):
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, "get_prices", loaded.entry_id, **fields)
        check_texts(refusal.value, "period_too_long", "31")
    assert not nomos.exchanges


@pytest.mark.parametrize("action", ["find_cheapest_window", "plan_load"])
@pytest.mark.parametrize("scenario", ["already-smart", "household"])
async def test_latest_not_after_earliest(
    hass: HomeAssistant, loaded: MockConfigEntry, action: str
) -> None:
    """Limits between which there is no time at all are a mistake, and told as one."""
    for earliest, latest in (
        ("2026-07-01 18:00", "2026-07-01 18:00"),
        ("2026-07-01 18:00", "2026-07-01 17:59"),
        ("2026-06-01 18:00", "2026-06-01 12:00"),
        (local("2026-07-01 18:00"), datetime.fromisoformat("2026-07-01T18:00")),
    ):
        limits = {"earliest": earliest, "latest": latest}
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, loaded.entry_id, **limits)
        check_texts(refusal.value, "latest_not_after_earliest")
