"""Tests of the blueprint that tells tomorrow's cheapest hours, with real prices."""

from datetime import timedelta
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import notify
from homeassistant.components.persistent_notification import (
    DOMAIN as PERSISTENT_NOTIFICATION,
)
from homeassistant.core import CoreState, HomeAssistant, ServiceCall, State
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
    mock_restore_cache,
)

from tests.integration.home import (
    add_entry,
    local,
    move_on,
    restart,
    set_up,
    state_of,
    turn_clock,
)
from tests.simulated import SimulatedNomos

from .house import use

BLUEPRINT = "cheapest_hours_notification"
TODAY, TOMORROW = "2026-07-01", "2026-07-02"
NOON, LATE = local(f"{TODAY} 12:00"), local(f"{TODAY} 16:00")
QUARTER = timedelta(minutes=15)
MESSAGE = (
    "From 03:00 to 06:00 a kilowatt-hour costs 16.4 ct on average. "
    "The average of the whole day is 26.6 ct, that of today 30.0 ct."
)

pytestmark = pytest.mark.freeze_time(NOON)


@pytest.fixture
def scenario() -> str:
    """Name a scenario in which prices count."""
    return "already-smart"


@pytest.fixture(autouse=True)
def market(nomos: SimulatedNomos) -> None:
    """Let today cost 30 ct, and tomorrow 28 ct, but for three hours of the night."""
    set_market(nomos, TODAY, TOMORROW, f"{TOMORROW} 03:00")


@pytest.fixture
def entry(hass: HomeAssistant, nomos: SimulatedNomos) -> MockConfigEntry:
    """Return a config entry for the scenario's contract, not set up yet."""
    return add_entry(hass, nomos)


