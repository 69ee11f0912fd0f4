"""Read measured traces in the format that Zeus published: watts and time of an epoch, and epochs to a target."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vatio.errors import UsageError
from vatio.files import text_of
from vatio.plan.power._setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTrace:
    """Hold one measured point of a job: batch, optimiser, power limit, and time and watts of an epoch."""

    dataset: str
    network: str
    optimizer: str
    batch: int
    power_limit_w: float
    epoch_s: float
    power_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Epochs:
    """Hold the epochs to a target at one batch: the mean of the runs that reached it, and how many did of how many."""

    mean: float
    reached: int
    runs: int


def read_power(path: str) -> tuple[PowerTrace, ...]:
    """Read ``dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power``.

    Raises:
        UsageError: it cannot be read, lacks a column, or has a number that cannot be.
    """
    try:
        return tuple(
            PowerTrace(
                dataset=row["dataset"],
                network=row["network"],
                optimizer=row["optimizer"],
                batch=int(row["batch_size"]),
                power_limit_w=float(row["power_limit"]),
                epoch_s=float(row["time_per_epoch"]),
                power_w=float(row["average_power"]),
            )
            for row in _rows(path)
        )
    except (KeyError, ValueError) as error:
        raise UsageError(f"{path} is no trace of power: {error}") from error


def read_epochs(path: str, *, dataset: str, network: str, level: float, most: float) -> Mapping[tuple[str, int], Epochs]:
    """Read how many epochs runs took to a level of the metric, by optimiser and batch; more than ``most`` counts as never.

    Batches at which no run reached the target are left out: what they would have taken is not known.

    Raises:
        UsageError: it cannot be read, lacks a column, or has a number that cannot be.
    """
    found: dict[tuple[str, int], list[float]] = {}
    try:
        for row in _rows(path):
            if (row["dataset"], row["network"]) == (dataset, network) and math.isclose(float(row["target_metric"]), level):
                found.setdefault((row["optimizer"], int(row["batch_size"])), []).append(float(row["target_epoch"] or "nan"))
    except (KeyError, ValueError) as error:
        raise UsageError(f"{path} is no trace of training: {error}") from error
    reached = {key: [epochs for epochs in runs if epochs <= most] for key, runs in found.items()}
    return {
        key: Epochs(mean=math.fsum(epochs) / len(epochs), reached=len(epochs), runs=len(found[key]))
        for key, epochs in reached.items()
        if epochs
    }


def settings_of(
    traces: Iterable[PowerTrace], epochs: Mapping[tuple[str, int], Epochs], *, dataset: str, network: str
) -> tuple[Setting, ...]:
    """Join both: joules and seconds to the target for each batch and power limit that was measured."""
    return tuple(
        Setting(
            batch=trace.batch,
            power_limit_w=trace.power_limit_w,
            energy_j=epochs[trace.optimizer, trace.batch].mean * trace.epoch_s * trace.power_w,
            duration_s=epochs[trace.optimizer, trace.batch].mean * trace.epoch_s,
        )
        for trace in traces
        if (trace.dataset, trace.network) == (dataset, network) and (trace.optimizer, trace.batch) in epochs
    )


def _rows(path: str) -> list[dict[str, str]]:
    try:
        with open(path, "rb") as file:
            return list(csv.DictReader(io.StringIO(text_of(file.read()), newline="")))
    except (OSError, csv.Error) as error:
        hint = "a CSV file in UTF-8, as Zeus publishes its traces"
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}", hint=hint) from error
