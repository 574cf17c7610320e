"""What was asked and answered: a log without secrets, and whole exchanges for tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .moments import to_api

_SECRET_PARAMETERS = ("client_secret", "access_token", "refresh_token", "code")


@dataclass(kw_only=True)
class Exchange:
    """One request and its answer, secrets included; no status where none was given."""

    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = b""
    faulted: bool = False


type Observer = Callable[[Exchange], None]


@dataclass(kw_only=True)
class LoggedRequest:
    """A request as the log shows it; the status is missing until it is answered."""

    method: str
    path: str
    query: Mapping[str, str]
    api_version: str | None
    at: datetime
    status: int | None = None

    def __post_init__(self) -> None:
        """Leave out what must not be read in a log."""
        self.query = {
            name: "…" if name in _SECRET_PARAMETERS else value
            for name, value in self.query.items()
        }

    def as_json(self) -> dict[str, Any]:
        """Return it as the control endpoint shows it."""
        return vars(self) | {"at": to_api(self.at)}
