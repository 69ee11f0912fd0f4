"""Replay the online search of a power limit on the published Zeus traces: plan-10b.

Each of the 24 cells is one job (its default batch size) on one GPU; the job lasts until its target is reached, in the mean
of the published runs. Power and speed at a limit between two measured ones are interpolated. The search is the one of
``vatio run --power-limit auto``: its windows, its settling, and every second that it spends under a poor limit are counted.
"""

from __future__ import annotations

import csv
import os
import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks._row import Row
from vatio.measure import AutoCap, Moment
from vatio.measure.controls import LimitRange

DATA = os.environ.get("VATIO_TEST_DATA", "../shared/data")
_COMMAND = "make bench TOPIC=plan ONLY=plan-10b"
# Job: network in the traces, target of its metric, default batch on V100, A40, RTX 6000, P100 (the card's memory decides).
_JOBS = {
    "shufflenet": ("cifar100", "shufflenetv2", 0.60, (1024, 1024, 1024, 1024)),
    "resnet50": ("imagenet", "resnet50", 0.65, (256, 256, 256, 128)),
    "bert-qa": ("squad", "bert_base_uncased", 84.0, (32, 32, 32, 24)),
    "deepspeech2": ("librispeech", "deepspeech2", 40.0, (192, 192, 128, 72)),
    "ncf": ("movielens-1m", "ncf", 0.41, (1024, 1024, 1024, 1024)),
    "bert-sa": ("sentiment140", "bert_base_uncased", 0.84, (128, 128, 128, 64)),
}
_GPUS = ("v100", "a40", "rtx6000", "p100")


class Point(NamedTuple):
    """Hold what one limit gives: power and epochs in a second."""

    power_w: float
    rate_per_s: float


def rows(peers: bool) -> list[Row]:
    """Give the worst cell, and each."""
    if not os.path.isdir(f"{DATA}/hardware"):
        return [_row("plan-10b", None, why="../shared/data is not here")]
    over = {f"{gpu}-{job}": _over_percent(gpu, place, job) for place, gpu in enumerate(_GPUS) for job in _JOBS}
    middle = statistics.median(over.values())
    found = [_row("plan-10b", max(over.values()), why=f"worst of {len(over)} cells; median {middle:.2f} %")]
    return [*found, *(_row(f"plan-10b-{cell}", percent) for cell, percent in over.items())]


def _row(id: str, got: float | None, *, why: str = "") -> Row:
    what = "online `--power-limit auto`, slowdown bound lifted: above the best fixed limit's cost, Zeus traces"
    return Row(id=id, what=what, relation="<=", limit=3.0, got=got, unit="%", command=_COMMAND, why=why)


def _over_percent(gpu: str, place: int, job: str) -> float:
    dataset, network, target, batches = _JOBS[job]
    batch = str(batches[place])
    trace, optimizer = _trace(gpu, dataset, network, batch)
    epochs = _epochs(dataset, network, batch, optimizer, target)
    highest_w = max(trace)
    fixed = [_cost_j(point.power_w, epochs / point.rate_per_s, highest_w) for point in trace.values()]
    return (_searched_cost_j(trace, epochs, highest_w) / min(fixed) - 1.0) * 100.0


def _cost_j(power_w: float, duration_s: float, highest_w: float) -> float:
    return 0.5 * power_w * duration_s + 0.5 * highest_w * duration_s


def _searched_cost_j(trace: Mapping[float, Point], epochs: float, highest_w: float) -> float:
    """Run the job under the controller, second by second."""
    knob = _Traced(min(trace), highest_w)
    said: list[str] = []
    cap = AutoCap(_Session(knob), told=said.append, slowdown_ratio=None)  # type: ignore[arg-type]
    energy_j = done = t_s = 0.0
    while done < epochs:
        at = _between(trace, knob.limit_w)
        step_s = min(1.0, (epochs - done) / at.rate_per_s)
        energy_j, done, t_s = energy_j + at.power_w * step_s, done + at.rate_per_s * step_s, t_s + step_s
        done = epochs if epochs - done < 1e-9 else done
        # The workload tells of its batches: a thousandth of an epoch each.
        cap.sample(Moment(t_s=t_s, energy_j=energy_j, power_w=at.power_w, cpu_s=None, work={"batches": done * 1000.0}))
    cap.end()
    return 0.5 * energy_j + 0.5 * highest_w * t_s


class _Traced:
    """Be a GPU that does what the trace says at the limit that was set."""

    device = "gpu-0"

    def __init__(self, lowest_w: float, highest_w: float) -> None:
        self._allowed, self.limit_w = LimitRange(lowest_w, highest_w), highest_w

    def allowed(self) -> LimitRange:
        return self._allowed

    def read_w(self) -> float:
        return self.limit_w

    def write_w(self, power_limit_w: float) -> None:
        self.limit_w = power_limit_w


class _Session:
    """Set limits without a journal: nothing real is limited."""

    def __init__(self, knob: _Traced) -> None:
        self.knobs, self._knob = {knob.device: knob}, knob

    def set(self, power_limit_w: float) -> None:
        self._knob.write_w(power_limit_w)

    def close(self) -> tuple[()]:
        return ()


def _between(trace: Mapping[float, Point], limit_w: float) -> Point:
    limits = sorted(trace)
    above = next((at for at, known_w in enumerate(limits) if known_w >= limit_w - 1e-9), len(limits) - 1)
    if above == 0:
        return trace[limits[0]]
    low_w, high_w = limits[above - 1], limits[above]
    share = (limit_w - low_w) / (high_w - low_w)
    low, high = trace[low_w], trace[high_w]
    # Time, not speed, is what the trace measured: it is what is interpolated.
    period_s = (1.0 - share) / low.rate_per_s + share / high.rate_per_s
    return Point(low.power_w + share * (high.power_w - low.power_w), 1.0 / period_s)


def _trace(gpu: str, dataset: str, network: str, batch: str) -> tuple[dict[float, Point], str]:
    with open(f"{DATA}/hardware/zeus_power_{gpu}.csv", encoding="utf-8") as file:
        found = [
            row
            for row in csv.DictReader(file)
            if (row["dataset"], row["network"], row["batch_size"]) == (dataset, network, batch)
        ]
    optimizer = found[0]["optimizer"]
    points = {
        float(row["power_limit"]): Point(float(row["average_power"]), 1.0 / float(row["time_per_epoch"]))
        for row in found
        if row["optimizer"] == optimizer
    }
    return points, optimizer


def _epochs(dataset: str, network: str, batch: str, optimizer: str, target: float) -> float:
    with open(f"{DATA}/hardware/zeus_train.csv", encoding="utf-8") as file:
        reached = [
            float(row["target_epoch"])
            for row in csv.DictReader(file)
            if (row["dataset"], row["network"], row["batch_size"], row["optimizer"]) == (dataset, network, batch, optimizer)
            and abs(float(row["target_metric"]) - target) < 1e-9
            and row["target_epoch"]
        ]
    return statistics.fmean(_counted(reached))


def _counted(reached: Sequence[float]) -> Sequence[float]:
    if not reached:
        raise RuntimeError("no published run of this cell reaches its target")
    return reached
