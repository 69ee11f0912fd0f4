"""Keep a run's samples: on disk as they come, in memory when the disk fails."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence

from vatio.errors import LedgerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Spool, SpoolHeader
    from vatio.records import Channel

# 30 columns make 7 MiB of this; then every other row goes, which loses resolution and no joule.
_MOST_ROWS = 8192
# These columns hold the kernel's own counts, which go on whoever reads them.
_OF_THE_HOST = ("cpu.", "net.")


class Rows:
    """Append rows of ``(t_s, one number a channel)`` to the spool in ``folder``, and read them back, once each, in order."""

    __slots__ = ("_ends", "_folder", "_header", "_kept", "_spool", "fault")

    def __init__(self, header: SpoolHeader, folder: str | None, spool: Spool | None = None) -> None:
        self._ends: list[tuple[float, Sequence[float | None]]] = []
        self.fault, self._header, self._folder, self._spool = "", header, folder, spool
        self._kept: list[tuple[float, ...]] = []
        if folder is not None and spool is None:
            from vatio.ledger import Spool

            try:
                self._spool = Spool.create(folder, header)
            except (LedgerError, OSError) as error:
                self.fault, self._folder = f"samples stay in memory: {error}", None

    @property
    def header(self) -> SpoolHeader:
        """Give the header of the spool."""
        return self._header

    def append(self, t_s: float, values: Sequence[float | None]) -> None:
        """Keep one row; where the disk fails, it and those that follow stay in memory."""
        if self._spool is not None:
            try:
                self._spool.append(t_s, values)
                self._ends[1:] = ((t_s, values),)
                return
            except (LedgerError, OSError) as error:
                self.fault = f"samples stay in memory: {error}"
                self._close_spool()
        self._kept.append(_row(t_s, values))
        if len(self._kept) > _MOST_ROWS:
            del self._kept[1:-1:2]

    def __iter__(self) -> Iterator[Sequence[float]]:
        yield from self._on_disk()
        yield from self._kept

    def _on_disk(self) -> Iterator[Sequence[float]]:
        """Give the rows of the spool; of one that was deleted meanwhile its first and last, which tell the energy."""
        from vatio.ledger import open_spool

        try:
            blocks: Iterator[Sequence[Sequence[float]]] = iter(()) if self._folder is None else open_spool(self._folder)[1]
        except LedgerError:
            blocks = iter(([_row(t_s, values) for t_s, values in self._ends],))
        for block in blocks:
            yield from (row for row in block if row)

    def close(self) -> None:
        """Close the spool's file."""
        if self._spool is not None:
            self._close_spool()
            if self._folder is not None and not os.path.isdir(self._folder):
                self.fault = "the samples were deleted while the run went on: only the first and the last are known"

    def _close_spool(self) -> None:
        spool, self._spool = self._spool, None
        if spool is not None:
            try:
                spool.close()
            except OSError:
                return  # a full disk may complain once more


_NAN = float("nan")


def _row(t_s: float, values: Sequence[float | None]) -> tuple[float, ...]:
    return (t_s, *[_NAN if value is None else value for value in values])


class ResumedRows:
    """Go on with the spool of a measurer that has died or left: counters go on from its last row.

    A counter that starts from the device's own value shows what was drawn between the two; any other goes on from where it
    was, and what happened in between is not known. Columns are found by name; one that is new here is left out.
    """

    __slots__ = ("_folder", "_header", "_last", "_offsets", "_places", "_rows", "fault", "last_s")

    def __init__(self, folder: str, channels: Sequence[Channel]) -> None:
        from vatio.ledger import Spool, open_spool

        header, blocks = open_spool(folder)
        self.fault, self.last_s, self._folder, self._header = "", 0.0, folder, header
        self._last: list[float] = [_NAN] * len(header.channels)
        for block in blocks:
            for row in block:
                if row:
                    self.last_s = row[0]
                    self._last = [before if now != now else now for before, now in zip(self._last, row[1:], strict=True)]
        names = {channel.name: at for at, channel in enumerate(channels)}
        self._places = [names.get(channel.name) for channel in header.channels]
        self._offsets: list[float] | None = None
        self._rows = Rows(header, folder, Spool.resume(folder, header))

    @property
    def header(self) -> SpoolHeader:
        """Give the header of the spool."""
        return self._header

    def append(self, t_s: float, values: Sequence[float | None]) -> None:
        """Keep one row in the spool's own columns and counts."""
        placed = [None if at is None else values[at] for at in self._places]
        if self._offsets is None:
            joined = zip(self._header.channels, self._last, placed, strict=True)
            self._offsets = [_offset(channel, last, now, self._header.counter_ranges_j) for channel, last, now in joined]
        self._rows.append(t_s, [None if now is None else now + add for now, add in zip(placed, self._offsets, strict=True)])
        self.fault = self._rows.fault

    def __iter__(self) -> Iterator[Sequence[float]]:
        return iter(self._rows)

    def close(self) -> None:
        """Close the spool's file."""
        self._rows.close()


def _offset(channel: Channel, last: float, now: float | None, ranges_j: Mapping[str, float | None]) -> float:
    """Give what to add to a column so that it goes on: whole turns of a device's counter, or all that it lacks."""
    if channel.kind != "counter" or now is None or last != last:
        return 0.0
    if channel.name in ranges_j or channel.name.startswith(_OF_THE_HOST):
        range_j = ranges_j.get(channel.name)
        if now >= last:
            return 0.0
        if range_j:
            return math.ceil((last - now) / range_j) * range_j
    return last - now
