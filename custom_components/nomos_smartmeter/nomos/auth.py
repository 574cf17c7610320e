"""How a client proves who it is."""

import asyncio
from base64 import b64encode
from http import HTTPMethod, HTTPStatus
from time import monotonic
from typing import Protocol

from .errors import NomosAuthenticationError, NomosResponseError
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

    async def token(
        self, transport: Transport, *, refused: Token | None = None
    ) -> Token:
        """Return the token in use, or a new one; whoever comes meanwhile waits for it.

        Raises:
            NomosAuthenticationError: The credentials are wrong.
            NomosError: The token endpoint cannot be reached or understood.
        """
        async with self._lock:
            token = self._token
            if token is None or token is refused or monotonic() >= self._expires:
                self._token = None
                token = await self._request(transport)
                margin = min(EXPIRY_MARGIN, token.expires_in / 2)
                self._expires = monotonic() + token.expires_in - margin
                self._token = token
            return token

    async def _request(self, transport: Transport) -> Token:
        try:
            answer = await transport.request_json(
                HTTPMethod.POST,
                "oauth/token",
                authorization=self._authorization,
                json={"grant_type": "client_credentials"},
            )
        except NomosResponseError as err:
            # RFC 6749 section 5.2 lets a server refuse a client with 400 as well.
            if err.status == HTTPStatus.BAD_REQUEST:
                raise NomosAuthenticationError(
                    status=HTTPStatus.BAD_REQUEST,
                    code=err.code,
                    request_id=err.request_id,
                ) from err
            raise
        token = Token.read(answer)
        if not token.access_token.isprintable():
            raise NomosResponseError("the token does not fit into a header")
        return token
