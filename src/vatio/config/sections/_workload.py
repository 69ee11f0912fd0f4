"""What is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadConfig:
    """Say what is run, what it is called, and which files it reads and writes."""

    command: tuple[str, ...] = setting(
        "command", "What `vatio run` starts when it is given no command.", default=(), example='["python", "train.py"]'
    )
    name: str | None = setting("text", "Name of the run; else the command's.", option="--name", example='"train-resnet"')
    stage: str = setting(
        "word",
        "Part of the life of a model that the run belongs to.",
        default="other",
        choices=("data", "experimentation", "training", "inference", "other"),
        option="--stage",
        example='"training"',
    )
    tags: Mapping[str, str] = setting(
        "table", "Words of your own by which runs are found again.", option="--tag", example='{ team = "vision" }'
    )
    environ: Mapping[str, str] = setting(
        "table",
        "Environment variables that the command gets where they are not set; `vatio plan tune` finds some.",
        example='{ OMP_NUM_THREADS = "1" }',
    )
    inputs: tuple[str, ...] = setting(
        "paths", "Data and model files whose digests are kept.", default=(), option="--input", example='["data/train.csv"]'
    )
    outputs: tuple[str, ...] = setting(
        "paths",
        "Files that the run writes, whose digests are kept.",
        default=(),
        option="--output",
        example='["model.onnx"]',
    )
