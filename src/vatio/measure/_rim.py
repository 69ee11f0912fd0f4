"""The rim of a measurement: what runs beside the user's work may fail, and never fails that work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Rim:
    """Call what may fail. A fault is kept with its reason, told once as a warning, and answered with ``otherwise``."""

    __slots__ = ("_silent", "faults")

    def __init__(self, *, silent: bool = False) -> None:
        self._silent = silent
        self.faults: list[str] = []

    def __call__(self, what: str, action: Callable[[], T], otherwise: T) -> T:
        """Give what ``action`` gives; ``what`` says in a word or two what it was to do."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001  the address of HOUSE.md 3: a fault here is a gap with its reason
            self.failed(what, error)
            return otherwise

    def failed(self, what: str, error: Exception) -> None:
        """Keep the reason why something could not be done."""
        self.fault(f"{what}: {error}" if str(error) else f"{what}: {type(error).__name__}")

    def fault(self, reason: str) -> None:
        """Keep a fault, each reason once; the first one is told."""
        if reason in self.faults:
            return
        self.faults.append(reason)
        if len(self.faults) == 1 and not self._silent:
            _warn(reason)


def _warn(reason: str) -> None:
    import warnings

    try:
        warnings.warn(f"vatio: {reason}", RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        return  # python -W error: a measurement still raises nothing
