"""One trial under way in a process of its own, which measures it, seals its run and dies with the search."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from vatio.config import Config
from vatio.errors import VatioError
from vatio.measure import Arm, Once, end_below, end_with_parent, measure_once, tree_cpu_s

# What a worker is given between the word and the kill, so that it knows why its workload ended.
_MOMENT_S = 0.05


class Ordered(NamedTuple):
    """Hold what one worker is to do: run ``arm`` as a run within ``within``, with these tags."""

    arm: Arm
    within: str
    tags: Mapping[str, str]
    config: Config
    environ: Mapping[str, str]
    timeout_s: float | None


class Told(NamedTuple):
    """Hold what a worker says at its end: the trial's run, whether it was stopped, and why it failed."""

    run: str | None = None
    is_stopped: bool = False
    reason: str = "its worker died"


class Worker:
    """Be a worker that has been started; ``descriptor`` can be read from when it has ended."""

    def __init__(self, ordered: Ordered) -> None:
        parent = os.getpid()
        self.descriptor, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.descriptor)
            _be(ordered, writing, parent)
        os.close(writing)

    def cpu_s(self) -> float:
        """Give the CPU-seconds that it and its workload have used so far."""
        return tree_cpu_s([self.pid])

    def stop(self) -> None:
        """Tell it to stop, and end its workload whether or not that listens."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
            time.sleep(_MOMENT_S)
            end_below(self.pid)

    def join(self) -> Told:
        """Wait for its end and hear what it says."""
        text = b""
        while part := os.read(self.descriptor, 65536):
            text += part
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)
        try:
            return Told(*json.loads(text))
        except (ValueError, TypeError):
            return Told()


def _be(ordered: Ordered, writing: int, parent: int) -> Any:
    """Be the worker: measure, say what came of it, and end without what the search has still to do."""
    try:
        os.set_inheritable(writing, False)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if end_with_parent(parent):
            os.write(writing, json.dumps(_said(ordered)).encode())
    except (VatioError, OSError, ValueError) as error:
        with suppress(OSError):
            os.write(writing, json.dumps([None, False, f"{type(error).__name__}: {error}"[:500]]).encode())
    finally:
        os._exit(0)


def _said(ordered: Ordered) -> list[Any]:
    config = ordered.config.having(workload={"tags": {**ordered.config.workload.tags, **ordered.tags}})
    once: Once = measure_once(
        ordered.arm, within=ordered.within, config=config, environ=ordered.environ, timeout_s=ordered.timeout_s
    )
    made = once.repetition
    last_line = made.stderr_tail.rpartition("\n")[2]
    reason = f"{made.reason}: {last_line}" if last_line and not made.ok else made.reason
    return [made.run, once.is_stopped, reason[:500]]
