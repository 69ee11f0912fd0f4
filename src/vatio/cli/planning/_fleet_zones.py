"""Read options that name a zone, ZONE=VALUE, and the curves of zones."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from vatio.account import GridSeries
from vatio.errors import UsageError


def by_zone(entries: Sequence[str], option: str) -> dict[str, float]:
    """Read ZONE=NUMBER entries.

    Raises:
        UsageError: an entry is none, or a zone is there twice.
    """
    found: dict[str, float] = {}
    for entry in entries:
        zone, equals, text = entry.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not equals or not zone or not 0.0 < value < 1e15:
            raise UsageError(f"{option} {entry!r}", hint=f"write {option} DE=50000: a zone, and a number above 0")
        if zone in found:
            raise UsageError(f"{option} names {zone} twice", hint="give each zone once")
        found[zone] = value
    return found


def read_curves(entries: Sequence[str], named: Sequence[str], *, read: Callable[..., GridSeries]) -> Mapping[str, GridSeries]:
    """Read a curve for each zone: ZONE=FILE, or a FILE with a column for each zone that is named elsewhere.

    Raises:
        UsageError: there is no curve of a zone, or a file of one zone is given for several.
    """
    if not entries:
        raise UsageError(
            "there is no curve to plan on", hint="give one: --curve FILE.csv, or --curve ZONE=FILE.csv for each zone"
        )
    own, shared = _parted(entries)
    zones = tuple(dict.fromkeys((*own, *named)))
    if not zones:
        raise UsageError("no zone is named", hint="write --curve ZONE=FILE, or --capacity-w ZONE=W")
    rest = [zone for zone in zones if zone not in own]
    if rest and shared is None:
        raise UsageError(f"there is no curve of {rest[0]}", hint=f"give it: --curve {rest[0]}=FILE")
    found = {zone: read(own.get(zone, shared), zone=zone) for zone in zones}
    if len(rest) > 1 and len({found[zone].g_per_kwh for zone in rest}) == 1:
        raise UsageError(f"{shared} has one curve for {', '.join(rest)}", hint="write --curve ZONE=FILE for each zone")
    return found


def _parted(entries: Sequence[str]) -> tuple[dict[str, str], str | None]:
    own: dict[str, str] = {}
    shared: str | None = None
    for entry in entries:
        zone, equals, path = entry.partition("=")
        if equals and zone and not os.path.exists(entry):
            own[zone] = path
        elif shared is None:
            shared = entry
        else:
            raise UsageError(f"--curve {entry} and {shared} name no zone", hint="write --curve ZONE=FILE")
    return own, shared
