"""The bodies of the API's requests."""

from typing import Any

from aiohttp import web

from .errors import ApiError, invalid


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object that a request must carry."""
    try:
        body = await request.json()
    except ValueError as err:
        raise ApiError(400, "Malformed JSON in request body") from err
    if not isinstance(body, dict):
        raise invalid("", "invalid_type", "expected object")
    return body
