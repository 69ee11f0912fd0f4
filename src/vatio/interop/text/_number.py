"""Read numbers as other tools write them: finite, never negative, with their unit where they carry one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from vatio.errors import UnknownName, UsageError
from vatio.units import G_PER_KG, G_PER_MG, G_PER_TONNE, J_PER_KJ, J_PER_KWH, J_PER_MWH, J_PER_WH

# By the unit's own letters: a small m is milli, a capital one mega. MJ is a million joules here, as files write it.
ENERGY_J: Mapping[str, float] = {
    "J": 1.0, "kJ": J_PER_KJ, "MJ": 1e6, "GJ": 1e9, "mWh": 1e-3 * J_PER_WH, "Wh": J_PER_WH, "kWh": J_PER_KWH, "KWh": J_PER_KWH,
    "kwh": J_PER_KWH, "MWh": J_PER_MWH, "GWh": 1e3 * J_PER_MWH,
}  # fmt: skip
EMISSIONS_G: Mapping[str, float] = {
    "mg": G_PER_MG, "g": 1.0, "gram": 1.0, "grams": 1.0, "kg": G_PER_KG, "Kg": G_PER_KG, "t": G_PER_TONNE,
    "ton": G_PER_TONNE, "tons": G_PER_TONNE, "tonne": G_PER_TONNE, "tonnes": G_PER_TONNE, "T": G_PER_TONNE,
}  # fmt: skip
_AMOUNT = re.compile(r"\s*([-+]?[0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?)\s*([^\s0-9].*?)?\s*", re.DOTALL)
_PLAIN = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
# "kg CO2eq", "kgCO$_2$eq", "gCO2e/kWh" before its slash: what follows the mass is not part of the unit.
_DIOXIDE = re.compile(r"\s*(?:of\s+)?\$?\\?(?:mathrm|text)?\{?\s*CO.*", re.IGNORECASE | re.DOTALL)
_LONGEST = 400


def number(text: str, *, what: str, decimal_comma: bool = False) -> float | None:
    """Read a number that cannot be negative; nothing, ``None`` and ``null`` are nothing.

    >>> number("0,5", what="energy", decimal_comma=True)
    0.5

    Raises:
        UsageError: it is no number, not finite, or negative.
    """
    bare = text.strip()
    if bare in ("", "None", "null", "NULL", "NA", "N/A"):
        return None
    if decimal_comma and bare.count(",") == 1 and "." not in bare:
        bare = bare.replace(",", ".")
    if bare.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise UsageError(f"{what} is {bare}")
    if len(bare) > _LONGEST or not _PLAIN.fullmatch(bare):
        raise UsageError(f"{what} is {_short(bare)!r}, not a number")
    return _checked(float(bare), what)


def as_number(value: object, *, what: str) -> float | None:
    """Read a number out of JSON or YAML: a number, or a text that is one.

    Raises:
        UsageError: it is no number, not finite, or negative.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return number(value, what=what)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        # Its own text is not asked for: one of nested aliases would not end.
        raise UsageError(f"{what} is a {type(value).__name__}, not a number")
    try:
        return _checked(float(value), what)
    except OverflowError as error:
        raise UsageError(f"{what} is too large") from error


def amount(text: str, units: Mapping[str, float], *, what: str) -> float:
    """Read a number with its unit, in the units' common one; CO2e may follow a mass.

    >>> amount("12.9 kg CO2eq", EMISSIONS_G, what="emissions")
    12900.0

    Raises:
        UsageError: there is no number.
        UnknownName: the unit is missing or not one of ``units``.
    """
    found = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise UsageError(f"{what} is {_short(text)!r}, not a number with a unit")
    value = number(_ungrouped(found[1]), what=what)
    unit = _DIOXIDE.sub("", found[2] or "").strip().rstrip("-. ")
    if unit not in units:
        raise UnknownName.among(f"unit of {what}", unit, units)
    return _checked((value or 0.0) * units[unit], what)


def _ungrouped(digits: str) -> str:
    """Take the commas out of 1,234.5; one that parts no thousands stays, and is then no number."""
    return digits.replace(",", "") if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?", digits) else digits


def _checked(value: float, what: str) -> float:
    if not math.isfinite(value):
        raise UsageError(f"{what} is not finite")
    if value < 0.0:
        raise UsageError(f"{what} is {value:g}: it cannot be negative")
    return value + 0.0  # no negative zero


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."
