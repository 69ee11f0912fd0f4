"""What a simulation's table, picture and page are made of, and the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vatio.records import Quantity
from vatio.report._format import clean, duration, written

HEAD = ("policy", "emissions", "saved", "energy", "resumes burn", "waits", "95 % wait", "missed", "resumes")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyShown:
    """Hold what one policy did, and what it does in a few words; ``saved_ratio`` is of run-now's grams."""

    name: str
    does: str
    emissions_g: Quantity
    saved_ratio: float
    energy_j: float
    overhead_j: float
    wait_mean_s: float
    wait_p95_s: float
    missed: int
    resumes: int

    def cells(self) -> tuple[str, ...]:
        """Write a row of the table."""
        overhead = 100.0 * self.overhead_j / self.energy_j if self.energy_j else 0.0
        return (
            self.name,
            written(self.emissions_g, "g"),
            f"{100.0 * self.saved_ratio:.2f} %",
            written(Quantity.exact(self.energy_j), "j"),
            f"{overhead:.2f} %",
            waited(self.wait_mean_s),
            waited(self.wait_p95_s),
            str(self.missed),
            str(self.resumes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationShown:
    """Hold the policies of one simulation, the first of which is run-now; ``checks`` are what was held against the books."""

    zone: str
    source: str
    hours: int
    jobs: int
    policies: tuple[PolicyShown, ...]
    checks: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def headline(self) -> str:
        """Say in one line what was replayed, and which policy that needs no foresight of its own saved most."""
        zone = f" in {clean(self.zone)}" if self.zone else ""
        best = max((one for one in self.policies if one.name != "oracle"), key=lambda one: one.saved_ratio)
        told = f"{self.jobs} jobs over {self.hours} h{zone}"
        if best.saved_ratio <= 0.0:
            return f"{told}: nothing saves against running at once"
        return f"{told}: {best.name} saves {100.0 * best.saved_ratio:.1f} % of the grams of running at once"


def simulation_lines(shown: SimulationShown) -> tuple[str, ...]:
    """Write a simulation for a terminal."""
    return tuple(_lines(shown))


def _lines(shown: SimulationShown) -> Iterator[str]:
    yield shown.headline()
    yield ""
    rows = [HEAD, *(one.cells() for one in shown.policies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        first, *rest = (
            cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join((first, *rest)).rstrip()
    yield ""
    yield from (f"{one.name:<{widths[0]}}  {one.does}" for one in shown.policies)
    yield ""
    yield "waits: how much later a job finishes than if it had run at once; saved: of all grams together"
    yield from (f"checked: {check}" for check in shown.checks)
    yield from (clean(note) for note in shown.notes)


def waited(seconds: float) -> str:
    """Write a waiting time; under a second it is none.

    >>> waited(0.0), waited(5400.0)
    ('0', '1 h 30 min')
    """
    return "0" if seconds < 1.0 else duration(seconds)
