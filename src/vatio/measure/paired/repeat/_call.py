"""Repeat a call of this process, as a tracked block."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import NamedTuple

from vatio.measure._spawn import Place, at
from vatio.measure._surroundings import surroundings
from vatio.measure.block import Wish, start
from vatio.measure.paired._design import Arm
from vatio.measure.paired._found import STOPPED, repetition_of
from vatio.measure.paired._measurement import Repetition
from vatio.measure.paired._order import Turn
from vatio.measure.paired.repeat._setting import Setting
from vatio.measure.paired.repeat._stopping import Stopping

_TAIL_CHARACTERS = 2000


class Outcome(NamedTuple):
    """Hold how a call ended: by an exit code, by an exception (``reason``), by a signal, or well."""

    exit_code: int | None = None
    signal: int | None = None
    reason: str = ""
    trace: str = ""

    @property
    def status(self) -> str:
        """Give the status of its run."""
        return "failed" if self.exit_code or self.signal or self.reason else "finished"


def repeat_call(arm: Arm, turn: Turn, *, setting: Setting, cpus: tuple[int, ...]) -> Repetition:
    """Call an arm's function as a tracked block; what came before is cleared out of memory first, unmeasured."""
    import gc

    gc.collect()
    config = setting.configured(arm, turn)
    meters = () if setting.open_meters is None else tuple(setting.open_meters(surroundings(), config.meters).meters)
    wish = Wish(meters=meters, name=arm.name, stage=setting.stage, tags=turn.tags, config=config, within=setting.run)
    run = start(wish, begun_s=time.thread_time(), frame=sys._getframe())
    with ExitStack() as pinned:
        with suppress(OSError):  # the CPUs were tried before; if they have gone meanwhile, the call runs where it can
            pinned.enter_context(at(Place(cpus=cpus)))
        outcome = attempt(arm.call, setting.stopping)
    if outcome.signal is not None:
        run.target.log({"e": "note", "text": STOPPED})
    run.end(outcome.status, exit_code=outcome.exit_code, signal=outcome.signal)
    return repetition_of(run.record, turn, stderr_tail=outcome.trace, reason=outcome.reason)


def attempt(call: Callable[[], object] | None, stopping: Stopping) -> Outcome:
    """Call, and say how it went."""
    try:
        with stopping.interruptible():
            if call is not None:
                call()
    except KeyboardInterrupt:
        stopping.hear(signal.SIGINT)
        return Outcome(signal=int(signal.SIGINT))
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else int(leave.code is not None)
        return Outcome(exit_code=code)
    except Exception as error:  # noqa: BLE001  the rim: an arm that fails is reported as failed, and the others go on
        import traceback

        reason = f"{type(error).__name__}: {error}".strip().removesuffix(":")
        return Outcome(reason=reason, trace=traceback.format_exc()[-_TAIL_CHARACTERS:].strip())
    return Outcome()
