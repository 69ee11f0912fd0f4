"""Tell whether two results are the same, to a tolerance where they are floats."""

from __future__ import annotations

import math
from typing import Any


def differs(expected: Any, got: Any, *, tolerance_ratio: float) -> str:
    """Say where two results differ; nothing where they do not. NaN equals NaN, 1 equals 1.0, a list is no array.

    >>> differs([1.0, 2.0], [1.0, 2.5], tolerance_ratio=1e-9)
    'at 1: 2.0 and 2.5'
    >>> differs({"a": 1}, {"a": 1.0}, tolerance_ratio=1e-9)
    ''
    """
    if hasattr(expected, "dtype") and getattr(expected, "ndim", None):
        return _arrays(expected, got, tolerance_ratio)
    if isinstance(expected, (list, tuple)):
        return _sequences(expected, got, tolerance_ratio)
    if isinstance(expected, dict):
        return _tables(expected, got, tolerance_ratio)
    if _is_number(expected) and _is_number(got):
        return "" if _close(expected, got, tolerance_ratio) else f"{_short(expected)} and {_short(got)}"
    try:
        is_same = type(expected) is type(got) and bool(expected == got)
    except (TypeError, ValueError):
        is_same = False
    return "" if is_same else f"{_short(expected)} and {_short(got)}"


def _is_number(value: Any) -> bool:
    import numbers

    return isinstance(value, numbers.Number) or type(value).__name__ in ("bool", "bool_")


def _close(expected: Any, got: Any, tolerance_ratio: float) -> bool:
    if expected == got:
        return True
    if isinstance(expected, complex) or isinstance(got, complex):
        return bool(abs(expected - got) <= tolerance_ratio * abs(expected))
    if not isinstance(expected, float) and not isinstance(got, float):
        return False
    a, b = float(expected), float(got)
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=tolerance_ratio, abs_tol=0.0)


def _arrays(expected: Any, got: Any, tolerance_ratio: float) -> str:
    import numpy as np

    if not hasattr(got, "dtype") or got.shape != expected.shape:
        return f"an array of shape {expected.shape} and {_short(getattr(got, 'shape', got))}"
    if got.dtype != expected.dtype:
        return f"an array of {expected.dtype} and one of {got.dtype}"
    if expected.dtype.kind not in "fc":
        is_same = bool(np.array_equal(expected, got))
    else:
        is_same = bool(np.allclose(expected, got, rtol=tolerance_ratio, atol=0.0, equal_nan=True))
    return "" if is_same else "arrays of other values"


def _sequences(expected: Any, got: Any, tolerance_ratio: float) -> str:
    if type(got) is not type(expected) or len(got) != len(expected):
        return f"{_short(expected)} and {_short(got)}"
    for at, (one, other) in enumerate(zip(expected, got, strict=True)):
        if found := differs(one, other, tolerance_ratio=tolerance_ratio):
            return f"at {at}: {found}"
    return ""


def _tables(expected: Any, got: Any, tolerance_ratio: float) -> str:
    if not isinstance(got, dict) or got.keys() != expected.keys():
        return f"{_short(expected)} and {_short(got)}"
    for key in expected:
        if found := differs(expected[key], got[key], tolerance_ratio=tolerance_ratio):
            return f"at {_short(key)}: {found}"
    return ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
