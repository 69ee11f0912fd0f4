"""Find what is to be replayed: a run of the ledger, and where on this machine its code and files lie."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vatio.ledger import Ledger
from vatio.measure.snapshot import Veil, find_tree
from vatio.records import Environment, RunRecord

# The tag by which a replay names its original: what is asked of a replay is asked of that.
REPLAY_OF = "replay_of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Hold the run to be replayed. ``folder`` is where it ran, ``root`` the root of its code there, by their true names.

    ``blob`` reads what the run kept under a digest; ``damage`` says what is wrong with its own entries in the ledger.
    """

    record: RunRecord
    environment: Environment
    folder: str
    root: str
    blob: Callable[[str], bytes]
    damage: tuple[str, ...] = ()


def original_of(ledger: Ledger, ref: str, *, veil: Veil) -> Original | RunRecord:
    """Read a run that may be replayed; one that has no snapshot is given back as it is.

    Raises:
        UnknownName: there is no such run.
    """
    record = ledger.run(ref)
    if REPLAY_OF in record.tags:
        record = ledger.run(record.tags[REPLAY_OF])
    if record.environment is None:
        return record
    folder = veil.bare(record.environment.cwd)
    tree = find_tree(folder) if os.path.isdir(folder) else None
    root = tree.root if tree is not None else folder
    damage = tuple(_damage(ledger, record))
    return Original(
        record=record, environment=record.environment, folder=folder, root=root, blob=ledger.read_blob, damage=damage
    )


def unfit(record: RunRecord) -> Iterator[str]:
    """Say why a run cannot be replayed at all."""
    if "imported" in record.more:
        yield "the run was taken in from another tool's file, which says too little to run it again"
    elif record.status == "running":
        yield "the run has not ended yet"
    elif record.status == "interrupted":
        yield "the run was interrupted: there is no result to come to"
    elif record.environment is None:
        yield 'a snapshot of the run\'s surroundings: it was recorded with [record] environment = "off", or none was taken'
    elif not record.environment.argv:
        yield "the run's command: it measured a block of a program that vatio did not start; replay the program's own run"


def _damage(ledger: Ledger, record: RunRecord) -> Iterator[str]:
    """Check what the ledger says of this run: a figure that was edited in it is no figure to come to."""
    own = {f"{entry.origin[-12:]}/{entry.seq}": entry.kind for entry in record.entries}
    for finding in ledger.verify().findings:
        if finding.severity == "error" and finding.where in own:
            yield f"{own[finding.where]} entry {finding.where}: {finding.what}"
