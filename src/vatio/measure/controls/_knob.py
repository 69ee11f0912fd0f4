"""What a power limit is set on: one package or one GPU, with the range that it allows."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class LimitRange(NamedTuple):
    """Hold what a device allows, in watts. ``default_w`` is what it leaves the factory with, where it says so."""

    lowest_w: float
    highest_w: float
    default_w: float | None = None


class Knob(Protocol):
    """Read and set the power limit of one device; ``device`` names it as its meter does (package-0, gpu-0)."""

    @property
    def device(self) -> str:
        """Name the device."""

    def allowed(self) -> LimitRange:
        """Give the range that the device allows.

        Raises:
            MeterAbsent: it does not say.
        """

    def read_w(self) -> float:
        """Give the limit in force.

        Raises:
            MeterAbsent: it cannot be read.
        """

    def write_w(self, power_limit_w: float) -> None:
        """Set the limit.

        Raises:
            MeterDenied: this user may not.
            MeterAbsent: the device refuses it.
        """
