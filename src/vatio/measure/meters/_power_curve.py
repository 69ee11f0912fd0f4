"""The power of a processor as its utilisation tells, between its idle and its full power."""

from __future__ import annotations

from collections.abc import Sequence

# Measured on several thousand servers: P = idle + (peak - idle)(2u - u^1.4). X. Fan, W.-D. Weber, L. A. Barroso,
# "Power provisioning for a warehouse-sized computer", ISCA 2007. Most curves of SPECpower_ssj2008 lie near it.
_EXPONENT = 1.4
# Half of the machines in SPECpower_ssj2008 lie within this of the curve, at the load where they differ most.
CURVE_ERROR_RATIO = 0.15


def power_w(utilisation: float, *, idle_w: float, peak_w: float, points: Sequence[float] = ()) -> float:
    """Give watts at a utilisation from 0 to 1.

    ``points`` are the curve's shape at equal steps of load from 0 (idle, 0.0) to 1 (full, 1.0), where it is known.

    >>> power_w(1.0, idle_w=50.0, peak_w=200.0)
    200.0
    >>> power_w(0.5, idle_w=0.0, peak_w=100.0, points=(0.0, 0.6, 1.0))
    60.0
    """
    load = min(1.0, max(0.0, utilisation))
    shape = _between(points, load) if len(points) > 1 else 2.0 * load - load**_EXPONENT
    return idle_w + (peak_w - idle_w) * shape


def _between(points: Sequence[float], load: float) -> float:
    place = load * (len(points) - 1)
    left = min(int(place), len(points) - 2)
    return points[left] + (points[left + 1] - points[left]) * (place - left)
