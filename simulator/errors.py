"""The API's errors and the envelope they come in."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from .keys import REQUEST_ID, VERSION
from .versions import CURIE, EDISON

_DOCS = "https://docs.nomos.energy/api-references/errors/"

# Python 3.13 renamed its constant for 422.
_CODES = {422: "UNPROCESSABLE_ENTITY"}


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


def error_response(request: web.Request, error: ApiError) -> web.Response:
    """Put an error into the envelope of the request's version."""
    code = _CODES.get(error.status) or HTTPStatus(error.status).name
    body: dict[str, Any] = {
        "code": code,
        "message": error.message,
        "requestId": request[REQUEST_ID],
        "docs": _DOCS + code,
    }
    if error.problems and request.get(VERSION, CURIE) != EDISON:
        body["errors"] = [asdict(problem) for problem in error.problems]
    return web.json_response(body, status=error.status, headers=error.headers)
