"""Hear that the comparison should stop, finish what must be finished, and only then let the signal have its effect."""

from __future__ import annotations

import signal
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from vatio.measure.wrap import Signal, Signals

_STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


class Stopping:
    """Keep the signals that came. Within ``interruptible`` they raise KeyboardInterrupt, as they do in any call."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.heard_s = 0.0
        self._interrupts = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals over; nothing is taken over on a thread that is not the main one, nor what is ignored."""
        before = {}
        for number in (getattr(signal, name, None) for name in _STOPPING):
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with suppress(ValueError):
                    before[number] = signal.signal(number, self._answer)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a signal break into what is done meanwhile."""
        self._interrupts = True
        try:
            if self.heard:
                raise KeyboardInterrupt
            yield
        finally:
            self._interrupts = False

    def hear(self, number: int) -> None:
        """Take notice of a signal."""
        if number in (getattr(signal, name, None) for name in _STOPPING):
            self.heard_s = self.heard_s or time.monotonic()
            self.heard.append(number)

    def again(self) -> None:
        """Let the first signal that came have its effect now: everything is sealed."""
        if self.heard:
            signal.raise_signal(self.heard[0])

    def _answer(self, number: int, _frame: FrameType | None) -> None:
        self.hear(number)
        if self._interrupts:
            raise KeyboardInterrupt


class Overheard:
    """Receive signals as ``signals`` does, and tell ``stopping`` of each."""

    def __init__(self, signals: Signals, stopping: Stopping) -> None:
        self._signals, self._stopping = signals, stopping
        self.descriptor = signals.descriptor

    @property
    def mask(self) -> Collection[int]:
        """Give the signals that were blocked before."""
        return self._signals.mask

    def take(self) -> Iterator[Signal]:
        """Give the signals that have come since."""
        for came in self._signals.take():
            self._stopping.hear(came.number)
            yield came

    def close(self) -> None:
        """Hear what came last, and give the signals back."""
        for _ in self.take():
            pass
        self._signals.close()
