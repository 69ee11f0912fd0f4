"""What a replay is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vatio.errors import UsageError
from vatio.records import TIERS

MARGIN_OF_ENERGY_RATIO = 0.25
_MOST_SEEDS = 1000
# Where the seed of a repetition is put in an argument that was given for it.
SEED = "{seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproduceRequest:
    """Ask for a run of the ledger (``run``: an id, a name, ``@1``) or a bundle (the path of its file) to be replayed.

    ``arguments`` puts values in the place of words of the command by their position (0 is the program); in them ``{seed}``
    stands for the seed of a repetition. ``rtol`` is the relative tolerance of L1. ``seeds`` repetitions are held against the
    original's ``metric`` within ``margin`` (in the metric's own unit) for L2. ``required`` is the tier that has to be reached;
    unless it is said L2 where there is a ``margin``, else L1. ``environ`` is the process's environment, ``max_time_s`` the
    longest that one repetition may take. ``key`` is the public key that must have signed a bundle.
    """

    run: str
    environ: Mapping[str, str]
    required: str | None = None
    arguments: Mapping[int, str] = field(default_factory=dict)
    seeds: int = 0
    margin: float | None = None
    metric: str | None = None
    rtol: float = 1e-4
    energy_margin_ratio: float = MARGIN_OF_ENERGY_RATIO
    max_time_s: float | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        if self.required is not None and self.required not in TIERS:
            raise UsageError(f"the tier {self.required!r} is none of {', '.join(TIERS)}", hint="--require L1")
        if not 0.0 <= self.rtol < 1.0:
            raise UsageError(f"a relative tolerance of {self.rtol} is none", hint="--rtol 1e-4")
        if self.margin is not None and not 0.0 < self.margin < float("inf"):
            raise UsageError(f"a margin of {self.margin} is none", hint="--margin 0.01, in the unit of the metric")
        if self.max_time_s is not None and not self.max_time_s > 0.0:
            raise UsageError(f"a repetition cannot end within {self.max_time_s:g} s", hint="--max-time 10m")
        self._check_seeds()

    def _check_seeds(self) -> None:
        if (self.seeds > 0) != (self.margin is not None):
            raise UsageError("seeds and a margin go together", hint="--seeds 10 --margin 0.01 --metric accuracy")
        if self.is_by_argument and not self.seeds:
            raise UsageError(f"an argument says {SEED}, and there are no seeds", hint="--seeds 10 --margin 0.01")
        if self.seeds == 1 or not 0 <= self.seeds <= _MOST_SEEDS:
            raise UsageError(f"{self.seeds} seeds decide nothing", hint="--seeds 10; at least 2")
        if self.tier == "L2" and self.margin is None:
            raise UsageError("L2 needs a margin", hint="--seeds 10 --margin 0.01 --metric accuracy")

    @property
    def is_by_argument(self) -> bool:
        """Tell whether the seed of a repetition is given to it as a word of its command."""
        return any(SEED in value for value in self.arguments.values())

    @property
    def tier(self) -> str:
        """Give the tier that has to be reached."""
        return self.required or ("L2" if self.margin is not None else "L1")
