"""What the page "System information" tells about Nomos."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .api import async_get_client
from .const import DOMAIN
from .nomos import NomosClient, NomosError


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register what is told."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Tell whether the API is reachable and which of its versions is in use."""
    clients = [
        async_get_client(hass, entry.data)
        for entry in hass.config_entries.async_entries(
            DOMAIN, include_ignore=False, include_disabled=False
        )
    ]
    if not clients:
        return {}
    return {
        "api_reachable": _async_check_health(clients[0]),
        "api_version": ", ".join(sorted({client.api_version for client in clients})),
    }


async def _async_check_health(client: NomosClient) -> str | dict[str, str]:
    try:
        await client.health()
    except NomosError:
        return {"type": "failed", "error": "unreachable"}
    return "ok"
