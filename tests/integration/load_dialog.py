"""What somebody does in the dialog of a load, and what comes of it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.nomos_smartmeter.const import DOMAIN

from .loads import KEYS, state_of_load


async def start_adding(hass: HomeAssistant, entry: ConfigEntry) -> SubentryFlowResult:
    """Open the dialog that adds a load."""
    flow = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "load"), context={"source": SOURCE_USER}
    )
    assert_page(flow, "user")
    return flow


async def start_changing(
    hass: HomeAssistant, entry: ConfigEntry, load_id: str = "wallbox"
) -> SubentryFlowResult:
    """Open the dialog that changes a load."""
    flow = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "load"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": load_id},
    )
    assert_page(flow, "reconfigure")
    return flow


async def submit(
    hass: HomeAssistant, flow: SubentryFlowResult, typed: Mapping[str, Any]
) -> SubentryFlowResult:
    """Send a page as it is typed."""
    result = await hass.config_entries.subentries.async_configure(
        flow["flow_id"], dict(typed)
    )
    await hass.async_block_till_done()
    return result


async def fill(
    hass: HomeAssistant, flow: SubentryFlowResult, **changes: Any
) -> SubentryFlowResult:
    """Send a page as it is offered, but for some fields; one that is None is emptied."""
    values = offered(flow) | changes
    typed = {field: value for field, value in values.items() if value is not None}
    return await submit(hass, flow, typed)


def offered(page: SubentryFlowResult) -> dict[str, Any]:
    """Return what the fields of a page hold when it is opened."""
    schema = page["data_schema"]
    assert schema is not None
    return {
        field.schema: field.description["suggested_value"]
        for field in schema.schema
        if field.description
    }


def assert_page(
    page: SubentryFlowResult, step_id: str, errors: Mapping[str, str] | None = None
) -> None:
    """See that a page is shown, with what is wrong with what was typed before."""
    assert page["type"] is FlowResultType.FORM
    assert page["step_id"] == step_id
    assert page["errors"] == (errors or {})
    assert page["last_step"] is (step_id == "limits")


async def reach_need(
    hass: HomeAssistant, entry: ConfigEntry, kind: str = "other", name: str = "Pump"
) -> SubentryFlowResult:
    """Walk to the second page of a new load."""
    flow = await start_adding(hass, entry)
    page = await submit(hass, flow, {"name": name, "kind": kind})
    assert_page(page, "need")
    return page


async def reach_limits(
    hass: HomeAssistant, entry: ConfigEntry, **changes: Any
) -> SubentryFlowResult:
    """Walk to the third page of a new load."""
    page = await fill(hass, await reach_need(hass, entry), **changes)
    assert_page(page, "limits")
    return page


def only_load(entry: ConfigEntry) -> ConfigSubentry:
    """Return the only load of a contract."""
    (subentry,) = entry.subentries.values()
    assert subentry.subentry_type == "load"
    return subentry


def device_of(
    hass: HomeAssistant, entry: ConfigEntry, load_id: str | None = None
) -> dr.DeviceEntry | None:
    """Return the device of a load, or of the contract; None where there is none."""
    name = f"{entry.unique_id}_{load_id}" if load_id else str(entry.unique_id)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    found = [device for device in devices if (DOMAIN, name) in device.identifiers]
    assert len(found) <= 1
    return found[0] if found else None


def assert_is_there(
    hass: HomeAssistant, entry: MockConfigEntry, load: ConfigSubentry, icon: str
) -> None:
    """See that a load is a device of the contract, with all of its entities."""
    device = device_of(hass, entry, load.subentry_id)
    contract = device_of(hass, entry)
    assert device is not None
    assert contract is not None
    assert (device.name, device.via_device_id) == (load.title, contract.id)
    entities = er.async_entries_for_device(er.async_get(hass), device.id)
    assert {entity.unique_id for entity in entities} == {
        f"{entry.unique_id}_{load.subentry_id}_{key}" for key in KEYS
    }
    assert {entity.config_subentry_id for entity in entities} == {load.subentry_id}
    assert all(hass.states.get(entity.entity_id) for entity in entities)
    run = state_of_load(hass, entry, "run", load.subentry_id)
    assert run.attributes["icon"] == icon
    assert run.attributes["intervals"]
