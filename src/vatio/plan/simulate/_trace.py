"""What is replayed: jobs with arrival, length, power and slack as arrays; hours count from the start of the curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vatio.errors import InvalidQuantity
from vatio.plugins import require

Array = Any  # numpy's, which only `vatio[plan]` brings

_COLUMNS = ("arrival_h", "length_h", "power_w", "slack_h")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTrace:
    """Hold jobs, one item of each array a job. ``slack_h`` is what a job may wait beyond its own length.

    A negative slack is a deadline that cannot be met: such a job runs at once and counts as missed. ``interruptible`` tells
    which may pause.

    Raises:
        InvalidQuantity: a number is not finite, a length or power is not above 0, an arrival is before the curve.
    """

    arrival_h: Array
    length_h: Array
    power_w: Array
    slack_h: Array
    interruptible: Array

    def __post_init__(self) -> None:
        np = require("numpy", extra="plan")
        sizes = {len(getattr(self, name)) for name in (*_COLUMNS, "interruptible")}
        if len(sizes) != 1:
            raise InvalidQuantity("the columns of a trace differ in length")
        for name in _COLUMNS:
            if not np.isfinite(getattr(self, name)).all():
                raise InvalidQuantity(f"a trace's {name} is not finite")
        for name, held in (
            ("length_h", self.length_h > 0.0),
            ("power_w", self.power_w > 0.0),
            ("arrival_h", self.arrival_h >= 0.0),
        ):
            if not held.all():
                raise InvalidQuantity(f"job {int(np.argmin(held)) + 1} of the trace has a {name} that cannot be")

    def __len__(self) -> int:
        return len(self.arrival_h)

    @property
    def deadline_h(self) -> Array:
        """Give when each job must have finished, but not before it can."""
        return self.arrival_h + self.length_h + self.freedom_h

    @property
    def freedom_h(self) -> Array:
        """Give the slack of each job, nothing where its deadline is missed anyway."""
        return require("numpy", extra="plan").maximum(self.slack_h, 0.0)

    def pick(self, which: Array) -> JobTrace:
        """Give some of the jobs, in the order that is asked for."""
        return JobTrace(**{name: getattr(self, name)[which] for name in (*_COLUMNS, "interruptible")})
