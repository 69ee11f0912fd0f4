"""The only file that knows a conversion factor. SI inside; kWh, kg and percent only at the rim."""

from __future__ import annotations

import math

from vatio.errors import UsageError

# Exact, by definition of the watt-hour.
J_PER_KWH = 3.6e6
J_PER_WH = 3.6e3
J_PER_MWH = 3.6e9
J_PER_KJ = 1e3
J_PER_UJ = 1e-6
J_PER_MJ = 1e-3  # millijoule, NVML's unit
W_PER_UW = 1e-6
W_PER_MW = 1e-3  # milliwatt, NVML's unit
W_PER_KW = 1e3
G_PER_MG = 1e-3
G_PER_KG = 1e3
G_PER_TONNE = 1e6
L_PER_ML = 1e-3
L_PER_M3 = 1e3
RATIO_PER_PERCENT = 1e-2
HZ_PER_KHZ = 1e3
HZ_PER_MHZ = 1e6
HZ_PER_GHZ = 1e9
BYTES_PER_KIB = 1024
BYTES_PER_MIB = 1024**2
BYTES_PER_GIB = 1024**3
BYTES_PER_GB = 1e9
S_PER_MINUTE = 60.0
S_PER_HOUR = 3600.0
S_PER_DAY = 86400.0
HOURS_PER_WEEK = 168.0
# The mean Gregorian year, as lifetimes of hardware are counted.
S_PER_YEAR = 365.2425 * S_PER_DAY

_DURATION = r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?"
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": S_PER_MINUTE, "min": S_PER_MINUTE, "h": S_PER_HOUR, "d": S_PER_DAY}


def kwh(energy_j: float) -> float:
    """Convert joules to kilowatt-hours.

    >>> kwh(3.6e6)
    1.0
    """
    return energy_j / J_PER_KWH


def joules(energy_kwh: float) -> float:
    """Convert kilowatt-hours to joules.

    >>> joules(2.0)
    7200000.0
    """
    return energy_kwh * J_PER_KWH


def parse_ratio(text: str) -> float:
    """Read a ratio such as ``0.05`` or ``5%``; a bare number of 1 and more is a mistake for percent.

    >>> parse_ratio("5%")
    0.05

    Raises:
        UsageError: the text is no ratio.
    """
    bare, is_percent = text.strip().removesuffix("%").strip(), text.strip().endswith("%")
    try:
        number = float(bare)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (not is_percent and abs(number) >= 1.0):
        raise UsageError(f"{text!r} is no ratio", hint="write 0.05 or 5%")
    return number * RATIO_PER_PERCENT if is_percent else number


def parse_duration_s(text: str) -> float:
    """Read a duration such as ``90``, ``250ms``, ``1.5h`` or ``7d`` as seconds.

    >>> parse_duration_s("1.5h")
    5400.0

    Raises:
        UsageError: the text is not a duration.
    """
    import re  # here: the cold path reads no durations

    match = re.fullmatch(_DURATION, text.strip().lower())
    if match is None:
        raise UsageError(f"{text!r} is not a duration", hint="write 90, 250ms, 30s, 15m, 1.5h or 7d")
    duration_s = float(match[1]) * _SECONDS[match[2] or "s"]
    if not math.isfinite(duration_s):
        raise UsageError(f"{text!r} is too long", hint="write 90, 250ms, 30s, 15m, 1.5h or 7d")
    return duration_s
