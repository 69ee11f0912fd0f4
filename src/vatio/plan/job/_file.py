"""Read a curve's file: ``start`` and ``g_per_kwh``, perhaps with an interval, a zone, a renewable share and a price.

``start`` is the start of a slot, RFC 3339, in UTC unless it has an offset. An empty cell is a hole, and so is a stamp that is
not there; rows need not be sorted, and of two rows for one start the last one counts. A number that cannot be is an error
that names its line.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from vatio.account import IntensityCurve
from vatio.errors import InvalidQuantity, UsageError
from vatio.plan.job._job import Steps
from vatio.units import S_PER_HOUR

_NEEDED = ("start", "g_per_kwh")
_MORE = ("low_g_per_kwh", "high_g_per_kwh", "renewable_ratio", "eur_per_kwh", "zone")
_BOUNDS = {
    "g_per_kwh": (0.0, 3000.0),
    "low_g_per_kwh": (0.0, 3000.0),
    "high_g_per_kwh": (0.0, 3000.0),
    "renewable_ratio": (0.0, 1.0),
    "eur_per_kwh": (-10.0, 10.0),
}
_MOST_ROWS = 2_000_000
# A step that much longer than those beside it, or than most, has stamps missing.
_GAP_RATIO, _LONG_RATIO = 1.5, 4.0

_Row = dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFile:
    """Hold what a file says of one zone."""

    curve: IntensityCurve
    renewable_ratio: Steps | None
    price_eur_per_kwh: Steps | None


def read_curve_file(path: str, *, zone: str = "") -> Mapping[str, CurveFile]:
    """Read the zones of a file; a file without a column ``zone`` has one, which goes by the name that is given.

    Raises:
        UsageError: it cannot be read, lacks a column, or has a number or date that cannot be; the message names the line.
    """
    lines = _lines(path)
    head = [name.strip().lower() for name in lines[0][1].split(",")] if lines else []
    lacking = [name for name in _NEEDED if name not in head]
    if lacking:
        near = "part its columns with commas" if ";" in (lines[0][1] if lines else "") else f"its head is {','.join(_NEEDED)}"
        raise UsageError(f"{path} has no column {lacking[0]}", hint=near)
    columns = {name: at for at, name in enumerate(head) if name in (*_NEEDED, *_MORE)}
    zones: dict[str, dict[float, _Row]] = {}
    for number, line in lines[1:]:
        cells = line.split(",")
        if len(cells) != len(head):
            raise UsageError(
                f"{path}, line {number}: {len(cells)} cells under {len(head)} columns", hint="write 0.21, not 0,21"
            )
        named = cells[columns["zone"]].strip() if "zone" in columns else zone
        start_s = _start_s(cells[columns["start"]].strip(), f"{path}, line {number}")
        zones.setdefault(named, {})[start_s] = {
            name: _number(cells[at], name, f"{path}, line {number}") for name, at in columns.items() if name in _BOUNDS
        }
    if not zones:
        raise UsageError(f"{path} has no rows", hint="one row for each slot: 2026-01-31T12:00:00Z,231.5")
    return {name: _zone_of(path, name, rows) for name, rows in zones.items()}


def _lines(path: str) -> list[tuple[int, str]]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            lines = [line.strip() for _, line in zip(range(_MOST_ROWS + 2), file, strict=False)]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the curve {path}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from error
    if len(lines) > _MOST_ROWS + 1:
        raise UsageError(f"{path} has more than {_MOST_ROWS} rows", hint="a year of five-minute slots has 105 120")
    return [(at, line) for at, line in enumerate(lines, start=1) if line and not line.startswith("#")]


def _start_s(text: str, where: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise UsageError(f"{where}: {text[:40]!r} is not a date", hint="write 2026-01-31T12:00:00Z") from None


def _number(text: str, name: str, where: str) -> float | None:
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        raise UsageError(f"{where}: {name} is {text.strip()[:40]!r}, not a number", hint="leave a hole empty") from None
    low, high = _BOUNDS[name]
    if not low <= number <= high:
        hint = "an intensity is not negative; leave a hole empty" if number < low else f"its unit is that of {name}"
        raise UsageError(f"{where}: {name} is {number:g}, not {low:g} to {high:g}", hint=hint)
    return number


def _zone_of(path: str, zone: str, rows: Mapping[float, _Row]) -> CurveFile:
    starts_s = sorted(rows)
    source = os.path.basename(path)
    edges_s, picks, end_s = _with_holes(starts_s)

    def column(name: str) -> tuple[float | None, ...]:
        return tuple(None if pick is None else rows[starts_s[pick]].get(name) for pick in picks)

    values, low, high = column("g_per_kwh"), column("low_g_per_kwh"), column("high_g_per_kwh")
    sided = any(one is not None for one in (*low, *high))
    try:
        curve = IntensityCurve(
            starts_s=edges_s,
            values_g_per_kwh=values,
            end_s=end_s,
            source=source,
            zone=zone,
            low_g_per_kwh=_side(low, values) if sided else (),
            high_g_per_kwh=_side(high, values) if sided else (),
        )
    except InvalidQuantity as error:
        raise UsageError(f"{path}: {error}" if any(one is not None for one in values) else f"{path} has no values") from error
    steps = [
        Steps(starts_s=edges_s, values=found, end_s=end_s, source=source) if any(one is not None for one in found) else None
        for found in (column("renewable_ratio"), column("eur_per_kwh"))
    ]
    return CurveFile(curve=curve, renewable_ratio=steps[0], price_eur_per_kwh=steps[1])


def _side(side: Sequence[float | None], values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Give an end of the interval for each value: the value itself where the file has none."""
    return tuple(None if value is None else value if end is None else end for end, value in zip(side, values, strict=True))


def _with_holes(starts_s: Sequence[float]) -> tuple[tuple[float, ...], tuple[int | None, ...], float]:
    """Put a hole where stamps are missing: starts, the row of each, and where the last one ends."""
    steps_s = [late - early for early, late in pairwise(starts_s)] or [S_PER_HOUR]
    usual_s = Counter(steps_s).most_common(1)[0][0]
    edges_s: list[float] = []
    picks: list[int | None] = []
    for at, start_s in enumerate(starts_s):
        edges_s.append(start_s)
        picks.append(at)
        if at == len(starts_s) - 1:
            break
        beside = [*steps_s[max(0, at - 1) : at], *steps_s[at + 1 : at + 2]]
        length_s = min([usual_s, *beside])
        if steps_s[at] > _GAP_RATIO * max(beside, default=usual_s) or steps_s[at] > _LONG_RATIO * usual_s:
            edges_s.append(start_s + length_s)
            picks.append(None)
    last_s = min(steps_s[-1], usual_s) if len(steps_s) > 1 else steps_s[0]
    return tuple(edges_s), tuple(picks), math.fsum((starts_s[-1], last_s))
