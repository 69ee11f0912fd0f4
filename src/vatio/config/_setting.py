"""Describe one key of vatio.toml beside its field, so that reading, schema and reference need no list of their own."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def setting(kind: str, doc: str, *, default: Any = None, **more: Any) -> Any:
    """Make the dataclass field of one key.

    ``kind`` is text, word, number, count (a whole number), ratio (0.05 or "5%"), points (of a metric: 0.005 or "0.5pt"),
    duration, flag, texts, words, path, paths, command or table. ``more`` may give ``unit``, ``low``, ``high``, ``choices``,
    ``plugins`` (a kind of plugin whose names are allowed), ``option`` (the command-line option that sets it) and ``example``
    (as TOML).
    """
    metadata = {"kind": kind, "doc": doc, **more}
    if kind == "table":
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)
