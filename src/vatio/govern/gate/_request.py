"""What a gate is asked: which command, against what, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.errors import UsageError
from vatio.govern.gate._reference import Reference, parse_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequest:
    """Hold what is compared and what is allowed; all ratios are of the baseline's cost (0.05 = 5 % more).

    ``setup`` is a shell command that makes an arm's environment in its tree. ``metric`` may not lose more than ``max_loss``
    (in its own unit); with ``lower_is_better`` a loss is an increase. ``lock`` is the candidate's lock where ``against`` is
    another. ``save_baseline`` keeps the candidate under a name, which ``approve`` allows. ``folder`` is where the command
    runs, the current folder where it is ``None``.

    Raises:
        UsageError: two of them contradict each other.
    """

    command: tuple[str, ...]
    against: Reference | None = None
    setup: str | None = None
    max_regression_ratio: float = 0.0
    resolution_ratio: float = 0.05
    pairs: int = 30
    max_time_s: float | None = None
    work_unit: str | None = None
    metric: str | None = None
    max_loss: float = 0.0
    lower_is_better: bool = False
    lock: str | None = None
    save_baseline: str | None = None
    approve: bool = False
    folder: str | None = None

    def __post_init__(self) -> None:
        if not self.command or not self.command[0]:
            raise UsageError("no command to compare", hint="vatio gate --against main -- python train.py")
        if self.against is None and self.save_baseline is None:
            raise UsageError(
                "no baseline is named", hint="--against main, or `against` of [gate] in vatio.toml; --save-baseline keeps one"
            )
        if (self.lock is None) != (self.against is None or self.against.form != "lock"):
            raise UsageError("an upgrade has two locks", hint="vatio gate --against lock:OLD --lock NEW -- COMMAND")
        if self.max_loss and self.metric is None:
            raise UsageError("--max-loss is of no metric", hint="--metric accuracy --max-loss 0.5pt")
        _check_saving(self.save_baseline, approve=self.approve)


def request_of(
    config: Config, command: tuple[str, ...] = (), *, lock: str | None = None, save: str | None = None, approve: bool = False
) -> GateRequest:
    """Make the request that [gate] describes; ``command`` replaces the configured one.

    Raises:
        UsageError: what is configured and given contradicts itself.
    """
    wanted = config.gate
    metric, _, direction = (wanted.metric or "").rpartition(":") if ":" in (wanted.metric or "") else (wanted.metric, "", "")
    if direction not in ("", "min", "max"):
        raise UsageError(f"--metric {wanted.metric!r}", hint="write accuracy, or rmse:min where less is better")
    return GateRequest(
        command=command or wanted.command or config.workload.command,
        against=parse_reference(wanted.against) if wanted.against else None,
        setup=wanted.setup,
        max_regression_ratio=wanted.max_regression_ratio,
        resolution_ratio=wanted.resolution_ratio,
        pairs=wanted.pairs,
        max_time_s=wanted.max_time_s,
        work_unit=wanted.work_unit,
        metric=metric or None,
        max_loss=wanted.max_loss,
        lower_is_better=direction == "min",
        lock=lock,
        save_baseline=save,
        approve=approve,
    )


def _check_saving(name: str | None, *, approve: bool) -> None:
    if name is None:
        if approve:
            raise UsageError("--approve approves nothing", hint="--save-baseline NAME --approve")
        return
    if not name.strip() or not name.isprintable() or name.startswith("-") or ":" in name or len(name) > _LONGEST_NAME:
        raise UsageError(f"a baseline cannot be named {name!r:.80}", hint="letters, digits and signs, such as main or v1.2")
    if not approve:
        raise UsageError(
            "a baseline is kept only when somebody approves it",
            hint=f"add --approve: vatio gate --save-baseline {name} --approve -- COMMAND",
        )
