"""What the page "System information" tells about Nomos."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .api import async_get_client
from .const import DOMAIN
from .coordinator import NomosConfigEntry
from .nomos import NomosClient, NomosError


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register what is told."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Tell whether the API is reachable and which of its versions is in use."""
    entries: list[NomosConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )
    if not entries:
        return {}
    versions = {
        entry.runtime_data.meter_order.client.api_version
        for entry in entries
        if entry.state is ConfigEntryState.LOADED
    }
    return {
        "api_reachable": _async_check_health(async_get_client(hass, entries[0].data)),
        "api_version": ", ".join(sorted(versions)) or None,
    }


async def _async_check_health(client: NomosClient) -> str | dict[str, str]:
    try:
        await client.health()
    except NomosError:
        return {"type": "failed", "error": "unreachable"}
    return "ok"
