"""Let a workload say what it does: phases, units of work, metrics, artifacts (CONTRACT.md 4). Nothing here raises."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from types import TracebackType

from vatio.errors import UsageError
from vatio.measure._events import Event
from vatio.measure._rim import Rim
from vatio.measure.block._current import Target, innermost, outside, rank

_phase: ContextVar[str | None] = ContextVar("vatio_phase", default=None)
_count = iter(range(1, 1 << 62))


class PhaseBlock:
    """Be one phase of a run: ``with run.phase("train"):``. Phases may nest and overlap, in threads and tasks too."""

    __slots__ = ("_id", "_name", "_outer", "_targets")

    def __init__(self, name: str, targets: Callable[[], Sequence[Target]]) -> None:
        self._name, self._targets = str(name), targets
        self._id, self._outer = "", None

    _outer: str | None

    def __enter__(self) -> PhaseBlock:
        self._id, self._outer = f"{os.getpid()}-{next(_count)}", _phase.get()
        _phase.set(self._id)
        self._tell({"e": "begin", "id": self._id, "name": self._name, "parent": self._outer})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._tell({"e": "end", "id": self._id})
        if _phase.get() == self._id:
            _phase.set(self._outer)

    def _tell(self, event: dict[str, object]) -> None:
        for target in _known(self._targets):
            t_s = _rim("a phase", target.mark, 0.0) or time.monotonic()
            target.log({**event, "t": t_s, **_who(), "cpu_s": time.process_time()})


def phase(name: str) -> PhaseBlock:
    """Name a part of the innermost open run, and of the ``vatio run`` around it: ``with vatio.phase("train"):``."""
    return PhaseBlock(name, targets)


def work(**units: float) -> None:
    """Add units of work that were done: ``vatio.work(samples=64)``."""
    tell_work(targets, units)


def log_metric(name: str, value: float) -> None:
    """Keep the latest value of a metric: ``vatio.log_metric("accuracy", 0.93)``."""
    tell_metric(targets, name, value)


def log_artifact(path: str | os.PathLike[str]) -> None:
    """Name a file that the run has made."""
    tell_artifact(targets, path)


def targets() -> list[Target]:
    """List who hears what is said outside of any run object: the innermost block and the ``vatio run`` around."""
    block, around = innermost(), outside()
    return [*([] if block is None else [block.target]), *([] if around is None else [_Around(around.append)])]


def tell_work(targets: Callable[[], Sequence[Target]], units: dict[str, float]) -> None:
    """Log units of work; what is no number is a fault."""
    _log(targets, lambda: {"e": "work", "units": {str(unit): _count_of(unit, count) for unit, count in units.items()}})


def _count_of(unit: str, count: float) -> float:
    if count < 0:
        raise UsageError(f"{count:g} {unit} of work: work is never undone")
    return float(count)


def tell_metric(targets: Callable[[], Sequence[Target]], name: str, value: float) -> None:
    """Log a metric; a value that is not finite says nothing and is left out."""
    _log(targets, lambda: {"e": "metric", "name": str(name), "value": float(value)})


def tell_artifact(targets: Callable[[], Sequence[Target]], path: str | os.PathLike[str]) -> None:
    """Log the path of a file."""
    _log(targets, lambda: {"e": "artifact", "path": os.path.abspath(os.fspath(path))})


class _Around:
    """Hear for a ``vatio run`` around this process, whose sampler the log wakes."""

    __slots__ = ("_append",)

    def __init__(self, append: Callable[[Event], bool]) -> None:
        self._append = append

    def mark(self) -> float:
        return time.monotonic()

    def log(self, event: Event) -> None:
        self._append(event)


_rim = Rim()


def _known(targets: Callable[[], Sequence[Target]]) -> Sequence[Target]:
    return _rim("an event", targets, ())


def _log(targets: Callable[[], Sequence[Target]], make: Callable[[], dict[str, object]]) -> None:
    heard = _known(targets)
    event = _rim("an event", make, None) if heard else None
    if event is None:
        return
    event.update(_who(), t=time.monotonic())
    for target in heard:
        _rim("an event", lambda target=target: target.log(event), None)  # type: ignore[misc]


def _who() -> dict[str, object]:
    import _thread

    thread = _thread.get_native_id() if hasattr(_thread, "get_native_id") else 0
    return {"pid": os.getpid(), "rank": rank(), "thread": thread}
