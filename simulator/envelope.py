"""The envelope that the API's errors come in."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from aiohttp import web

from .errors import ApiError
from .keys import REQUEST_ID, VERSION
from .versions import CURIE, EDISON

_DOCS = "https://docs.nomos.energy/api-references/errors/"

# Python 3.13 renamed its constant for 422.
_CODES = {422: "UNPROCESSABLE_ENTITY"}


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
