"""Run code that somebody else wrote, and say whose fault it is where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vatio.errors import UsageError, VatioError


@contextmanager
def theirs(what: str, *, hint: str) -> Iterator[None]:
    """Turn whatever the code within raises into an error that names it; Ctrl-C and vatio's own errors go on.

    Raises:
        UsageError: it has failed, or has tried to end this process.
    """
    try:
        yield
    except VatioError:
        raise
    except (Exception, SystemExit) as error:  # their fault: not seen as vatio's, and never lost
        raise UsageError(f"{what}: {said(error)}", hint=hint) from error


def said(error: BaseException) -> str:
    """Write an error in one line, with its kind.

    >>> said(ValueError("no"))
    'ValueError: no'
    """
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
