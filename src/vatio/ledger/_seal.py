"""Seal a run: its samples, its end and its footprint in one transaction, once."""

from __future__ import annotations

from dataclasses import replace

from vatio.digest import sha256
from vatio.errors import LedgerDamaged
from vatio.ledger.books import project
from vatio.ledger.chain import as_entry
from vatio.ledger.samples import Sealed, open_spool, seal_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vatio.ledger._backend import Execute
    from vatio.records import Ended, Entry, Footprint

    Append = Callable[[Execute, str, object, str | None], Entry]

_ENTRY = "SELECT origin, seq, kind, run, hash, header, signature FROM entry WHERE origin = ? AND seq = ?"


def sealed_samples(spool_folder: str | None) -> Sealed | None:
    """Pack a run's spool; ``None`` when there is none that can be read."""
    if spool_folder is None:
        return None
    try:
        header, blocks = open_spool(spool_folder)
    except LedgerDamaged:
        return None
    return seal_rows(header.channels, blocks)


def complete_end(ended: Ended, samples: Sealed | None, environment: bytes | None) -> Ended:
    """Fill in the digests of what is stored beside an end."""
    return replace(
        ended,
        environment_sha256=sha256(environment).hexdigest() if environment is not None else ended.environment_sha256,
        samples_sha256=samples.samples_sha256 if samples is not None else None,
        aggregates_sha256=samples.aggregates_sha256 if samples is not None else None,
    )


def store_samples(execute: Execute, run: str, samples: Sealed | None) -> None:
    """Insert a run's samples, if it has any."""
    if samples is None:
        return
    execute("INSERT INTO samples (run, layout, aggregates) VALUES (?, ?, ?)", (run, samples.layout, samples.aggregates))
    for part, chunk in enumerate(samples.chunks):
        execute("INSERT INTO chunk (run, part, body) VALUES (?, ?, ?)", (run, part, chunk))


def store_blob(execute: Execute, data: bytes) -> str:
    """Insert a blob, unless it is there, and give its digest."""
    digest = sha256(data).hexdigest()
    execute("INSERT INTO blob (sha256, body) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING", (digest, data))
    return digest


def write_end(
    execute: Execute,
    append: Append,
    run: str,
    ended: Ended,
    samples: Sealed | None,
    *,
    environment: bytes | None,
    footprint: Footprint | None,
) -> Entry:
    """Write everything that ends a run inside an open transaction; of one that has ended, give the entry that says so."""
    known = execute("SELECT ended_origin, ended_seq FROM run WHERE id = ? AND ended_seq IS NOT NULL", (run,))
    if known:
        return as_entry(execute(_ENTRY, known[0])[0])
    if environment is not None:
        store_blob(execute, environment)
    store_samples(execute, run, samples)
    entry = append(execute, "ended", complete_end(ended, samples, environment), run)
    if footprint is not None:
        append(execute, "footprint", footprint, run)
    project(execute, run)
    return entry
