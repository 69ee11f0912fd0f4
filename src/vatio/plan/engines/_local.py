"""Wait on this host: a process of its own, free from the terminal that ordered it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from vatio.errors import Refused
from vatio.plan.engines._order import Filed, ring

# Says to the process that carries an order out that its environment is the one in which it was ordered.
MARK = "VATIO_ORDER"
_NOT_PASSED = ("VATIO_RUN", "VATIO_SPOOL", "VATIO_BOOT")
_VATIO = (sys.executable, "-m", "vatio")
# Until the waiter owns its order; a loaded machine may take seconds to start an interpreter.
_PATIENCE_S = 20.0


class LocalEngine:
    """Wait in a detached process of this host."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        vatio: Sequence[str] = _VATIO,
        words: Sequence[str] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``words`` are the shared options of the command line (--ledger, --config)."""
        self._environ, self._vatio, self._words, self._sleep = environ, tuple(vatio), tuple(words), sleep

    def submit(self, filed: Filed) -> str:
        """Start the waiter in a session of its own; its output goes to a log beside the order.

        Raises:
            Refused: it did not start, and why.
        """
        environ = {name: value for name, value in self._environ.items() if name not in _NOT_PASSED}
        command = [*self._vatio, "run", *self._words, "--plan", filed.order.id]
        with open(log_path(filed), "ab", opener=_private) as log:
            waiter = subprocess.Popen(
                command,
                cwd=filed.order.folder,
                env={**environ, MARK: filed.order.id},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until_s = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until_s and not filed.is_owned and filed.waits:
            if waiter.poll() is not None:
                raise Refused(f"the waiter ended with code {waiter.returncode}", hint=f"its log: {log_path(filed)}")
            self._sleep(0.02)
        # It outlives us by intention: nobody is to wait for it.
        waiter.returncode = 0
        return str(waiter.pid)

    def standing(self, filed: Filed) -> str:
        """Tell by the owner's lock, which dies with its process."""
        if not filed.is_owned:
            return "gone"
        return "waiting" if filed.waits else "running"

    def cancel(self, filed: Filed) -> None:
        """Wake the waiter: it sees that its order was taken back."""
        ring(filed.folder)


def log_path(filed: Filed) -> str:
    """Name the log of a detached waiter, which stays when the order is done."""
    return f"{filed.folder}.log"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
