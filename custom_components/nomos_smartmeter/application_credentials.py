"""How a customer signs in to Nomos: authorization code with PKCE (RFC 6749, RFC 7636)."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, override

from aiohttp import RequestInfo
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    AUTH_CALLBACK_PATH,
    MY_AUTH_CALLBACK_PATH,
    LocalOAuth2ImplementationWithPkce,
)
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from .const import DOMAIN
from .nomos import (
    AUTHORIZE_PATH,
    GRANT_PATH,
    PRODUCTION_URL,
    NomosAuthenticationError,
    NomosError,
    Transport,
    exchange_code,
    refresh,
)


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> NomosImplementation:
    """Return how to sign in by the program that the user has registered at Nomos."""
    return NomosImplementation(hass, auth_domain, credential)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the dialog that takes the program's credentials tells."""
    if "my" in hass.config.components:
        return {"redirect_url": MY_AUTH_CALLBACK_PATH}
    # Without My Home Assistant customers come back to the address that is in use.
    home = hass.config.external_url or "https://YOUR-HOME-ASSISTANT"
    return {"redirect_url": f"{home}{AUTH_CALLBACK_PATH}"}


class NomosImplementation(LocalOAuth2ImplementationWithPkce):
    """A program that is registered at Nomos, at one of its addresses."""

    def __init__(
        self,
        hass: HomeAssistant,
        domain: str,
        credential: ClientCredential,
        base_url: str = PRODUCTION_URL,
    ) -> None:
        """Prepare a sign-in; the secret that proves it (PKCE) is made for it alone.

        Raises:
            ValueError: The base URL is not acceptable.
        """
        super().__init__(
            hass,
            domain,
            credential.client_id,
            f"{base_url}/{AUTHORIZE_PATH}",
            f"{base_url}/{GRANT_PATH}",
            credential.client_secret,
        )
        self._credential = credential
        self._transport = Transport(async_get_clientsession(hass), base_url)

    @property
    @override
    def name(self) -> str:
        """Return what the user calls the program."""
        return self._credential.name or self.client_id

    def at(self, base_url: str) -> NomosImplementation:
        """Return the same program at another address."""
        return NomosImplementation(self.hass, self.domain, self._credential, base_url)

    @override
    async def async_resolve_external_data(self, external_data: Any) -> dict[str, Any]:
        """Return the tokens for the code that the customer came back with.

        Raises:
            OAuth2TokenRequestReauthError: The program or the code are refused.
            OAuth2TokenRequestConnectionError: There is no usable answer.
        """
        with self._told_to_core():
            grant = await exchange_code(
                self._transport,
                (self.client_id, self.client_secret),
                code=external_data["code"],
                code_verifier=self.code_verifier,
            )
        return grant.to_dict()

    @override
    async def _async_refresh_token(self, token: dict[str, Any]) -> dict[str, Any]:
        """Return the tokens that follow.

        Not for a contract that is set up: its client renews, so that none is lost.

        Raises:
            OAuth2TokenRequestReauthError: The program or the token are refused.
            OAuth2TokenRequestConnectionError: There is no usable answer.
        """
        with self._told_to_core():
            grant = await refresh(
                self._transport,
                (self.client_id, self.client_secret),
                token["refresh_token"],
            )
        return {**token, **grant.to_dict()}

    @contextmanager
    def _told_to_core(self) -> Generator[None]:
        """Tell a failure of the token endpoint in the words that core knows."""
        try:
            yield
        except NomosAuthenticationError as err:
            url, headers = URL(self.token_url), CIMultiDictProxy[str](CIMultiDict())
            raise OAuth2TokenRequestReauthError(
                domain=DOMAIN,
                request_info=RequestInfo(url, "POST", headers, url),
                status=err.status or 0,
                message=str(err),
            ) from err
        except NomosError as err:
            raise OAuth2TokenRequestConnectionError(domain=DOMAIN) from err
