"""What the page "System information" tells about Nomos."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import CONF_BASE_URL, DOMAIN
from .coordinator import NomosConfigEntry
from .nomos import NomosError, Transport, check_health


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
    transport = Transport(async_get_clientsession(hass), entries[0].data[CONF_BASE_URL])
    return {
        "api_reachable": _async_check_health(transport),
        "api_version": ", ".join(sorted(versions)) or None,
    }


async def _async_check_health(transport: Transport) -> str | dict[str, str]:
    try:
        await check_health(transport)
    except NomosError:
        return {"type": "failed", "error": "unreachable"}
    return "ok"
