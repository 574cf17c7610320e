"""Filters of lists: `filter[field][operator]=value`, all of which must hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
import re

from .errors import invalid

type Value = str | datetime | None

_PARAMETER = re.compile(r"filter\[(?P<field>\w+)\]\[(?P<operator>\w+)\]")


@dataclass(frozen=True)
class Filterable[T]:
    """A field that a list can be filtered by, and the operators it takes."""

    read: Callable[[T], Value]
    operators: Mapping[str, Callable[[Value, str], bool]]


def enum_field[T](read: Callable[[T], str | None]) -> Filterable[T]:
    """Return a field with a fixed set of words."""
    return Filterable(read, _ENUM_OPERATORS)


def string_field[T](read: Callable[[T], str | None]) -> Filterable[T]:
    """Return a field with any text."""
    return Filterable(read, _STRING_OPERATORS)


def date_field[T](read: Callable[[T], datetime | None]) -> Filterable[T]:
    """Return a field with a moment in time."""
    return Filterable(read, _DATE_OPERATORS)


def filtered[T](
    rows: Iterable[T],
    query: Iterable[tuple[str, str]],
    fields: Mapping[str, Filterable[T]],
) -> list[T]:
    """Return the rows that pass; an unknown field or operator filters nothing."""
    kept = list(rows)
    for parameter, wanted in query:
        match = _PARAMETER.fullmatch(parameter)
        field = fields.get(match["field"]) if match else None
        test = field.operators.get(match["operator"]) if match and field else None
        if field and test:
            kept = [row for row in kept if _holds(field, test, row, parameter, wanted)]
    return kept


def _holds[T](
    field: Filterable[T],
    test: Callable[[Value, str], bool],
    row: T,
    parameter: str,
    wanted: str,
) -> bool:
    try:
        return test(field.read(row), wanted)
    except ValueError as err:
        raise invalid(parameter, "invalid_format", str(err)) from err


def _is_null(value: Value, wanted: str) -> bool:
    return (value is None) == (wanted == "true")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("expected a timestamp with an offset")
    return moment


_ENUM_OPERATORS: dict[str, Callable[[Value, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "ne": lambda value, wanted: value != wanted,
    "in": lambda value, wanted: value in wanted.split(","),
    "is_null": _is_null,
}
_STRING_OPERATORS = _ENUM_OPERATORS | {
    "contains": lambda value, wanted: wanted in str(value or ""),
    "starts_with": lambda value, wanted: str(value or "").startswith(wanted),
    "ends_with": lambda value, wanted: str(value or "").endswith(wanted),
}
_DATE_OPERATORS: dict[str, Callable[[Value, str], bool]] = {
    "gte": lambda value, wanted: (
        isinstance(value, datetime) and value >= _moment(wanted)
    ),
    "lte": lambda value, wanted: (
        isinstance(value, datetime) and value <= _moment(wanted)
    ),
    "is_null": _is_null,
}
