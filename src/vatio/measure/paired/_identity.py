"""What makes two comparisons the same one, so that one may go on with the other: arms, conditions, machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vatio.measure.paired._design import Arm, PairedDesign

SCHEMA = "vatio.paired/1"
# How many pairs are asked for and how long they may take changes no repetition: a comparison may be gone on with for more.
_CONDITIONS = ("warm_up", "seed", "pin", "rest_s", "timeout_s", "work_unit")


class Words(NamedTuple):
    """Take secrets and names out of what is kept: a veil's methods, and a digest that tells values apart."""

    argv: Callable[[tuple[str, ...]], tuple[str, ...]]
    text: Callable[[str], str]
    digest: Callable[[str], str]


def identity(arms: tuple[Arm, ...], design: PairedDesign, *, host: str, words: Words) -> bytes:
    """Write down what a comparison is, as JSON."""
    said = {
        "schema": SCHEMA,
        "host": host,
        "design": {name: getattr(design, name) for name in _CONDITIONS},
        "arms": [_said(arm, words) for arm in arms],
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode("utf-8", "backslashreplace")


def difference(before: bytes, now: bytes) -> str:
    """Say in what a comparison differs from the one it should go on with; empty where it does not.

    >>> difference(b'{"host": "a", "design": {"seed": 1}}', b'{"host": "a", "design": {"seed": 2}}')
    'design.seed was 1, and is 2'
    """
    return _first(_read(before), _read(now), "")


def _said(arm: Arm, words: Words) -> dict[str, Any]:
    name = getattr(arm.call, "__qualname__", type(arm.call).__name__) if arm.call is not None else None
    return {
        "name": arm.name,
        "command": list(words.argv(arm.command)),
        "call": name,
        "isolated": arm.isolated,
        "cwd": None if arm.cwd is None else words.text(arm.cwd),
        "environ": {name: None if word is None else words.digest(word) for name, word in sorted(arm.environ.items())},
    }


def _read(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _first(before: Any, now: Any, place: str) -> str:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        names = sorted({*before, *now}, key=lambda name: (name != "name", name))  # a name says most
        return next((said for name in names if (said := _first(before.get(name), now.get(name), _under(place, name)))), "")
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        both = enumerate(zip(before, now, strict=True))
        return next((said for at, (a, b) in both if (said := _first(a, b, f"{place}[{at}]"))), "")
    return "" if before == now else f"{place or 'all of it'} was {_short(before)}, and is {_short(now)}"


def _under(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
