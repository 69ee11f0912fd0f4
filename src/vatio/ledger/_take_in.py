"""Take the runs of outboxes into the ledger, each once, with the chain that proves them."""

from __future__ import annotations

import json
import os
import time
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from vatio.digest import sha256
from vatio.errors import LedgerDamaged
from vatio.files import regular
from vatio.ledger._backend import Backend, Execute
from vatio.ledger._outbox import SCHEMA, is_private, outbox_folders
from vatio.ledger.books import project
from vatio.ledger.chain import GENESIS, entry_hash, payload_hash, read_header, store_entry
from vatio.ledger.disk import FILE as OWNER
from vatio.ledger.disk import Places, is_owned
from vatio.records import Entry

# The time from the first entry of a run to its owner's lock, generously: what is taken away before that is lost to its end.
_GRACE_S = 10.0
Append = Callable[[Execute, str, object, str | None], Entry]


class Parcel(NamedTuple):
    """Hold what an outbox's file says: the chain, with salt and payload of each entry, and what lies beside it."""

    spool: str | None
    entries: tuple[tuple[Entry, bytes, bytes], ...]
    blobs: tuple[bytes, ...]
    samples: tuple[tuple[str, bytes, bytes, tuple[bytes, ...]], ...]


def take_in(backend: Backend, append: Append, ledger: str, where: Places) -> int:
    """Take in every outbox that was written for this ledger and whose run is over; give their number.

    A file that cannot be read as a chain is left where it is, for a person to look at.
    """
    taken = 0
    for path in _files(ledger, where):
        try:
            parcel = read_outbox(path, ledger)
        except LedgerDamaged:
            continue
        if parcel is None or _goes_on(parcel, path):
            continue
        with backend.transaction() as execute:
            _store(execute, append, parcel)
        _bring_spool(parcel, ledger)
        with suppress(OSError):
            os.unlink(path)
        taken += 1
    return taken


def _goes_on(parcel: Parcel, path: str) -> bool:
    """Tell whether a run may still be written to: it is owned, or has begun so lately that its owner may be on the way."""
    if parcel.spool is not None and is_owned(parcel.spool):
        return True
    was_owned = parcel.spool is not None and os.path.exists(os.path.join(parcel.spool, OWNER))
    if was_owned or any(entry.kind == "ended" for entry, _, _ in parcel.entries):
        return False
    with suppress(OSError):
        return time.time() - os.stat(path).st_mtime < _GRACE_S
    return True


def read_outbox(path: str, ledger: str) -> Parcel | None:
    """Read an outbox's file; ``None`` when it belongs to another ledger or says nothing.

    Raises:
        LedgerDamaged: its entries are not one chain.
    """
    lines = list(_lines(path))
    if not lines or lines[0].get("schema") != SCHEMA or lines[0].get("ledger") != os.path.realpath(ledger):
        return None
    try:
        entries = _chain([line for line in lines if "entry" in line])
        blobs = tuple(a2b_base64(line["body"]) for line in lines if "blob" in line)
        samples = tuple(_samples(line) for line in lines if "samples" in line)
    except (KeyError, TypeError, ValueError, AttributeError, Base64Error) as error:
        raise LedgerDamaged(f"{path} is not an outbox: {error!r}") from error
    return Parcel(lines[0].get("spool"), entries, blobs, samples) if entries else None


def _store(execute: Execute, append: Append, parcel: Parcel) -> None:
    last = parcel.entries[-1][0]
    known = execute("SELECT count(*) FROM entry WHERE origin = ? AND seq = ?", (last.origin, last.seq))
    if known[0][0]:
        return  # taken in before; only its file had not been removed yet
    for entry, salt, body in parcel.entries:
        store_entry(execute, entry, salt, body)
    for body in parcel.blobs:
        digest = sha256(body).hexdigest()
        execute("INSERT INTO blob (sha256, body) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING", (digest, body))
    ended = {entry.run for entry, _, _ in parcel.entries if entry.kind == "ended"}
    for run, layout, aggregates, chunks in parcel.samples:
        if run in ended:
            _store_samples(execute, run, layout, aggregates, chunks)
    payload = {"source": "outbox", "origin": last.origin, "seq": last.seq, "head": last.hash}
    append(execute, "import", payload, None)
    for run in {entry.run for entry, _, _ in parcel.entries if entry.run is not None}:
        project(execute, run)


def _store_samples(execute: Execute, run: str, layout: bytes, aggregates: bytes, chunks: Sequence[bytes]) -> None:
    # A passer-by may have sealed the run from a spool that was still there: the owner's own samples replace those.
    execute("DELETE FROM samples WHERE run = ?", (run,))
    execute("DELETE FROM chunk WHERE run = ?", (run,))
    execute("INSERT INTO samples (run, layout, aggregates) VALUES (?, ?, ?)", (run, layout, aggregates))
    for part, chunk in enumerate(chunks):
        execute("INSERT INTO chunk (run, part, body) VALUES (?, ?, ?)", (run, part, chunk))


def _bring_spool(parcel: Parcel, ledger: str) -> None:
    # The spool of a run that was left behind goes to where its new ledger looks for it.
    run = next((entry.run for entry, _, _ in parcel.entries if entry.kind == "started"), None)
    if run is None or parcel.spool is None or not os.path.isdir(parcel.spool):
        return
    target = os.path.join(os.path.dirname(os.path.abspath(ledger)), "spool", run)
    if os.path.realpath(target) != os.path.realpath(parcel.spool) and not os.path.exists(target):
        import shutil

        os.makedirs(os.path.dirname(target), exist_ok=True)
        with suppress(OSError):
            shutil.move(parcel.spool, target)


def _files(ledger: str, where: Places) -> Iterator[str]:
    for folder in outbox_folders(ledger, where):
        if folder == where.temporary and not is_private(folder):
            continue
        try:
            names = sorted(os.listdir(os.path.join(folder, "outbox")))
        except OSError:
            continue
        yield from (os.path.join(folder, "outbox", name) for name in names if name.endswith(".jsonl"))


def _lines(path: str) -> Iterator[dict[str, Any]]:
    try:
        with open(path, "rb", opener=regular) as file:
            data = file.read()
    except OSError:
        return
    for line in data.split(b"\n")[:-1]:  # what follows the last line end is torn, or nothing
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(item, dict):
            return
        yield item


def _chain(lines: Sequence[dict[str, Any]]) -> tuple[tuple[Entry, bytes, bytes], ...]:
    prev = GENESIS
    found: list[tuple[Entry, bytes, bytes]] = []
    for line in lines:
        stored, salt, body = line["entry"].encode(), bytes.fromhex(line["salt"]), line["payload"].encode()
        header = read_header(stored)
        if header.prev != prev or header.seq != len(found) + 1 or header.payload_sha256 != payload_hash(salt, body):
            raise ValueError(f"entry {header.seq} does not follow")
        prev = entry_hash(stored)
        signature = bytes.fromhex(line["signature"]) if line["signature"] else None
        entry = Entry(
            origin=header.origin,
            seq=header.seq,
            kind=header.kind,
            run=header.run,
            hash=prev,
            header=stored,
            signature=signature,
        )
        found.append((entry, salt, body))
    return tuple(found)


def _samples(line: dict[str, Any]) -> tuple[str, bytes, bytes, tuple[bytes, ...]]:
    chunks = tuple(a2b_base64(chunk) for chunk in line["chunks"])
    return str(line["samples"]), line["layout"].encode(), a2b_base64(line["aggregates"]), chunks
