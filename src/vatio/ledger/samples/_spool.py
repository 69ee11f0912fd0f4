"""Write samples as they come, one row an ``os.write``, and read them back whatever the writer died of (CONTRACT.md 3).

The file is one JSON line (the header) and rows of fixed size: little-endian float64 of the time and of each channel, and
the CRC-32 of row number and bytes. A torn last row is dropped; a row whose CRC is wrong becomes a gap.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from zlib import crc32

from vatio.errors import InvalidRecord, LedgerDamaged, LedgerUnavailable
from vatio.files import regular
from vatio.records import Channel, Quantity, Started, dumps, from_json

SAMPLES = "samples.spool"
EVENTS = "events.jsonl"
_NAN = float("nan")
# O_BINARY: Windows would turn line ends in the rows into two bytes.
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_BINARY", 0)
# A header is some kilobytes; a first line longer than this is no header.
_HEADER_BYTES = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolHeader:
    """Hold what is needed to make sense of a spool's rows, and to seal the run when its owner has died.

    ``idle_w`` is the host's idle watts by device, ``reserved_ratio`` the share of the host reserved for the run (``None``:
    nobody reserved anything), ``wall_start`` the wall clock at ``Started.start_monotonic_s``, ``counter_ranges_j`` the
    channels that start from the device's own counter, with the joules after which it wraps (``None``: never).
    """

    SCHEMA: ClassVar[str] = "vatio.spool/1"

    started: Started
    channels: tuple[Channel, ...]
    idle_w: Mapping[str, Quantity] = field(default_factory=dict)
    reserved_ratio: float | None = None
    basis: str = "machine"
    total: str = "parts"
    wall_start: datetime | None = None
    visible_gpus: tuple[str, ...] = ()
    expected_hosts: int | None = None
    notes: tuple[str, ...] = ()
    counter_ranges_j: Mapping[str, float | None] = field(default_factory=dict)


class Spool:
    """Append rows to the spool of one run; each row is on its way to the disk when ``append`` returns."""

    def __init__(self, descriptor: int, channels: int) -> None:
        self._descriptor = descriptor
        self._pack = struct.Struct(f"<{channels + 1}d").pack
        self._row = 0

    @classmethod
    def create(cls, folder: str, header: SpoolHeader) -> Spool:
        """Make the folder and its spool.

        Raises:
            LedgerUnavailable: the folder cannot be written.
        """
        line = dumps(header) + b"\n"
        try:
            os.makedirs(folder, mode=0o755, exist_ok=True)
            descriptor = os.open(os.path.join(folder, SAMPLES), _WRITE, 0o644)
            if os.write(descriptor, line) != len(line):
                os.close(descriptor)
                raise OSError(28, "the header did not fit on the disk")
        except OSError as error:
            raise LedgerUnavailable(f"cannot write {folder}: {error.strerror}", hint="free some space") from error
        return cls(descriptor, len(header.channels))

    @classmethod
    def resume(cls, folder: str, header: SpoolHeader) -> Spool:
        """Go on with the spool of a writer that has died, behind its last whole row.

        Raises:
            LedgerUnavailable: the spool cannot be written.
        """
        path, size = os.path.join(folder, SAMPLES), struct.calcsize(f"<{len(header.channels) + 1}d") + 4
        try:
            with open(path, "rb", opener=regular) as file:
                begin = len(file.readline(_HEADER_BYTES))
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
            rows = (os.fstat(descriptor).st_size - begin) // size
            os.ftruncate(descriptor, begin + rows * size)
        except OSError as error:
            raise LedgerUnavailable(f"cannot go on with {path}: {error.strerror}") from error
        spool = cls(descriptor, len(header.channels))
        spool._row = rows
        return spool

    def append(self, t_s: float, values: Sequence[float | None]) -> None:
        """Write one row at ``t_s`` seconds since the run's start; ``None`` is a hole.

        Raises:
            LedgerUnavailable: the disk is full or gone; what was written before stays readable.
        """
        row = self._pack(t_s, *[_NAN if value is None else value for value in values])
        row += crc32(row, self._row & 0xFFFFFFFF).to_bytes(4, "little")
        try:
            written = os.write(self._descriptor, row)
        except OSError as error:
            raise LedgerUnavailable(f"a sample was lost: {error.strerror}") from error
        if written < len(row):
            self._take_back(written)
            raise LedgerUnavailable("a sample was lost: no space left on the disk")
        self._row += 1

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take_back(self, written: int) -> None:
        # Rows are found by their number times their size: a torn one in the middle would shift all that follow.
        os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)


def open_spool(folder: str, *, rows: int = 4096) -> tuple[SpoolHeader, Iterator[list[tuple[float, ...]]]]:
    """Read a spool's header, and its rows block by block; a row whose CRC is wrong is an empty tuple.

    Raises:
        LedgerDamaged: there is no spool, or its header cannot be read.
    """
    path = os.path.join(folder, SAMPLES)
    try:
        with open(path, "rb", opener=regular) as file:
            line = file.readline(_HEADER_BYTES)
    except OSError as error:
        raise LedgerDamaged(f"cannot read {path}: {error.strerror}") from error
    try:
        if not line.endswith(b"\n"):
            raise InvalidRecord("its header is torn")
        header = from_json(SpoolHeader, json.loads(line))
    except (ValueError, RecursionError, InvalidRecord) as error:
        raise LedgerDamaged(f"{path} is not a spool: {error}") from error
    return header, _blocks(path, len(line), len(header.channels), rows)


def _blocks(path: str, start: int, channels: int, rows: int) -> Iterator[list[tuple[float, ...]]]:
    form = struct.Struct(f"<{channels + 1}d")
    size, number = form.size + 4, 0
    with open(path, "rb", opener=regular) as file:
        file.seek(start)
        while True:
            data = file.read(size * rows)
            whole = len(data) // size
            if whole == 0:
                return
            yield [_row(data[at * size : (at + 1) * size], form, number + at) for at in range(whole)]
            number += whole


def _row(data: bytes, form: struct.Struct, number: int) -> tuple[float, ...]:
    if crc32(data[:-4], number & 0xFFFFFFFF) != int.from_bytes(data[-4:], "little"):
        return ()
    return form.unpack(data[:-4])


def read_events(folder: str) -> list[Mapping[str, object]]:
    """Read the events of a run: one JSON object a line; what is torn or no object is left out."""
    try:
        with open(os.path.join(folder, EVENTS), "rb", opener=regular) as file:
            lines = file.read().split(b"\n")
    except OSError:
        return []
    return [event for event in map(_event, lines) if event is not None]


def _event(line: bytes) -> Mapping[str, object] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
