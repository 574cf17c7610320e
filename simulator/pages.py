"""Lists: newest first, a page at a time, with a cursor to the next page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
import json
from typing import Any, Protocol

from aiohttp import web

from .errors import ApiError, invalid
from .filters import Filterable, filtered
from .keys import world_of

_DEFAULT_LIMIT = 10
_MAXIMUM_LIMIT = 100

type Position = tuple[datetime, str]


class Listed(Protocol):
    """Something that has its place in a list."""

    id: str
    created_at: datetime


def page_response[T: Listed](
    request: web.Request,
    rows: Iterable[T],
    fields: Mapping[str, Filterable[T]],
    render: Callable[[T], dict[str, Any]],
) -> web.Response:
    """Answer with the page of a list that the request asks for."""
    limit = _limit(request)
    if not world_of(request).settings.ignore_filters:
        rows = filtered(rows, request.query.items(), fields)
    remaining = sorted(rows, key=_position, reverse=True)
    if cursor := request.query.get("cursor"):
        reached = _read_cursor(request, cursor)
        remaining = [row for row in remaining if _position(row) < reached]
    page, has_more = remaining[:limit], len(remaining) > limit
    return web.json_response(
        {
            "object": "list",
            "items": [render(row) for row in page],
            "has_more": has_more,
            "next_page": _write_cursor(request, page[-1]) if has_more else None,
        }
    )


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(_DEFAULT_LIMIT))
    try:
        limit = int(text)
    except ValueError as err:
        raise invalid("limit", "invalid_type", "expected number") from err
    if limit < 1:
        raise invalid("limit", "too_small", "expected number to be >=1")
    if limit > _MAXIMUM_LIMIT:
        raise invalid("limit", "too_big", f"expected number to be <={_MAXIMUM_LIMIT}")
    return limit


def _position(row: Listed) -> Position:
    return row.created_at, row.id


def _write_cursor(request: web.Request, last: Listed) -> str:
    content = {
        "last_created_at": last.created_at.isoformat(),
        "last_id": last.id,
        "list": _list_digest(request),
    }
    return urlsafe_b64encode(json.dumps(content).encode()).decode()


def _read_cursor(request: web.Request, cursor: str) -> Position:
    try:
        content = json.loads(urlsafe_b64decode(cursor))
        digest = content["list"]
        position = (
            datetime.fromisoformat(content["last_created_at"]),
            content["last_id"],
        )
    except (ValueError, KeyError, TypeError) as err:
        raise invalid("cursor", "invalid_format", "unknown cursor") from err
    if digest != _list_digest(request):
        raise ApiError(400, "The cursor belongs to a list with other parameters")
    return position


def _list_digest(request: web.Request) -> str:
    others = sorted(item for item in request.query.items() if item[0] != "cursor")
    return sha256(json.dumps([request.path, others]).encode()).hexdigest()[:16]
