"""Write the JSON Schema of each record of the contract from its dataclass, and docs/reference/records.md about them."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Union

from vatio.optimise.model.artefact import Artefact, Recipe
from vatio.records import Ended, Estimate, Footprint, Front, Plan, Quantity, Replay, RunRecord, Started, Verdict

PUBLISHED = (RunRecord, Started, Ended, Footprint, Estimate, Plan, Front, Artefact, Recipe, Verdict, Replay)
PLAIN = {str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}, Any: {}}
DATE = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"}
HEAD = """# Records

What other programs may rely on: JSON whose first field is its `schema`. A schema with `/1` only gains fields; readers keep and
show what they do not know, so no schema here forbids further fields. Units are in the names (`_j _s _w _g _l _eur _bytes
_g_per_kwh _ratio`), dates are RFC 3339 in UTC with microseconds. A number that can be wrong is a quantity: `value`, `low`,
`high`, `provenance` (`measured`, `modelled`, `default`, `missing`), perhaps `source` and the names of what is `missing`; what
was not measured has `value: null`, never 0.

The JSON Schemas lie in [schemas](schemas/); they are written by `make docs` from the code that reads and writes the records.
"""


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give one schema for each record, one for the list of runs, and the page about them."""
    for kind in PUBLISHED:
        yield f"docs/reference/schemas/{_file(kind.SCHEMA)}", json.dumps(schema(kind), indent=1)
    yield f"docs/reference/schemas/{_file('vatio.runs/1')}", json.dumps(_list_of_runs(), indent=1)
    yield "docs/reference/records.md", "\n".join([HEAD, *(_section(kind) for kind in PUBLISHED)])


def schema(kind: type) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a record."""
    parts: dict[str, Any] = {}
    own = _object(kind, parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{_name(kind)}",
        "title": _name(kind),
        "description": (kind.__doc__ or "").split("\n\n")[0],
        **own,
        "$defs": dict(sorted(parts.items())),
    }


def _list_of_runs() -> dict[str, Any]:
    whole = schema(RunRecord)
    parts = whole.pop("$defs")
    run = {name: item for name, item in whole.items() if not name.startswith("$")}
    run["required"] = [name for name in run["required"] if name != "environment"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "vatio.runs/1",
        "title": "vatio.runs/1",
        "type": "object",
        "properties": {"schema": {"const": "vatio.runs/1"}, "runs": {"type": "array", "items": run}},
        "required": ["schema", "runs"],
        "$defs": parts,
    }


def _object(kind: type, parts: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    properties: dict[str, Any] = {}
    required = []
    if hasattr(kind, "SCHEMA"):
        properties["schema"] = {"const": kind.SCHEMA}
        required.append("schema")
    for item in fields(kind):
        if item.name == "more":
            continue
        if item.name == getattr(kind, "FLAT", None):
            properties.update(_object(Quantity, parts)["properties"])
            required += ["value", "low", "high", "provenance"]
            continue
        properties[item.name] = _of(hints[item.name], parts)
        if not _may_be_absent(kind, item):
            required.append(item.name)
    return {"type": "object", "properties": properties, "required": required}


def _of(kind: Any, parts: dict[str, Any]) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(one, parts) for one in inner if one is not type(None)] + [{"type": "null"}]}
    if origin is tuple:
        if inner[-1] is Ellipsis:
            return {"type": "array", "items": _of(inner[0], parts)}
        return {
            "type": "array",
            "prefixItems": [_of(one, parts) for one in inner],
            "minItems": len(inner),
            "maxItems": len(inner),
        }
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(inner[1], parts)}
    if kind is datetime:
        return DATE
    if is_dataclass(kind):
        return _reference(kind, parts)
    return PLAIN[kind]


def _reference(kind: Any, parts: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in parts:
        parts[kind.__name__] = {}
        own = _object(kind, parts)
        own["description"] = (kind.__doc__ or "").split("\n\n")[0]
        if kind is Quantity:
            own["properties"]["provenance"] = {"enum": ["measured", "modelled", "default", "missing"]}
        parts[kind.__name__] = own
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _may_be_absent(kind: type, item: Field[Any]) -> bool:
    if kind is Quantity:
        return item.name in ("source", "missing")
    return item.default is not MISSING or item.default_factory is not MISSING


def _section(kind: Any) -> str:
    hints = typing.get_type_hints(kind)
    rows = [f"| `{item.name}` | {_words(hints[item.name])} |" for item in fields(kind) if item.name != "more"]
    link = f"[JSON Schema](schemas/{_file(kind.SCHEMA)})"
    return "\n".join(
        [
            f"## {kind.SCHEMA}",
            "",
            kind.__doc__.strip().replace("\n    ", "\n"),
            "",
            link,
            "",
            "| field | type |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _words(kind: Any) -> str:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return " or ".join([*(_words(one) for one in inner if one is not type(None)), "null"])
    if origin is tuple:
        return f"list of {_words(inner[0])}" if inner[-1] is Ellipsis else "[" + ", ".join(map(_words, inner)) + "]"
    if origin is not None and issubclass(origin, Mapping):
        return f"object of {_words(inner[1])}"
    plain = {str: "text", int: "integer", float: "number", bool: "true or false", datetime: "date", Any: "anything"}
    return plain.get(kind) or kind.__name__


def _name(kind: Any) -> str:
    return str(getattr(kind, "SCHEMA", kind.__name__))


def _file(name: str) -> str:
    return name.replace("/", "-") + ".json"
