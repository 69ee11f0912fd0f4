"""Keep a run's samples: on disk as they come, in memory when the disk fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vatio.errors import LedgerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import SpoolHeader

# 30 columns make 7 MiB of this; then every other row goes, which loses resolution and no joule.
_MOST_ROWS = 8192


class Rows:
    """Append rows of ``(t_s, one number a channel)`` to the spool in ``folder``, and read them back, once each, in order."""

    __slots__ = ("_folder", "_kept", "_open", "_spool", "fault")

    def __init__(self, header: SpoolHeader, folder: str | None) -> None:
        self.fault = ""
        self._folder = folder
        self._kept: list[tuple[float, ...]] = []
        self._spool = None
        if folder is not None:
            from vatio.ledger import Spool

            try:
                self._spool = Spool.create(folder, header)
            except (LedgerError, OSError) as error:
                self.fault, self._folder = f"samples stay in memory: {error}", None

    def append(self, t_s: float, values: Sequence[float | None]) -> None:
        """Keep one row; where the disk fails, it and those that follow stay in memory."""
        if self._spool is not None:
            try:
                self._spool.append(t_s, values)
                return
            except (LedgerError, OSError) as error:
                self.fault = f"samples stay in memory: {error}"
                self._close_spool()
        self._kept.append((t_s, *[_NAN if value is None else value for value in values]))
        if len(self._kept) > _MOST_ROWS:
            del self._kept[1:-1:2]

    def __iter__(self) -> Iterator[Sequence[float]]:
        if self._folder is not None:
            from vatio.ledger import open_spool

            for block in open_spool(self._folder)[1]:
                yield from (row for row in block if row)
        yield from self._kept

    def close(self) -> None:
        """Close the spool's file."""
        if self._spool is not None:
            self._close_spool()

    def _close_spool(self) -> None:
        spool, self._spool = self._spool, None
        if spool is not None:
            try:
                spool.close()
            except OSError:
                return  # a full disk may complain once more


_NAN = float("nan")
