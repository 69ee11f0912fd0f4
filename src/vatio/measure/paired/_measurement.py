"""What a paired measurement found: every repetition, and the costs by which arms are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vatio.errors import UnknownName
from vatio.measure.paired._design import PairedDesign
from vatio.records import Quantity, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """Hold one repetition of one arm. ``cost`` is in the measurement's unit, for one unit of work where one was named.

    It is ``None``, ``ok`` is false and ``reason`` says why where the workload failed or its cost could not be read.
    ``block`` counts from 0 among the warm-up blocks (``warm_up``) and anew among the others; ``run`` is its run in the
    ledger. ``stderr_tail`` is the end of what a failed command wrote.
    """

    arm: str
    block: int
    position: int
    run: str | None
    cost: float | None
    ok: bool
    warm_up: bool = False
    exit_code: int | None = None
    duration_s: float = 0.0
    cpu_s: float | None = None
    work: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    stderr_tail: str = ""
    record: RunRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCosts:
    """Hold the costs of all arms, block by block in the order of ``arms``; ``None`` where a repetition has none.

    ``dropped`` are the blocks that the outlier policy leaves out. ``unit`` is J or cpu_s.
    """

    arms: tuple[str, ...]
    unit: str
    blocks: tuple[tuple[float | None, ...], ...]
    dropped: frozenset[int] = frozenset()
    elapsed_s: float = 0.0

    def of(self, arm: str) -> tuple[float | None, ...]:
        """Give one arm's costs, a block each.

        Raises:
            UnknownName: there is no such arm.
        """
        if arm not in self.arms:
            raise UnknownName.among("arm", arm, self.arms)
        at = self.arms.index(arm)
        return tuple(block[at] for block in self.blocks)

    def both(self, baseline: str, candidate: str) -> tuple[tuple[float, float], ...]:
        """Give the costs of two arms in the blocks where both have one, in the order of the blocks."""
        sides = enumerate(zip(self.of(baseline), self.of(candidate), strict=True))
        return tuple((a, b) for at, (a, b) in sides if a is not None and b is not None and at not in self.dropped)

    def pairs(self, baseline: str, candidate: str) -> tuple[float, ...]:
        """Give the candidate's cost over the baseline's, a block each; blocks without both are left out.

        >>> costs = PairedCosts(arms=("a", "b"), unit="J", blocks=((10.0, 11.0), (10.0, None), (20.0, 20.0)))
        >>> costs.pairs("a", "b"), costs.left_out("a", "b")
        ((1.1, 1.0), 1)
        """
        return tuple(b / a for a, b in self.both(baseline, candidate) if a > 0.0)

    def left_out(self, baseline: str, candidate: str) -> int:
        """Count the blocks that give no ratio: a repetition failed, was not measured, or is an outlier."""
        return len(self.blocks) - len(self.pairs(baseline, candidate))


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedMeasurement:
    """Hold a comparison that has ended. ``run`` is its own run in the ledger; ``earlier`` those that it went on with.

    ``energy_j`` and ``cpu_s`` are all that the comparison cost, the earlier parts and vatio itself included. ``failed``
    names the arms of which a repetition failed, with the reason. ``ended_by`` is ``pairs``, ``stop``, ``time`` or
    ``failure``. ``basis`` says what the cost is a sum of.
    """

    run: str | None
    arms: tuple[str, ...]
    design: PairedDesign
    unit: str
    basis: str
    repetitions: tuple[Repetition, ...]
    costs: PairedCosts
    energy_j: Quantity
    cpu_s: float | None
    duration_s: float
    ended_by: str
    failed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    record: RunRecord | None = None
    recorded_in: str | None = None

    def pairs(self, baseline: str, candidate: str) -> tuple[float, ...]:
        """Give the candidate's cost over the baseline's, a block each; blocks without both are left out."""
        return self.costs.pairs(baseline, candidate)

    def left_out(self, baseline: str, candidate: str) -> int:
        """Count the blocks that give no ratio."""
        return self.costs.left_out(baseline, candidate)

    def of(self, arm: str) -> tuple[Repetition, ...]:
        """Give the counted repetitions of an arm, a block each."""
        return tuple(repetition for repetition in self.repetitions if repetition.arm == arm and not repetition.warm_up)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedProgress:
    """Hold how far a comparison is: ``done`` of ``planned`` repetitions, warm-up included; ``latest`` is the one just ended.

    ``run`` is the comparison's own run, by which it can be resumed.
    """

    run: str
    done: int
    planned: int
    latest: Repetition | None
    elapsed_s: float
