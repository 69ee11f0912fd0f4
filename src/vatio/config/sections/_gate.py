"""What a gate compares with and what it allows."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """Say what `vatio gate` runs, what it compares with and what it allows."""

    command: tuple[str, ...] = setting(
        "command",
        "What is measured in each arm; else `command` of [workload].",
        default=(),
        example='["python", "train.py", "--epochs", "1"]',
    )
    against: str | None = setting(
        "text",
        "The baseline: git:REF, baseline:NAME, run:ID, lock:FILE or cmd:COMMAND; a bare word is a git ref, else a baseline.",
        option="--against",
        example='"main"',
    )
    setup: str | None = setting(
        "text",
        "Shell command that makes an arm's environment; it runs in the tree of each arm.",
        option="--setup",
        example='"python -m venv .venv && .venv/bin/pip install -e ."',
    )
    max_regression_ratio: float = setting(
        "ratio",
        "The increase that is allowed: the gate fails when the change is certainly above it.",
        default=0.0,
        unit="ratio",
        low=0.0,
        high=10.0,
        option="--max-regression",
        example="0.02",
    )
    resolution_ratio: float = setting(
        "ratio",
        "How far above what is allowed the change might still be when the gate passes.",
        default=0.05,
        unit="ratio",
        low=0.001,
        high=1.0,
        option="--resolution",
        example="0.05",
    )
    pairs: int = setting(
        "count",
        "The most pairs of runs that are measured; it ends earlier as soon as it can be decided.",
        default=30,
        unit="pairs",
        low=6,  # five cannot decide: one outcome in 32 is no rarer than 3 %
        high=1000,
        option="--pairs",
        example="30",
    )
    max_time_s: float | None = setting(
        "duration", "The longest that the measuring may take.", unit="s", low=1.0, option="--max-time", example='"20m"'
    )
    work_unit: str | None = setting(
        "text",
        "Unit of work, as `vatio.work()` counts it, for each of which the cost is taken.",
        option="--work-unit",
        example='"sample"',
    )
    metric: str | None = setting(
        "text",
        "Metric, as `vatio.log_metric()` writes it, that may not get worse; NAME:min where less is better.",
        option="--metric",
        example='"accuracy"',
    )
    max_loss: float = setting(
        "points",
        "What the metric may lose at most, in its own unit; 0.5pt is 0.005.",
        default=0.0,
        unit="of the metric",
        low=0.0,
        option="--max-loss",
        example='"0.5pt"',
    )
