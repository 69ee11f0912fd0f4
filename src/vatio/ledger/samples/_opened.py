"""Turn sealed samples and aggregates into columns again."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vatio.errors import InvalidRecord, LedgerDamaged
from vatio.ledger.samples._codec import unpack_column, unpack_floats
from vatio.ledger.samples._fold import MinuteFold
from vatio.ledger.samples._minutes import Minutes
from vatio.ledger.samples._sealed import FLOATS
from vatio.records import Channel, from_json


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


def _unpack_chunk(chunk: bytes, width: int, rows: int) -> list[array[float]]:
    if chunk[:1] == FLOATS:
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
