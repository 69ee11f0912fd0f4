"""From a file of what a zone emitted to its forecast."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vatio.account import IntensityCurve
from vatio.cli._rim import Rim
from vatio.cli._terminal import is_plain
from vatio.cli.planning._emitted import emitted
from vatio.errors import UsageError
from vatio.plan.forecast import Forecast, HourlyHistory, forecast, history_of
from vatio.report.forecast import Shown
from vatio.units import S_PER_HOUR, parse_duration_s

_HORIZON = "48h"
# A history that ended this long ago is one of the past: its forecast begins where it ends.
_STALE_H, _KNOWN_SHOWN_H = 7 * 24, 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Hold a forecast as it is shown and as it is written."""

    shown: Shown
    document: Forecast


def foretold(rim: Rim, zone: str, options: Mapping[str, str | None], *, now: datetime | None = None) -> Foretold:
    """Forecast a zone from the options of the command; the horizon counts from now where the history is fresh.

    Raises:
        UsageError: there is no history, it cannot be read, or an option cannot mean anything.
        MeasureError: the source that is to tell the history cannot be asked.
    """
    at = now or datetime.now(UTC)
    series, notes = emitted(rim, zone, history=options["history"], source=options["source"], now=at)
    known = history_of(series, until=at)
    late_h = math.floor((at - known.origin).total_seconds() / S_PER_HOUR)
    horizon_h = math.ceil(parse_duration_s(options["horizon"] or _HORIZON) / S_PER_HOUR - 1e-9)
    if late_h > 0:
        ended = f"{late_h / 24:.0f} days" if late_h >= _STALE_H else f"{late_h} h"
        notes = (*notes, f"the history ends {ended} ago")
    if late_h < _STALE_H:
        horizon_h += late_h
    made = forecast(known, horizon_h=horizon_h, level=_level(options["level"]))
    from dataclasses import replace

    made = replace(made, notes=(*notes, *made.notes))
    shown = Shown(ahead=_ahead(made), known=_before(known), level=made.level, method=made.method, notes=made.notes)
    return Foretold(shown=shown, document=made)


def is_plain_chart(environ: Mapping[str, str]) -> bool:
    """Tell whether the chart must do with letters: no terminal, or one that knows no others."""
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower()
    return is_plain(sys.stdout, environ) or not encoding.startswith("utf")


def _level(text: str | None) -> float:
    try:
        level = 0.8 if text is None else float(text)
    except ValueError:
        raise UsageError(f"--level {text!r} is not a number", hint="a share of the hours, such as 0.8") from None
    return level


def _ahead(made: Forecast) -> IntensityCurve:
    """Give the curve without the last known hour."""
    whole = made.curve()
    return IntensityCurve(
        starts_s=whole.starts_s[1:],
        values_g_per_kwh=whole.values_g_per_kwh[1:],
        end_s=whole.end_s,
        kind=whole.kind,
        source=made.source,
        zone=whole.zone,
        low_g_per_kwh=whole.low_g_per_kwh[1:],
        high_g_per_kwh=whole.high_g_per_kwh[1:],
    )


def _before(known: HourlyHistory) -> IntensityCurve:
    last = known.last(_KNOWN_SHOWN_H)
    start_s = last.start.timestamp()
    starts_s = tuple(start_s + S_PER_HOUR * at for at in range(len(last.g_per_kwh)))
    return IntensityCurve(starts_s=starts_s, values_g_per_kwh=last.g_per_kwh, end_s=starts_s[-1] + S_PER_HOUR)
