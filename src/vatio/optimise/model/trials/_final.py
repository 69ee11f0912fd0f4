"""The last measurement: what was chosen and the baseline, all together, and their answers to the certifying cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vatio.files import write_whole
from vatio.optimise.model._form import ask
from vatio.optimise.model._task import Cases
from vatio.optimise.model.judging import Agreement, agreement
from vatio.optimise.model.trials._attempt import Trying, check, form_of, predictors
from vatio.optimise.model.trials._cost import LONGEST_S, Cost, Effort, compare, latency_s
from vatio.optimise.model.trials._joules import joule_counter
from vatio.optimise.model.trials._node import Node, cost_from
from vatio.plugins import require

FINAL_FILE = "final.json"
_EFFORT = Effort(rounds=11, slice_s=0.03)
_SLICE_WITH_JOULES_S = 0.3
_LATENCY_CALLS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Hold what the last measurement found of one trial: its costs and latencies by batch, and its scores on the cases.

    ``agreement`` counts, for one that only rounds, on how many cases of all it decides as the baseline does.
    """

    costs: Mapping[int, Cost]
    latency_s: Mapping[int, Mapping[str, float]]
    scores: Any
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """Measure trials beside the baseline and ask them the certifying cases, once."""

    trying: Trying
    nodes: tuple[Node, ...]
    cases: Cases

    def __call__(self) -> None:
        """Do it, and keep what was found in the search's folder."""
        numpy = require("numpy", extra="optimise")
        task, folder = self.trying.task, self.trying.folder
        joules = joule_counter(self.trying.config)
        effort = _EFFORT._replace(slice_s=_SLICE_WITH_JOULES_S) if joules else _EFFORT
        arms = {node.key: predictors(form_of(node, self.trying), task.batches) for node in self.nodes}
        found: dict[str, Any] = {key: {"costs": [], "latency_s": {}} for key in arms}
        for batch in task.batches:
            together = {key: by_batch[batch] for key, by_batch in arms.items()}
            costs = compare(together, task.select.x, batch=batch, effort=effort, seed=task.seed, joules=joules)
            for key, predictor in together.items():
                found[key]["costs"].append(asdict(costs[key]))
                found[key]["latency_s"][batch] = latency_s(predictor, task.select.x, batch=batch, calls=_LATENCY_CALLS)
        is_compared = task.is_classes and any(node.is_exact and node.chain for node in self.nodes)
        every = (self.cases, task.select, task.fit)
        answers: dict[str, list[Any]] = {}
        for node in self.nodes:
            # What only rounds has learnt nothing: it may be held against the baseline on every case there is.
            parts = every if node.is_exact and is_compared else every[:1]
            most = max(arms[node.key])
            answers[node.key] = [ask(arms[node.key][most], cases.x, batch=most) for cases in parts]
            for scores, cases in zip(answers[node.key], parts, strict=True):
                check(scores, len(cases), len(task.classes))
            numpy.save(folder / node.key / "certify.npy", answers[node.key][0], allow_pickle=False)
            if node.chain and len(parts) > 1:
                base = numpy.concatenate(answers[self.nodes[0].key])
                found[node.key]["agreement"] = list(agreement(base, numpy.concatenate(answers[node.key])))
        write_whole(str(folder / FINAL_FILE), json.dumps(found).encode())


def final_cpu_s(costs: Mapping[int, Cost], cases: int) -> float:
    """Foresee what it costs for one form: asking it the cases, its rounds and its latencies, from what it has cost so far."""
    each_s = {batch: cost.cpu_s_per_1000.value / 1000.0 for batch, cost in costs.items()}
    rounds_s = sum(_EFFORT.rounds * max(_EFFORT.slice_s, 2.0 * batch * cost) for batch, cost in each_s.items())
    latencies_s = sum(min(_LATENCY_CALLS * batch * cost, LONGEST_S) for batch, cost in each_s.items())
    return cases * each_s[max(each_s)] + rounds_s + latencies_s


def read_final(folder: Path, nodes: tuple[Node, ...]) -> dict[str, Measured]:
    """Read what the last measurement has found."""
    numpy = require("numpy", extra="optimise")
    found = json.loads((folder / FINAL_FILE).read_bytes())
    return {
        node.key: Measured(
            costs={cost["batch"]: cost_from(cost) for cost in found[node.key]["costs"]},
            latency_s={int(batch): each for batch, each in found[node.key]["latency_s"].items()},
            scores=numpy.load(folder / node.key / "certify.npy", allow_pickle=False),
            agreement=Agreement(*found[node.key]["agreement"]) if "agreement" in found[node.key] else None,
        )
        for node in nodes
    }
