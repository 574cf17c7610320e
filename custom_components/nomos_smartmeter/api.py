"""The client of an account, shared by whatever uses the same credentials."""

from collections.abc import Mapping
from typing import Any, cast
from weakref import WeakValueDictionary

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)
from homeassistant.util.hass_dict import HassKey

from .application_credentials import NomosImplementation
from .const import CONF_AUTH_IMPLEMENTATION, CONF_BASE_URL, DOMAIN
from .nomos import AuthorizationCode, ClientCredentials, Grant, Keep, NomosClient

type _Account = tuple[str, str, str]

_CLIENTS: HassKey[WeakValueDictionary[_Account, NomosClient]] = HassKey(DOMAIN)
_CONSENTS: HassKey[WeakValueDictionary[str, AuthorizationCode]] = HassKey(
    f"{DOMAIN}_consents"
)


def is_signed_in(entry: ConfigEntry) -> bool:
    """Tell whether a contract is read with its owner's consent, which only reads."""
    return CONF_AUTH_IMPLEMENTATION in entry.data


def without_token(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an entry without what is renewed every hour."""
    return {key: value for key, value in data.items() if key != CONF_TOKEN}


@callback
def async_get_client(hass: HomeAssistant, account: Mapping[str, Any]) -> NomosClient:
    """Return the client of credentials, given as the data of a config entry.

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


@callback
def async_get_consented(
    hass: HomeAssistant,
    implementation: NomosImplementation,
    token: Mapping[str, Any],
    keep: Keep,
) -> AuthorizationCode:
    """Return how to go on with a consent.

    Args:
        hass: Home Assistant, which does not stop before a renewal has ended.
        implementation: The program that the customer consented to.
        token: What is kept of the consent.
        keep: Keeps what replaces it.
    """
    return AuthorizationCode(
        implementation.client_id,
        implementation.client_secret,
        Grant.from_dict(token),
        keep,
        create_task=hass.async_create_task,
    )


async def async_get_client_of(hass: HomeAssistant, entry: ConfigEntry) -> NomosClient:
    """Return the client of a contract.

    Raises:
        ConfigEntryAuthFailed: The program it was signed in with is gone.
        ConfigEntryNotReady: It is not known at the moment.
    """
    if not is_signed_in(entry):
        return async_get_client(hass, entry.data)
    implementation = cast(
        NomosImplementation, await async_get_config_entry_implementation(hass, entry)
    )
    return NomosClient(
        async_get_clientsession(hass),
        _consent_of(hass, entry, implementation),
        entry.data[CONF_BASE_URL],
    )


def _consent_of(
    hass: HomeAssistant, entry: ConfigEntry, implementation: NomosImplementation
) -> AuthorizationCode:
    """Return how to go on with the consent that a contract is read with.

    As long as somebody may renew a token for a contract that is set up anew, there is
    one already: a second could show the same refresh token again, which works only
    once. It goes on with the program's secret of today.
    """
    consents = hass.data.setdefault(_CONSENTS, WeakValueDictionary())
    known = consents.get(entry.entry_id)
    if known and known.grant.refresh_token == _refresh_token_of(entry):
        known.use_client(implementation.client_id, implementation.client_secret)
        return known

    def _keep(new: Grant, old: Grant) -> None:
        """Keep a new grant, unless the owner has signed in anew meanwhile."""
        current = hass.config_entries.async_get_entry(entry.entry_id)
        if current and _refresh_token_of(current) == old.refresh_token:
            hass.config_entries.async_update_entry(
                current, data={**current.data, CONF_TOKEN: new.to_dict()}
            )

    consent = async_get_consented(hass, implementation, entry.data[CONF_TOKEN], _keep)
    consents[entry.entry_id] = consent
    return consent


def _refresh_token_of(entry: ConfigEntry) -> str | None:
    """Return what the next token is had with, None where nobody has signed in."""
    token: Mapping[str, Any] = entry.data.get(CONF_TOKEN, {})
    return token.get("refresh_token")
