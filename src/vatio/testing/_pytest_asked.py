"""What the mark ``energy`` asks of one test."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from vatio.errors import UsageError

_NAMES = {"max_regression": "max_regression_ratio", "resolution": "resolution_ratio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold what a test may cost: ratios are of the baseline's cost (0.05 = 5 % more).

    ``against`` is the alternative, called with those of the test's fixtures that it names. Without it the kept baseline is
    the other side, and ``calls`` says how often the measured process calls the test.

    Raises:
        UsageError: a number cannot be, or ``against`` is nothing that can be called.
    """

    max_regression_ratio: float = 0.0
    resolution_ratio: float = 0.05
    pairs: int = 30
    calls: int = 1
    against: Callable[..., object] | None = None

    def __post_init__(self) -> None:
        for name in ("pairs", "calls"):
            if not isinstance(getattr(self, name), int) or isinstance(getattr(self, name), bool) or getattr(self, name) < 1:
                raise UsageError(f"{name}={getattr(self, name)!r} in the mark `energy`", hint="a whole number, 1 or more")
        for name in ("max_regression_ratio", "resolution_ratio"):
            if not isinstance(getattr(self, name), (int, float)) or not 0.0 <= getattr(self, name) <= 10.0:
                raise UsageError(f"{getattr(self, name)!r} in the mark `energy`", hint="a ratio: 0.05 is 5 %")
        if self.against is not None and not callable(self.against):
            raise UsageError(
                f"against={self.against!r:.60} in the mark `energy` cannot be called",
                hint="give a function; kept baselines and git refs are compared by `vatio gate --against`",
            )


def asked_of(given: Mapping[str, Any], *, pairs: int | None = None) -> Asked:
    """Read what a mark or a call of the fixture gives; ``pairs`` is that of the command line.

    >>> asked_of({"max_regression": 0.05}).max_regression_ratio
    0.05

    Raises:
        UsageError: a word is unknown, or its value cannot be.
    """
    named = {_NAMES.get(name, name): value for name, value in given.items()}
    known = {field.name for field in fields(Asked)}
    if set(named) - known:
        inverse = {full: short for short, full in _NAMES.items()}
        words = ", ".join(sorted(inverse.get(name, name) for name in known))
        raise UsageError(f"the mark `energy` has no {sorted(set(named) - known)[0]!r}", hint=f"it has {words}")
    return Asked(**(named if pairs is None else {**named, "pairs": pairs}))


def with_fixtures(call: Callable[..., object], fixtures: Mapping[str, Any]) -> Callable[[], object]:
    """Bind a call to those of a test's fixtures that it names.

    Raises:
        UsageError: it needs one that the test has not.
    """
    try:
        wanted = inspect.signature(call).parameters.values()
    except ValueError as error:  # some built-ins tell nothing of theirs
        raise UsageError(f"the alternative {call!r:.60} does not tell what it needs", hint="wrap it in a function") from error
    needed = [
        one.name for one in wanted if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    missing = [name for name in needed if name not in fixtures]
    if missing:
        raise UsageError(
            f"the alternative needs {missing[0]!r}, which is no fixture of the test", hint="name it in the test too"
        )
    bound = {one.name: fixtures[one.name] for one in wanted if one.name in fixtures}
    return lambda: call(**bound)
