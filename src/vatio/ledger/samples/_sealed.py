"""Turn the rows of a spool into compressed chunks and per-minute aggregates."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from vatio.digest import sha256
from vatio.ledger.samples._codec import pack_column, pack_floats
from vatio.ledger.samples._fold import MinuteFold
from vatio.records import Channel, to_json

# A chunk this small is not worth looking for its decimals: whole floats, compressed at once.
_FEW_ROWS = 64
FLOATS, COLUMNS = b"\x00", b"\x01"

Row = tuple[float, ...]


class Sealed(NamedTuple):
    """Hold the samples of a run as they are stored: ``layout`` is JSON, the others are packed."""

    layout: bytes
    chunks: tuple[bytes, ...]
    aggregates: bytes

    @property
    def samples_sha256(self) -> str:
        """Give the digest of layout and chunks."""
        return digest(self.layout, self.chunks)

    @property
    def aggregates_sha256(self) -> str:
        """Give the digest of layout and aggregates."""
        return digest(self.layout, (self.aggregates,))


def digest(layout: bytes, parts: Iterable[bytes]) -> str:
    """Give the SHA-256 of a layout and of what it describes, each with its length, so that no byte can change sides."""
    whole = sha256()
    for part in (layout, *parts):
        whole.update(len(part).to_bytes(8, "little"))
        whole.update(part)
    return whole.hexdigest()


def seal_rows(channels: Sequence[Channel], blocks: Iterable[Sequence[Row]]) -> Sealed:
    """Pack the rows of each block into a chunk, and all of them into per-minute aggregates; empty rows are left out."""
    fold = MinuteFold([channel.kind == "counter" for channel in channels])
    sizes: list[int] = []
    chunks: list[bytes] = []
    for block in blocks:
        rows = [row for row in block if row and row[0] - row[0] == 0.0]
        if not rows:
            continue
        columns = tuple(zip(*rows, strict=True))
        fold.add(columns)
        chunks.append(_pack_chunk(columns))
        sizes.append(len(rows))
    minutes = fold.finish()
    layout = {
        "schema": "vatio.samples/1",
        "channels": [_brief(channel) for channel in channels],
        "rows": sizes,
        "minutes": len(minutes) and len(minutes[0]),
    }
    return Sealed(json.dumps(layout, sort_keys=True, separators=(",", ":")).encode(), tuple(chunks), _pack_minutes(minutes))


def _brief(channel: Channel) -> Mapping[str, Any]:
    # Fields at their defaults are left out: a run of two rows has twenty channels.
    full = to_json(channel)
    return {item.name: full[item.name] for item in fields(channel) if getattr(channel, item.name) != item.default}


def _pack_chunk(columns: Sequence[Sequence[float]]) -> bytes:
    if len(columns[0]) < _FEW_ROWS:
        joined = array("d")
        for column in columns:
            joined.extend(column)
        return FLOATS + pack_floats(joined)
    packed = [pack_column(column) for column in columns]
    return COLUMNS + b"".join(len(column).to_bytes(4, "little") + column for column in packed)


def _pack_minutes(columns: Sequence[array[float]]) -> bytes:
    joined = array("d")
    for column in columns:
        joined.extend(column)
    return pack_floats(joined)
