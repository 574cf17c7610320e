"""Tests of the repairs: what a person must do, said once and gone when it is done."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.nomos_smartmeter.const import DOMAIN
from custom_components.nomos_smartmeter.issues import (
    async_clear_missing_scope,
    async_report_missing_scope,
)
from tests.simulated import SimulatedNomos

from .home import move_on, restart, set_up

DAY = timedelta(days=1)
FIX = "/api/repairs/issues/fix"

pytestmark = pytest.mark.freeze_time("2026-07-01 12:00:00+00:00")


def reported(hass: HomeAssistant) -> Mapping[str, Mapping[str, str]]:
    """Return what is to be repaired, with what its text takes."""
    return {
        str(issue.translation_key): issue.translation_placeholders or {}
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


@pytest.mark.parametrize(
    ("status", "key"),
    [
        ("blocked", "order_blocked"),
        ("blocked_wim", "order_blocked_wim"),
        ("cancelled", "order_cancelled"),
    ],
)
async def test_order_needs_somebody(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    freezer: FrozenDateTimeFactory,
    status: str,
    key: str,
) -> None:
    """An order that is stuck is reported, silence heals nothing, and moving on does."""
    assert not reported(hass)
    nomos.set_order(status=status)
    await move_on(hass, freezer, DAY)
    assert reported(hass) == {
        key: {"name": loaded.title, "support": "support@nomos.energy"}
    }
    nomos.fail(status=503)
    await move_on(hass, freezer, 4 * DAY)
    assert list(reported(hass)) == [key]
    nomos.heal()
    nomos.set_order(status="checked")
    await move_on(hass, freezer, DAY)
    assert not reported(hass)


async def test_meter_was_there_before(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """An order that was closed since there is a smart meter is nobody's problem."""
    nomos.set_order(status="pre_installed")
    await set_up(hass, entry)
    assert not reported(hass)


