"""Give a repetition no input and discard what it prints, but for the end of its errors; or keep it in files, on demand."""

from __future__ import annotations

import os
from contextlib import suppress

from vatio.measure.paired._order import Turn

_TAIL_BYTES = 2000


class Streams:
    """Open an empty input, an output that is discarded or a file, and a file for the errors whose end can be read."""

    def __init__(self, folder: str | None, turn: Turn) -> None:
        self._folder, self._turn = folder, turn
        self.numbers: tuple[int, int, int] = (0, 1, 2)

    def __enter__(self) -> Streams:
        nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self.numbers = (nothing, self._open("out"), self._open("err"))
        return self

    def __exit__(self, *exception: object) -> None:
        for number in self.numbers:
            os.close(number)

    def tail(self) -> str:
        """Give the end of what the workload wrote to its errors."""
        with suppress(OSError):
            size = os.fstat(self.numbers[2]).st_size
            return os.pread(self.numbers[2], _TAIL_BYTES, max(0, size - _TAIL_BYTES)).decode("utf-8", "replace").strip()
        return ""

    def _open(self, kind: str) -> int:
        if self._folder is None:
            return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC) if kind == "out" else _unnamed()
        name = f"{self._turn.tags['block']}-{self._turn.position}-{_file_name(self._turn.arm)}.{kind}"
        return os.open(os.path.join(self._folder, name), os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


def _unnamed() -> int:
    """Open a file without a name, which is gone when its last user is."""
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix="vatio-")
    os.unlink(path)
    return descriptor


def _file_name(arm: str) -> str:
    """Write an arm's name so that it is one part of a path.

    >>> _file_name("../old lock")
    '.._old_lock'
    """
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in arm)[:80]
