"""What `vatio doctor` asks of the rooms, and how it writes what they answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from vatio.config import Config
from vatio.records import Check, Quantity, to_json
from vatio.report import best, clean, told


def checked(config: Config) -> tuple[Check, ...]:
    """Ask every room that has something to check; they are known by the table of plugins alone."""
    from vatio.plugins import load, names

    return tuple(check for room in names("checks") for check in load("checks", room)(config=config))


def check_lines(checks: Sequence[Check], idle_w: Mapping[str, Quantity]) -> tuple[str, ...]:
    """Write one line for each check, by room, the line that mends it below."""
    lines: list[str] = []
    for room, members in groupby(checks, key=lambda check: check.room):
        lines.append(room)
        lines += [line for check in members for line in _lines(check)]
    if idle_w:
        lines += ["idle, kept for this host", *(f"  {device:<10} {_watts(power_w)}" for device, power_w in idle_w.items())]
    return tuple(lines)


def keep_baseline(config: Config, duration_s: float, environ: Mapping[str, str]) -> Mapping[str, Quantity]:
    """Measure the idle watts of this host and keep them in the ledger.

    Raises:
        MeasureError: the time is too short, or nothing can be read.
        LedgerUnavailable: they could not be kept.
    """
    from vatio.ledger import open_ledger
    from vatio.measure import measure_baseline, open_meters, surroundings

    around = surroundings(environ)
    opened = open_meters(around, config.meters)
    try:
        idle_w = measure_baseline(opened.meters, duration_s)
    finally:
        opened.close()
    with open_ledger(config=config, environ=environ) as ledger:
        ledger.append("host", {"schema": "vatio.host/1", "host": around.host, "boot": around.boot, "idle_w": to_json(idle_w)})
    return idle_w


def _lines(check: Check) -> Iterator[str]:
    error = f" (within {check.error_ratio:.0%})" if check.error_ratio else ""
    yield f"  {check.state:<8} {clean(check.name):<20} {clean(check.found)}{error}"
    if check.fix:
        yield f"{'':<11}fix: {clean(check.fix)}"


def _watts(power_w: Quantity) -> str:
    origin = "" if power_w.is_missing else f"  {power_w.provenance}, {power_w.source or best(power_w, 'w')}"
    return f"{told(power_w, 'w')}{origin}"
