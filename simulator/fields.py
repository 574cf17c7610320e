"""Filling the fields of dataclasses from YAML and JSON, with errors a person can act on."""

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any, get_origin

from .moments import parse_moment


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
    annotation: Any = known[name].type
    if (
        isinstance(annotation, type)
        and is_dataclass(annotation)
        and isinstance(value, Mapping)
    ):
        return build(annotation, value)
    if name.endswith("_at") and value is not None:
        return _moment(name, value)
    if annotation is float and isinstance(value, int):
        return float(value)
    origin = get_origin(annotation)
    if not isinstance(value, origin if origin in (list, dict) else annotation):
        raise FieldError(f"{kind.__name__}.{name} cannot be {value!r}")
    return value


def _moment(name: str, value: object) -> object:
    try:
        return parse_moment(value)
    except ValueError as err:
        raise FieldError(f"{name}: {err}") from err
