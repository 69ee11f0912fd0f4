"""Keep a run where its ledger cannot be written, as an origin of its own, until the ledger takes it in (CONTRACT.md 3).

One file a run, one JSON object a line: first what it belongs to, then blobs, samples and entries in the order in which they
were written. A torn last line is left out: the chain is then shorter, and still one.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

from vatio.errors import LedgerUnavailable
from vatio.ledger._ids import new_id
from vatio.ledger._seal import complete_end, sealed_samples
from vatio.ledger.chain import Signer, make_entry
from vatio.ledger.disk import Places
from vatio.records import Ended, Entry, Footprint, Started, rfc3339

SCHEMA = "vatio.outbox/1"


class Outbox:
    """Write entries of one run into a file. The same four methods as a ledger: start, append, seal, blob."""

    def __init__(self, folder: str, *, ledger: str, signer: Signer | None) -> None:
        self.folder = folder
        self._ledger = ledger
        self._signer = signer
        self._origin = new_id()
        self._head: tuple[int, str] | None = None
        self._path = ""
        self._at = ""
        self._run: str | None = None

    @property
    def recorded_in(self) -> str:
        """Say where entries go."""
        return self._path or os.path.join(self.folder, "outbox")

    def spool_folder(self, run: str) -> str:
        """Give the folder of a run's spool, whether it is there or not."""
        return os.path.join(self.folder, "spool", run)

    def start(self, started: Started) -> Entry:
        """Write that a run starts."""
        return self.append("started", started, run=started.id)

    def append(self, kind: str, payload: object, *, run: str | None = None) -> Entry:
        """Append one entry.

        Raises:
            LedgerUnavailable: the file cannot be written.
        """
        entry, line = self._entry(kind, payload, run)
        self._write([line], run)
        self._head = (entry.seq, entry.hash)
        return entry

    def seal(
        self,
        run: str,
        ended: Ended,
        *,
        spool_folder: str | None = None,
        footprint: Footprint | None = None,
        environment: bytes | None = None,
    ) -> Entry:
        """Write how a run ended, with its samples and footprint, and remove its spool."""
        samples = sealed_samples(spool_folder)
        lines: list[dict[str, Any]] = [] if environment is None else [_blob_line(environment)]
        if samples is not None:
            chunks = [_text(chunk) for chunk in samples.chunks]
            line = {
                "samples": run,
                "layout": samples.layout.decode(),
                "aggregates": _text(samples.aggregates),
                "chunks": chunks,
            }
            lines.append(line)
        before = self._head
        entry, line = self._entry("ended", complete_end(ended, samples, environment), run)
        lines.append(line)
        if footprint is not None:
            self._head = (entry.seq, entry.hash)
            last, line = self._entry("footprint", footprint, run)
            lines.append(line)
        else:
            last = entry
        try:
            self._write(lines, run)
        except LedgerUnavailable:
            self._head = before
            raise
        self._head = (last.seq, last.hash)
        if spool_folder is not None:
            from vatio.ledger.disk import remove_folder

            remove_folder(spool_folder)
        return entry

    def blob(self, data: bytes) -> str:
        """Keep bytes under their SHA-256."""
        line = _blob_line(data)
        self._write([line], self._run)
        return str(line["blob"])

    def _entry(self, kind: str, payload: object, run: str | None) -> tuple[Entry, dict[str, Any]]:
        if self._head is None and self._signer is not None and kind != "key":
            public = {"id": self._signer.id, "public": self._signer.public, "before": None}
            first, line = self._entry("key", public, None)
            self._write([line], run)
            self._head = (first.seq, first.hash)
        # A clock that was set back does not turn the order of a chain's dates.
        at = self._at = max(self._at, rfc3339(datetime.now(UTC)))
        entry, salt, body = make_entry(self._origin, self._head, kind, payload, run=run, at=at, signer=self._signer)
        signature = entry.signature.hex() if entry.signature is not None else None
        return entry, {"entry": entry.header.decode(), "signature": signature, "salt": salt.hex(), "payload": body.decode()}

    def _write(self, lines: list[dict[str, Any]], run: str | None) -> None:
        self._run = self._run or run
        if not self._path:
            self._path = self._new_path()
            spool = self.spool_folder(run) if run is not None else None
            lines = [{"schema": SCHEMA, "ledger": os.path.realpath(self._ledger), "run": run, "spool": spool}, *lines]
        data = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            _append_whole(self._path, data)
        except OSError as error:
            raise LedgerUnavailable(f"cannot write {self._path}: {error.strerror}", hint="free some space") from error

    def _new_path(self) -> str:
        path = os.path.join(self.folder, "outbox", f"{self._run or self._origin}.jsonl")
        return f"{path[: -len('.jsonl')]}.{self._origin}.jsonl" if os.path.exists(path) else path


def outbox_folders(ledger: str, where: Places) -> tuple[str, ...]:
    """List where an outbox may lie, in the order in which they are tried."""
    return (os.path.dirname(os.path.abspath(ledger)), where.state, where.temporary)


def is_private(folder: str) -> bool:
    """Tell whether a folder is this user's: in /tmp anybody may have made one of that name."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return os.path.isdir(folder) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())


def _append_whole(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if os.write(descriptor, data) != len(data):
            os.ftruncate(descriptor, size)
            raise OSError(28, "No space left on device")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _blob_line(data: bytes) -> dict[str, Any]:
    from vatio.digest import sha256

    return {"blob": sha256(data).hexdigest(), "body": _text(data)}


def _text(data: bytes) -> str:
    from binascii import b2a_base64

    return b2a_base64(data, newline=False).decode()
