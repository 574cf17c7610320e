"""The form of an account: credentials, address, and what may be wrong with them."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .const import CONF_BASE_URL, SECTION_ADVANCED
from .nomos import (
    PRODUCTION_URL,
    NomosAuthenticationError,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    parse_base_url,
)

CREDENTIALS = vol.Schema(
    {
        vol.Required(CONF_CLIENT_ID): TextSelector(
            TextSelectorConfig(autocomplete="off")
        ),
        vol.Required(CONF_CLIENT_SECRET): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        ),
    }
)
NOTHING = vol.Schema({})


TRANSIENT = {"cannot_connect", "invalid_response", "rate_limited"}
"""Problems that may be gone at the next try."""


class ProblemError(Exception):
    """Something the user can be told in the form."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Take the key of the text, and what the text takes."""
        self.key = key
        self.placeholders = placeholders


def with_address(
    schema: vol.Schema, base_url: str, problem: ProblemError | None
) -> vol.Schema:
    """Return a form with the closed section that holds the address.

    Args:
        schema: What else it asks for.
        base_url: The address that is shown at first.
        problem: What is wrong with what was typed; a refused address opens the section.
    """
    address = vol.Schema(
        {
            vol.Required(CONF_BASE_URL, default=base_url): TextSelector(
                TextSelectorConfig(type=TextSelectorType.URL)
            )
        }
    )
    collapsed = problem is None or problem.key != "insecure_url"
    advanced = section(address, {"collapsed": collapsed})
    # Without a default of its own: the frontend would take that for all of the section.
    return schema.extend({vol.Optional(SECTION_ADVANCED): advanced})


def base_url_in(user_input: Mapping[str, Any], known: str = PRODUCTION_URL) -> str:
    """Return the address that was typed; blanks come along when copying.

    Args:
        user_input: The form, with or without the section that holds the address.
        known: The address where it holds none.

    Raises:
        ProblemError: It is not acceptable.
    """
    advanced: Mapping[str, str] = user_input.get(SECTION_ADVANCED, {})
    base_url = advanced.get(CONF_BASE_URL, known)
    try:
        return str(parse_base_url(base_url.strip()))
    except ValueError:
        raise ProblemError("insecure_url") from None


def account_in(
    user_input: Mapping[str, Any], known: str = PRODUCTION_URL
) -> dict[str, str]:
    """Return the data of a config entry with the credentials that were typed.

    Args:
        user_input: The form, with or without the section that holds the address.
        known: The address where it holds none.

    Raises:
        ProblemError: The address is not acceptable.
    """
    return {
        CONF_CLIENT_ID: user_input[CONF_CLIENT_ID].strip(),
        CONF_CLIENT_SECRET: user_input[CONF_CLIENT_SECRET].strip(),
        CONF_BASE_URL: base_url_in(user_input, known),
    }


def problem_of(err: NomosError, not_found: str | None) -> ProblemError:
    """Return what a failed request is told as.

    Args:
        err: The failure.
        not_found: What it means if this account does not see what was asked for; None
            where it was nothing in particular.
    """
    key = "invalid_response"
    match err:
        case NomosConnectionError():
            key = "cannot_connect"
        case NomosAuthenticationError():
            key = "invalid_auth"
        case NomosRateLimitError():
            key = "rate_limited"
        case NomosPermissionError() if err.status is None or not_found is None:
            return ProblemError("missing_scope", scope=err.scope)
        case NomosNotFoundError() | NomosPermissionError() if not_found:
            key = not_found
    return ProblemError(
        key,
        status=str(err.status or "–"),
        request_id=err.request_id or "–",
        seconds=f"{err.retry_after or 60:.0f}",
    )
