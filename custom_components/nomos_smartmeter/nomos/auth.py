"""How a client proves who it is."""

from abc import ABC, abstractmethod
import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPMethod, HTTPStatus
import math
from time import monotonic, time
from typing import Any, Protocol, Self, override

from .errors import NomosAuthenticationError, NomosError, NomosResponseError
from .models import Token
from .transport import Transport

EXPIRY_MARGIN = 60.0
"""Seconds before its expiry from which a token is not used for a new request."""

_ENDPOINT = "oauth/token"
AUTHORIZE_PATH = "oauth/authorize"


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


class _Renewing(ABC):
    """One token at a time, renewed when it is about to expire or refused.

    Whoever comes while one is asked for waits for it, and shares its failure.
    """

    def __init__(self, client_id: str, client_secret: str) -> None:
        """Keep the credentials; the endpoint takes them by HTTP Basic only."""
        self._authorization = _basic(client_id, client_secret)
        self._token: Token | None = None
        self._expires = 0.0
        self._renewal: asyncio.Task[Token] | None = None

    async def token(
        self, transport: Transport, *, refused: Token | None = None
    ) -> Token:
        """Return the token in use, or a new one.

        Raises:
            NomosAuthenticationError: The credentials are refused.
            NomosError: The token endpoint cannot be reached or understood.
        """
        token = self._token
        if token and token is not refused and monotonic() < self._expires:
            return token
        if (renewal := self._renewal) is None:
            # In a task of its own, which no caller's end takes down: a token that was
            # given out is kept, whoever still waits for it.
            renewal = self._renewal = asyncio.create_task(self._renew(transport))
            renewal.add_done_callback(self._renewed)
        await asyncio.wait((renewal,))
        return renewal.result()

    async def _renew(self, transport: Transport) -> Token:
        self._token = None
        token = await self._new_token(transport)
        self._use(token)
        return token

    def _use(self, token: Token) -> None:
        margin = min(EXPIRY_MARGIN, token.expires_in / 2)
        self._token = token
        self._expires = monotonic() + token.expires_in - margin

    def _renewed(self, renewal: asyncio.Task[Token]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            # Nobody may be left to hear of the failure.
            renewal.exception()

    @abstractmethod
    async def _new_token(self, transport: Transport) -> Token:
        """Ask for a token."""


class ClientCredentials(_Renewing):
    """Tokens for a client id and secret (OAuth 2.0, RFC 6749 section 4.4)."""

    @override
    async def _new_token(self, transport: Transport) -> Token:
        grant = {"grant_type": "client_credentials"}
        return await _request(transport, self._authorization, grant)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a customer's consent is kept as.

    Attributes:
        access_token: Valid until `expires_at`.
        refresh_token: What the next ones are had with. It works once.
        expires_at: In seconds since 1970.
        scope: What the access token allows.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float
    scope: str | None = None

    @classmethod
    def of(cls, token: Token, refresh_token: str | None = None) -> Self:
        """Return what a token that was just answered is kept as.

        Args:
            token: The answer.
            refresh_token: What it was had with, which stays valid where the answer
                holds no other (RFC 6749 section 6).

        Raises:
            NomosResponseError: There is nothing to have the next one with.
        """
        if not (refresh_token := token.refresh_token or refresh_token):
            raise NomosResponseError("there is no refresh token")
        return cls(
            access_token=token.access_token,
            refresh_token=refresh_token,
            expires_at=time() + token.expires_in,
            scope=token.scope,
        )

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(
            access_token=str(kept["access_token"]),
            refresh_token=str(kept["refresh_token"]),
            expires_at=float(kept["expires_at"]),
            scope=kept.get("scope"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": self.expires_at,
            "scope": self.scope,
            "token_type": "Bearer",
        }


type Keep = Callable[[Grant, Grant], None]
"""Keeps a new grant instead of an old one."""


class AuthorizationCode(_Renewing):
    """Tokens that a customer consented to (RFC 6749 section 4.1); they only read."""

    def __init__(
        self, client_id: str, client_secret: str, grant: Grant, keep: Keep
    ) -> None:
        """Go on with a grant.

        Args:
            client_id: Of the program that asks, not of the customer.
            client_secret: Its secret.
            grant: What is kept of the consent.
            keep: Called with each new grant and the one it replaces, before anybody
                uses it, as the old one does not work any more.
        """
        super().__init__(client_id, client_secret)
        self.grant = grant
        self._keep = keep
        left = grant.expires_at - time()
        if math.isfinite(left) and left > 0:
            self._use(
                Token(
                    access_token=grant.access_token,
                    expires_in=left,
                    scope=grant.scope,
                )
            )

    @override
    async def _new_token(self, transport: Transport) -> Token:
        old = self.grant
        refresh = {"grant_type": "refresh_token", "refresh_token": old.refresh_token}
        token = await _request(transport, self._authorization, refresh)
        self.grant = Grant.of(token, old.refresh_token)
        self._keep(self.grant, old)
        return token


async def exchange_code(
    transport: Transport,
    client: tuple[str, str],
    *,
    code: str,
    code_verifier: str,
) -> Grant:
    """Return what a customer consented to, for the code of a sign-in, once.

    Args:
        transport: Where to ask.
        client: Id and secret of the program that asks.
        code: What the customer came back with.
        code_verifier: What the challenge of the request was made from (PKCE, RFC 7636).

    Raises:
        NomosAuthenticationError: Client or code are refused.
        NomosError: The token endpoint cannot be reached or understood.
    """
    # The specification names these three and, other than RFC 6749, no address.
    grant = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": code_verifier,
    }
    return Grant.of(await _request(transport, _basic(*client), grant))


def _basic(client_id: str, client_secret: str) -> str:
    pair = b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return f"Basic {pair}"


async def _request(
    transport: Transport, authorization: str, grant: Mapping[str, str]
) -> Token:
    try:
        answer = await transport.request_json(
            HTTPMethod.POST,
            _ENDPOINT,
            authorization=authorization,
            json=grant,
            # Codes and refresh tokens work once: a second try would only be refused.
            once="client_credentials" not in grant.values(),
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
