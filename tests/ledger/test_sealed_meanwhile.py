import os
from pathlib import Path

from vatio.ledger import OwnerLock
from vatio.testing import a_start, an_end, ledger_in, spooled


def test_a_run_that_is_sealed_while_it_is_read_is_shown_as_it_was_sealed(tmp_path: Path) -> None:
    ledger, started = ledger_in(str(tmp_path)), a_start()
    folder = ledger.spool_folder(started.id)
    os.makedirs(folder)
    with OwnerLock(folder):
        ledger.start(started)
        spooled(folder, started)
        before = ledger.facts(started.id)
        ledger.seal(started.id, an_end(), spool_folder=folder)

    shown = ledger._view(before, with_environment=False)

    assert (shown.status, shown.sealed, shown.exit_code) == ("finished", True, 0)
