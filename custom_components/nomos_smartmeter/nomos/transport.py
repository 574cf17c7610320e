"""One request to the Nomos API over HTTP: version, timeout, repetition, errors."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPMethod, HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address
import json
import logging
import math
import random
import re
from typing import Any, TypeIs

import aiohttp
from yarl import URL

from .errors import (
    Facts,
    NomosAuthenticationError,
    NomosConflictError,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    NomosResponseError,
)

LOGGER = logging.getLogger(__name__)

PRODUCTION_URL = "https://api.nomos.energy"
API_VERSION_CURIE = "2026-05-27.curie"
API_VERSION_EDISON = "2026-01-29.edison"

REQUEST_TIMEOUT = 10.0
"""Seconds that one request may take, its repetitions included."""

TRIES = 3
BACKOFF = 0.5
LONGEST_WAIT = 3.0

LONGEST_MESSAGE = 300
"""Characters of the API's own words that are passed on."""

LARGEST_BODY = 5 * 2**20
"""Bytes of an answer; a month of prices has a tenth of that."""

_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?", re.ASCII)


def parse_base_url(value: str) -> URL:
    """Read the address of a Nomos API.

    Raises:
        ValueError: It is not an HTTPS address (HTTP is taken on loopback only), its
            host cannot be one, or it carries credentials, a query or a fragment.
    """
    url = URL(value)
    if not url.host or url.user or url.password or url.query_string or url.fragment:
        raise ValueError("not the address of an API")
    address = _ip_address(url.host)
    if address is None and not _HOST.fullmatch(url.raw_host or ""):
        raise ValueError("not a host")
    is_loopback = url.host == "localhost" or (address and address.is_loopback)
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback):
        raise ValueError("not encrypted")
    # What is encoded in the path stays so: a slash would become another path.
    return url.with_path(url.raw_path.rstrip("/"), encoded=True)


def _ip_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_temporary(self) -> bool:
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.status >= 500

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, from the header that holds seconds or a date."""
        if (text := self.headers.get("retry-after")) is None:
            return None
        try:
            seconds = float(text)
        except ValueError:
            seconds = _seconds_until(text)
        return max(0.0, seconds) if math.isfinite(seconds) else None

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError, RecursionError:
            return None

    def envelope(self, field: str) -> str | None:
        """Return a word of the error envelope, None where it is not a plain word."""
        value = self._field(field)
        return value if _is_word(value) else None

    def _field(self, name: str) -> Any:
        document = self.json()
        return document.get(name) if isinstance(document, dict) else None

    @property
    def message(self) -> str | None:
        """The API's own words, cut to what fits into a sentence of ours."""
        text = self._field("message")
        if not isinstance(text, str):
            return None
        words = " ".join("".join(filter(str.isprintable, text)).split())
        return words[:LONGEST_MESSAGE] or None

    @property
    def problems(self) -> tuple[str, ...]:
        """The codes of what is wrong with single fields (curie only)."""
        errors = self._field("errors")
        codes = (
            error.get("code") if isinstance(error, dict) else None
            for error in (errors if isinstance(errors, list) else ())
        )
        return tuple(code for code in codes if _is_word(code))

    @property
    def names_version(self) -> bool:
        """Tell whether this is a refusal that speaks of the API version."""
        return (
            400 <= self.status < 500
            and self.status
            not in (
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.REQUEST_TIMEOUT,
                HTTPStatus.CONFLICT,
                HTTPStatus.TOO_MANY_REQUESTS,
            )
            # Whoever finds fault with a field has understood the version.
            and not self.problems
            and b"version" in self.body.lower()
        )

    @property
    def may_refuse_version(self) -> bool:
        """Tell whether the API version may be the reason of this refusal.

        How a version is refused is not specified. Our requests are valid, so any
        refusal of their form deserves the question.
        """
        return self.names_version or self.status in (
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_ACCEPTABLE,
            HTTPStatus.GONE,
            HTTPStatus.UPGRADE_REQUIRED,
        )


def _is_word(value: object) -> TypeIs[str]:
    return isinstance(value, str) and bool(
        re.fullmatch(r"[\w-]{1,64}", value, re.ASCII)
    )


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


