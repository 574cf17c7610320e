"""What customers allow other programs: codes, and refresh tokens that work once."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
import secrets

from yarl import URL

from .errors import ApiError
from .model import Credential
from .moments import now

_CODE_LIFETIME = timedelta(minutes=10)
SCOPE = "read:*"
"""All that a customer can allow."""


@dataclass(kw_only=True)
class OAuthClient:
    """A program that may ask customers; subpaths of its addresses are accepted."""

    client_id: str
    client_secret: str
    name: str
    redirect_uris: list[str]

    def accepts(self, redirect_uri: str) -> bool:
        """Whether the program may have customers sent there."""
        url = URL(redirect_uri)
        return any(
            url.origin() == URL(registered).origin()
            and url.path.startswith(URL(registered).path)
            for registered in self.redirect_uris
            if url.is_absolute()
        )


@dataclass(frozen=True, kw_only=True)
class _Code:
    client_id: str
    customer: str
    redirect_uri: str
    challenge: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Consent:
    client_id: str
    customer: str


class Consents:
    """The codes and refresh tokens that have been given out."""

    def __init__(self) -> None:
        """Start without any."""
        self._codes: dict[str, _Code] = {}
        self._refresh_tokens: dict[str, _Consent] = {}

    def give_code(
        self, client: OAuthClient, customer: str, redirect_uri: str, challenge: str
    ) -> str:
        """Note that a customer consents, and return the code that proves it."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(
            client_id=client.client_id,
            customer=customer,
            redirect_uri=redirect_uri,
            challenge=challenge,
            expires_at=now() + _CODE_LIFETIME,
        )
        return code

    def take_code(
        self, client: OAuthClient, code: str, verifier: str, redirect_uri: str | None
    ) -> Credential:
        """Return what a code, which works once, allows.

        Raises:
            ApiError: It is not, or not any more, worth anything.
        """
        known = self._codes.pop(code, None)
        digest = sha256(verifier.encode()).digest()
        if (
            known is None
            or known.client_id != client.client_id
            or known.expires_at <= now()
            or known.challenge != urlsafe_b64encode(digest).rstrip(b"=").decode()
            or redirect_uri not in (None, known.redirect_uri)
        ):
            raise ApiError(400, "The code is not valid")
        return self._credential(client, known.customer)

    def give_refresh_token(self, credential: Credential) -> str:
        """Return what the next token is had with, once."""
        token = secrets.token_hex(32)
        assert credential.customer is not None
        self._refresh_tokens[token] = _Consent(
            client_id=credential.client_id, customer=credential.customer
        )
        return token

    def take_refresh_token(self, client: OAuthClient, token: str) -> Credential:
        """Return what a refresh token, which works once, allows.

        Raises:
            ApiError: It was used, or the consent is revoked.
        """
        consent = self._refresh_tokens.pop(token, None)
        if consent is None or consent.client_id != client.client_id:
            raise ApiError(
                401,
                "The refresh token is not valid",
                headers={"WWW-Authenticate": "Basic"},
            )
        return self._credential(client, consent.customer)

    def revoke(self, customer: str) -> None:
        """Let a customer withdraw every consent; refresh tokens are worth nothing."""
        self._refresh_tokens = {
            token: consent
            for token, consent in self._refresh_tokens.items()
            if consent.customer != customer
        }

    def _credential(self, client: OAuthClient, customer: str) -> Credential:
        return Credential(
            client_id=client.client_id,
            client_secret=client.client_secret,
            scope=SCOPE,
            customer=customer,
        )
