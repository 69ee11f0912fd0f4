"""Fill what a history does not know, from earlier hours only, so that a forecast of the past stays one."""

from __future__ import annotations

from typing import Any

from vatio.plugins import require

Array = Any  # numpy's, which only `vatio[plan]` brings

_DAY_H = 24
# A surprise at the edge of a hole fades within half a day (plan.md section 3: the damping of residuals).
_FADE_H = 12.0


def filled(values: Array) -> Array:
    """Fill NaN by the same hour of the day before, shifted by what was last known to differ, which fades.

    Hours before the first known one take its value.
    """
    np = require("numpy", extra="plan")
    known = np.isfinite(values)
    if known.all():
        return values.astype(float)
    held = [float(value) for value in values]
    first = int(np.argmax(known))
    held[:first] = [held[first]] * first
    last = first
    for at in range(first + 1, len(held)):
        if known[at]:
            last = at
            continue
        before = held[at - _DAY_H] if at >= _DAY_H else held[last]
        shift = held[last] - held[last - _DAY_H] if last >= _DAY_H and at >= _DAY_H else 0.0
        held[at] = max(0.0, before + shift * float(np.exp(-(at - last) / _FADE_H)))
    return np.array(held)
