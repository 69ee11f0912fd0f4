"""Start and wait for a child where there is no POSIX (Windows): Ctrl-C reaches both through the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vatio.measure._rim import Rim
from vatio.measure._spawn import HERE, Place, Unstartable
from vatio.measure.wrap._loop import Beside, Exit

_LONGEST_WAIT_S = 60.0


class PortableSystem:
    """Start one child with this process's own standard streams and console, and wait for it by its handle."""

    def __init__(self) -> None:
        self._child: Any = None

    def start(self, path: str, argv: Sequence[str], environ: Mapping[str, str], place: Place = HERE) -> int | Unstartable:
        """Start the program; give its process id."""
        import subprocess

        stdin, stdout, stderr = place.streams or (None, None, None)
        try:
            self._child = subprocess.Popen(
                [path, *argv[1:]], env=dict(environ), cwd=place.folder, stdin=stdin, stdout=stdout, stderr=stderr
            )
        except (OSError, ValueError) as error:
            return Unstartable(126, f"{argv[0]}: {error}")
        return int(self._child.pid)

    def wait(self, child: int, beside: Beside | None, rim: Rim) -> Exit:
        """Wait for the child, working beside it when that is due."""
        import subprocess

        while True:
            due_s = None if beside is None else rim("the loop", beside.due_s, None)
            try:
                code = self._child.wait(timeout=None if due_s is None else min(max(due_s, 0.0), _LONGEST_WAIT_S))
                return Exit(code << 8 if code >= 0 else -code)
            except subprocess.TimeoutExpired:
                if beside is not None:
                    rim("the loop", beside.wake, None)
            except KeyboardInterrupt:
                continue  # the console has told the child too

    def close(self) -> None:
        """Do nothing: no signal was taken over."""
