"""How a client proves who it is."""

import asyncio
from base64 import b64encode
from http import HTTPMethod, HTTPStatus
from time import monotonic
from typing import Protocol

from .errors import NomosAuthenticationError, NomosError, NomosResponseError
from .models import Token
from .transport import Transport

EXPIRY_MARGIN = 60.0
"""Seconds before its expiry from which a token is not used for a new request."""


class Authentication(Protocol):
    """Supplies access tokens."""

    async def token(
        self, transport: Transport, *, refused: Token | None = None
    ) -> Token:
        """Return a token that is valid as far as we know.

        Args:
            transport: Where to ask for a new one.
            refused: A token that the API refused; another one is returned.

        Raises:
            NomosError: None can be had.
        """


class ClientCredentials:
    """Tokens for a client id and secret (OAuth 2.0, RFC 6749 section 4.4)."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        """Keep the credentials; the endpoint takes them by HTTP Basic only."""
        pair = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._authorization = f"Basic {pair}"
        self._token: Token | None = None
        self._expires = 0.0
        self._lock = asyncio.Lock()
        self._failures = 0
        self._last_failure: NomosError | None = None

    async def token(
        self, transport: Transport, *, refused: Token | None = None
    ) -> Token:
        """Return the token in use, or a new one.

        Whoever comes while one is asked for waits for it, and shares its failure.

        Raises:
            NomosAuthenticationError: The credentials are wrong.
            NomosError: The token endpoint cannot be reached or understood.
        """
        failures = self._failures
        async with self._lock:
            if self._last_failure and failures != self._failures:
                raise self._last_failure
            token = self._token
            if token is None or token is refused or monotonic() >= self._expires:
                self._token = None
                token = self._token = await self._renew(transport)
            return token

    async def _renew(self, transport: Transport) -> Token:
        try:
            token = await self._request(transport)
        except NomosError as err:
            self._failures += 1
            self._last_failure = err
            raise
        margin = min(EXPIRY_MARGIN, token.expires_in / 2)
        self._expires = monotonic() + token.expires_in - margin
        return token

    async def _request(self, transport: Transport) -> Token:
        try:
            answer = await transport.request_json(
                HTTPMethod.POST,
                "oauth/token",
                authorization=self._authorization,
                json={"grant_type": "client_credentials"},
            )
        except NomosError as err:
            if (kind := _REFUSALS.get(err.status)) is None:
                raise
            raise kind("at the token endpoint", **err.facts) from err
        token = Token.read(answer)
        if not token.access_token.isprintable():
            raise NomosResponseError("the token does not fit into a header")
        return token


# RFC 6749 section 5.2 lets a server refuse a client with 400 as well. The token has no
# scope to miss yet, and an endpoint that is not found says nothing of a contract.
_REFUSALS: dict[int | None, type[NomosError]] = {
    HTTPStatus.BAD_REQUEST: NomosAuthenticationError,
    HTTPStatus.FORBIDDEN: NomosAuthenticationError,
    HTTPStatus.NOT_FOUND: NomosResponseError,
}
