"""A known course of power, and the joules that it truly has between any two times."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Hold steps of (seconds, watts), repeated for ever from time 0.

    >>> square = Trace(steps=((1.0, 200.0), (1.0, 0.0)))
    >>> square.energy_j(0.5, 2.5)
    200.0
    """

    steps: tuple[tuple[float, float], ...]

    @classmethod
    def constant(cls, power_w: float) -> Trace:
        """Build a course that never changes."""
        return cls(steps=((1.0, power_w),))

    @property
    def period_s(self) -> float:
        """Give the seconds after which the steps repeat."""
        return sum(duration_s for duration_s, _ in self.steps)

    def power_w(self, at_s: float) -> float:
        """Give the watts at a time."""
        left_s = at_s % self.period_s
        for duration_s, power_w in self.steps:
            if left_s < duration_s:
                return power_w
            left_s -= duration_s
        return self.steps[-1][1]

    def energy_j(self, start_s: float, end_s: float) -> float:
        """Give the joules between two times."""
        return self._until_j(end_s) - self._until_j(start_s)

    def _until_j(self, at_s: float) -> float:
        rounds, left_s = divmod(at_s, self.period_s)
        energy_j = rounds * sum(duration_s * power_w for duration_s, power_w in self.steps)
        for duration_s, power_w in self.steps:
            part_s = min(duration_s, left_s)
            energy_j += part_s * power_w
            left_s -= part_s
        return energy_j
