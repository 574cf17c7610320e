"""Filling the fields of dataclasses from YAML and JSON, with errors a person can act on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin

from .moments import parse_clock, parse_day, parse_moment

# A table, since frozen time puts other classes in the place of these names.
_READERS: Mapping[type, Callable[[object], object]] = {
    datetime: parse_moment,
    date: parse_day,
    time: parse_clock,
}


class FieldError(ValueError):
    """A field that does not exist or cannot hold the value."""


def build[T](kind: type[T], values: Mapping[str, Any]) -> T:
    """Make a dataclass of plain values."""
    known = _fields_of(kind)
    arguments = {name: _converted(kind, known, name, values[name]) for name in values}
    try:
        return kind(**arguments)
    except TypeError as err:
        raise FieldError(f"{kind.__name__}: {err}") from err


def assign(target: Any, changes: Mapping[str, Any]) -> None:
    """Set fields of a dataclass; "meter.type" and {"meter": {"type": …}} go inside."""
    known = _fields_of(type(target))
    for name, value in changes.items():
        outer, _, inner = name.partition(".")
        if inner:
            assign(_inside(target, outer), {inner: value})
        elif isinstance(value, Mapping) and is_dataclass(_inside(target, name)):
            assign(_inside(target, name), value)
        else:
            setattr(target, name, _converted(type(target), known, name, value))


def _inside(target: Any, name: str) -> Any:
    if name not in _fields_of(type(target)):
        raise FieldError(f"{type(target).__name__} has no field {name!r}")
    return getattr(target, name)


def _fields_of(kind: type) -> dict[str, Field[Any]]:
    return {field.name: field for field in fields(kind)}


def _converted(
    kind: type, known: Mapping[str, Field[Any]], name: str, value: object
) -> object:
    if name not in known:
        raise FieldError(f"{kind.__name__} has no field {name!r}")
    try:
        return _read(known[name].type, value)
    except (TypeError, ValueError) as err:
        raise FieldError(f"{kind.__name__}.{name} cannot be {value!r}: {err}") from err


def _read(annotation: Any, value: object) -> object:
    """Return a plain value as the type that the annotation asks for."""
    if isinstance(annotation, UnionType):
        annotation, _ = get_args(annotation)
        return None if value is None else _read(annotation, value)
    kind: Any = get_origin(annotation) or annotation
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, Mapping):
        return build(kind, value)
    if read := kind if issubclass(kind, Enum) else _READERS.get(kind):
        return read(value)
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}")
    return _read_entries(get_args(annotation), value)


def _read_entries(kinds: Sequence[Any], value: object) -> object:
    """Return a list or a dict with its entries read too, anything else as it is."""
    if isinstance(value, list):
        (kind,) = kinds
        return [_read(kind, entry) for entry in value]
    if isinstance(value, dict):
        name_kind, kind = kinds
        return {_read(name_kind, n): _read(kind, entry) for n, entry in value.items()}
    return value
