"""Find what a zone has emitted, where `vatio plan job` would: files that are named, the site's grid, a source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from vatio.account import GridSeries, read_series
from vatio.cli._rim import Rim
from vatio.cli.planning._plan_places import there
from vatio.cli.planning._sourcing import open_to_plan
from vatio.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

# A forecast reads the last months at most; a service is asked for no more than it needs.
_ASKED_DAYS = 56


def emitted(
    rim: Rim, zone: str, *, history: str | None, source: str | None, now: datetime
) -> tuple[GridSeries, tuple[str, ...]]:
    """Give what a zone has emitted, with notes: the file that is given or configured, the site's grid, the source, a curve.

    Raises:
        UsageError: there is nothing, or a file cannot be read.
        UnknownName: the source does not know the zone.
        MeasureError: the source cannot be asked.
    """
    given = {"plan.history": None if history is None else (history,), "plan.source": source}
    config = rim.config({key: value for key, value in given.items() if value is not None})
    # A source that is named here goes before files that are only configured.
    entries = () if source is not None and history is None else config.plan.history
    for path in _of_zone(entries, zone):
        return read_series(there(path, config.root), zone=zone), ()
    if (
        source is None
        and config.site.grid is not None
        and config.site.zone in (None, zone)
        and os.path.exists(config.site.grid)
    ):
        return read_series(config.site.grid, zone=zone), ()
    asked = open_to_plan(rim, config)
    if asked is not None:
        first = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=_ASKED_DAYS)
        return asked.history(zone, first, now), (f"foretold here from the history of {asked.name}, not told by it",)
    for path in _of_zone(config.plan.curves, zone):
        return read_series(there(path, config.root), zone=zone), ()
    raise _nothing(zone, config, history)


def _of_zone(entries: tuple[str, ...], zone: str) -> Iterator[str]:
    """Give the files of a zone, its own ones first."""
    parted = [("", entry) if os.path.exists(entry) or "=" not in entry else entry.split("=", 1) for entry in entries]
    yield from (path for named, path in parted if named == zone)
    yield from (path for named, path in parted if not named)


def _nothing(zone: str, config: Config, history: str | None) -> UsageError:
    if history is not None:
        return UsageError(f"--history {history} is not of {zone}", hint=f"--history {zone}=FILE.csv, or the other zone")
    asked = f" ([plan] source is {config.plan.source})" if config.plan.source else ""
    return UsageError(
        f"there is nothing to forecast {zone} from{asked}",
        hint="give what it emitted: --history FILE.csv with the columns start,g_per_kwh, a month of it or more; or a --source",
    )
