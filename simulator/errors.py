"""The API's errors."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of a request."""

    code: str
    field: str
    message: str


class ApiError(Exception):
    """A request that the API refuses."""

    def __init__(
        self,
        status: int,
        message: str,
        *problems: FieldProblem,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the envelope will say."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.problems = problems
        self.headers = headers or {}


def invalid(field: str, code: str, message: str) -> ApiError:
    """Return the error for one field that is not as it must be."""
    problem = FieldProblem(code, field, message)
    return ApiError(400, f"{code} in '{field}': {message}", problem)


def not_found() -> ApiError:
    """Return the error for a thing that is not there, or not for this client."""
    return ApiError(404, "Resource not found")
