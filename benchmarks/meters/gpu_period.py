"""How often a real GPU refreshes its counter and its power, and how far the counter and the polled integral lie apart.

``python -m benchmarks meters`` on a machine with an NVIDIA GPU; elsewhere its rows say that there is none.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import pairwise

from benchmarks._row import Row
from vatio.errors import MeterAbsent, MeterDenied
from vatio.measure import surroundings
from vatio.measure.meters import NvmlMeter
from vatio.measure.meters._integral import Integral
from vatio.measure.meters.nvml._nvml import REFRESH_S
from vatio.units import J_PER_MJ, W_PER_MW

_DURATION_S = 10.0
_COMMAND = "python -m benchmarks meters"


def rows(peers: bool) -> list[Row]:
    """Measure the first visible GPU; NVML has no peer."""
    del peers
    try:
        meter = NvmlMeter.open(surroundings())
    except (MeterAbsent, MeterDenied) as error:
        return [_row(*kind, None, str(error)) for kind in _KINDS]
    library, gpu = meter._library, meter._gpus[0]
    try:
        counter_s = refresh_s(lambda: library.energy_mj(gpu.handle))
        power_s = refresh_s(lambda: library.power_mw(gpu.handle))
        apart = apart_percent(lambda: library.energy_mj(gpu.handle), lambda: library.power_mw(gpu.handle))
    finally:
        meter.close()
    return [_row(*kind, got, gpu.model) for kind, got in zip(_KINDS, (counter_s, power_s, apart), strict=True)]


def refresh_s(read: Callable[[], int | None]) -> float | None:
    """Give the median time between two changes of a value that is read as fast as the driver answers."""
    changes, last, until_s = [], read(), time.monotonic() + _DURATION_S
    while time.monotonic() < until_s:
        value = read()
        if value != last:
            changes.append(time.monotonic())
            last = value
    steps = [after - before for before, after in pairwise(changes)]
    return statistics.median(steps) if steps else None


def apart_percent(energy_mj: Callable[[], int | None], power_mw: Callable[[], int | None]) -> float | None:
    """Give how far the integral of the polled power lies from the counter, in percent of the counter."""
    integral, first, until_s = Integral(longest_s=1.0), energy_mj(), time.monotonic() + _DURATION_S
    while time.monotonic() < until_s:
        power = power_mw()
        integral.add(None if power is None else power * W_PER_MW, time.monotonic())
        time.sleep(0.02)
    last = energy_mj()
    if not first or not last or last <= first:
        return None
    counted_j = (last - first) * J_PER_MJ
    return 100.0 * abs(integral.energy_j - counted_j) / counted_j


_KINDS = (
    ("meters-01a", "refresh of NVML's energy counter", REFRESH_S, "s"),
    ("meters-01b", "refresh of NVML's power", 1.0, "s"),
    ("meters-01c", "polled integral against the counter", 10.0, "%"),
)


def _row(name: str, what: str, limit: float, unit: str, got: float | None, why: str) -> Row:
    return Row(id=name, what=what, relation="<=", limit=limit, got=got, unit=unit, command=_COMMAND, why=why)
