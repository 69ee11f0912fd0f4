"""Turn the rows of a spool into compressed chunks and per-minute aggregates, and those into columns again."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, NamedTuple

from vatio.errors import InvalidRecord, LedgerDamaged
from vatio.ledger.samples._codec import pack_column, pack_floats, unpack_column, unpack_floats
from vatio.ledger.samples._minutes import MinuteFold, Minutes
from vatio.records import Channel, from_json, to_json

# A chunk this small is not worth looking for its decimals: whole floats, compressed at once.
_FEW_ROWS = 64
_FLOATS, _COLUMNS = b"\x00", b"\x01"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Hold a run's samples: the times (seconds since its start) and one column a channel, NaN where it had none."""

    channels: tuple[Channel, ...]
    times_s: Sequence[float]
    columns: tuple[Sequence[float], ...]

    def column(self, name: str) -> Sequence[float]:
        """Give the column of one channel.

        Raises:
            KeyError: the run has no such channel.
        """
        for channel, column in zip(self.channels, self.columns, strict=True):
            if channel.name == name:
                return column
        raise KeyError(name)


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


def open_samples(layout: bytes, chunks: Sequence[bytes]) -> Samples:
    """Unpack all samples of a run.

    Raises:
        LedgerDamaged: the bytes are not sealed samples.
    """
    channels, fields_ = _layout(layout)
    sizes = fields_["rows"]
    if len(sizes) != len(chunks):
        raise LedgerDamaged(f"{len(chunks)} chunks of samples, not {len(sizes)}")
    columns = [array("d") for _ in range(len(channels) + 1)]
    for size, chunk in zip(sizes, chunks, strict=True):
        for whole, part in zip(columns, _unpack_chunk(chunk, len(columns), size), strict=True):
            whole.extend(part)
    return Samples(channels=channels, times_s=columns[0], columns=tuple(columns[1:]))


def open_minutes(layout: bytes, aggregates: bytes) -> Minutes:
    """Unpack the per-minute aggregates of a run.

    Raises:
        LedgerDamaged: the bytes are not sealed aggregates.
    """
    channels, fields_ = _layout(layout)
    count, joined = int(fields_["minutes"]), unpack_floats(aggregates)
    counters = [channel.kind == "counter" for channel in channels]
    if len(joined) != count * MinuteFold(counters).width:
        raise LedgerDamaged(f"aggregates of {len(joined)} numbers do not fit their layout")
    columns = [joined[at * count : (at + 1) * count] for at in range(MinuteFold(counters).width)]
    return Minutes.of_columns(channels, columns)


def _layout(layout: bytes) -> tuple[tuple[Channel, ...], dict[str, Any]]:
    try:
        fields_ = json.loads(layout)
        channels = tuple(from_json(Channel, item) for item in fields_["channels"])
        if not all(type(size) is int and size >= 0 for size in [*fields_["rows"], fields_["minutes"]]):
            raise InvalidRecord("a size is no number")
    except (ValueError, KeyError, TypeError, RecursionError, InvalidRecord) as error:
        raise LedgerDamaged(f"the layout of samples cannot be read: {error}") from error
    return channels, fields_


def _brief(channel: Channel) -> Mapping[str, Any]:
    # Fields at their defaults are left out: a run of two rows has twenty channels.
    full = to_json(channel)
    return {item.name: full[item.name] for item in fields(channel) if getattr(channel, item.name) != item.default}


def _pack_chunk(columns: Sequence[Sequence[float]]) -> bytes:
    if len(columns[0]) < _FEW_ROWS:
        joined = array("d")
        for column in columns:
            joined.extend(column)
        return _FLOATS + pack_floats(joined)
    packed = [pack_column(column) for column in columns]
    return _COLUMNS + b"".join(len(column).to_bytes(4, "little") + column for column in packed)


def _unpack_chunk(chunk: bytes, width: int, rows: int) -> list[array[float]]:
    if chunk[:1] == _FLOATS:
        joined = unpack_floats(chunk[1:])
        if len(joined) != rows * width:
            raise LedgerDamaged(f"a chunk of {len(joined)} numbers does not fit its layout")
        return [joined[at * rows : (at + 1) * rows] for at in range(width)]
    columns, at = [], 1
    for _ in range(width):
        size = int.from_bytes(chunk[at : at + 4], "little")
        columns.append(unpack_column(chunk[at + 4 : at + 4 + size], rows))
        at += 4 + size
    return columns


def _pack_minutes(columns: Sequence[array[float]]) -> bytes:
    joined = array("d")
    for column in columns:
        joined.extend(column)
    return pack_floats(joined)
