"""The published specification of the Nomos API, to hold exchanges against."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
import json
import os
from pathlib import Path
import re
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.exceptions import ValidationError
import pytest

from simulator import EDISON, Exchange

_ROOT = Path(__file__).parent.parent
_DEFAULT_FILE = _ROOT / "../shared/nomos-api/openapi.2026-05-27.curie.json"

# Documented, but not part of the specification; a page for a person, not for us.
_UNSPECIFIED_PATHS = {"/health", "/oauth/authorize"}

# Answered by edison as by curie.
_ALIKE_IN_BOTH_VERSIONS = re.compile(r"/subscriptions/[^/]+/prices")

_FILTER = re.compile(r"filter\[(?P<field>\w+)\]\[(?P<operator>\w+)\]")
_FILTER_PARAMETER = "filter[field][operator]"
_FILTERABLE_FIELD = re.compile(r"- `(?P<field>\w+)` \((?P<kind>\w+)\)")
_ENUM_OPERATORS = {"eq", "ne", "in", "is_null"}
_FILTER_OPERATORS = {
    "enum": _ENUM_OPERATORS,
    "string": _ENUM_OPERATORS | {"contains", "starts_with", "ends_with"},
    "date": {"gte", "lte", "is_null"},
}


def _file() -> Path:
    return Path(os.environ.get("NOMOS_OPENAPI", _DEFAULT_FILE)).resolve()


def _open_parts(thing: Any, schemas: Mapping[str, dict[str, Any]]) -> None:
    """Let the parts of one schema not forbid what its other parts name."""
    if isinstance(thing, list):
        for entry in thing:
            _open_parts(entry, schemas)
    if isinstance(thing, dict):
        for part in thing.get("allOf", ()):
            name = part.get("$ref", "").rpartition("/")[2]
            schemas.get(name, part).setdefault("additionalProperties", True)
        for value in thing.values():
            _open_parts(value, schemas)


@dataclass(frozen=True)
class Specification:
    """The specification; what it does not document counts as a mistake of ours."""

    document: Mapping[str, Any]
    openapi: OpenAPI

    @classmethod
    def load(cls) -> Self:
        """Read the specification; where it is missing, skip the test, or fail in CI."""
        if (specification := cls.find()) is None:
            pytest.skip(f"The API specification is not at {_file()}; set NOMOS_OPENAPI")
        return specification

    @classmethod
    def find(cls) -> Self | None:
        """Read the specification; where it is missing return None, or fail in CI."""
        file = _file()
        if file.is_file():
            return cls._read(file)
        if "CI" in os.environ:
            pytest.fail(f"The API specification is not at {file}; set NOMOS_OPENAPI")
        return None

    @classmethod
    @cache
    def _read(cls, file: Path) -> Self:
        document = json.loads(file.read_text(encoding="utf-8"))
        _open_parts(document, document["components"]["schemas"])
        config = Config(additional_properties_default_policy="forbid")
        return cls(document, OpenAPI.from_dict(document, config=config))

    def check(self, exchange: Exchange) -> None:
        """Assert that a request and its answer are as specified."""
        self.check_request(exchange)
        self.check_response(exchange)

    def check_request(self, exchange: Exchange) -> None:
        """Assert that a request is as specified."""
        if urlsplit(exchange.url).path in _UNSPECIFIED_PATHS:
            return
        try:
            self.openapi.validate_request(self._request(exchange))
        except OpenAPIError as err:
            raise AssertionError(_explanation(exchange, "request", err)) from err
        problems = list(self._undocumented_parameters(exchange))
        assert not problems, f"{_title(exchange)}: undocumented {', '.join(problems)}"

    def check_response(self, exchange: Exchange) -> None:
        """Assert that an answer is as specified.

        An injected fault is not the API's answer, and edison's successful
        answers are not specified, but for those that are like curie's.
        """
        path = urlsplit(exchange.url).path
        edison = exchange.response_headers.get("X-API-Version") == EDISON
        older = edison and not _ALIKE_IN_BOTH_VERSIONS.fullmatch(path)
        unspecified = path in _UNSPECIFIED_PATHS or (older and exchange.status == 200)
        if exchange.faulted or unspecified:
            return
        response = MockResponse(
            data=exchange.response_body,
            status_code=exchange.status or 0,
            headers=dict(exchange.response_headers),
            content_type=exchange.response_headers.get("Content-Type", ""),
        )
        try:
            self._validate_response(exchange, response)
        except OpenAPIError as err:
            raise AssertionError(_explanation(exchange, "answer", err)) from err

    def _validate_response(self, exchange: Exchange, response: MockResponse) -> None:
        try:
            self.openapi.validate_response(self._request(exchange), response)
        except PathError:
            if response.status_code < 400:
                raise
            # Errors look alike everywhere, so any operation can stand in for
            # the one that a refused request did not find.
            stand_in = MockRequest(self._server, "GET", "/plans")
            self.openapi.validate_response(stand_in, response)

    def _request(self, exchange: Exchange) -> MockRequest:
        url = urlsplit(exchange.url)
        headers = exchange.request_headers
        return MockRequest(
            host_url=self._server,
            method=exchange.method,
            path=url.path,
            args=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers=dict(headers),
            data=exchange.request_body,
            content_type=headers.get("Content-Type", ""),
        )

    @property
    def _server(self) -> str:
        return str(self.document["servers"][0]["url"])

    def _undocumented_parameters(self, exchange: Exchange) -> Iterator[str]:
        url = urlsplit(exchange.url)
        operation = self._operation(exchange.method, url.path)
        documented = {p["name"]: p for p in operation.get("parameters", ())}
        filters = _filters(documented.get(_FILTER_PARAMETER, {}))
        for name, _ in parse_qsl(url.query, keep_blank_values=True):
            match = _FILTER.fullmatch(name)
            known = match and match["operator"] in filters.get(match["field"], ())
            if name not in documented and not known:
                yield name

    def _operation(self, method: str, path: str) -> Mapping[str, Any]:
        for template, operations in self.document["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
                operation: Mapping[str, Any] = operations[method.lower()]
                return operation
        raise AssertionError(f"{path} is not in the specification")


def _filters(parameter: Mapping[str, Any]) -> dict[str, set[str]]:
    fields = _FILTERABLE_FIELD.finditer(parameter.get("description", ""))
    return {field["field"]: _FILTER_OPERATORS[field["kind"]] for field in fields}


def _title(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.url} answered {exchange.status}"


def _explanation(exchange: Exchange, part: str, error: OpenAPIError) -> str:
    details = [str(error)]
    if isinstance(error, ValidationError):
        details += [
            f"{'.'.join(map(str, problem['path'])) or part}: {problem['message']}"
            for problem in error.details["schema_errors"]
        ]
    return f"{_title(exchange)}: the {part} is not as specified\n" + "\n".join(details)
