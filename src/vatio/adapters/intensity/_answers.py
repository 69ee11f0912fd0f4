"""Read what a service answers, which is a stranger's bytes: each field is what it should be, or the answer is refused."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from vatio.errors import MeasureError

_MOST_ROWS = 100_000
_HIGHEST_G_PER_KWH = 3000.0


def as_list(answer: Any, key: str, *, service: str) -> list[Any]:
    """Give the rows of an answer.

    Raises:
        MeasureError: there are none.
    """
    rows = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not rows:
        raise MeasureError(f"{service} answers without any {key}", hint="try again later, or give --curve FILE")
    if len(rows) > _MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise MeasureError(f"{service} answers with {len(rows)} rows that cannot be read")
    return rows


def as_moment_s(row: dict[str, Any], name: str, *, service: str) -> float:
    """Give a time as seconds since 1970; one without an offset is UTC.

    Raises:
        MeasureError: it is no time.
    """
    try:
        moment = datetime.fromisoformat(str(row[name]))
    except (KeyError, ValueError):
        raise MeasureError(f"{service} answers with a row whose {name} is {row.get(name)!r}, no time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def as_number(row: dict[str, Any], name: str, *, service: str) -> float | None:
    """Give an intensity in g/kWh; ``None`` where the service does not know it.

    Raises:
        MeasureError: it is no number, or one that no grid has: another unit.
    """
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise MeasureError(f"{service} answers with {name} = {value!r}, no number")
    if not 0.0 <= value <= _HIGHEST_G_PER_KWH:
        raise MeasureError(f"{service} answers with {name} = {value:g}, no g/kWh", hint="has its unit changed?")
    unit = row.get("unit", row.get("carbonIntensityUnit"))
    if unit is not None and str(unit).lower() not in ("gco2eq/kwh", "gco2/kwh", "g/kwh", "gco2e/kwh"):
        raise MeasureError(f"{service} answers in {unit}, not in g/kWh")
    return float(value)
