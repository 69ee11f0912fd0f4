"""Answer one case at a time with trees: what the search found against single tools, as they come and at their best.

Everything is called as its user calls it: ours is ``load_model(...).predict_proba`` and is given what scikit-learn is given;
the tools are given arrays that are already of the kind that they take.
"""

from __future__ import annotations

import math
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy

from benchmarks._row import Row
from benchmarks.optimise import _forests

_COMMAND = "make bench TOPIC=optimise ONLY={}"
_ROUNDS, _SLICE_S = 15, 0.04
_ASKED = 0.95
Call = Callable[[Any], Any]


def rows(peers: bool) -> list[Row]:
    """Search for both models, and time what was found beside the tools."""
    del peers  # the tools are what the figure is over: they are always asked
    return [
        _row("optimise-05", "random forest of 200 trees", "forest"),
        _row("optimise-06", "histogram gradient boosting of 100 rounds", "boosting"),
    ]


def _row(row: str, what: str, name: str) -> Row:
    estimator, x = getattr(_forests, name)(), _forests.cases()["x"]
    with tempfile.TemporaryDirectory() as folder:
        found = _searched(name, Path(folder))
        if found is None:
            return _told(row, what, 0.0, "", "the search kept the model as it is")
        arms: dict[str, Call] = {"scikit-learn": estimator.predict_proba, "ours": found, **_tools(estimator, x)}
        wrong = _other_answers(found, estimator, x)
        costs = _costs(arms, x)
    best = min((tool for tool in arms if tool not in ("scikit-learn", "ours")), key=costs.__getitem__)
    times = {tool: costs["scikit-learn"] / cost for tool, cost in costs.items()}
    said = ", ".join(f"{tool} {ratio:.0f}" for tool, ratio in sorted(times.items(), key=lambda each: -each[1]))
    ratio = 0.0 if wrong else costs[best] / costs["ours"]
    return _told(row, what, ratio, best, f"{wrong} other predictions" if wrong else f"times cheaper: {said}")


def _told(row: str, what: str, got: float, peer: str, peer_got: str) -> Row:
    return Row(
        id=row,
        what=f"{what}, batch 1, same predictions: times, over the best single tool's of the same run",
        relation=">=",
        limit=_ASKED,
        got=round(got, 3),
        unit="times",
        peer=peer,
        peer_got=peer_got,
        command=_COMMAND.format(row),
    )


def _searched(name: str, folder: Path) -> Call | None:
    """Have the search make the model cheaper, its algorithm untouched; ``None`` where it found nothing."""
    from vatio.config import load_config
    from vatio.optimise.model import ModelOptions, ModelRequest, load_model, optimise_model
    from vatio.optimise.search import read_budget

    request = ModelRequest(
        model=f"benchmarks.optimise._forests:{name}",
        cases="benchmarks.optimise._forests:cases",
        budget=read_budget("200cpu-s"),
        batches=(1,),
        reach="format",
    )
    config = load_config(options={"ledger.path": str(folder / "ledger.db")}, environ={})
    front = optimise_model(request, config=config, options=ModelOptions(out=folder / "found"))
    chosen = next((point for point in front.points if point.id in front.chosen.values()), None)
    return None if chosen is None else load_model(folder / "found" / str(chosen.artefact)).predict_proba


def _other_answers(found: Call, estimator: Any, x: Any) -> int:
    """Count cases that get another class, cases that no one has seen and that lie between limits among them."""
    draws = numpy.random.default_rng(0)
    near = numpy.clip(x + draws.choice([-0.5, 0.0, 0.5], size=x.shape), 0.0, 16.0)
    asked = numpy.concatenate([x, near, draws.integers(0, 17, size=x.shape).astype(float)])
    answers = numpy.concatenate([found(case[None]) for case in asked])
    return int((answers.argmax(axis=1) != estimator.predict_proba(asked).argmax(axis=1)).sum())


def _tools(estimator: Any, x: Any) -> dict[str, Call]:
    """Make the single tools ready: ONNX Runtime by skl2onnx where that converts the model, treelite's interpreter."""
    import treelite
    from treelite import gtil

    trees = treelite.sklearn.import_model(estimator)
    tools: dict[str, Call] = {
        "treelite": lambda case: gtil.predict(trees, case),
        "treelite, one thread": lambda case: gtil.predict(trees, case, nthread=1),
    }
    return tools | _onnx(estimator, x)


def _onnx(estimator: Any, x: Any) -> dict[str, Call]:
    import onnxruntime
    from skl2onnx import to_onnx

    try:
        usual = to_onnx(estimator, x[:1].astype(numpy.float32)).SerializeToString()
        plain = to_onnx(estimator, x[:1].astype(numpy.float32), options={"zipmap": False}).SerializeToString()
    except (ValueError, TypeError, RuntimeError):
        return {}  # skl2onnx 1.20 cannot convert histogram gradient boosting
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    asked = onnxruntime.InferenceSession(usual, providers=["CPUExecutionProvider"])
    single = onnxruntime.InferenceSession(plain, options, providers=["CPUExecutionProvider"])
    return {
        "ONNX Runtime": lambda case: asked.run(None, {"X": case}),
        "ONNX Runtime, one thread, no map": lambda case: single.run(["probabilities"], {"X": case}),
    }


def _costs(arms: Mapping[str, Call], x: Any) -> dict[str, float]:
    """Give each arm's CPU-seconds a call: the geometric mean over rounds in which all take turns, in another order each."""
    cases = {name: [_given(name, case[None]) for case in x] for name in arms}
    calls = {name: _calls(call, cases[name]) for name, call in arms.items()}
    spent: dict[str, list[float]] = {name: [] for name in arms}
    order, draws = list(arms), random.Random(0)
    for _ in range(_ROUNDS):
        draws.shuffle(order)
        for name in order:
            spent[name].append(_timed(arms[name], cases[name], calls[name]))
    return {name: math.exp(sum(map(math.log, each)) / len(each)) for name, each in spent.items()}


def _given(name: str, case: Any) -> Any:
    return case.astype(numpy.float32) if name.startswith("ONNX") else case


def _calls(call: Call, cases: list[Any]) -> int:
    """Choose how many calls fill a slice, after two that nobody counts."""
    _timed(call, cases, 2)
    return max(3, round(_SLICE_S / _timed(call, cases, 3)))


def _timed(call: Call, cases: list[Any], calls: int) -> float:
    asked = [cases[at % len(cases)] for at in range(calls)]
    begun_s = time.process_time()
    for case in asked:
        call(case)
    return max(time.process_time() - begun_s, 1e-9) / calls
