"""Find what is to be replayed: a run of the ledger, and where on this machine its code and files lie."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vatio.errors import UnknownName
from vatio.files import regular
from vatio.govern.bundle import Bundle, open_bundle
from vatio.ledger import Ledger, check_evidence
from vatio.measure.snapshot import Veil, find_tree
from vatio.records import Environment, FileDigest, RunRecord

# The tag by which a replay names its original: what is asked of a replay is asked of that.
REPLAY_OF = "replay_of"
_TAR, _TAR_AT, _TAR_BYTES = b"ustar", 257, 262


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Hold the run to be replayed. ``folder`` is where it ran, ``root`` the root of its code there, by their true names.

    ``blob`` reads what the run kept under a digest; ``damage`` says what is wrong with its own entries in the ledger;
    ``bundle`` holds its code, data and wheels where it is replayed from one: nothing is then looked for in ``folder``.
    """

    record: RunRecord
    environment: Environment
    folder: str
    root: str
    blob: Callable[[str], bytes]
    damage: tuple[str, ...] = ()
    bundle: Bundle | None = None

    def input_at(self, item: FileDigest, path: str) -> str:
        """Give the place of an input's bytes; ``path`` is its true name."""
        if self.bundle is None:
            return os.path.normpath(os.path.join(self.folder, path))
        return self.bundle.inputs.get(item.path, os.path.join(self.bundle.folder, "not-in-the-bundle"))


def is_bundle(path: str) -> bool:
    """Tell a bundle's file from the name of a run, by the mark that every tar has."""
    try:
        with open(path, "rb", opener=regular) as file:
            return file.read(_TAR_BYTES)[_TAR_AT:] == _TAR
    except (OSError, ValueError):
        return False


def original_of_bundle(path: str, *, into: str, veil: Veil, key: str | None = None) -> Original | RunRecord:
    """Open a bundle and give its run; every byte of it is checked before any is used. ``key`` has to have signed it.

    Raises:
        BundleRefused: it was changed, is cut off, or would write elsewhere.
    """
    bundle = open_bundle(path, into=into, key=key)
    record = bundle.record
    if record.environment is None:
        return record
    folder = veil.bare(record.environment.cwd)
    root = folder
    for _ in range(len([part for part in bundle.manifest.folder.split("/") if part])):
        root = os.path.dirname(root)
    return Original(record=record, environment=record.environment, folder=folder, root=root, blob=_no_blob, bundle=bundle)


def original_of(ledger: Ledger, ref: str, *, veil: Veil) -> Original | RunRecord:
    """Read a run that may be replayed; one that has no snapshot is given back as it is.

    Raises:
        UnknownName: there is no such run.
    """
    record = replayed_of(ledger, ref)
    if record.environment is None:
        return record
    folder = veil.bare(record.environment.cwd)
    tree = find_tree(folder) if os.path.isdir(folder) else None
    root = tree.root if tree is not None else folder
    damage = tuple(_damage(ledger, record))
    return Original(
        record=record, environment=record.environment, folder=folder, root=root, blob=ledger.read_blob, damage=damage
    )


def replayed_of(ledger: Ledger, ref: str) -> RunRecord:
    """Give the run that is meant: of a replay its original, of a block within a command's run that run.

    Raises:
        UnknownName: there is no such run.
    """
    record = ledger.run(ref)
    seen = {record.id}
    while is_block(record) and record.within is not None and record.within not in seen:
        record = ledger.run(record.within)
        seen.add(record.id)
    return ledger.run(record.tags[REPLAY_OF]) if REPLAY_OF in record.tags else record


def is_block(record: RunRecord) -> bool:
    """Tell a block that a program has measured in itself from a command that vatio has run: that has ended in some way."""
    return record.ended_at is not None and record.exit_code is None and record.signal is None


def unfit(record: RunRecord) -> Iterator[str]:
    """Say why a run cannot be replayed at all."""
    if "imported" in record.more:
        yield "the run was taken in from another tool's file, which says too little to run it again"
    elif record.status == "running":
        yield "the run has not ended yet"
    elif record.status == "interrupted":
        yield "the run was interrupted: there is no result to come to"
    elif record.environment is None:
        why = '[record] environment was "off", none was taken, or it was changed since (vatio ledger verify)'
        yield f"a snapshot of the run's surroundings: {why}"
    elif not record.environment.argv:
        yield "the run's command: it measured a block of a program that vatio did not start; replay the program's own run"


def _no_blob(name: str) -> bytes:
    raise UnknownName(f"a bundle has its code laid out, and no copy {name[:12]}")


def _damage(ledger: Ledger, record: RunRecord) -> Iterator[str]:
    """Check what the ledger says of this run: a figure that was edited in it is no figure to come to."""
    own = {f"{entry.origin[-12:]}/{entry.seq}": entry.kind for entry in record.entries}
    evidence = ledger.evidence(record.id)
    for finding in check_evidence(evidence):
        if finding.severity == "error" and finding.where in own:
            yield f"{own[finding.where]} entry {finding.where}: {finding.what}"
    ends = [item.body for item in evidence if item.entry.kind == "ended" and item.entry.run == record.id and item.body]
    if sum(b'"status":"interrupted"' not in body for body in ends) > 1:
        yield "the run has ended twice"
