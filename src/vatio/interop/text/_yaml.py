"""Read YAML with PyYAML, an extra; write the little that exports need by hand (ADR 0071)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from vatio.errors import UsageError
from vatio.plugins import require

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/")
# Texts that YAML 1.1 or 1.2 would read as something else.
_WORDS = frozenset(("", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"))


def load_yaml(text: str, *, where: str) -> Any:
    """Read one YAML document into plain values.

    Raises:
        UsageError: it is not YAML; the line is named.
        MissingExtra: PyYAML is not installed.
    """
    yaml = require("yaml", extra="interop")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # a safe one, in C where there is one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise UsageError(f"{where}{line}: not YAML: {getattr(error, 'problem', None) or 'unreadable'}") from error
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        # PyYAML lets through what its constructors raise: a date of month 13, a list as a key, brackets without end.
        raise UsageError(f"{where}: not YAML that can be read: {error}") from error


def write_yaml(value: Mapping[str, object]) -> str:
    """Write mappings, lists, texts, numbers and nothing as block YAML.

    >>> print(write_yaml({"a": {"b": [1, 0.5]}, "c": "yes"}), end="")
    a:
      b:
        - 1
        - 0.5
    c: "yes"
    """
    return "".join(f"{line}\n" for line in _lines(value, 0))


def _lines(value: Mapping[str, object] | Sequence[object], depth: int) -> list[str]:
    pad, lines = "  " * depth, []
    pairs = (
        [(f"{_text(key)}:", item) for key, item in value.items()]
        if isinstance(value, Mapping)
        else [("-", item) for item in value]
    )
    for lead, item in pairs:
        inner = _inner(item)
        if inner is None:
            lines.append(f"{pad}{lead} {_scalar(item)}")
        elif lead == "-":
            first, *rest = _lines(inner, depth + 1)
            lines += [f"{pad}- {first.lstrip()}", *rest]
        else:
            lines += [f"{pad}{lead}", *_lines(inner, depth + 1)]
    return lines


def _inner(item: object) -> Mapping[str, object] | Sequence[object] | None:
    full = isinstance(item, (Mapping, list, tuple)) and bool(item)
    return item if full and isinstance(item, (Mapping, list, tuple)) else None


def _scalar(item: object) -> str:
    if isinstance(item, Mapping):
        return "{}"
    if isinstance(item, (list, tuple)):
        return "[]"
    if isinstance(item, float):
        mantissa, exponent, power = repr(item).partition("e")
        # YAML 1.1 reads 1e-07 as a text: it wants a point.
        return f"{mantissa}{'' if '.' in mantissa or not exponent else '.0'}{exponent}{power}"
    return _text(item) if isinstance(item, str) else json.dumps(item)


def _text(text: str) -> str:
    is_plain = set(text) <= _PLAIN and text[:1].isalpha() and text.lower() not in _WORDS
    return text if is_plain else f'"{"".join(map(_escaped, text))}"'


def _escaped(letter: str) -> str:
    """Escape what a quoted scalar cannot hold; unlike JSON, YAML has no pairs of surrogates."""
    if letter in '"\\':
        return f"\\{letter}"
    if " " <= letter <= "~":
        return letter
    code = ord(letter)
    if 0xD800 <= code <= 0xDFFF:
        return "\\ufffd"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
