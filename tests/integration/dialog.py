"""What somebody does in the dialogs."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.nomos_smartmeter.const import DOMAIN
from tests.simulated import SimulatedNomos


def typed(nomos: SimulatedNomos, **changes: str) -> dict[str, Any]:
    """Return what somebody types into the form of an account."""
    account = nomos.account | changes
    base_url = account.pop("base_url")
    return {**account, "advanced": {"base_url": base_url}}


async def start(hass: HomeAssistant, way: str = "credentials") -> ConfigFlowResult:
    """Open the dialog and choose how the contract shall be read."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert menu["menu_options"] == ["oauth", "credentials"]
    return await _choose(hass, menu, way)


async def start_reconfiguring(
    hass: HomeAssistant, entry: ConfigEntry, way: str = "credentials"
) -> ConfigFlowResult:
    """Open the dialog that changes how a contract is read, and choose a way."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    assert menu["menu_options"] == ["reconfigure_oauth", "reconfigure_credentials"]
    assert menu["description_placeholders"] == {"name": entry.title}
    return await _choose(hass, menu, f"reconfigure_{way}")


async def _choose(
    hass: HomeAssistant, menu: ConfigFlowResult, step_id: str
) -> ConfigFlowResult:
    assert menu["type"] is FlowResultType.MENU
    result = await submit(hass, menu, {"next_step_id": step_id})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, step_id)
    assert not result["errors"]
    return result


async def submit(
    hass: HomeAssistant, flow: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Send a form."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    await hass.async_block_till_done()
    return result


async def reach_choice(
    hass: HomeAssistant, nomos: SimulatedNomos
) -> tuple[ConfigFlowResult, list[str]]:
    """Walk to the choice of the contract and return what can be chosen."""
    result = await submit(hass, await start(hass), typed(nomos))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "subscription")
    schema = result["data_schema"]
    assert schema is not None
    selector = schema.schema["subscription"]
    assert selector.config["custom_value"]
    options = selector.config["options"]
    assert all(option["value"] == option["label"] for option in options)
    return result, [option["value"] for option in options]
