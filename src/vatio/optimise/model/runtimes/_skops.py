"""Write an estimator as skops does, the same bytes for the same estimator: no address of memory, no clock."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from vatio.errors import UsageError, first_line
from vatio.optimise.model.runtimes._vouched import is_vouched
from vatio.plugins import require

_SCHEMA = "schema.json"
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def packed(estimator: Any) -> bytes:
    """Pack an estimator.

    Raises:
        MissingExtra: skops is not installed.
        UsageError: skops cannot write it.
    """
    skops = require("skops.io", extra="optimise")
    try:
        given = skops.dumps(estimator)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise UsageError(f"this {type(estimator).__name__} cannot be saved without pickle: {first_line(error)}") from error
    with zipfile.ZipFile(io.BytesIO(given)) as archive:
        schema = json.loads(archive.read(_SCHEMA))
        files = _renumber(schema)
        members = {fresh: _settled(archive.read(name), fresh) for name, fresh in files.items()}
    return _zipped({**members, _SCHEMA: json.dumps(schema, separators=(",", ":")).encode()})


def unpacked(content: bytes, *, trusted: Sequence[str] = ()) -> Any:
    """Read an estimator back; types that are neither scikit-learn's, NumPy's nor among ``trusted`` are refused.

    Raises:
        MissingExtra: skops is not installed.
        UsageError: it is none, or holds types that nobody vouched for.
    """
    skops = require("skops.io", extra="optimise")
    try:
        unknown = [name for name in skops.get_untrusted_types(data=content) if name not in trusted]
        foreign = [name for name in unknown if not is_vouched(name)]
        if foreign:
            raise UsageError(
                f"it holds types that may do anything when they are loaded: {', '.join(sorted(foreign))}",
                hint="load it with --trust, or trust=True, only if you trust where it comes from",
            )
        return skops.loads(content, trusted=[*unknown, *trusted])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, ImportError, EOFError) as error:
        raise UsageError(f"this is not a skops file of an estimator: {first_line(error)}") from error


def _renumber(schema: Any) -> dict[str, str]:
    """Count objects where skops has their addresses; gives the new name of each member."""
    ids: dict[int, int] = {}
    files: dict[str, str] = {}
    for node in _nodes(schema):
        if node.get("__loader__") == "JsonNode":
            node.pop("__id__", None)  # whether two equal numbers are one object says nothing
        elif "__id__" in node:
            node["__id__"] = ids.setdefault(node["__id__"], len(ids) + 1)
        if isinstance(node.get("file"), str):
            name = node["file"]
            node["file"] = files.setdefault(name, f"{len(files)}.{name.rpartition('.')[2]}")
    return files


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(reversed(list(node.values())))
        elif isinstance(node, list):
            waiting.extend(reversed(node))


def _settled(content: bytes, name: str) -> bytes:
    """Empty the gaps between an array's fields, where memory was left as it was found."""
    numpy = require("numpy", extra="optimise")
    if not name.endswith(".npy"):
        return content
    held = numpy.load(io.BytesIO(content), allow_pickle=False)
    if held.dtype.names is None:
        return content
    fresh, written = numpy.zeros(held.shape, held.dtype), io.BytesIO()
    for field in held.dtype.names:
        fresh[field] = held[field]
    numpy.save(written, fresh, allow_pickle=False)
    return written.getvalue()


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=1)
    return buffer.getvalue()
