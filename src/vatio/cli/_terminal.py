"""Where words go: data to stdout; plain text into pipes, dumb terminals and where NO_COLOR is set."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from vatio.errors import UsageError, VatioError
from vatio.files import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def write_anything() -> None:
    """Let a terminal that knows only ASCII show a name with an accent as an escape, not as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def put(text: str) -> None:
    """Write data to stdout; it is flushed when the command ends.

    Raises:
        VatioError: stdout is a file on a full disk.
        BrokenPipeError: nobody reads any more.
    """
    _written(lambda: sys.stdout.write(text))


def flush() -> None:
    """Write what is still buffered, with the errors of ``put``."""
    _written(lambda: sys.stdout.flush())


def drop_stdout() -> None:
    """Send what is still buffered nowhere, so that Python's own last flush stays quiet."""
    try:
        sys.stdout.flush()
    except OSError:
        _send_nowhere(sys.stdout)
    except (ValueError, AttributeError):
        return


def _send_nowhere(stream: TextIO) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _shown(line: str) -> str:
    r"""Show control characters of a name that somebody else chose as escapes: they are not for the terminal to obey.

    >>> _shown("vatio: unknown key \x1b[31m")
    'vatio: unknown key \\x1b[31m'
    """
    if line.isprintable():
        return line
    return "".join(letter if letter.isprintable() or letter in "\n\t" else ascii(letter)[1:-1] for letter in line)


def _written(action: Callable[[], object]) -> None:
    if sys.stdout is None:  # closed by whoever started us
        return
    try:
        action()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise VatioError(f"cannot write to stdout: {error.strerror}") from error


def save(path: str, text: str) -> None:
    """Write a file whole or not at all, a device or pipe as it comes; ``-`` is stdout.

    Raises:
        UsageError: it cannot be written there.
    """
    if path == "-":
        put(text)
        return
    try:
        write_whole(path, text.encode("utf-8", "replace"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from error


def tell(error: VatioError) -> None:
    """Write an error and what to do about it to stderr; where nobody listens the exit code says it."""
    say((f"vatio: {error}", *((f"hint: {error.hint}",) if error.hint else ())))


def say(lines: Sequence[str]) -> None:
    """Write lines to stderr at once; nothing depends on whether somebody reads them."""
    try:
        sys.stderr.write("".join(f"{_shown(line)}\n" for line in lines))
        sys.stderr.flush()
    except OSError:
        _send_nowhere(sys.stderr)  # else Python's own last flush fails, and turns the exit code into 120
    except (ValueError, AttributeError):
        return


def put_lines(lines: Sequence[str]) -> None:
    """Write lines of data to stdout."""
    put("".join(f"{line}\n" for line in lines))


def put_json(value: object, *, indent: int | None = 2) -> None:
    """Write one JSON document to stdout."""
    import json

    from vatio.records import to_json

    put(json.dumps(to_json(value), indent=indent, allow_nan=False) + "\n")


def is_plain(stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    """Tell whether a stream wants plain text: no colour, no cursor."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or environ.get("CLICOLOR") == "0":
        return True
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE"):
        return False
    return stream is None or not stream.isatty()


def put_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Write a table to stdout; ``right`` names the columns that are aligned to the right."""
    if is_plain(sys.stdout, os.environ):
        put_lines(plain_table(header, rows, right=right))
    else:
        _put_rich(header, rows, right)


def plain_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Write a table as text, two spaces between its columns.

    >>> plain_table(("run", "J"), [("a", "12"), ("bcd", "3")], right=(1,))
    ['run   J', 'a    12', 'bcd   3']
    """
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = []
    for row in (header, *rows):
        cells = [
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _put_rich(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, name in enumerate(header):
        table.add_column(name, justify="right" if at in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # Text: a run's name is not markup
    Console(file=sys.stdout).print(table)


def live_writer(stream: TextIO, environ: Mapping[str, str]) -> Callable[[str], None]:
    """Give what shows a live line: rewritten in place on a terminal, one line after another elsewhere."""
    if is_plain(stream, environ):
        return lambda text: _line(stream, f"{text}\n" if text else "")
    return lambda text: _line(stream, f"\r\x1b[K{text}")


def _line(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()
