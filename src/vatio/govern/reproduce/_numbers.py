"""Read the numbers of a result file in plain Python: JSON, CSV, text, .npy, .npz, .safetensors. Pickles are never loaded."""

from __future__ import annotations

import ast
import io
import json
import math
import re
import struct
import sys
import zipfile
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What is larger is held against the other byte by byte only.
LARGEST_BYTES = 256 << 20
_DEEPEST = 200
_LONGEST_HEADER = 1 << 16
_EXACT = 1 << 53
# What a file that is broken, or not what its name says, can raise in the modules that read it.
_BROKEN = (
    ValueError, SyntaxError, LookupError, TypeError, AttributeError, ArithmeticError, EOFError, RuntimeError, MemoryError,
    struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf|infinity)(?![\w])", re.IGNORECASE
)
# Name of a type -> (letter of array, bytes of an item).
_ARRAYS = {
    "f4": "f",
    "f8": "d",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": "q",
    "u1": "B",
    "u2": "H",
    "u4": "I",
    "u8": "Q",
    "b1": "B",
}
_SAFE = {
    "F64": "f8", "F32": "f4", "F16": "f2", "BF16": "bf", "I64": "i8", "I32": "i4", "I16": "i2", "I8": "i1",
    "U64": "u8", "U32": "u4", "U16": "u2", "U8": "u1", "BOOL": "b1",
}  # fmt: skip
_BYTES = {"f2": 2, "bf": 2, "c8": 8, "c16": 16, **{name: int(name[1:]) for name in _ARRAYS}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Hold the numbers of one place in a file. ``form`` is what must be the same (shape, type, the text around them).

    ``width`` is how many stand in a row of an array, whose sizes are a scale for each other; 0: they are none.
    """

    form: str
    values: Sequence[float]
    width: int = 0


Numbers = Mapping[str, Column]


def numbers_of(name: str, content: bytes) -> Numbers | None:
    """Read the numbers of a file by its name's ending and its content; ``None`` where it has none that may be read.

    >>> numbers_of("m.json", b'{"loss": 0.5}')["loss"].values
    (0.5,)
    """
    if len(content) > LARGEST_BYTES:
        return None
    try:
        if content.startswith(b"\x93NUMPY"):
            return {"": _npy(content)}
        if content.startswith(b"PK\x03\x04") and name.endswith(".npz"):
            return _npz(content)
        if name.endswith(".safetensors"):
            return _safetensors(content)
        return _text(name, content)
    except _BROKEN:
        return None


def _text(name: str, content: bytes) -> Numbers | None:
    if b"\0" in content[:8192]:
        return None
    text = content.decode("utf-8")
    if name.endswith(".json"):
        return dict(_leaves(_json(text), "", 0))
    if name.endswith((".jsonl", ".ndjson")):
        lines = (line for line in text.splitlines() if line.strip())
        return {path: column for at, line in enumerate(lines) for path, column in _leaves(_json(line), f"[{at}]", 0)}
    values = tuple(_finite(match[0]) for match in _NUMBER.finditer(text))
    return {"": Column(form=_NUMBER.sub("#", text), values=values)} if values else None


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once, parse_float=_finite)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: which of both counts is the reader's choice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _finite(text: str) -> float:
    """Refuse a number that is larger than any float: it would equal all such. One that is called infinite is."""
    value = float(text)
    if math.isinf(value) and "n" not in text.lower():
        raise ValueError("larger than any float")
    return value


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, Column]]:
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, dict) and value:
        for key, item in value.items():
            name = key if key.isidentifier() else json.dumps(key)  # so that no two places have one name
            yield from _leaves(item, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from _leaves(item, f"{path}[{at}]", depth + 1)
    elif isinstance(value, float) or (type(value) is int and abs(value) <= _EXACT):
        yield path, Column(form="number", values=(float(value),))
    else:
        yield path, Column(form=json.dumps(value), values=())


def _npy(content: bytes) -> Column:
    major = content[6]
    width = 2 if major == 1 else 4
    length = int.from_bytes(content[8 : 8 + width], "little")
    begin = 8 + width + length
    if length > _LONGEST_HEADER:
        raise ValueError("the header is longer than any is")
    header = ast.literal_eval(content[8 + width : begin].decode("latin-1"))
    kind, shape = str(header["descr"]), tuple(int(size) for size in header["shape"])
    form = f"{kind.lstrip('<>|=')} {shape}{' fortran' if header['fortran_order'] else ''}"
    values = _values(kind.lstrip("<>|="), content[begin:], big=kind.startswith(">"))
    if len(values) not in (math.prod(shape), 2 * math.prod(shape)):
        raise ValueError("the array is not whole")
    inner = (shape[0] if header["fortran_order"] else shape[-1]) if shape else 1
    return Column(form=form, values=values, width=inner * (len(values) // max(1, math.prod(shape))))


def _npz(content: bytes) -> Numbers:
    found: dict[str, Column] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > LARGEST_BYTES:
            raise ValueError("too large when unpacked")
        for member in members:
            with archive.open(member) as file:
                found[member.filename.removesuffix(".npy")] = _npy(file.read(LARGEST_BYTES))
    return found


def _safetensors(content: bytes) -> Numbers:
    length = int.from_bytes(content[:8], "little")
    if 8 + length > len(content):
        raise ValueError("the header is not whole")
    header, body = json.loads(content[8 : 8 + length]), memoryview(content)[8 + length :]
    found: dict[str, Column] = {}
    for name, told in header.items():
        if name == "__metadata__":
            continue
        begin, end = told["data_offsets"]
        if not 0 <= begin <= end <= len(body):
            raise ValueError("a tensor lies outside of the file")
        values = _values(_SAFE[told["dtype"]], body[begin:end])
        width = int(told["shape"][-1]) if told["shape"] else len(values)
        found[name] = Column(form=f"{told['dtype']} {told['shape']}", values=values, width=max(1, width))
    return found


def _values(kind: str, raw: bytes | memoryview, *, big: bool = False) -> Sequence[float]:
    size = _BYTES[kind]
    if len(raw) % size:
        raise ValueError("half a number")
    if kind == "f2":
        return array("f", (item[0] for item in struct.iter_unpack(">e" if big else "<e", raw)))
    if kind == "bf":  # the upper half of a 32-bit float
        halves = array("H", bytes(raw))
        return array("f", b"".join(struct.pack("<HH", 0, half) for half in halves))
    letter = {"c8": "f", "c16": "d"}.get(kind) or _ARRAYS[kind]
    values = array(letter, bytes(raw))
    if big != (sys.byteorder == "big"):
        values.byteswap()
    return values
