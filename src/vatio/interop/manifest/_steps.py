"""The built-in plugins of the Impact Framework 1.1.0 that need nothing but arithmetic, one function each.

Each takes its configuration and one observation, and gives the columns that it adds. Numbers are as the manifest means
them; their units are the manifest's own.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping

from vatio.account import SERVER, SERVER_MODEL, server_embodied_g
from vatio.errors import UsageError
from vatio.interop.text import as_number, lists, text_of

Observation = Mapping[str, object]
Step = Callable[[Mapping[str, object], Observation], dict[str, object]]


def _sum(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    """Add columns. Floating point adds from left to right here as there, so that results agree to the last digit."""
    return {_output(config): sum(_column(seen, name) for name in _inputs(config))}


def _multiply(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    return {_output(config): math.prod(_column(seen, name) for name in _inputs(config))}


def _subtract(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    first, *rest = [_column(seen, name) for name in _inputs(config)]
    for number in rest:
        first -= number
    return {_output(config): first}


def _divide(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    numerator, denominator = _given(config, seen, "numerator"), _given(config, seen, "denominator")
    if not denominator and isinstance(config.get("denominator"), str):
        raise UsageError(f"{config['denominator']} is 0: nothing is divided by it")
    # By a zero of the configuration the framework warns and passes the numerator on.
    return {_word(config, "output"): numerator / denominator if denominator else numerator}


def _exponent(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    base, power = _column(seen, _word(config, "input-parameter")), _given(config, seen, "exponent")
    try:
        return {_output(config): math.pow(base, power)}
    except (OverflowError, ValueError) as error:
        raise UsageError(f"{base:g} to the power {power:g} is no finite number") from error


def _coefficient(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    return {_output(config): _column(seen, _word(config, "input-parameter")) * _given(config, seen, "coefficient")}


def _copy(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    source, target = _word(config, "from"), _word(config, "to")
    if source not in seen:
        raise UsageError(f"there is no column {source!r} to copy")
    return {target: seen[source]}


def _sci(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    units = _column(seen, _word(config, "functional-unit"))
    carbon = _column(seen, "carbon")
    return {"sci": carbon / units if units else carbon}


def _sci_embodied(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    model = {name: found for name in SERVER_MODEL if (found := as_number(config.get(name), what=name)) is not None}
    server = {name: _column(seen, name, value=usual) for name, usual in SERVER.items()}
    duration_s = _column(seen, "time", value=0.0) or _column(seen, "duration")
    output = text_of(config.get("output-parameter")) or "embodied-carbon"
    return {**server, output: server_embodied_g(server, duration_s=duration_s, model=model)}


def _interpolation(config: Mapping[str, object], seen: Observation) -> dict[str, object]:
    method = text_of(config.get("method")) or "linear"
    points = (_numbers(config, "x"), _numbers(config, "y"))
    if len(points[0]) != len(points[1]) or len(points[0]) < 2:
        raise UsageError("x and y of an interpolation are not of the same length, or shorter than two")
    at = _column(seen, _word(config, "input-parameter"))
    if method == "linear":
        return {_output(config): _linear(at, *points)}
    if method == "polynomial":
        return {_output(config): _polynomial(at, *points)}
    raise UsageError(f"interpolation by {method!r} is not run here", hint="linear and polynomial are")


def _linear(position: float, x: list[float], y: list[float]) -> float:
    if not x[0] <= position <= x[-1]:
        raise UsageError(f"{position:g} lies outside the points from {x[0]:g} to {x[-1]:g}")
    left = min(bisect_right(x, position) - 1, len(x) - 2)
    if x[left + 1] == x[left]:
        raise UsageError(f"two points at {x[left]:g}")
    return y[left] + (position - x[left]) * ((y[left + 1] - y[left]) / (x[left + 1] - x[left]))


def _polynomial(position: float, x: list[float], y: list[float]) -> float:
    if len(set(x)) != len(x):
        raise UsageError("two points of an interpolation at one place")
    terms = (
        value * math.prod((position - other) / (point - other) for other in x if other != point)
        for point, value in zip(x, y, strict=True)
    )
    return math.fsum(terms)


def _column(seen: Observation, name: str, *, value: float | None = None) -> float:
    found = as_number(seen.get(name), what=name)
    if found is None and value is None:
        raise UsageError(f"there is no column {name!r}")
    return value if found is None and value is not None else found or 0.0


def _given(config: Mapping[str, object], seen: Observation, name: str) -> float:
    """Give a number of the configuration: itself, or the column that it names."""
    value = config.get(name)
    if isinstance(value, str) and value in seen:
        return _column(seen, value)
    found = as_number(value, what=name)
    if found is None:
        raise UsageError(f"the configuration lacks {name!r}")
    return found


def _inputs(config: Mapping[str, object]) -> list[str]:
    found = [text_of(name) for name in lists(config.get("input-parameters"), what="input-parameters")]
    if not found:
        raise UsageError("the configuration lacks 'input-parameters'")
    return found


def _numbers(config: Mapping[str, object], name: str) -> list[float]:
    """Give points in ascending order, as the framework sorts each of the two lists."""
    return sorted(as_number(item, what=name) or 0.0 for item in lists(config.get(name), what=name))


def _output(config: Mapping[str, object]) -> str:
    return _word(config, "output-parameter")


def _word(config: Mapping[str, object], name: str) -> str:
    found = text_of(config.get(name))
    if not found:
        raise UsageError(f"the configuration lacks {name!r}")
    return found


STEPS: Mapping[str, Step] = {
    "Sum": _sum,
    "Multiply": _multiply,
    "Subtract": _subtract,
    "Divide": _divide,
    "Exponent": _exponent,
    "Coefficient": _coefficient,
    "Copy": _copy,
    "Sci": _sci,
    "SciEmbodied": _sci_embodied,
    "Interpolation": _interpolation,
}
