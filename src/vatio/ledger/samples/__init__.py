"""Samples of a run: the spool as they come, compressed chunks and per-minute aggregates once it is sealed."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.samples._codec import pack_column as pack_column
    from vatio.ledger.samples._codec import unpack_column as unpack_column
    from vatio.ledger.samples._minutes import Minutes as Minutes
    from vatio.ledger.samples._opened import Samples as Samples
    from vatio.ledger.samples._opened import open_minutes as open_minutes
    from vatio.ledger.samples._opened import open_samples as open_samples
    from vatio.ledger.samples._sealed import Sealed as Sealed
    from vatio.ledger.samples._sealed import digest as digest
    from vatio.ledger.samples._sealed import seal_rows as seal_rows
    from vatio.ledger.samples._spool import EVENTS as EVENTS
    from vatio.ledger.samples._spool import SAMPLES as SAMPLES
    from vatio.ledger.samples._spool import Spool as Spool
    from vatio.ledger.samples._spool import SpoolHeader as SpoolHeader
    from vatio.ledger.samples._spool import open_spool as open_spool
    from vatio.ledger.samples._spool import read_events as read_events
    from vatio.ledger.samples._spooled import SpooledRun as SpooledRun
    from vatio.ledger.samples._spooled import read_spool as read_spool

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_codec": "pack_column unpack_column",
        "_minutes": "Minutes",
        "_opened": "Samples open_minutes open_samples",
        "_sealed": "Sealed digest seal_rows",
        "_spool": "EVENTS SAMPLES Spool SpoolHeader open_spool read_events",
        "_spooled": "SpooledRun read_spool",
    },
)
