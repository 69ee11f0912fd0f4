"""What `vatio runs import` and `runs export` say, and how they write bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from vatio.cli._terminal import drop_stdout, put
from vatio.errors import UsageError
from vatio.files import write_whole
from vatio.interop import Import
from vatio.report import clean

# Only large files are followed.
_EVERY = 10_000


def import_lines(found: Sequence[Import]) -> tuple[str, ...]:
    """Write a line for each file."""
    return tuple(_line(one) for one in found)


def import_json(found: Sequence[Import]) -> dict[str, Any]:
    """Give ``vatio.import-result/1``."""
    return {"schema": "vatio.import-result/1", "files": [_file(one) for one in found]}


def remarks(one: Import) -> Iterator[str]:
    """Name the places of a file that are to be told of, as far as they are named; the others are counted."""
    for problem in one.problems:
        yield f"{clean(one.path)}, {problem.place}: {clean(problem.what)}"
    unnamed = one.refused - sum(not problem.harmless for problem in one.problems)
    if unnamed > 0:
        yield f"{clean(one.path)}: {unnamed} more that could not be read"


def progress_line(path: str, runs: int) -> str | None:
    """Give a line now and then for a large file."""
    return f"{clean(path)}: {runs} runs so far" if runs % _EVERY == 0 and runs else None


def write_bytes(path: str | None, data: bytes) -> None:
    """Write a file whole or not at all, or to stdout; what is no text does not go to a terminal.

    Raises:
        UsageError: it cannot be written there.
    """
    if path is not None and path != "-":
        try:
            write_whole(path, data)
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from error
        return
    if data.isascii() or _is_text(data):
        put(data.decode("utf-8"))
        return
    if sys.stdout is None or sys.stdout.isatty():
        raise UsageError("this format is no text", hint="--out FILE takes it")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drop_stdout()


def _line(one: Import) -> str:
    if one.before:
        return f"{clean(one.path)}: imported before, nothing to add"
    known = f", {one.known} known already" if one.known else ""
    refused = f", {one.refused} refused" if one.refused else ""
    return f"{clean(one.path)}: {len(one.added)} runs added ({one.format}){known}{refused}"


def _file(one: Import) -> dict[str, Any]:
    return {
        "path": one.path,
        "format": one.format,
        "sha256": one.file_sha256,
        "before": one.before,
        "added": list(one.added),
        "known": one.known,
        "refused": one.refused,
        "problems": [{"place": item.place, "what": item.what, "harmless": item.harmless} for item in one.problems],
    }


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False
