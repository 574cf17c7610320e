"""Going on with what a customer consented to (OAuth 2.0, RFC 6749 section 4.1).

Each refresh token works once. So a refresh is sent once, and the refresh token of its
answer is kept before anything else can go wrong.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
import logging
import math
from time import time
from typing import Any, Self, override

from .auth import CreateTask, Renewing, grant_answer, read_token
from .errors import NomosResponseError
from .models import Token, as_text
from .transport import Transport

LOGGER = logging.getLogger(__name__)

AUTHORIZE_PATH = "oauth/authorize"


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

    def token(self) -> Token:
        """Return the access token, with what is left of its life."""
        return Token(
            access_token=self.access_token,
            expires_in=self.expires_at - time(),
            scope=self.scope,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold, with the fields that a token answer has."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": self.expires_at,
            "expires_in": max(0, round(self.expires_at - time())),
            "scope": self.scope,
            "token_type": "Bearer",
        }


type Keep = Callable[[Grant, Grant], None]
"""Keeps a new grant instead of an old one."""


class AuthorizationCode(Renewing):
    """Tokens that a customer consented to; they only read."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        grant: Grant,
        keep: Keep,
        *,
        create_task: CreateTask = asyncio.create_task,
    ) -> None:
        """Go on with a grant.

        Args:
            client_id: Of the program that asks, not of the customer.
            client_secret: Its secret.
            grant: What is kept of the consent.
            keep: Called with each new grant and the one it replaces, before anybody
                uses it, as the old one does not work any more.
            create_task: What a renewal is run by: whoever stops the program should
                wait for it, as its token would be lost.
        """
        super().__init__(client_id, client_secret, create_task=create_task)
        self.grant = grant
        self._keep = keep
        token = grant.token()
        if math.isfinite(token.expires_in) and token.expires_in > 0:
            self._use(token)

    def use_client(self, client_id: str, client_secret: str) -> None:
        """Go on with other credentials of the program, such as a changed secret."""
        self._client = (client_id, client_secret)

    @override
    async def _new_token(self, transport: Transport) -> Token:
        grant = await refresh(
            transport,
            self._client,
            self.grant.refresh_token,
            salvage=self._salvage,
        )
        self._replace(grant)
        return grant.token()

    def _salvage(self, refresh_token: str) -> None:
        self._replace(replace(self.grant, refresh_token=refresh_token))

    def _replace(self, grant: Grant) -> None:
        old, self.grant = self.grant, grant
        try:
            self._keep(grant, old)
        except Exception:
            # It works as long as the program runs, so nobody's request fails.
            LOGGER.exception("A new token of Nomos could not be kept")


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
    answer = await grant_answer(transport, client, grant, once=True)
    return Grant.of(read_token(answer))


async def refresh(
    transport: Transport,
    client: tuple[str, str],
    refresh_token: str,
    *,
    salvage: Callable[[str], None] | None = None,
) -> Grant:
    """Return what a refresh token brings, once.

    Args:
        transport: Where to ask.
        client: Id and secret of the program that asks.
        refresh_token: What works once.
        salvage: Called with the next refresh token of an answer that cannot be read
            otherwise, since the one that was sent does not work any more.

    Raises:
        NomosAuthenticationError: Client or refresh token are refused.
        NomosError: The token endpoint cannot be reached or understood.
    """
    grant = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    answer = await grant_answer(transport, client, grant, once=True)
    try:
        token = read_token(answer)
    except NomosResponseError:
        if salvage and (next_one := _refresh_token_of(answer)):
            salvage(next_one)
        raise
    return Grant.of(token, refresh_token)


def _refresh_token_of(answer: object) -> str | None:
    """Return the refresh token of an answer, as far as it is one."""
    return as_text(answer.get("refresh_token")) if isinstance(answer, dict) else None
