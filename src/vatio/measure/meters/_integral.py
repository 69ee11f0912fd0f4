"""Turn readings of power into joules: the trapezoid over the true time stamps of the readings."""

from __future__ import annotations


class Integral:
    """Hold the joules of one power sensor since its first reading; a hole is bridged and told."""

    __slots__ = ("_at_s", "_longest_s", "_power_w", "energy_j", "fault")

    def __init__(self, *, longest_s: float) -> None:
        self.energy_j = 0.0
        self.fault = ""
        self._power_w: float | None = None
        self._at_s = 0.0
        self._longest_s = longest_s

    def add(self, power_w: float | None, at_s: float) -> float | None:
        """Add one reading; without one the energy up to now is not known, and the next reading bridges the hole."""
        if power_w is None:
            self.fault = "the sensor could not be read"
            return None
        self.fault = ""
        if self._power_w is not None:
            elapsed_s = at_s - self._at_s
            self.energy_j += 0.5 * (self._power_w + power_w) * max(0.0, elapsed_s)
            if elapsed_s > self._longest_s:
                self.fault = f"not read for {elapsed_s:.1f} s: power between the two readings is a straight line"
        self._power_w = power_w
        self._at_s = at_s
        return self.energy_j
