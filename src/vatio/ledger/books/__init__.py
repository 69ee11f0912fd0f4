"""The tables beside the chain: what each run comes to, shared out and added up."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.books._booking import Booking as Booking
    from vatio.ledger.books._booking import Row as Row
    from vatio.ledger.books._booking import booking as booking
    from vatio.ledger.books._project import project as project
    from vatio.ledger.books._project import rebuild as rebuild
    from vatio.ledger.books._project import replace_projection as replace_projection
    from vatio.ledger.books._project import stored as stored
    from vatio.ledger.books._quantities import read_quantity as read_quantity
    from vatio.ledger.books._schema import BOOKING_COLUMNS as BOOKING_COLUMNS
    from vatio.ledger.books._schema import BUCKET as BUCKET
    from vatio.ledger.books._schema import CLAIMS as CLAIMS
    from vatio.ledger.books._schema import FACTS as FACTS
    from vatio.ledger.books._schema import PROJECTIONS as PROJECTIONS
    from vatio.ledger.books._schema import SUMS as SUMS
    from vatio.ledger.books._schema import TERMS as TERMS
    from vatio.ledger.books._schema import VERSION as VERSION
    from vatio.ledger.books._series import earlier_j as earlier_j
    from vatio.ledger.books._shares import Read as Read
    from vatio.ledger.books._shares import Share as Share
    from vatio.ledger.books._shares import ShareOut as ShareOut
    from vatio.ledger.books._shares import settle_shares as settle_shares
    from vatio.ledger.books._shares import shared_row as shared_row
    from vatio.ledger.books._shares import shares_of as shares_of
    from vatio.ledger.books._sums import GROUPINGS as GROUPINGS
    from vatio.ledger.books._sums import GroupSum as GroupSum
    from vatio.ledger.books._sums import dearest as dearest
    from vatio.ledger.books._sums import group_sums as group_sums
    from vatio.ledger.books._sums import since_utc as since_utc
    from vatio.ledger.books._sums import sum_of as sum_of
    from vatio.ledger.books._sums import time_zone as time_zone
    from vatio.ledger.books._sums import total_of as total_of
    from vatio.ledger.books._told import told_of_all as told_of_all

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_booking": "Booking Row booking",
        "_project": "project rebuild replace_projection stored",
        "_quantities": "read_quantity",
        "_schema": "BOOKING_COLUMNS BUCKET CLAIMS FACTS PROJECTIONS SUMS TERMS VERSION",
        "_series": "earlier_j",
        "_shares": "Read Share ShareOut settle_shares shared_row shares_of",
        "_sums": "GROUPINGS GroupSum dearest group_sums since_utc sum_of time_zone total_of",
        "_told": "told_of_all",
    },
)
