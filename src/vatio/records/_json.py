"""Turn records into JSON values and back, losing nothing (CONTRACT.md 1).

Dates are RFC 3339 in UTC with microseconds; tuples are arrays; an absent ``source`` or empty ``missing`` of a quantity is
left out. Reading keeps a record's unknown fields in ``more`` where it has that field, else drops them. A record's
``SCHEMA`` stands first; the quantity named by ``FLAT`` is written into its record's own level.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, Union

from vatio.errors import InvalidRecord
from vatio.records._quantity import Quantity

T = TypeVar("T")
_QUANTITY = tuple(item.name for item in fields(Quantity))


def to_json(value: object) -> Any:
    """Turn a record, or a container of records, into plain JSON values.

    >>> to_json(Quantity.exact(2.0))
    {'value': 2.0, 'low': 2.0, 'high': 2.0, 'provenance': 'measured'}
    """
    if isinstance(value, Quantity):
        return _quantity_to_json(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, (str, int, float, type(None))):
        return value
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if is_dataclass(value):
        return _record_to_json(value)
    raise InvalidRecord(f"cannot write a {type(value).__name__} as JSON")


def dumps(value: object) -> bytes:
    """Write canonical JSON: sorted keys, no spaces, finite numbers only.

    Raises:
        InvalidRecord: a number is not finite.
    """
    try:
        return json.dumps(to_json(value), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except ValueError as error:
        raise InvalidRecord(f"not finite: {error}", hint="a number that is not known is null, not NaN") from error


def from_json(kind: type[T], value: object) -> T:
    """Read a record of one kind back from JSON values.

    Raises:
        InvalidRecord: a field is missing or of the wrong type.
    """
    result = _read(kind, value, kind.__name__)
    return typing.cast(T, result)


def rfc3339(moment: datetime) -> str:
    """Write a date in UTC with microseconds.

    >>> rfc3339(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05.000000Z'
    """
    if moment.tzinfo is None:
        raise InvalidRecord(f"{moment} has no time zone", hint="use datetime.now(UTC)")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_rfc3339(text: str) -> datetime:
    """Read a date with its offset, as UTC.

    Raises:
        InvalidRecord: the text is not such a date.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise InvalidRecord(f"{text!r} is not a date", hint="write 2026-01-31T12:00:00Z") from error
    if moment.tzinfo is None:
        raise InvalidRecord(f"{text!r} has no time zone", hint="write 2026-01-31T12:00:00Z")
    return moment.astimezone(UTC)


def _record_to_json(value: Any) -> dict[str, Any]:
    schema, flat = getattr(value, "SCHEMA", None), getattr(value, "FLAT", None)
    own: dict[str, Any] = {"schema": schema} if schema else {}
    for item in fields(value):
        if item.name == flat:
            own.update(to_json(getattr(value, item.name)))
        elif item.name != "more":
            own[item.name] = to_json(getattr(value, item.name))
    return {**own, **getattr(value, "more", {})}


def _quantity_to_json(quantity: Quantity) -> dict[str, Any]:
    known: dict[str, Any] = {"value": quantity.value, "low": quantity.low, "high": quantity.high}
    known["provenance"] = quantity.provenance
    if quantity.source:
        known["source"] = quantity.source
    if quantity.missing:
        known["missing"] = list(quantity.missing)
    return known


@cache
def _types(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, value: object, where: str) -> object:
    origin = typing.get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_optional(typing.get_args(kind), value, where)
    if origin is tuple:
        return _read_tuple(typing.get_args(kind), value, where)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(typing.get_args(kind)[1], value, where)
    if kind is Any:
        return value
    if kind is datetime:
        return parse_rfc3339(_checked(str, value, where))
    if is_dataclass(kind):
        return _read_record(kind, value, where)
    if kind is float and type(value) is int:
        return float(value)
    return _checked(kind, value, where)


def _checked(kind: Any, value: object, where: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InvalidRecord(f"{where} is {value!r}, not {kind.__name__}")
    return value


def _read_optional(kinds: tuple[Any, ...], value: object, where: str) -> object:
    if value is None and type(None) in kinds:
        return None
    kind = next(kind for kind in kinds if kind is not type(None))
    return _read(kind, value, where)


def _read_tuple(kinds: tuple[Any, ...], value: object, where: str) -> tuple[object, ...]:
    items = _checked(list, value, where)
    inner = [kinds[0]] * len(items) if kinds[-1] is Ellipsis else list(kinds)
    if len(inner) != len(items):
        raise InvalidRecord(f"{where} has {len(items)} items, not {len(inner)}")
    return tuple(_read(kind, item, f"{where}[{at}]") for at, (kind, item) in enumerate(zip(inner, items, strict=True)))


def _read_mapping(kind: Any, value: object, where: str) -> dict[str, object]:
    items: dict[str, object] = _checked(dict, value, where)
    return {key: _read(kind, item, f"{where}.{key}") for key, item in items.items()}


def _read_record(kind: Any, value: object, where: str) -> object:
    items: dict[str, object] = _checked(dict, value, where)
    schema, flat = getattr(kind, "SCHEMA", None), getattr(kind, "FLAT", None)
    if schema and items.get("schema", schema) != schema:
        raise InvalidRecord(f"{where} has schema {items['schema']!r}, not {schema!r}", hint="use a newer vatio")
    if flat:
        items = {**items, flat: {name: items[name] for name in _QUANTITY if name in items}}
    known = {item.name: item for item in fields(kind)}
    lacking = [name for name, item in known.items() if name not in items and not _has_default(item) and name != "more"]
    if lacking:
        raise InvalidRecord(f"{where} lacks {', '.join(lacking)}")
    hints = _types(kind)
    given = {name: _read(hints[name], items[name], f"{where}.{name}") for name in known if name in items and name != "more"}
    if "more" in known:
        given["more"] = {name: item for name, item in items.items() if name not in known and name != "schema"}
    return kind(**given)


def _has_default(item: Field[Any]) -> bool:
    return item.default is not MISSING or item.default_factory is not MISSING
