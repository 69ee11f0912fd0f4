"""Read entries as people see them: one run, a list, an overview, with the status computed on reading."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.views._abandoned import abandoned as abandoned
    from vatio.ledger.views._abandoned import outlived as outlived
    from vatio.ledger.views._find import find_run as find_run
    from vatio.ledger.views._find import list_runs as list_runs
    from vatio.ledger.views._history import read_minutes as read_minutes
    from vatio.ledger.views._history import read_samples as read_samples
    from vatio.ledger.views._hosts import read_host_idle as read_host_idle
    from vatio.ledger.views._listed import Listed as Listed
    from vatio.ledger.views._overview import Overview as Overview
    from vatio.ledger.views._reader import Facts as Facts
    from vatio.ledger.views._reader import named_blob as named_blob
    from vatio.ledger.views._reader import read_environment as read_environment
    from vatio.ledger.views._reader import read_facts as read_facts
    from vatio.ledger.views._said import Said as Said
    from vatio.ledger.views._said import read_said as read_said
    from vatio.ledger.views._seen import Seen as Seen
    from vatio.ledger.views._shown import shown as shown
    from vatio.ledger.views._view import run_record as run_record

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_abandoned": "abandoned outlived",
        "_find": "find_run list_runs",
        "_history": "read_minutes read_samples",
        "_hosts": "read_host_idle",
        "_listed": "Listed",
        "_overview": "Overview",
        "_reader": "Facts named_blob read_environment read_facts",
        "_said": "Said read_said",
        "_seen": "Seen",
        "_shown": "shown",
        "_view": "run_record",
    },
)
