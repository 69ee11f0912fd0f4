"""What somebody who can write a ledger's file, and has no key, may do to it: each must be found by ``verify``."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from typing import Any, NamedTuple

from vatio.ledger.chain import GENESIS, Header, Signer, entry_hash, header_bytes, payload_hash, read_header

Change = Callable[[sqlite3.Connection, random.Random], None]
_STRANGER = b"\x07" * 32
_FLIPS = {
    "header": ("entry", "header", 40),
    "payload": ("payload", "body", 30),
    "salt": ("payload", "salt", 8),
    "signature": ("entry", "signature", 20),
    "chunk": ("chunk", "body", 25),
    "aggregates": ("samples", "aggregates", 20),
    "layout": ("samples", "layout", 8),
    "blob": ("blob", "body", 8),
}


class Tampering(NamedTuple):
    """Hold one change: ``name`` says what it is, ``seed`` where it strikes."""

    name: str
    seed: int
    change: Change

    def apply(self, path: str) -> None:
        """Change the ledger at ``path``."""
        with closing(sqlite3.connect(path)) as connection, connection:
            self.change(connection, random.Random(self.seed))


def tamperings() -> Iterator[Tampering]:
    """List the changes, more than 200 of them."""
    for name, (table, column, times) in _FLIPS.items():
        yield from (Tampering(f"flip in {name}", seed, _flip(table, column)) for seed in range(times))
    for name, change, times in _CHANGES:
        yield from (Tampering(name, seed, change) for seed in range(times))


def cut_tail(path: str, entries: int) -> None:
    """Cut the last entries of the youngest chain off, with everything that hangs on them: a shorter, valid ledger."""
    with closing(sqlite3.connect(path)) as connection, connection:
        origin = _chain(connection)
        last = connection.execute("SELECT max(seq) FROM entry WHERE origin = ?", (origin,)).fetchone()[0]
        gone = connection.execute("SELECT run FROM entry WHERE origin = ? AND seq > ?", (origin, last - entries)).fetchall()
        for table in ("entry", "payload"):
            connection.execute(f"DELETE FROM {table} WHERE origin = ? AND seq > ?", (origin, last - entries))
        for (run,) in gone:
            for table in ("samples", "chunk"):
                connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
            connection.execute("UPDATE run SET ended_seq = NULL, ended_origin = NULL WHERE id = ?", (run,))


def edit_projection(path: str, seed: int) -> None:
    """Change what lists show, and nothing that the chain proves."""
    pick = random.Random(seed)
    columns = ("energy_j", "duration_s", "name", "status", "series", "started_at", "footprint_seq", "workload_energy_j")
    with closing(sqlite3.connect(path)) as connection, connection:
        runs = [row[0] for row in connection.execute("SELECT id FROM run ORDER BY id")]
        if seed % 5 == 4:
            connection.execute("DELETE FROM run WHERE id = ?", (pick.choice(runs),))
        else:
            connection.execute(f"UPDATE run SET {pick.choice(columns)} = 7 WHERE id = ?", (pick.choice(runs),))


def _flip(table: str, column: str) -> Change:
    def change(connection: sqlite3.Connection, pick: random.Random) -> None:
        found = connection.execute(f"SELECT rowid, {column} FROM {table} WHERE length({column}) > 0 ORDER BY rowid")
        row, data = pick.choice(found.fetchall())
        flipped = bytearray(data)
        flipped[pick.randrange(len(flipped))] ^= 1 << pick.randrange(8)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (bytes(flipped), row))

    return change


def _chain(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT origin FROM origin ORDER BY born DESC LIMIT 1").fetchone()[0])


def _entries(connection: sqlite3.Connection, origin: str) -> list[dict[str, Any]]:
    found = connection.execute(
        """SELECT e.header, e.signature, p.salt, p.body FROM entry e
        LEFT JOIN payload p ON p.origin = e.origin AND p.seq = e.seq WHERE e.origin = ? ORDER BY e.seq""",
        (origin,),
    )
    names = ("header", "signature", "salt", "body")
    return [dict(zip(names, (read_header(row[0]), *row[1:]), strict=True)) for row in found]


def _rewrite(connection: sqlite3.Connection, origin: str, entries: list[dict[str, Any]], signer: Signer | None = None) -> None:
    """Write a chain anew with right numbers, links and hashes: all that can be done without the key."""
    for table in ("entry", "payload"):
        connection.execute(f"DELETE FROM {table} WHERE origin = ?", (origin,))
    prev = GENESIS
    for seq, entry in enumerate(entries, 1):
        header: Header = entry["header"]._replace(seq=seq, prev=prev, origin=entry.get("origin", origin))
        if entry["body"] is not None:
            header = header._replace(payload_sha256=payload_hash(entry["salt"], entry["body"]))
        stored = header_bytes(header)
        prev = entry_hash(stored)
        signature = signer.sign(prev) if signer is not None else entry["signature"]
        values = (header.origin, seq, header.kind, header.run, prev, stored, signature)
        connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        if entry["body"] is not None:
            connection.execute("INSERT INTO payload VALUES (?, ?, ?, ?)", (header.origin, seq, entry["salt"], entry["body"]))


def _forged(
    kind: str, run: str | None, payload: dict[str, Any], like: dict[str, Any], key: str | None = None
) -> dict[str, Any]:
    header = like["header"]._replace(kind=kind, run=run, key=key)
    body = json.dumps({"schema": f"vatio.{kind}/1", **payload}).encode()
    return {"header": header, "signature": None, "salt": b"\x01" * 16, "body": body}


def _drop(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    last = connection.execute("SELECT max(seq) FROM entry WHERE origin = ?", (origin,)).fetchone()[0]
    seq = pick.randrange(1, last)
    for table in ("entry", "payload"):
        connection.execute(f"DELETE FROM {table} WHERE origin = ? AND seq = ?", (origin, seq))


def _drop_rehashed(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    entries = _entries(connection, origin)
    del entries[pick.randrange(len(entries) - 1)]
    _rewrite(connection, origin, entries)


def _drop_foreign_chain(connection: sqlite3.Connection, pick: random.Random) -> None:
    own = _chain(connection)
    others = connection.execute("SELECT DISTINCT origin FROM entry WHERE origin <> ? ORDER BY origin", (own,)).fetchall()
    origin = pick.choice(others)[0]
    for table in ("entry", "payload"):
        connection.execute(f"DELETE FROM {table} WHERE origin = ?", (origin,))


def _reorder(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    last = connection.execute("SELECT max(seq) FROM entry WHERE origin = ?", (origin,)).fetchone()[0]
    seq = pick.randrange(1, last)
    for table in ("entry", "payload"):
        for old, new in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
            connection.execute(f"UPDATE {table} SET seq = ? WHERE origin = ? AND seq = ?", (new, origin, old))


def _reorder_rehashed(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    entries = _entries(connection, origin)
    at = pick.randrange(len(entries) - 1)
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    _rewrite(connection, origin, entries)


def _insert(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    entries = _entries(connection, origin)
    at = pick.choice([len(entries), pick.randrange(1, len(entries))])
    entries.insert(at, _forged("correction", None, {"energy_j": 0.0}, entries[-1]))
    _rewrite(connection, origin, entries)


def _insert_by_stranger(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    entries = _entries(connection, origin)
    stranger = Signer(_STRANGER)
    payload = {"id": stranger.id, "public": stranger.public, "before": entries[-1]["header"].key}
    entries.append(_forged("key", None, payload, entries[-1], key=pick.choice([stranger.id, entries[-1]["header"].key])))
    _rewrite(connection, origin, entries)
    digest = connection.execute("SELECT hash FROM entry WHERE origin = ? ORDER BY seq DESC LIMIT 1", (origin,)).fetchone()[0]
    connection.execute("UPDATE entry SET signature = ? WHERE hash = ?", (stranger.sign(digest), digest))


def _insert_chain(connection: sqlite3.Connection, pick: random.Random) -> None:
    own = _entries(connection, _chain(connection))
    started = next(entry for entry in own if entry["header"].kind == "started" and entry["body"] is not None)
    origin = f"01900000-0000-7000-8000-{pick.randrange(16**12):012x}"
    forged = _forged("started", origin, {**json.loads(started["body"]), "id": origin}, own[-1])
    _rewrite(connection, origin, [forged])
    if pick.random() < 0.5:
        connection.execute("INSERT INTO origin VALUES (?, 'machine', '1', 0)", (origin,))


def _edit(kind: str, *, rehash: str) -> Change:
    def change(connection: sqlite3.Connection, pick: random.Random) -> None:
        origin = _chain(connection)
        entries = _entries(connection, origin)
        entry = pick.choice([entry for entry in entries if entry["header"].kind == kind and entry["body"] is not None])
        entry["body"] = entry["body"].replace(b'"value":', b'"value":1', 1)
        seq = entry["header"].seq
        if rehash == "none":
            connection.execute("UPDATE payload SET body = ? WHERE origin = ? AND seq = ?", (entry["body"], origin, seq))
        elif rehash == "one":
            stored = header_bytes(entry["header"]._replace(payload_sha256=payload_hash(entry["salt"], entry["body"])))
            connection.execute("UPDATE payload SET body = ? WHERE origin = ? AND seq = ?", (entry["body"], origin, seq))
            values = (stored, entry_hash(stored), origin, seq)
            connection.execute("UPDATE entry SET header = ?, hash = ? WHERE origin = ? AND seq = ?", values)
        else:
            _rewrite(connection, origin, entries)

    return change


def _downgrade(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    entries = [entry for entry in _entries(connection, origin) if entry["header"].kind != "key"]
    for entry in entries:
        entry.update(header=entry["header"]._replace(key=None), signature=None)
    if pick.random() < 0.5:  # under another name, as if the signed chain had never been
        for entry in entries:
            entry["origin"] = "0" + origin[1:]
        connection.execute("UPDATE origin SET origin = ?", ("0" + origin[1:],))
    _rewrite(connection, origin, entries)


def _other_key(connection: sqlite3.Connection, pick: random.Random) -> None:
    origin = _chain(connection)
    stranger = Signer(bytes([pick.randrange(256)]) * 32)
    entries = [entry for entry in _entries(connection, origin) if entry["header"].kind != "key"]
    payload = {"id": stranger.id, "public": stranger.public, "before": None}
    entries.insert(0, _forged("key", None, payload, {**entries[0], "header": entries[0]["header"]}))
    for entry in entries:
        entry["header"] = entry["header"]._replace(key=stranger.id)
    _rewrite(connection, origin, entries, stranger)


def _hide(connection: sqlite3.Connection, pick: random.Random) -> None:
    """Remove what the chain proves, and forge the entry that would allow it."""
    origin = _chain(connection)
    entries = _entries(connection, origin)
    run = pick.choice(connection.execute("SELECT DISTINCT run FROM chunk ORDER BY run").fetchall())[0]
    connection.execute("DELETE FROM chunk WHERE run = ?", (run,))
    if pick.random() < 0.5:
        entries.append(_forged("pruned", None, {"what": "samples", "runs": [run]}, entries[-1]))
        _rewrite(connection, origin, entries)


def _swap_chunks(connection: sqlite3.Connection, pick: random.Random) -> None:
    found = {body: row for row, body in connection.execute("SELECT rowid, body FROM chunk ORDER BY rowid")}  # equal ones once
    first, second = ((row, body) for body, row in pick.sample(list(found.items()), 2))
    connection.execute("UPDATE chunk SET body = ? WHERE rowid = ?", (second[1], first[0]))
    connection.execute("UPDATE chunk SET body = ? WHERE rowid = ?", (first[1], second[0]))


def _remove(table: str) -> Change:
    def change(connection: sqlite3.Connection, pick: random.Random) -> None:
        row = pick.choice(connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid").fetchall())[0]
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))

    return change


def _rename(connection: sqlite3.Connection, pick: random.Random) -> None:
    row = pick.choice(connection.execute("SELECT rowid FROM entry ORDER BY rowid").fetchall())[0]
    column, value = pick.choice([("kind", "note"), ("run", "other"), ("hash", sha256(b"x").hexdigest())])
    connection.execute(f"UPDATE entry SET {column} = ? WHERE rowid = ?", (value, row))


_CHANGES: tuple[tuple[str, Change, int], ...] = (
    ("drop an entry", _drop, 10),
    ("drop an entry and re-hash", _drop_rehashed, 10),
    ("drop a chain that was taken in", _drop_foreign_chain, 2),
    ("reorder two entries", _reorder, 8),
    ("reorder two entries and re-hash", _reorder_rehashed, 8),
    ("insert an entry and re-hash", _insert, 8),
    ("insert a stranger's key", _insert_by_stranger, 8),
    ("insert a whole chain", _insert_chain, 8),
    ("edit a footprint", _edit("footprint", rehash="none"), 8),
    ("edit a footprint and re-hash it", _edit("footprint", rehash="one"), 8),
    ("edit a footprint and re-hash the chain", _edit("footprint", rehash="all"), 8),
    ("edit an end and re-hash the chain", _edit("ended", rehash="all"), 8),
    ("downgrade to unsigned", _downgrade, 10),
    ("sign it all with another key", _other_key, 8),
    ("hide samples", _hide, 10),
    ("swap chunks", _swap_chunks, 5),
    ("remove a chunk", _remove("chunk"), 5),
    ("remove samples", _remove("samples"), 5),
    ("remove a payload", _remove("payload"), 8),
    ("remove a blob", _remove("blob"), 3),
    ("change a column", _rename, 12),
)