class Transport:
    """Sends requests to one Nomos API and remembers the version that it speaks."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        """Use a session that somebody else opens and closes.

        Raises:
            ValueError: The address is refused by `parse_base_url`.
        """
        self._session = session
        self._base_url = parse_base_url(base_url)
        self.api_version = API_VERSION_CURIE

    async def request(
        self,
        method: HTTPMethod,
        path: str,
        *,
        authorization: str | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
        once: bool = False,
    ) -> bytes:
        """Send a request and return the body of its answer.

        429 and 5xx are tried again a few times, after what `retry-after` says or a
        growing, jittered pause, as long as that fits into the request's timeout.

        Args:
            method: Of the request.
            path: Below the address of the API.
            authorization: The header of that name.
            params: The query.
            json: The body.
            once: Whether it must not be sent a second time, since what it asks for may
                be done each time. Only where the answer refuses the API version has
                nothing been done, and the version before is asked for.

        Raises:
            NomosError: The kind that the failure is of.
        """
        headers = {"Authorization": authorization} if authorization else {}
        options: dict[str, Any] = {"headers": headers, "params": params, "json": json}
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                if once:
                    answer = await self._send_once(method, path, **options)
                else:
                    answer = await self._send_in_version(method, path, **options)
        except TimeoutError as err:
            raise NomosConnectionError(
                f"no answer within {REQUEST_TIMEOUT:.0f} seconds"
            ) from err
        except aiohttp.ClientError as err:
            raise NomosConnectionError(type(err).__name__) from err
        if not answer.ok:
            raise _error_of(method, answer)
        return answer.body

    async def request_json(self, method: HTTPMethod, path: str, **options: Any) -> Any:
        """Send a request as `request` does and return the JSON of its answer.

        Raises:
            NomosResponseError: The answer is not JSON.
            NomosError: As `request`.
        """
        body = await self.request(method, path, **options)
        try:
            return json.loads(body)
        except ValueError, RecursionError:
            raise NomosResponseError("no JSON") from None

    async def _send_once(
        self, method: HTTPMethod, path: str, **options: Any
    ) -> _Answer:
        """Send once in a version that is served."""
        version = self.api_version
        answer = await self._send(method, path, version, **options)
        if version == API_VERSION_EDISON or not answer.names_version:
            return answer
        older = await self._send(method, path, API_VERSION_EDISON, **options)
        if older.ok:
            self._stay_with_edison(version)
        # Other than a question, this may have done something, so its answer counts.
        return answer if older.names_version else older

    async def _send_in_version(
        self, method: HTTPMethod, path: str, **options: Any
    ) -> _Answer:
        """Send in the newest version that is served; once down, stay there."""
        version = self.api_version
        answer = await self._send_repeatedly(method, path, version, **options)
        if version == API_VERSION_EDISON or not answer.may_refuse_version:
            return answer
        if not answer.names_version:
            # A stray refusal shall not cost what only curie tells.
            again = await self._send_repeatedly(method, path, version, **options)
            if not again.may_refuse_version:
                return again
        older = await self._send_repeatedly(method, path, API_VERSION_EDISON, **options)
        if not older.ok:
            return answer
        self._stay_with_edison(version)
        return older

    def _stay_with_edison(self, refused: str) -> None:
        LOGGER.info("Nomos does not serve %s, using edison", refused)
        self.api_version = API_VERSION_EDISON

    async def _send_repeatedly(
        self, method: HTTPMethod, path: str, version: str, **options: Any
    ) -> _Answer:
        attempt = 1
        while True:
            answer = await self._send(method, path, version, **options)
            if not answer.is_temporary or attempt == TRIES:
                return answer
            wait = answer.retry_after
            if wait is None:
                wait = BACKOFF * 2**attempt * random.uniform(0.5, 1.0)
            if wait > LONGEST_WAIT:
                return answer
            await asyncio.sleep(wait)
            attempt += 1

    async def _send(
        self,
        method: HTTPMethod,
        path: str,
        version: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        json: object,
    ) -> _Answer:
        # A redirect is never followed: it would take the credentials elsewhere.
        async with self._session.request(
            method,
            self._base_url / path,
            headers={**headers, "X-API-Version": version},
            params=params,
            json=json,
            allow_redirects=False,
        ) as response:
            body = await _read(response)
            return _Answer(response.status, response.headers, body)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read a body, or as much of it as shows that it is too large."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise NomosResponseError("too large", status=response.status)
    return bytes(body)


_ERRORS: dict[int, type[NomosError]] = {
    HTTPStatus.UNAUTHORIZED: NomosAuthenticationError,
    HTTPStatus.NOT_FOUND: NomosNotFoundError,
    HTTPStatus.CONFLICT: NomosConflictError,
    HTTPStatus.TOO_MANY_REQUESTS: NomosRateLimitError,
}


def _error_of(method: HTTPMethod, answer: _Answer) -> NomosError:
    """Return the error that a refusal is told as."""
    status = answer.status
    facts = Facts(
        status=status,
        code=answer.envelope("code"),
        request_id=answer.envelope("requestId"),
        retry_after=answer.retry_after,
        message=answer.message,
        problems=answer.problems,
    )
    match status:
        case HTTPStatus.FORBIDDEN:
            scope = "read:*" if method is HTTPMethod.GET else "write:*"
            return NomosPermissionError(scope, **facts)
        case _ if status >= 500:
            return NomosConnectionError(**facts)
        case _:
            return _ERRORS.get(status, NomosResponseError)(**facts)
