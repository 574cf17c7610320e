"""What can go wrong between us and the Nomos API."""

from typing import TypedDict, Unpack, override


class Facts(TypedDict, total=False):
    """What an answer says of its failure."""

    status: int
    code: str | None
    request_id: str | None
    retry_after: float | None
    message: str | None
    problems: tuple[str, ...]


class NomosError(Exception):
    """Any failure of a request to the Nomos API.

    The text is made of our own words, the status, the API's error code and the request
    id. The API's free text stays out of it, since it may repeat what was sent.

    Attributes:
        facts: What the answer says, as the constructor takes it.
        status: HTTP status of the answer, None where there was none.
        code: The API's error code, such as `NOT_FOUND`, None where it gave none.
        request_id: What Nomos support asks for, None where the API gave none.
        retry_after: Seconds to wait before the next request, None where not told.
        message: The API's own words, for the person whose request it was; never to be
            logged.
        problems: The API's codes of what is wrong, such as `duplicate_meter_order`.
        outcome_unknown: Whether what was asked for may have been done nevertheless:
            there was no answer, the server failed, or it agreed in words that cannot
            be read.
    """

    summary = "The request to Nomos failed"

    def __init__(self, detail: str | None = None, **facts: Unpack[Facts]) -> None:
        """Keep what support needs to find the request again."""
        super().__init__(detail)
        self.detail = detail
        self.facts = facts
        self.status = facts.get("status")
        self.code = facts.get("code")
        self.request_id = facts.get("request_id")
        self.retry_after = facts.get("retry_after")
        self.message = facts.get("message")
        self.problems = facts.get("problems", ())
        status = self.status
        self.outcome_unknown = status is None or status < 300 or status >= 500

    @override
    def __str__(self) -> str:
        """Tell the failure in one line."""
        facts = [
            self.detail,
            f"HTTP {self.status}" if self.status else None,
            self.code,
            f"request id {self.request_id}" if self.request_id else None,
        ]
        told = ", ".join(fact for fact in facts if fact)
        return f"{self.summary} ({told})" if told else self.summary


class NomosConnectionError(NomosError):
    """Nomos could not be reached, did not answer in time or is out of order (5xx)."""

    summary = "Nomos cannot be reached"


class NomosAuthenticationError(NomosError):
    """The credentials, or a fresh token made with them, were refused (401)."""

    summary = "Nomos refused the credentials"


class NomosPermissionError(NomosError):
    """The token may not do this (403).

    Attributes:
        scope: The scope that is missing, `read:*` or `write:*`.
    """

    summary = "The credentials lack a permission"

    def __init__(self, scope: str, **facts: Unpack[Facts]) -> None:
        """Keep the missing scope."""
        super().__init__(f"scope {scope}", **facts)
        self.scope = scope
        # Without a status nothing was even sent.
        self.outcome_unknown = False


class NomosNotFoundError(NomosError):
    """There is no such thing, or these credentials may not see it (404)."""

    summary = "Nomos does not know this"


class NomosConflictError(NomosError):
    """It contradicts what is there already, such as a second meter order (409)."""

    summary = "Nomos reports a conflict"


class NomosRateLimitError(NomosError):
    """Too many requests were sent (429)."""

    summary = "Nomos asks for fewer requests"


class NomosResponseError(NomosError):
    """The answer is not what the API's specification promises."""

    summary = "Nomos answered unexpectedly"
