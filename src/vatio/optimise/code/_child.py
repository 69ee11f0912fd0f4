"""Check candidates against a function, in a process of its own: ``python -m vatio.optimise.code._child OUT < asked``."""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from vatio.errors import VatioError
from vatio.optimise.code._cases import cases
from vatio.optimise.code._loading import Arguments, load_arguments, load_function
from vatio.optimise.code._same import differs
from vatio.plugins import require

# One measured repetition calls often enough to last about this long.
_REPETITION_S = 0.3
_MOST_CALLS = 1_000_000


class Ending(NamedTuple):
    """Hold how a call ended: with a result, or by an error; ``after`` is what became of its arguments."""

    result: Any
    error: str
    after: Arguments


def main() -> None:
    """Check what stdin asks for, and write what was found."""
    asked = json.load(sys.stdin)
    sys.argv[:] = [asked["path"]]
    out = sys.orig_argv[-1]
    found = {"error": "the function ended the process"}
    try:
        _write(out, found)
        found = _checked(asked)
    except VatioError as error:
        found = {"error": str(error)}
    except Exception as error:  # noqa: BLE001  the rim: the user's code may raise anything, and that is what was found
        found = {"error": f"{type(error).__name__}: {error}"}
    _write(out, found)


def _write(path: str, found: dict[str, Any]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(found, file)


def _checked(asked: dict[str, Any]) -> dict[str, Any]:
    require("numpy", extra="optimise")
    given = load_arguments(asked["args"], asked["path"])
    original = load_function(asked["path"], asked["name"], asked["text"])
    inputs = list(cases(given))
    name, first = inputs[0]
    one, again = _called(original, _copied(first)), _called(original, _copied(first))
    if one.error:
        return {"error": f"{asked['name']} fails on {name}: {one.error}"}
    if _apart(one, again, asked["tolerance_ratio"]):
        return {"error": f"{asked['name']} gives another result for the same arguments: nothing can be held against it"}
    writes = bool(differs(list(first.placed), list(one.after.placed), tolerance_ratio=0.0)) or bool(
        differs(first.named, one.after.named, tolerance_ratio=0.0)
    )
    expected = [(case, arguments, _called(original, _copied(arguments))) for case, arguments in inputs]
    return {
        "error": "",
        "writes": writes,
        "cases": [case for case, _ in inputs],
        "baseline": _timed(original, first),
        "candidates": [_candidate(asked, text, expected, first) for text in asked["candidates"]],
    }


def _candidate(asked: dict[str, Any], text: str, expected: list[Any], first: Arguments) -> dict[str, Any]:
    try:
        changed = load_function(asked["path"], asked["name"], text)
    except ModuleNotFoundError as error:
        return {"missing": error.name or str(error)}
    begun_s = time.process_time()
    _called(changed, _copied(first))
    first_s = time.process_time() - begun_s
    for case, arguments, ending in expected:
        if apart := _apart(ending, _called(changed, _copied(arguments)), asked["tolerance_ratio"]):
            return {"differs": f"on {case}: {apart}"}
    timed = _timed(changed, first)
    return {**timed, "first_cpu_s": first_s}


def _apart(expected: Ending, got: Ending, tolerance_ratio: float) -> str:
    if expected.error or got.error:
        if expected.error and got.error:
            return ""
        return f"{expected.error or 'a result'} and {got.error or 'a result'}"
    found = differs(expected.result, got.result, tolerance_ratio=tolerance_ratio)
    if found:
        return found
    placed = differs(list(expected.after.placed), list(got.after.placed), tolerance_ratio=tolerance_ratio)
    named = differs(expected.after.named, got.after.named, tolerance_ratio=tolerance_ratio)
    return f"arguments are left otherwise: {placed or named}" if placed or named else ""


def _called(function: Callable[..., Any], arguments: Arguments) -> Ending:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*arguments.placed, **arguments.named)
    except Exception as error:  # noqa: BLE001  the rim: an error is one of the ways in which a function answers
        return Ending(None, f"{type(error).__name__}: {error}"[:200], arguments)
    if hasattr(result, "__next__"):
        result = list(result)
    return Ending(result, "", arguments)


def _copied(arguments: Arguments) -> Arguments:
    import copy

    return copy.deepcopy(arguments)


def _timed(function: Callable[..., Any], arguments: Arguments) -> dict[str, Any]:
    """Time calls until they last long enough to be counted, and say how many make a repetition."""
    calls, spent_s = 1, 0.0
    while spent_s < _REPETITION_S / 10 and calls < _MOST_CALLS:
        copies = [_copied(arguments) for _ in range(min(calls, 4))]
        begun_s = time.process_time()
        for at in range(calls):
            _called(function, copies[at % len(copies)])
        spent_s = time.process_time() - begun_s
        each_s = spent_s / calls
        if spent_s < _REPETITION_S / 10:
            calls = min(_MOST_CALLS, max(calls * 2, int(_REPETITION_S / 8 / max(each_s, 1e-7))))
    return {"cpu_s": each_s, "calls": max(1, min(_MOST_CALLS, round(_REPETITION_S / max(each_s, 1e-7))))}


if __name__ == "__main__":
    main()
