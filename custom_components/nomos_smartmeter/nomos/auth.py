"""How a client proves who it is."""

from abc import ABC, abstractmethod
import asyncio
from base64 import b64encode
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPMethod, HTTPStatus
from time import monotonic
from typing import Any, Protocol, override

from .errors import NomosAuthenticationError, NomosError, NomosResponseError
from .models import Token
from .transport import Transport

EXPIRY_MARGIN = 60.0
"""Seconds before its expiry from which a token is not used for a new request."""

LONGEST_LIFE = 10**9
"""Seconds that a token can last; what is said to last longer is not meant so."""

GRANT_PATH = "oauth/token"


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


type CreateTask = Callable[[Coroutine[Any, Any, Token]], asyncio.Task[Token]]
"""Runs a renewal."""


class Renewing(ABC):
    """One token at a time, renewed when it is about to expire or refused.

    Whoever comes while one is asked for waits for it, and shares its failure.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        create_task: CreateTask = asyncio.create_task,
    ) -> None:
        """Keep the credentials; the endpoint takes them by HTTP Basic only."""
        self._client = (client_id, client_secret)
        self._create_task = create_task
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
            renewal = self._renewal = self._create_task(self._renew(transport))
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


class ClientCredentials(Renewing):
    """Tokens for a client id and secret (OAuth 2.0, RFC 6749 section 4.4)."""

    @override
    async def _new_token(self, transport: Transport) -> Token:
        grant = {"grant_type": "client_credentials"}
        return read_token(await grant_answer(transport, self._client, grant))


async def grant_answer(
    transport: Transport,
    client: tuple[str, str],
    grant: Mapping[str, str],
    *,
    once: bool = False,
) -> Any:
    """Return the JSON that the token endpoint answers to a grant.

    Args:
        transport: Where to ask.
        client: Id and secret of who asks, told by HTTP Basic.
        grant: The form of RFC 6749, as JSON.
        once: Whether what is sent works once.

    Raises:
        NomosAuthenticationError: The client or the grant are refused.
        NomosError: The token endpoint cannot be reached or understood.
    """
    pair = b64encode(":".join(client).encode()).decode()
    try:
        return await transport.request_json(
            HTTPMethod.POST,
            GRANT_PATH,
            authorization=f"Basic {pair}",
            json=grant,
            once=once,
        )
    except NomosError as err:
        if (kind := _REFUSALS.get(err.status)) is None:
            raise
        raise kind("at the token endpoint", **err.facts) from err


def read_token(answer: object) -> Token:
    """Read what the token endpoint answered.

    Raises:
        NomosResponseError: There is no token that could be used.
    """
    token = Token.read(answer)
    if not token.access_token.isprintable():
        raise NomosResponseError("the token does not fit into a header")
    if not 0 <= token.expires_in <= LONGEST_LIFE:
        raise NomosResponseError("the token lasts for no time that could be meant")
    return token


# RFC 6749 section 5.2 lets a server refuse a client with 400 as well. The token has no
# scope to miss yet, and an endpoint that is not found says nothing of a contract.
_REFUSALS: dict[int | None, type[NomosError]] = {
    HTTPStatus.BAD_REQUEST: NomosAuthenticationError,
    HTTPStatus.FORBIDDEN: NomosAuthenticationError,
    HTTPStatus.NOT_FOUND: NomosResponseError,
}