async def test_contract_ends(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """That the contract ends is said with its last day, in local time."""
    nomos.set_subscription(end_at="2026-08-31T22:00:00Z")
    await set_up(hass, entry)
    assert reported(hass)["subscription_ending"]["date"] == "2026-08-31"
    nomos.set_subscription(status="ended")
    await entry.runtime_data.meter_order.async_refresh()
    assert not reported(hass)


async def test_contract_without_end(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """The end of time, as some systems write it, is no end."""
    nomos.set_subscription(end_at="9999-12-31T23:59:59Z")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert not reported(hass)


@pytest.mark.parametrize(
    "changes", [{"status": "pending"}, {"status": "ended"}, {"type": "feed_in"}]
)
async def test_no_order_is_wanted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    changes: dict[str, Any],
) -> None:
    """Only an active contract that consumes is missing an order."""
    nomos.remove_order()
    nomos.set_subscription(**changes)
    await set_up(hass, entry)
    assert not reported(hass)


async def test_feeding_in_ends(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Of a contract that feeds in something else is said, and taken back as well."""
    nomos.remove_order()
    nomos.set_subscription(type="feed_in", end_at="2026-08-31T22:00:01Z")
    await set_up(hass, entry)
    assert reported(hass) == {
        "subscription_ending_feed_in": {
            "name": entry.title,
            "support": "support@nomos.energy",
            "date": "2026-09-01",
        }
    }
    nomos.set_subscription(end_at=None)
    await entry.runtime_data.meter_order.async_refresh()
    assert not reported(hass)


@pytest.mark.parametrize("status", ["blocked", "blocked_wim", "cancelled"])
async def test_order_of_a_contract_that_has_ended(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos, status: str
) -> None:
    """When the contract is over nobody needs to care for its order."""
    nomos.set_order(status=status)
    await set_up(hass, entry)
    assert reported(hass)
    nomos.set_subscription(status="ended", end_at="2026-06-30T22:00:00Z")
    await entry.runtime_data.meter_order.async_refresh()
    assert not reported(hass)


async def after_a_restart(hass: HomeAssistant) -> set[str | None]:
    """Return what Home Assistant would still know to be repaired after a restart."""
    registry = ir.async_get(hass)
    await flush_store(registry._store)
    read = ir.IssueRegistry(hass)
    await read.async_load()
    return {issue.translation_key for issue in read.issues.values() if issue.active}


async def test_restart_in_an_outage(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    nomos: SimulatedNomos,
    hass_storage: dict[str, Any],
) -> None:
    """Neither a restart nor an outage at it heals anything, and the mended is gone."""
    nomos.set_order(status="blocked")
    await loaded.runtime_data.meter_order.async_refresh()
    async_report_missing_scope(hass, loaded)
    known = {"order_blocked", "missing_write_scope"}
    assert await after_a_restart(hass) == known
    nomos.fail(status=503)
    await restart(hass, loaded)
    assert await after_a_restart(hass) == known
    nomos.heal()
    nomos.set_order(status="checked")
    await loaded.runtime_data.meter_order.async_refresh()
    assert await after_a_restart(hass) == {"missing_write_scope"}
    async_clear_missing_scope(hass, loaded)
    assert not await after_a_restart(hass)


async def test_meter_is_smart_without_order(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """A smart meter needs no order."""
    nomos.remove_order()
    nomos.subscription.meter.type = "smart"
    await set_up(hass, entry)
    assert not reported(hass)


async def test_repairs_go_with_the_contract(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Nothing is left to repair of a contract that is removed."""
    nomos.remove_order()
    await set_up(hass, entry)
    assert list(reported(hass)) == ["no_order"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert not reported(hass)


async def test_repairs_of_a_disabled_contract(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos
) -> None:
    """Nothing is asked for as long as nobody would see that it has been done."""
    nomos.remove_order()
    await set_up(hass, entry)
    entries = hass.config_entries
    await entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert not reported(hass)
    await entries.async_set_disabled_by(entry.entry_id, None)
    assert list(reported(hass)) == ["no_order"]


class Dialog:
    """The dialog of a repair, over HTTP as the frontend has it."""

    def __init__(self, client: Any) -> None:
        """Talk as the frontend does."""
        self._client = client
        self._flow_id = ""

    async def open(self, issue_id: str) -> dict[str, Any]:
        """Open it."""
        wanted = {"handler": DOMAIN, "issue_id": issue_id}
        answer = await self._client.post(FIX, json=wanted)
        assert answer.status == HTTPStatus.OK
        page: dict[str, Any] = await answer.json()
        self._flow_id = page["flow_id"]
        return page

    async def submit(self, **values: Any) -> dict[str, Any]:
        """Fill it in."""
        answer = await self._client.post(f"{FIX}/{self._flow_id}", json=values)
        assert answer.status == HTTPStatus.OK
        page: dict[str, Any] = await answer.json()
        return page


@pytest.fixture
async def dialog(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    nomos: SimulatedNomos,
    hass_client: ClientSessionGenerator,
) -> Dialog:
    """Return the dialog of the repair of a contract without order, not opened yet."""
    nomos.remove_order()
    await set_up(hass, entry)
    assert await async_setup_component(hass, "repairs", {})
    return Dialog(await hass_client())


async def test_order_by_repair(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos, dialog: Dialog
) -> None:
    """The repair orders the meter once it is confirmed, and is gone."""
    page = await dialog.open(f"no_order_{entry.entry_id}")
    assert page["step_id"] == "confirm"
    assert page["description_placeholders"]["name"] == entry.title
    page = await dialog.submit(confirm=False)
    assert page["errors"] == {"confirm": "not_confirmed"}
    assert not nomos.world.meter_orders
    page = await dialog.submit(confirm=True)
    assert page["type"] == "create_entry"
    assert nomos.order.milestone == "waiting"
    assert not reported(hass)


async def test_repair_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos, dialog: Dialog
) -> None:
    """Why nothing was ordered is said, and the repair stays."""
    nomos.fail("/meter-orders", method="POST", status=409)
    await dialog.open(f"no_order_{entry.entry_id}")
    page = await dialog.submit(confirm=True)
    assert page["reason"] == "order_conflict"
    assert page["description_placeholders"]["support"] == "support@nomos.energy"
    assert list(reported(hass)) == ["no_order"]


async def test_repair_needs_to_write(
    hass: HomeAssistant, entry: MockConfigEntry, nomos: SimulatedNomos, dialog: Dialog
) -> None:
    """Credentials that may only read are not offered what they cannot do."""
    nomos.credential.scope = "read:*"
    nomos.world.tokens.expire_all()
    await entry.runtime_data.meter_order.async_refresh()
    page = await dialog.open(f"no_order_{entry.entry_id}")
    assert page["reason"] == "may_not_write"
    assert set(reported(hass)) == {"no_order", "missing_write_scope"}


async def test_repair_of_an_unloaded_contract(
    hass: HomeAssistant, entry: MockConfigEntry, dialog: Dialog
) -> None:
    """A contract that is not set up cannot order."""
    await hass.config_entries.async_unload(entry.entry_id)
    page = await dialog.open(f"no_order_{entry.entry_id}")
    assert page["reason"] == "not_loaded"