@pytest.fixture(autouse=True)
def shown(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what appears in Home Assistant."""
    calls: list[ServiceCall] = async_mock_service(
        hass, PERSISTENT_NOTIFICATION, "create"
    )
    return calls


class Phone(notify.NotifyEntity):
    """A phone, and what it has been told."""

    _attr_name = "Phone"
    _attr_supported_features = notify.NotifyEntityFeature.TITLE

    def __init__(self) -> None:
        """Begin without messages."""
        self.messages: list[tuple[str | None, str]] = []

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Take a message."""
        self.messages.append((title, message))


@pytest.fixture
async def phone(hass: HomeAssistant) -> Phone:
    """Let there be a phone."""
    assert await async_setup_component(hass, notify.DOMAIN, {})
    phone = Phone()
    await hass.data[notify.DATA_COMPONENT].async_add_entities([phone])
    return phone


def set_market(nomos: SimulatedNomos, today: str, tomorrow: str, cheap: str) -> None:
    """Let today cost 30 ct, and tomorrow 28 ct, but for three hours."""
    midnight, cheap_from = local(f"{tomorrow} 00:00"), local(cheap)
    start = local(f"{today} 00:00")
    amounts: dict[str, float] = {}
    for number in range(200):
        moment = start + number * QUARTER
        is_cheap = timedelta() <= moment - cheap_from < timedelta(hours=3)
        dear = 30 if moment < midnight else 28
        amounts[moment.isoformat()] = 16.4 if is_cheap else dear
    nomos.set_market(amounts=amounts)


async def tell(
    hass: HomeAssistant, entry: MockConfigEntry, **inputs: Any
) -> MockConfigEntry:
    """Make the automation for a contract."""
    contract = {
        name: state_of(hass, entry, key).entity_id
        for name, key in {
            "tomorrow_available": "tomorrow_prices_available",
            "dynamic_pricing_active": "dynamic_pricing_active",
        }.items()
    }
    await use(hass, BLUEPRINT, **contract, **inputs)
    return entry


def available(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return whether the prices of tomorrow are there."""
    return state_of(hass, entry, "tomorrow_prices_available").state


async def test_message(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
) -> None:
    """It is told once a day, in the afternoon, when and how cheap tomorrow is."""
    await set_up(hass, entry)
    await tell(hass, entry, notify_entities=[phone.entity_id])
    assert available(hass, entry) == "off"
    await move_on(hass, freezer, timedelta(hours=1))
    assert not phone.messages
    await move_on(hass, freezer, timedelta(hours=3))
    assert available(hass, entry) == "on"
    assert phone.messages == [("Tomorrow's cheapest hours", MESSAGE)]
    await restart(hass, entry)
    hass.bus.async_fire("automation_reloaded")
    await move_on(hass, freezer, timedelta(hours=4))
    assert len(phone.messages) == 1
    await move_on(hass, freezer, timedelta(hours=20))
    assert len(phone.messages) == 2


async def test_shown_in_home_assistant(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    shown: list[ServiceCall],
) -> None:
    """Where nothing is filled in, it appears in Home Assistant."""
    await set_up(hass, entry)
    await tell(hass, entry)
    await move_on(hass, freezer, timedelta(hours=4))
    (call,) = shown
    assert call.data["message"] == MESSAGE
    assert call.data["title"] == "Tomorrow's cheapest hours"


async def test_own_words(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
    shown: list[ServiceCall],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The owner chooses the words, the length and other ways to be told."""
    await set_up(hass, entry)
    said = async_mock_service(hass, "test", "say")
    say = {"text": "{{ title.upper() }}! {{ message }}"}
    await tell(
        hass,
        entry,
        notify_entities=[phone.entity_id],
        show=False,
        duration={"hours": 1, "minutes": 30, "seconds": 0},
        title="Morgen",
        message=(
            "Von {{ start }} bis {{ end }} Uhr: {{ average | replace('.', ',') }} "
            "statt {{ average_tomorrow | replace('.', ',') }} ct/kWh, "
            "heute {{ average_today | replace('.', ',') }}"
        ),
        other_actions=[{"action": "test.say", "data": say}],
    )
    await move_on(hass, freezer, timedelta(hours=4))
    text = "Von 03:00 bis 04:30 Uhr: 16,4 statt 26,6 ct/kWh, heute 30,0"
    assert phone.messages == [("Morgen", text)]
    assert [call.data for call in said] == [{"text": f"MORGEN! {text}"}]
    assert not shown
    assert "undefined" not in caplog.text


async def test_only_other_actions(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    shown: list[ServiceCall],
) -> None:
    """Other ways are enough."""
    await set_up(hass, entry)
    said = async_mock_service(hass, "test", "say")
    await tell(hass, entry, show=False, other_actions=[{"action": "test.say"}])
    await move_on(hass, freezer, timedelta(hours=4))
    assert len(said) == 1
    assert not shown


@pytest.mark.parametrize("scenario", ["household"])
async def test_prices_that_are_not_paid(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
) -> None:
    """In the preview nothing is told, since these prices are not what is paid."""
    hass.config_entries.async_update_entry(entry, options={"preview_prices": True})
    await set_up(hass, entry)
    await tell(hass, entry, notify_entities=[phone.entity_id])
    await move_on(hass, freezer, timedelta(hours=4))
    assert available(hass, entry) == "on"
    assert state_of(hass, entry, "dynamic_pricing_active").state == "off"
    assert not phone.messages


@pytest.mark.parametrize("down_from", ["13:00", "15:00"])
@pytest.mark.parametrize("told", ["2026-06-30 14:25", None])
async def test_start_in_the_afternoon(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
    told: str | None,
    down_from: str,
) -> None:
    """What was not told today because Home Assistant was down is told at its start."""
    await leave(hass, freezer, entry, told, down_from)
    await come_back(hass, freezer, entry, phone)
    assert [message for _, message in phone.messages] == [MESSAGE]


async def test_start_after_the_message(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
) -> None:
    """What was told today is not told again after a start."""
    await leave(hass, freezer, entry, f"{TODAY} 14:25", "15:00")
    await come_back(hass, freezer, entry, phone)
    assert not phone.messages


async def leave(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    told: str | None,
    down_from: str,
) -> None:
    """Let Home Assistant go down, after the automation has told something, or not."""
    await set_up(hass, entry)
    await move_on(hass, freezer, local(f"{TODAY} {down_from}") - NOON)
    last = {"last_triggered": told and local(told).isoformat()}
    mock_restore_cache(hass, [State(f"automation.{BLUEPRINT}", "on", last)])
    await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.not_running)


async def come_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
) -> None:
    """Let Home Assistant start, and the integration be ready a little later."""
    freezer.move_to(LATE)
    assert available(hass, entry) == "unavailable"
    await tell(hass, entry, notify_entities=[phone.entity_id])
    await hass.async_start()
    await set_up(hass, entry)
    await move_on(hass, freezer, timedelta(minutes=30))
    assert available(hass, entry) == "on"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("today", "tomorrow", "cheap", "text"),
    [
        ("2026-03-28", "2026-03-29", "00:00", "00:00-04:00"),
        ("2026-03-28", "2026-03-29", "21:00", "21:00-00:00"),
        ("2026-10-24", "2026-10-25", "00:00", "00:00-02:00"),
        ("2026-10-24", "2026-10-25", "21:00", "21:00-00:00"),
    ],
)
async def test_clock_change(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    phone: Phone,
    zone: str,
    today: str,
    tomorrow: str,
    cheap: str,
    text: str,
) -> None:
    """Tomorrow goes from midnight to midnight in Germany, however long it is."""
    set_market(nomos, today, tomorrow, f"{tomorrow} {cheap}")
    freezer.move_to(local(f"{today} 12:00"))
    await hass.config.async_set_time_zone(zone)
    await set_up(hass, entry)
    message = "{{ start }}-{{ end }}"
    await tell(hass, entry, notify_entities=[phone.entity_id], message=message)
    await turn_clock(hass, freezer, local(f"{today} 15:30"))
    assert not phone.messages
    await turn_clock(hass, freezer, local(f"{today} 15:32"))
    assert [told for _, told in phone.messages] == [text]


async def test_not_enough_prices(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where nothing is long enough, nothing is told."""
    await set_up(hass, entry)
    inputs = {"notify_entities": [phone.entity_id], "duration": {"hours": 30}}
    await tell(hass, entry, **inputs)
    await move_on(hass, freezer, timedelta(hours=4))
    assert available(hass, entry) == "on"
    assert not phone.messages
    assert "Error" not in caplog.text


async def test_run_by_hand(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Phone,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Run by hand in the morning, it tells nothing, and still does so in time."""
    await set_up(hass, entry)
    await tell(hass, entry, notify_entities=[phone.entity_id])
    run = {"entity_id": f"automation.{BLUEPRINT}"}
    await hass.services.async_call("automation", "trigger", run, blocking=True)
    assert not phone.messages
    assert "Error" not in caplog.text
    await move_on(hass, freezer, timedelta(hours=4))
    assert len(phone.messages) == 1


async def test_several_contracts(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    nomos: SimulatedNomos,
    entry: MockConfigEntry,
    phone: Phone,
) -> None:
    """The prices are those of the contract that is asked about."""
    await set_up(hass, entry)
    other = MockConfigEntry(
        domain=entry.domain, unique_id=nomos.subscription.id[::-1], data=nomos.account
    )
    other.add_to_hass(hass)
    await tell(hass, entry, notify_entities=[phone.entity_id])
    await move_on(hass, freezer, timedelta(hours=4))
    assert [message for _, message in phone.messages] == [MESSAGE]
