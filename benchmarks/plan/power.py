"""Replay the power-limit and batch optimum on the traces that Zeus published, cell by cell: plan-10a.

The cells of ``zeus_optimum.csv`` are the oracle optimum over what was measured; runs that never reach the target are left out
of a batch's mean, as the table has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks._row import Row
from benchmarks.plan._grid import DATA, table
from vatio.plan.power import Setting, choose, read_epochs, read_power, settings_of, usual_setting

# Job -> data set, network, target and the most epochs (studies.md 6).
JOBS = {
    "shufflenet": ("cifar100", "shufflenetv2", 0.60, 100.0),
    "resnet50": ("imagenet", "resnet50", 0.65, 100.0),
    "bert-qa": ("squad", "bert_base_uncased", 84.0, 6.0),
    "deepspeech2": ("librispeech", "deepspeech2", 40.0, 16.0),
    "ncf": ("movielens-1m", "ncf", 0.41, 100.0),
    "bert-sa": ("sentiment140", "bert_base_uncased", 0.84, 10.0),
}


def rows(peers: bool) -> list[Row]:
    """Give the row of the replay."""
    if not (DATA / "hardware" / "zeus_train.csv").exists():
        return [_row(None, "the traces are not at hand: set VATIO_TEST_DATA")]
    apart = [(abs(got - stated), where) for stated, got, where in _cells()]
    worst, where = max(apart)
    return [_row(worst, f"{len(apart)} cells of {len(table('zeus_optimum.csv'))} rows; worst: {where}")]


def _row(got: float | None, why: str) -> Row:
    return Row(
        id="plan-10a",
        what="power limit and batch optimum on the Zeus traces, worst difference of any cell",
        relation="<=",
        limit=0.1,
        got=got,
        unit="points",
        command="make bench TOPIC=plan ONLY=plan-10a",
        why=why,
    )


def settings(gpu: str, job: str) -> tuple[Setting, ...]:
    """Read what was measured of a job on a GPU."""
    dataset, network, target, most = JOBS[job]
    traces = read_power(str(DATA / "hardware" / f"zeus_power_{gpu}.csv"))
    epochs = read_epochs(str(DATA / "hardware" / "zeus_train.csv"), dataset=dataset, network=network, level=target, most=most)
    return settings_of(traces, epochs, dataset=dataset, network=network)


def _cells() -> Iterator[tuple[float, float, str]]:
    """Give each cell's stated value, what is found, and which it is; batches and limits must be the same."""
    for row in table("zeus_optimum.csv"):
        found = settings(row["gpu"], row["job"])
        usual = usual_setting(found, int(row["usual_batch"]))
        limit_w = usual.power_limit_w
        where = f"{row['gpu']} {row['job']}"
        best = choose(found, usual, max_power_w=limit_w)
        half = choose(found, usual, energy_share=0.5, max_power_w=limit_w)
        yield float(row["usual_w"]), limit_w, f"{where} usual W"
        # In percent of what is stated: kilojoules are no points.
        yield 100.0, 100.0 * round(usual.energy_j / 1000.0, 1) / float(row["energy_kj"]), f"{where} kJ"
        for name, chosen in (("best", best), ("half", half)):
            yield float(row[f"{name}_batch"]), float(chosen.setting.batch), f"{where} {name} batch"
            yield float(row[f"{name}_w"]), chosen.setting.power_limit_w, f"{where} {name} W"
        yield float(row["saved_percent"]), 100.0 * best.saved_ratio, f"{where} saved"
        yield 100.0 * float(row["time_ratio"]), 100.0 * best.time_ratio, f"{where} time"
        yield float(row["batch_only_percent"]), _saved([one for one in found if one.power_limit_w == limit_w], usual), where
        yield float(row["limit_only_percent"]), _saved([one for one in found if one.batch == usual.batch], usual), where
        yield float(row["half_saved_percent"]), 100.0 * half.saved_ratio, f"{where} half saved"
        yield 100.0 * float(row["half_time_ratio"]), 100.0 * half.time_ratio, f"{where} half time"


def _saved(found: Sequence[Setting], usual: Setting) -> float:
    return 100.0 * choose(found, usual, max_power_w=usual.power_limit_w).saved_ratio
