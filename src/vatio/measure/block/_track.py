"""Track a block, a function, a coroutine or a generator: ``with vatio.track() as run`` and ``@vatio.track``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar, overload

from vatio.measure.block._wish import Wish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.ledger import Keeper, Ledger
    from vatio.measure._meter import Meter
    from vatio.measure.block._run import Run

F = TypeVar("F", bound=Callable[..., Any])


@overload
def track(what: F, /) -> F: ...
@overload
def track(
    what: Meter | Sequence[Meter] | None = None,
    /,
    *,
    name: str | None = None,
    project: str | None = None,
    stage: str | None = None,
    tags: Mapping[str, str] | None = None,
    interval_s: float | None = None,
    config: Config | None = None,
    clock: Callable[[], float] | None = None,
    ledger: Ledger | Keeper | bool | None = True,
) -> Track: ...
def track(what: Any = None, /, **wishes: Any) -> Any:
    """Measure a block (``with track() as run``) or each call of a function (``@track``, ``@track(name="fit")``).

    ``what`` is a meter, or several, in place of the configured ones. ``ledger`` is an open one, ``True`` for the configured
    one, ``None`` or ``False`` for no record but ``run.record``. ``clock`` replaces CLOCK_MONOTONIC: then, and where all
    meters replay, there is no thread and no host, but one reading at the begin and one at the end, and no ledger unless one
    is given.

    Raises:
        UsageError: an option cannot mean anything, or the configuration is wrong. Nothing is raised once the block runs.
    """
    wishes["tags"] = dict(wishes.get("tags") or {})
    if callable(what) and not hasattr(what, "read"):
        return Track(Wish(**wishes))(what)
    meters = () if what is None else (what,) if hasattr(what, "read") else tuple(what)
    return Track(Wish(meters=meters, **wishes))


class Track:
    """Be a block that can be entered, also again, and a decorator of functions, coroutines and generators."""

    def __init__(self, wish: Wish) -> None:
        from vatio.measure._compose import Order, checked

        self._wish = wish
        self._runs: list[Run] = []
        order = Order(command=(), name=wish.name, project=wish.project, stage=wish.stage, tags=wish.tags)
        checked(order._replace(interval_s=wish.interval_s))

    def __enter__(self) -> Run:
        from vatio.measure.block._start import start

        begun_s = time.thread_time()
        run = start(self._wish, begun_s=begun_s, frame=sys._getframe(1))
        self._runs.append(run)
        return run

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        status, exit_code, signal = _outcome(error)
        self._runs.pop().end(status, exit_code=exit_code, signal=signal)

    async def __aenter__(self) -> Run:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: F) -> F:
        """Make each call of ``function`` a run of its own, named after it."""
        from vatio.measure.block._decorate import tracked

        wish = self._wish
        name = wish.name or str(getattr(function, "__qualname__", "function"))
        return tracked(function, lambda: Track(wish._replace(name=name)))


def _outcome(error: BaseException | None) -> tuple[str, int | None, int | None]:
    """Say how a block ended: left normally, or failed, Ctrl-C included; a generator that is closed was left."""
    if error is None or isinstance(error, GeneratorExit):
        return "finished", None, None
    if isinstance(error, KeyboardInterrupt):
        return "failed", None, 2
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        return ("failed" if code else "finished"), code, None
    return "failed", None, None
