"""Take a file of another tool into the ledger: recognise it, read it in pieces, keep what is new, say what is not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from vatio.digest import sha256
from vatio.errors import UsageError
from vatio.interop._facts import File, finished
from vatio.interop._format import Format
from vatio.interop._told import Item, Problem
from vatio.interop.text import head_of
from vatio.ledger import Finished, Ledger
from vatio.plugins import installed, load, names

# Runs of one transaction: all of a small file, and little enough of a large one to leave the ledger to others in between.
_BATCH = 1000
# Places that are named; the others are counted.
_NAMED = 20


class Import(NamedTuple):
    """Hold what became of a file: the ids that are new, how many runs were known, and the places to tell of.

    ``problems`` are the first twenty of those places, ``refused`` is how many of all were refused. ``before`` says that
    the same file, byte for byte, was taken in already, so that it was not read again.
    """

    path: str
    format: str
    file_sha256: str
    added: tuple[str, ...]
    known: int
    refused: int
    problems: tuple[Problem, ...]
    before: bool = False


def known_formats() -> tuple[Format, ...]:
    """Give every format, ours first."""
    return tuple(load("formats", name)() for name in installed("formats"))


def format_of(path: str, name: str | None = None) -> Format:
    """Give the format of a file: the one named, else the first that knows it by its look.

    Raises:
        UsageError: the file cannot be read, or nothing knows it.
        UnknownName: there is no such format.
    """
    if name is not None:
        found: Format = load("formats", name)()
        return found
    head = head_of(path)
    for known in known_formats():
        if known.recognises(head, path):
            return known
    raise UsageError(f"{path} is of no format that is known", hint=f"--format names one of {', '.join(names('formats'))}")


def read_file(path: str, *, format: str | None = None, at: datetime | None = None) -> Iterator[Finished | Problem]:
    """Read the runs of a file, each as the entries that a ledger would keep of it.

    Raises:
        UsageError: the file as a whole cannot be read.
    """
    chosen = format_of(path, format)
    file = File(chosen.name, os.path.basename(path), file_digest(path), at or datetime.now(UTC))
    return (_fact(item, file) for item in chosen.read(path))


def import_file(ledger: Ledger, path: str, *, format: str | None = None, progress: Callable[[int], object] = str) -> Import:
    """Take a file in. A run that the ledger has is not taken twice, and neither is a file.

    Large files are taken in pieces: one that breaks off is taken up where it was, when it is imported again. ``progress``
    is called with the number of runs after each piece.

    Raises:
        UsageError: the file as a whole cannot be read.
        LedgerUnavailable: the ledger cannot be written.
    """
    chosen = format_of(path, format)
    digest = file_digest(path)
    if ledger.is_imported(digest):
        return Import(path, chosen.name, digest, (), 0, 0, (), before=True)
    file = File(chosen.name, os.path.basename(path), digest, datetime.now(UTC))
    done = _Tally()
    items = (_fact(item, file) for item in chosen.read(path))
    while batch := list(islice(items, _BATCH)):
        done.count(ledger, batch)
        progress(done.seen)
    if done.seen:
        ledger.append("import", done.entry(file))
    return Import(path, chosen.name, digest, tuple(done.added), done.known, done.refused, tuple(done.problems))


def file_digest(path: str) -> str:
    """Give the SHA-256 of a file, read in pieces.

    Raises:
        UsageError: it cannot be read.
    """
    digest = sha256()
    try:
        with open(path, "rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    return digest.hexdigest()


class _Tally:
    """Count what becomes of a file's runs."""

    def __init__(self) -> None:
        self.added: list[str] = []
        self.problems: list[Problem] = []
        self.known = self.refused = self.seen = 0

    def count(self, ledger: Ledger, batch: list[Finished | Problem]) -> None:
        """Take one piece of the file in."""
        runs = [item for item in batch if isinstance(item, Finished)]
        taken = ledger.take_finished(runs)
        self.seen += len(runs)
        self.added += taken.added
        self.known += len(taken.known)
        places = {run.started.id: str(run.imported["place"]) for run in runs}
        changed = [Problem(places[run], f"run {run} is in the ledger with other figures, which stay") for run in taken.changed]
        found = [item for item in batch if isinstance(item, Problem)] + changed
        self.refused += sum(not problem.harmless for problem in found)
        self.problems += found[: max(0, _NAMED - len(self.problems))]

    def entry(self, file: File) -> dict[str, object]:
        """Give the entry that says that the file was read to its end."""
        return {
            "source": "file",
            "format": file.format,
            "file": file.name,
            "file_sha256": file.sha256,
            "runs": len(self.added),
            "known": self.known,
            "refused": self.refused,
        }


def _fact(item: Item, file: File) -> Finished | Problem:
    if isinstance(item, Problem):
        return item
    try:
        return finished(item, file)
    except UsageError as error:
        return Problem(item.place, f"{error}{f' ({error.hint})' if error.hint else ''}")
