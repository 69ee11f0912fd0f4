"""Start the workload of one repetition, a program or a fork that calls a function, and hear signals while it runs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from vatio.measure._rim import Rim
from vatio.measure._spawn import HERE, Place, Unstartable, at
from vatio.measure.block import look_around_again
from vatio.measure.paired.repeat._stopping import Overheard, Stopping
from vatio.measure.wrap import Exit, PosixSystem, Signals, System, Watched, open_signals, open_system

Call = Callable[[], object]


def attended(stopping: Stopping, call: Call | None = None, *, fold: Callable[[], None] = lambda: None) -> System:
    """Open a system that tells ``stopping`` of signals; with a ``call`` it forks, having called ``fold`` before."""
    if os.name != "posix":
        return open_system()
    signals: list[Signals] = []

    def opened() -> Signals:
        signals.append(Overheard(open_signals(), stopping))
        return signals[0]

    system = PosixSystem(signals=opened)
    return Attended(system, stopping, call=call, fold=fold, mask=signals[0].mask)


class Attended:
    """Run one child as ``system`` does, unless the comparison is to stop; a call runs in a fork of this process."""

    def __init__(
        self, system: System, stopping: Stopping, *, call: Call | None, fold: Callable[[], None], mask: Collection[int]
    ) -> None:
        self._system, self._stopping, self._call, self._fold, self._mask = system, stopping, call, fold, mask

    def start(self, path: str, argv: Sequence[str], environ: Mapping[str, str], place: Place = HERE) -> int | Unstartable:
        """Start the workload and give its process id."""
        if self._stopping.heard:
            return Unstartable(130, "the comparison was stopped")
        if self._call is None:
            try:
                return self._system.start(path, argv, environ, place)
            except OSError as error:  # the folder has gone meanwhile, or its CPUs
                return Unstartable(126, f"{argv[0]}: {error}")
        self._fold()
        pid = os.fork()
        if pid == 0:
            _be(self._call, environ, place, self._mask)
        return pid

    def wait(self, child: int, beside: Watched | None, rim: Rim) -> Exit:
        """Wait for the child."""
        return self._system.wait(child, beside, rim)

    def close(self) -> None:
        """Give the signals back."""
        self._system.close()


def _be(call: Call, environ: Mapping[str, str], place: Place, mask: Collection[int]) -> Any:
    """Be the child: call, and end without what the parent has still to do (its exit handlers, its buffers)."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for target, stream in enumerate(place.streams or ()):
            os.dup2(stream, target)
        os.environ.clear()
        os.environ.update(environ)
        look_around_again()
        with at(Place(cpus=place.cpus)):
            call()
        code = 0
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else int(leave.code is not None)
    except BaseException:  # noqa: BLE001  the end of this process: its exit code says that the call failed, stderr why
        import traceback

        os.write(2, traceback.format_exc().encode("utf-8", "backslashreplace"))
    finally:
        sys.stdout.flush()
        os._exit(code & 0xFF)
