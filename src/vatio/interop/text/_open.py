"""Open files of other tools: whatever their encoding, nothing of them ends in a traceback."""

from __future__ import annotations

import codecs
from contextlib import contextmanager

from vatio.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_HEAD_BYTES = 8192
# A whole document (JSON, YAML, prose) is read into memory; tables are not.
_MOST_BYTES = 64 * 1024**2
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def head_of(path: str) -> str:
    """Read the first characters of a file.

    Raises:
        UsageError: it cannot be read.
    """
    return _bytes(path, _HEAD_BYTES).decode(encoding_of(path), errors="replace")


def read_text(path: str) -> str:
    """Read a whole document.

    Raises:
        UsageError: it cannot be read, or is larger than 64 MiB.
    """
    data = _bytes(path, _MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{path} is larger than 64 MiB", hint="only tables are read in pieces")
    return data.decode(encoding_of(path), errors="replace")


@contextmanager
def opened(path: str) -> Iterator[TextIO]:
    """Open a table to be read line by line, line ends kept.

    Raises:
        UsageError: it cannot be read.
    """
    encoding = encoding_of(path)
    try:
        file = open(path, encoding=encoding, errors="replace", newline="")  # noqa: SIM115  closed below
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    with file:
        yield file


def encoding_of(path: str) -> str:
    """Tell the encoding by the byte-order mark; without one it is UTF-8."""
    start = _bytes(path, 4)
    return next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8")


def _bytes(path: str, most: int) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
