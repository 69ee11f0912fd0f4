"""Pack columns of float64 into few bytes and back, bit for bit.

Sensors count in steps (a milliwatt, a microjoule), so most columns are whole numbers over a power of ten: those are stored
as offsets or differences in as few bytes as their range needs, byte plane by byte plane, because the high bytes of noise
compress and the low ones do not. A column that is not such (or holds infinities, negative zero, odd NaNs) is stored as its
bits.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise

from vatio.errors import LedgerDamaged

_CONSTANT, _WHOLE, _BITS = 0, 1, 2
_HEAD = struct.Struct("<BBBBqqq")  # kind, exponent (+128: times 1e-k), order, width, base, first, second
_EXPONENTS = (0, 3, 6, 1, 2, 4, 5, 7, 8, 9)
_EXACT = 2.0**53
_TIMES = 128
_HOLES = 4
_STORED = 1 << 31


def pack_column(values: Sequence[float]) -> bytes:
    """Pack one column; ``unpack_column`` gives the same bits back.

    >>> list(unpack_column(pack_column([1.5, 2.25]), 2))
    [1.5, 2.25]
    """
    column = values if isinstance(values, array) else array("d", values)
    bits = column.tobytes()
    if bits == bits[:8] * len(column):
        return bytes([_CONSTANT]) + _little(column[:1])
    return _pack_whole(column, bits) or bytes([_BITS]) + _pack_planes(_little(column), 8)


def unpack_column(data: bytes, count: int) -> array[float]:
    """Unpack ``count`` numbers.

    Raises:
        LedgerDamaged: the bytes are not a packed column of that many numbers.
    """
    try:
        column = _unpack(data, count)
    except (struct.error, zlib.error, ValueError, IndexError, OverflowError) as error:
        raise LedgerDamaged(f"a packed column does not unpack: {error}") from error
    if len(column) != count:
        raise LedgerDamaged(f"a packed column has {len(column)} numbers, not {count}")
    return column


def pack_floats(values: array[float]) -> bytes:
    """Pack numbers as compressed byte planes: larger than ``pack_column``, and four times faster to read."""
    return zlib.compress(b"".join(_planes(_little(values), 8)), 6)


def unpack_floats(data: bytes) -> array[float]:
    """Unpack what ``pack_floats`` packed.

    Raises:
        LedgerDamaged: the bytes are not packed numbers.
    """
    try:
        joined = zlib.decompress(data)
        count = len(joined) // 8
        return _from_planes([joined[at * count : (at + 1) * count] for at in range(8)], count, "d")
    except (zlib.error, ValueError) as error:
        raise LedgerDamaged(f"packed numbers do not unpack: {error}") from error


def _unpack(data: bytes, count: int) -> array[float]:
    if data[0] == _CONSTANT:
        return _native("d", data[1:9]) * count
    if data[0] == _BITS:
        return _from_planes(_unpack_planes(data[1:], 8, count), count, "d")
    kind, exponent, order, width, base, first, second = _HEAD.unpack_from(data)
    if kind != _WHOLE:
        raise ValueError(f"kind {kind}")
    offsets = _from_planes(_unpack_planes(data[_HEAD.size :], width, count), count, "Q")
    whole = _integrated(offsets, base, (first, second), order & ~_HOLES)
    # A hole is the smallest number, one below the smallest known one.
    return _restored(whole, exponent, base if order & _HOLES else None)


def _pack_whole(column: array[float], bits: bytes) -> bytes | None:
    try:
        return _whole(column, bits)
    except (OverflowError, ValueError, struct.error):  # an infinity, or a range past 64 bits
        return None


def _whole(column: array[float], bits: bytes) -> bytes | None:
    known = [value for value in column if value == value]
    holes = len(known) != len(column)
    exponent = _exponent(known)
    if exponent is None:
        return None
    scale = 10.0 ** (exponent & ~_TIMES)
    numbers = [round(value * scale) for value in known]
    if holes:
        mark = min(numbers) - 1
        source = iter(numbers)
        numbers = [next(source) if value == value else mark for value in column]
        if _restored(numbers, exponent, mark).tobytes() != bits:
            return None
        return _packed(numbers, exponent, 0, _HOLES)
    if _restored(numbers, exponent, None).tobytes() != bits:
        return None
    return _packed(numbers, exponent, _order(numbers), 0)


def _packed(numbers: list[int], exponent: int, order: int, flags: int) -> bytes:
    steps, (first, second) = _differences(numbers, order)
    base = min(steps)
    offsets = array("Q", [step - base for step in steps] if base else steps)
    width = (max(offsets).bit_length() + 7) // 8
    return _HEAD.pack(_WHOLE, exponent, order | flags, width, base, first, second) + _pack_planes(_little(offsets), width)


def _exponent(known: Sequence[float]) -> int | None:
    if not known:
        return None
    sample = known[:8] + known[-8:]  # type: ignore[operator]
    for times in (0, _TIMES):
        for exponent in _EXPONENTS:
            scale = 10.0**exponent
            if max(map(abs, sample)) * scale < _EXACT and all(
                value == _value(round(value * scale), exponent, times) for value in sample
            ):
                return exponent | times
    return None


def _value(number: int, exponent: int, times: int) -> float:
    return number * 10.0**-exponent if times else number / 10.0**exponent


def _restored(numbers: Sequence[int], exponent: int, mark: int | None) -> array[float]:
    if exponent & _TIMES:
        step = 10.0 ** -(exponent & ~_TIMES)
        column = array("d", [number * step for number in numbers])
    elif exponent:
        scale = 10.0**exponent
        column = array("d", [number / scale for number in numbers])
    else:
        column = array("d", numbers)
    if mark is not None:
        for at, number in enumerate(numbers):
            if number == mark:
                column[at] = float("nan")
    return column


def _order(numbers: Sequence[int]) -> int:
    # Noise around a level is smallest as it is, a counter as differences, a clock as differences of them.
    ranges = []
    for order in range(3):
        steps, _ = _differences(numbers[:256], order)
        inner = steps[order:]
        ranges.append(max(inner) - min(inner) if inner else 1 << 64)
    return min(range(3), key=ranges.__getitem__)


def _differences(numbers: Sequence[int], order: int) -> tuple[Sequence[int], tuple[int, int]]:
    first = second = 0
    if order >= 1:
        first, steps = numbers[0], [after - before for before, after in pairwise(numbers)]
        if order == 2 and steps:
            second, steps = steps[0], [after - before for before, after in pairwise(steps)]
            steps = [min(steps, default=0), *steps]
        numbers = [min(steps, default=0), *steps]  # a first step that widens no range, and is not used
    return numbers, (first, second)


def _integrated(offsets: Sequence[int], base: int, firsts: tuple[int, int], order: int) -> Sequence[int]:
    if order == 0:
        return [offset + base for offset in offsets] if base else offsets
    steps = [offset + base for offset in offsets[order:]]
    if order == 2:
        steps = list(accumulate(steps, initial=firsts[1]))
    return list(accumulate(steps, initial=firsts[0]))


def _pack_planes(data: bytes, width: int) -> bytes:
    parts = []
    for plane in _planes(data, width):
        small = zlib.compress(plane, 6)
        stored = len(small) >= len(plane)
        kept = plane if stored else small
        parts += [(len(kept) | (_STORED if stored else 0)).to_bytes(4, "little"), kept]
    return b"".join(parts)


def _planes(data: bytes, width: int) -> list[bytes]:
    return [data[at::8] for at in range(width)]


def _unpack_planes(data: bytes, width: int, count: int) -> list[bytes]:
    planes, at = [], 0
    for _ in range(width):
        size = int.from_bytes(data[at : at + 4], "little")
        kept = data[at + 4 : at + 4 + (size & ~_STORED)]
        plane = kept if size & _STORED else zlib.decompress(kept)
        if len(plane) != count:
            raise ValueError(f"a plane of {len(plane)} bytes")
        planes.append(plane)
        at += 4 + (size & ~_STORED)
    return planes


def _from_planes(planes: list[bytes], count: int, form: str) -> array:  # type: ignore[type-arg]
    data = bytearray(8 * count)
    for at, plane in enumerate(planes):
        data[at::8] = plane
    return _native(form, bytes(data))


def _native(form: str, data: bytes) -> array:  # type: ignore[type-arg]
    column = array(form)
    column.frombytes(data)
    if sys.byteorder == "big":
        column.byteswap()
    return column


def _little(column: array) -> bytes:  # type: ignore[type-arg]
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()
