"""The ledger: append-only, hash-chained, signed entries, samples, and the views of runs made from them."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Backend as Backend
    from vatio.ledger._backend import Execute as Execute
    from vatio.ledger._checks import checks as checks
    from vatio.ledger._finished import Finished as Finished
    from vatio.ledger._finished import Taken as Taken
    from vatio.ledger._ids import new_id as new_id
    from vatio.ledger._keeper import Keeper as Keeper
    from vatio.ledger._keeper import Sink as Sink
    from vatio.ledger._keeper import open_keeper as open_keeper
    from vatio.ledger._ledger import Ledger as Ledger
    from vatio.ledger._open import open_ledger as open_ledger
    from vatio.ledger._open import open_to_read as open_to_read
    from vatio.ledger._outbox import Outbox as Outbox
    from vatio.ledger._prune import Pruned as Pruned
    from vatio.ledger._sqlite import SqliteBackend as SqliteBackend
    from vatio.ledger.books import GROUPINGS as GROUPINGS
    from vatio.ledger.books import GroupSum as GroupSum
    from vatio.ledger.books import Share as Share
    from vatio.ledger.books import ShareOut as ShareOut
    from vatio.ledger.books import read_quantity as read_quantity
    from vatio.ledger.books import since_utc as since_utc
    from vatio.ledger.books import time_zone as time_zone
    from vatio.ledger.books import total_of as total_of
    from vatio.ledger.chain import Signer as Signer
    from vatio.ledger.chain import generate_key as generate_key
    from vatio.ledger.chain import is_public as is_public
    from vatio.ledger.chain import is_signed_message as is_signed_message
    from vatio.ledger.chain import key_id as key_id
    from vatio.ledger.chain import read_signer as read_signer
    from vatio.ledger.disk import OwnerLock as OwnerLock
    from vatio.ledger.disk import Places as Places
    from vatio.ledger.disk import is_owned as is_owned
    from vatio.ledger.disk import places as places
    from vatio.ledger.proof import Evidence as Evidence
    from vatio.ledger.proof import Verification as Verification
    from vatio.ledger.proof import check_evidence as check_evidence
    from vatio.ledger.samples import EVENTS as EVENTS
    from vatio.ledger.samples import SAMPLES as SAMPLES
    from vatio.ledger.samples import Minutes as Minutes
    from vatio.ledger.samples import Samples as Samples
    from vatio.ledger.samples import Spool as Spool
    from vatio.ledger.samples import SpooledRun as SpooledRun
    from vatio.ledger.samples import SpoolHeader as SpoolHeader
    from vatio.ledger.samples import open_spool as open_spool
    from vatio.ledger.samples import read_events as read_events
    from vatio.ledger.samples import read_spool as read_spool
    from vatio.ledger.summary import summarise as summarise
    from vatio.ledger.views import Listed as Listed
    from vatio.ledger.views import Overview as Overview
    from vatio.ledger.views import Said as Said
    from vatio.ledger.views import Seen as Seen
    from vatio.ledger.views import run_record as run_record

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_backend": "Backend Execute",
        "_checks": "checks",
        "_finished": "Finished Taken",
        "_ids": "new_id",
        "_keeper": "Keeper Sink open_keeper",
        "_ledger": "Ledger",
        "_open": "open_ledger open_to_read",
        "_outbox": "Outbox",
        "_prune": "Pruned",
        "_sqlite": "SqliteBackend",
        "vatio.ledger.books": "GROUPINGS GroupSum Share ShareOut read_quantity since_utc time_zone total_of",
        "vatio.ledger.chain": "Signer generate_key is_public is_signed_message key_id read_signer",
        "vatio.ledger.disk": "OwnerLock Places is_owned places",
        "vatio.ledger.proof": "Evidence Verification check_evidence",
        "vatio.ledger.samples": "EVENTS Minutes SAMPLES Samples Spool SpoolHeader SpooledRun open_spool read_events read_spool",
        "vatio.ledger.summary": "summarise",
        "vatio.ledger.views": "Listed Overview Said Seen run_record",
    },
)
