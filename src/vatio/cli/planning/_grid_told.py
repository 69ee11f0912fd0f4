"""Ask afterwards what a zone's electricity has emitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli.planning._plan_places import HERE
from vatio.errors import VatioError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import GridSeries


def realised(
    rim: Rim, wishes: Mapping[str, Any], source: str | None, *, zone: str, start: datetime, end: datetime
) -> GridSeries | None:
    """Give what a zone emitted between two moments, by the source or the file that a plan was made with.

    ``None`` where nobody knows it, or only for the year: an annual mean is no outcome of a plan.
    """
    from vatio.cli.planning._sourcing import open_source

    failed = []
    for name in _names(rim, wishes, source, zone):
        try:
            return open_source(rim, name).history("" if zone == HERE else zone, start, end)
        except VatioError as error:
            failed.append(str(error))
    for what in dict.fromkeys(failed):
        rim.note(f"what the grid emitted meanwhile is not known: {what}")
    return None


def _names(rim: Rim, wishes: Mapping[str, Any], source: str | None, zone: str) -> list[str]:
    """List who may know, the likeliest first: the source, the files of curves and of histories, the site's grid."""
    chosen = rim.config().plan
    entries = (*(wishes.get("curves") or chosen.curves), *(wishes.get("history") or chosen.history))
    asked = source or chosen.source
    named = [asked if asked not in ("annual", "file") else None, *(_file_of(entry, zone) for entry in entries)]
    return [name for name in (*named, rim.config().site.grid) if name]


def _file_of(entry: str, zone: str) -> str | None:
    named, equals, path = entry.partition("=")
    if not equals:
        return entry
    return path if named == zone else None
