"""Publish the configuration as JSON Schema, from the same fields that read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from vatio.config._config import SECTIONS, section

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_DURATION = r"^\s*\d+(\.\d+)?\s*(ms|s|min|m|h|d)?\s*$"
_PERCENT = r"^\s*\d+(\.\d+)?\s*%\s*$"
_POINTS = r"^\s*\d+(\.\d+)?\s*pt\s*$"


def config_schema() -> dict[str, Any]:
    """Give the JSON Schema of vatio.toml (and of ``[tool.vatio]``), for editors and checks.

    >>> sorted(config_schema()["properties"])[:2]
    ['budgets', 'gate']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vatio.toml",
        "description": "The execution configuration of vatio.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _section(name) for name in SECTIONS},
    }


def _section(name: str) -> dict[str, Any]:
    kind = section(name)
    properties: dict[str, Any] = {}
    for item in fields(kind):
        properties[item.name] = _property(item.metadata)
        if item.metadata["kind"] == "duration":
            properties[item.name.removesuffix("_s")] = {"type": "string", "pattern": _DURATION, **_said(item.metadata)}
    said = (kind.__doc__ or "").strip()
    return {"type": "object", "description": said, "additionalProperties": False, "properties": properties}


def _property(setting: Mapping[str, Any]) -> dict[str, Any]:
    return {**_KINDS[setting["kind"]](setting), **_said(setting)}


def _said(setting: Mapping[str, Any]) -> dict[str, Any]:
    unit = f" Unit: {setting['unit']}." if setting.get("unit") else ""
    return {"description": f"{setting['doc']}{unit}"}


def _number(setting: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {"minimum": setting.get("low"), "maximum": setting.get("high")}
    return {"type": "number", **{name: bound for name, bound in bounds.items() if bound is not None}}


def _duration(setting: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [_number(setting), {"type": "string", "pattern": _DURATION}]}


def _word(setting: Mapping[str, Any]) -> dict[str, Any]:
    # A plugin's names are open: another package may add one.
    return _TEXT if setting.get("plugins") else {"type": "string", "enum": list(setting["choices"])}


_KINDS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": lambda setting: _TEXT,
    "path": lambda setting: _TEXT,
    "word": _word,
    "number": _number,
    "count": lambda setting: {**_number(setting), "type": "integer"},
    "ratio": lambda setting: {"anyOf": [_number(setting), {"type": "string", "pattern": _PERCENT}]},
    "points": lambda setting: {"anyOf": [_number(setting), {"type": "string", "pattern": _POINTS}]},
    "duration": _duration,
    "flag": lambda setting: {"type": "boolean"},
    "texts": lambda setting: _list(_TEXT),
    "paths": lambda setting: _list(_TEXT),
    "words": lambda setting: _list(_word(setting)),
    "command": lambda setting: {"anyOf": [_TEXT, _list({"type": "string"})]},
    "table": lambda setting: {"type": "object", "additionalProperties": _TEXT},
}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}
