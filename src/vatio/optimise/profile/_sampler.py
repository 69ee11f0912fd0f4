"""Sample the stacks of a Python process by its CPU time; a copy of this file is the `sitecustomize` on its PYTHONPATH.

Each tick adds the CPU-seconds since the one before to the stack that runs, so that a long call of a C extension, in which
no tick is handled, counts for the line that made it. What is sampled is written now and then: a process that is killed
loses a tenth of a second of it.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_EVERY_S = 0.01
_KEPT_EVERY_S = 0.1
# Writing may cost one part in this many; with thousands of stacks it is done less often.
_KEPT_RATIO = 150.0
_DEEPEST = 100
_HERE = os.path.dirname(os.path.abspath(__file__))
_OUT = os.environ.get("VATIO_PROFILE_FOLDER", "")
_spent_s: dict[tuple[tuple[str, str, int], ...], float] = {}
_state: dict[str, float] = {"begun": 0.0, "last_s": 0.0, "kept_s": 0.0, "every_s": _KEPT_EVERY_S}


def _tick(number: int, frame: FrameType | None) -> None:
    """Add the time since the tick before to the stack that runs now."""
    now_s = time.process_time()
    stack: list[tuple[str, str, int]] = []
    while frame is not None and len(stack) < _DEEPEST:
        code = frame.f_code
        stack.append((code.co_filename, code.co_name, frame.f_lineno or code.co_firstlineno))
        frame = frame.f_back
    key = tuple(stack)
    _spent_s[key] = _spent_s.get(key, 0.0) + now_s - _state["last_s"]
    _state["last_s"] = now_s
    if now_s - _state["kept_s"] >= _state["every_s"]:
        _keep()


def _keep() -> None:
    """Write what was sampled, whole or not at all; a full disk is no reason to disturb the program."""
    begun_s = time.process_time()
    path = os.path.join(_OUT, f"{os.getpid()}-{_state['begun']:.6f}")
    try:
        with open(f"{path}.part", "w", encoding="utf-8", errors="surrogateescape") as file:
            for stack, spent_s in list(_spent_s.items()):
                lines = "\t".join(f"{name}\x1f{function}\x1f{line}" for name, function, line in reversed(stack))
                file.write(f"{spent_s:.6f}\t{lines}\n")
        os.replace(f"{path}.part", f"{path}.txt")
    except OSError:
        return
    finally:
        _state["kept_s"] = time.process_time()
        _state["every_s"] = max(_KEPT_EVERY_S, _KEPT_RATIO * (_state["kept_s"] - begun_s))


def _begin() -> None:
    """Start anew: at the beginning of a process, and in each fork, whose timers do not come along."""
    _spent_s.clear()
    _state.update(every_s=_KEPT_EVERY_S, last_s=time.process_time(), kept_s=time.process_time(), begun=time.monotonic())
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)


def _end() -> None:
    """Stop the timer before the interpreter takes the handler away: a tick after that would end the program."""
    signal.setitimer(signal.ITIMER_PROF, 0.0)
    signal.signal(signal.SIGPROF, signal.SIG_IGN)  # one that is on its way is dropped
    _keep()


def _leave(event: str, _arguments: object) -> None:
    """Stop the timer before another program takes the process over: its default action would end that program."""
    if event == "os.exec":
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        _keep()


def _pass_on() -> None:
    """Load the sitecustomize that this one stands before, as Python would have."""
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != _HERE]
    mine = sys.modules.pop("sitecustomize", None)
    try:
        __import__("sitecustomize")
    except ModuleNotFoundError as error:
        if error.name != "sitecustomize":
            raise
        if mine is not None:
            sys.modules["sitecustomize"] = mine


if _OUT and hasattr(signal, "setitimer"):
    signal.signal(signal.SIGPROF, _tick)
    signal.siginterrupt(signal.SIGPROF, False)
    os.register_at_fork(after_in_child=_begin)
    sys.addaudithook(_leave)
    atexit.register(_end)
    _begin()
_pass_on()
