"""Access tokens that have been given out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
import secrets

from .model import Credential
from .moments import now


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a bearer of the token may do, and until when."""

    credential: Credential
    scope: str
    expires_at: datetime

    @property
    def expired(self) -> bool:
        """Whether its lifetime has passed."""
        return now() >= self.expires_at


class Tokens:
    """The tokens by the secret that their bearer shows."""

    def __init__(self) -> None:
        """Start without any token."""
        self._by_secret: dict[str, Token] = {}

    def issue(self, credential: Credential, scope: str, lifetime: int) -> str:
        """Give out a token that lives for so many seconds."""
        secret = secrets.token_urlsafe(48)
        self._by_secret[secret] = Token(
            credential=credential,
            scope=scope,
            expires_at=now() + timedelta(seconds=lifetime),
        )
        return secret

    def find(self, secret: str) -> Token | None:
        """Return the token, even an expired one."""
        return self._by_secret.get(secret)

    def expire_all(self) -> None:
        """Forget every token issued so far."""
        self._by_secret.clear()
