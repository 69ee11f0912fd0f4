"""The folder of a search: whose it is, who works in it, and which trials were opened to the certifying cases already."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vatio.errors import UsageError
from vatio.files import write_whole
from vatio.optimise.model._request import ModelOptions
from vatio.optimise.model.artefact import unwritable

_MARK, _LOCK, _OPENED = "search.json", ".lock", "opened.json"


def claim(options: ModelOptions, digest: str) -> None:
    """Take the folder for this search.

    Raises:
        UsageError: it holds something else, a search that is not to be gone on with, or it cannot be written to.
    """
    mark = options.out / _MARK
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(options.out, error) from error
    try:
        said = json.loads(mark.read_bytes())
        held, run = said["search"], said.get("run", "RUN")
    except FileNotFoundError:
        if any(options.out.iterdir()):
            raise UsageError(f"{options.out} is not empty", hint="give a folder of its own: --out DIR") from None
        held, run = None, "RUN"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"cannot read {mark}: {error}", hint="give another --out DIR") from error
    if held is None and options.resume is not None:
        raise UsageError(f"{options.out} holds no search to go on with", hint="give the folder that it was begun in: --out DIR")
    if held is not None and held != digest:
        raise UsageError(f"{options.out} holds a search for something else", hint="give another --out DIR")
    if held is not None and options.resume is None and any(options.out.glob("trials/*/trial.json")):
        raise UsageError(
            f"{options.out} holds this search already", hint=f"--resume {run} goes on with it; or give another --out DIR"
        )
    _write_mark(options, {"search": digest})


def keep_run(options: ModelOptions, digest: str, run: str) -> None:
    """Keep which run is the search's latest: it is what ``--resume`` is told."""
    _write_mark(options, {"search": digest, "run": run})


def _write_mark(options: ModelOptions, said: dict[str, str]) -> None:
    try:
        write_whole(str(options.out / _MARK), json.dumps(said).encode())
    except OSError as error:
        raise unwritable(options.out, error) from error


@contextmanager
def alone(options: ModelOptions) -> Iterator[None]:
    """Let no other search work in the folder meanwhile; the lock ends with this process and its trials, however they end.

    Raises:
        UsageError: another one is at work there.
    """
    import fcntl  # where a process can be forked for each trial there are locks

    try:
        file = (options.out / _LOCK).open("ab")
    except OSError as error:
        raise unwritable(options.out, error) from error
    with file:
        try:
            # Not lockf: that lock is lost once anything in this process reads the file and closes it.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            said = f"another search is at work in {options.out}"
            raise UsageError(said, hint="wait for its end, or give another --out DIR") from error
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # of what a trial may have left behind too


def opened(options: ModelOptions) -> set[str]:
    """Name the trials that the certifying cases were opened to: they count in every later correction for several."""
    try:
        return set(json.loads((options.out / _OPENED).read_bytes()))
    except (OSError, ValueError):
        return set()


def keep_opened(options: ModelOptions, keys: Sequence[str]) -> None:
    """Keep which trials the certifying cases were opened to."""
    write_whole(str(options.out / _OPENED), json.dumps(sorted(keys)).encode())
