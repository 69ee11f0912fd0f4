"""Start and wait for a child by what this system has: signals, process descriptors, a sub-reaper."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from vatio.measure._rim import Rim
from vatio.measure._spawn import HERE, Place, Unstartable, spawn
from vatio.measure.wrap._loop import Beside, Exit, bare_wait, open_pidfd, watch
from vatio.measure.wrap._signals import Signals, adopt_orphans, open_signals


class Watched(Beside, Protocol):
    """Work beside the child, and know which processes are vatio's own."""

    own: set[int]

    def look_last(self, child: int) -> None:
        """Read what the kernel counted for the child, which is over and not reaped yet."""


class System(Protocol):
    """Run one child. Opened before it is started, closed after it was waited for and summed up."""

    def start(self, path: str, argv: Sequence[str], environ: Mapping[str, str], place: Place = HERE) -> int | Unstartable:
        """Start the program and give its process id, or say why there is none."""

    def wait(self, child: int, beside: Watched | None, rim: Rim) -> Exit:
        """Wait for the child; what fails beside it goes to ``rim``, and the wait goes on."""

    def close(self) -> None:
        """Give back what was taken over."""


class PosixSystem:
    """Run one child in this process group, passing signals on; adopt its orphans where the kernel can."""

    def __init__(self, *, signals: Callable[[], Signals] = open_signals) -> None:
        self._signals = signals()
        self._adopted_before = adopt_orphans()

    def start(self, path: str, argv: Sequence[str], environ: Mapping[str, str], place: Place = HERE) -> int | Unstartable:
        """Start the program with the signals as they were found."""
        return spawn(path, argv, environ=environ, mask=self._signals.mask, place=place)

    def wait(self, child: int, beside: Watched | None, rim: Rim) -> Exit:
        """Wait by the loop; without anything beside, or when the loop fails, by nothing but a wait."""
        if beside is None:
            return bare_wait(child)
        try:
            pidfd = open_pidfd(child)
            return watch(child, signals=self._signals, beside=beside, pidfd=pidfd, own=beside.own, exited=beside.look_last)
        except Exception as error:  # noqa: BLE001  the rim: the child's code is returned whatever the measurement does
            rim.fault(f"the loop: {error}")
            return bare_wait(child)
        finally:
            for _ in self._signals.take():
                pass  # a Ctrl-C that the child has answered is no reason to hurry now

    def close(self) -> None:
        """Give the signals back, and adopt nobody any longer."""
        self._signals.close()
        adopt_orphans(self._adopted_before)


def open_system() -> System:
    """Choose by the operating system."""
    if os.name == "posix":
        return PosixSystem()
    from vatio.measure.wrap._portable import PortableSystem

    return PortableSystem()
