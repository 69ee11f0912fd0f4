"""What a gate gives back: the verdict, and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.measure import PairedMeasurement
from vatio.records import Verdict

_EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateProgress:
    """Say how far a gate is: ``step`` in words, ``done`` of ``planned`` repetitions (0 where there is nothing to count)."""

    step: str
    done: int = 0
    planned: int = 0
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    """Hold a verdict and what it stands on.

    ``measurement`` has every repetition (its arms are named ``baseline_arm`` and ``candidate_arm``), ``ratios`` the
    candidate's cost over the baseline's, one a pair, in order (empty where the baseline's repetitions were kept ones).
    ``reason`` says in a sentence why the outcome is what it is. ``saved`` names the baseline that was kept, ``recorded_in``
    where the verdict lies, ``entry`` is the hash of its entry.
    """

    verdict: Verdict
    measurement: PairedMeasurement
    ratios: tuple[float, ...]
    reason: str
    baseline_arm: str = "baseline"
    candidate_arm: str = "candidate"
    history: tuple[Verdict, ...] = ()
    saved: str | None = None
    recorded_in: str | None = None
    entry: str | None = None

    @property
    def exit_code(self) -> int:
        """Give 0 for a pass, 1 for a fail, 3 where it could not be decided."""
        return _EXIT_CODES[self.verdict.outcome]
