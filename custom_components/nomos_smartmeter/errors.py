"""How failures of Nomos are told to the owner."""

from typing import TypedDict

from .const import DOMAIN
from .nomos import (
    NomosAuthenticationError,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
)

_KEYS: dict[type[NomosError], str] = {
    NomosAuthenticationError: "authentication_failed",
    NomosConnectionError: "cannot_connect",
    NomosNotFoundError: "subscription_not_found",
    NomosPermissionError: "missing_scope",
    NomosRateLimitError: "rate_limited",
}
"""Anything else is an answer not understood."""


class Translation(TypedDict):
    """What the exceptions of Home Assistant take."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def translation_of(err: NomosError) -> Translation:
    """Return the translated text that a failure is told with."""
    return Translation(
        translation_domain=DOMAIN,
        translation_key=_KEYS.get(type(err), "invalid_response"),
        translation_placeholders={"error": str(err)},
    )
