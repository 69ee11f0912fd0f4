"""Take steps of AdamW at a rate that rises and falls; torch.optim would import the compiler, 1.5 CPU-s in every trial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vatio.plugins import require

_MEAN, _SQUARE, _LEAST, _DECAY = 0.9, 0.999, 1e-8, 0.01
_RISE, _FIRST, _LAST = 0.2, 0.04, 1e-4


class Learner:
    """Learn by AdamW (Loshchilov and Hutter 2019) over so many steps, the rate on one cycle up to ``peak`` (Smith 2018)."""

    def __init__(self, parameters: Sequence[Any], peak: float, *, steps: int) -> None:
        torch = require("torch", extra="torch")
        self._own, self._peak, self._steps, self._taken = list(parameters), peak, steps, 0
        self._means = [torch.zeros_like(each) for each in self._own]
        self._squares = [torch.zeros_like(each) for each in self._own]

    def forget(self) -> None:
        """Let go of the gradients."""
        for each in self._own:
            each.grad = None

    def step(self) -> None:
        """Move the parameters along their gradients; those that have none stay."""
        torch = require("torch", extra="torch")
        rate = self._peak * cycle(self._taken, self._steps)
        self._taken += 1
        kept = [at for at, each in enumerate(self._own) if each.grad is not None]
        own, means, squares = ([these[at] for at in kept] for these in (self._own, self._means, self._squares))
        slopes = [each.grad for each in own]
        with torch.no_grad():
            torch._foreach_mul_(own, 1.0 - rate * _DECAY)
            torch._foreach_lerp_(means, slopes, 1.0 - _MEAN)
            torch._foreach_mul_(squares, _SQUARE)
            torch._foreach_addcmul_(squares, slopes, slopes, 1.0 - _SQUARE)
            sizes = torch._foreach_sqrt(squares)
            torch._foreach_div_(sizes, math.sqrt(1.0 - _SQUARE**self._taken))
            torch._foreach_add_(sizes, _LEAST)
            torch._foreach_addcdiv_(own, means, sizes, -rate / (1.0 - _MEAN**self._taken))


def cycle(step: int, steps: int) -> float:
    """Give the share of the rate at a step: up over the first fifth, then down, along cosines.

    >>> [round(cycle(step, 10), 3) for step in (0, 2, 10)]
    [0.04, 1.0, 0.0]
    """
    top = max(1.0, _RISE * steps)
    if step < top:
        return _between(_FIRST, 1.0, step / top)
    return _between(1.0, _LAST, min(1.0, (step - top) / max(1.0, steps - top)))


def _between(first: float, last: float, share: float) -> float:
    return last + (first - last) * 0.5 * (1.0 + math.cos(math.pi * share))
