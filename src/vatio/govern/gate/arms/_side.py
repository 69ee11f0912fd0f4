"""What is compared once it is ready to run: two arms, what they are called, and the trees and environments that are theirs."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.measure import Arm
from vatio.records import PackageChange

BASELINE = "baseline"
CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Hold one arm. ``label`` says what it is to people; it must load the project from ``tree`` and run Python in ``prefix``.

    ``tree`` is ``None`` where both arms have one tree, ``prefix`` where no environment was made for it alone.
    """

    arm: Arm
    label: str
    tree: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Hold both arms, the modules that belong to the project, and what a reader of the verdict should know.

    ``folder`` is theirs to write in until they are no longer needed; ``path`` is where their programs are looked for.
    """

    baseline: Side
    candidate: Side
    folder: str
    modules: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    packages: tuple[PackageChange, ...] = ()

    @property
    def both(self) -> tuple[Side, Side]:
        """Give the baseline, then the candidate."""
        return (self.baseline, self.candidate)
