"""The client of an account, shared by whatever uses the same credentials."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey

from .const import CONF_AUTH_IMPLEMENTATION, CONF_BASE_URL, DOMAIN
from .nomos import ClientCredentials, NomosClient

type _Account = tuple[str, str, str]

_CLIENTS: HassKey[WeakValueDictionary[_Account, NomosClient]] = HassKey(DOMAIN)


@callback
def async_get_client(hass: HomeAssistant, account: Mapping[str, Any]) -> NomosClient:
    """Return the client of an account, given as the data of a config entry.

    Contracts of one account, and the flow that adds one, share the token and what is
    known of the API's version. A client nobody holds any more is forgotten.

    Raises:
        ValueError: The base URL is not acceptable.
    """
    clients = hass.data.setdefault(_CLIENTS, WeakValueDictionary())
    key = (
        account[CONF_BASE_URL],
        account[CONF_CLIENT_ID],
        account[CONF_CLIENT_SECRET],
    )
    if (client := clients.get(key)) is None:
        client = NomosClient(
            async_get_clientsession(hass),
            ClientCredentials(account[CONF_CLIENT_ID], account[CONF_CLIENT_SECRET]),
            account[CONF_BASE_URL],
        )
        clients[key] = client
    return client


def is_signed_in(entry: ConfigEntry) -> bool:
    """Tell whether a contract is read with its owner's consent, which only reads."""
    return CONF_AUTH_IMPLEMENTATION in entry.data
