"""Have a zoo of models made cheaper, and judge on fresh cases and a fresh measurement whether any got worse: optimise-08."""

from __future__ import annotations

import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks._row import Row
from benchmarks.optimise import _zoo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Front

_COMMAND = "make bench TOPIC=optimise ONLY={}"
_BATCHES = (1, 32)
_BUDGET = "45cpu-s"
_MAX_LOSS = 0.01
_ROUNDS, _SLICE_S = 9, 0.03
_IMPROVED = 1.5


class Pair(NamedTuple):
    """Hold what became of one model at one batch size: how many times cheaper on a fresh measurement, and the quality lost.

    ``lost_low`` is the least that may have been lost on the fresh cases, with 95 % confidence.
    """

    name: str
    batch: int
    chain: str
    times: float
    lost: float
    lost_low: float

    @property
    def is_worse(self) -> bool:
        """Tell whether what was accepted is dearer, or has surely lost more than was allowed."""
        return self.times < 1.0 or self.lost_low > _MAX_LOSS


def rows(peers: bool) -> list[Row]:
    """Search for each model of the zoo, and measure what was accepted anew."""
    del peers
    pairs = [pair for name in _zoo.ZOO for pair in _searched(name)]
    for pair in pairs:
        print(f"  {pair.name} batch {pair.batch}: {pair.times:.3g} times, {pair.lost:+.4f} lost; {pair.chain}", file=sys.stderr)
    worse = [pair for pair in pairs if pair.is_worse]
    better = [pair for pair in pairs if pair.times >= _IMPROVED]
    count = f"{len(pairs)} (model, batch) pairs"
    return [
        Row(
            id="optimise-08a",
            what=f"{count}: regressions accepted",
            relation="<=",
            limit=0.0,
            got=float(len(worse)),
            unit="pairs",
            peer="three tools' defaults",
            peer_got="0.32-0.95 times",
            command=_COMMAND.format("optimise-08"),
            why="; ".join(f"{pair.name} b{pair.batch}" for pair in worse),
        ),
        Row(
            id="optimise-08b",
            what=f"{count}: improved {_IMPROVED} times or more",
            relation=">=",
            limit=12.0,
            got=float(len(better)),
            unit="pairs",
            command=_COMMAND.format("optimise-08"),
        ),
    ]


def _searched(name: str) -> list[Pair]:
    with tempfile.TemporaryDirectory() as folder:
        front = _front(name, Path(folder))
        return [_pair(name, batch, front, Path(folder)) for batch in _BATCHES]


def _front(name: str, folder: Path) -> Front:
    from vatio.config import load_config
    from vatio.optimise.model import ModelOptions, ModelRequest, optimise_model
    from vatio.optimise.search import read_budget

    is_values = _zoo.ZOO[name][1] == "friedman"
    request = ModelRequest(
        model=f"benchmarks.optimise._zoo:{name}",
        cases=f"benchmarks.optimise._zoo:{name}_cases",
        quality="r2" if is_values else "accuracy",
        max_loss=_MAX_LOSS,
        budget=read_budget(_BUDGET),
        batches=_BATCHES,
    )
    config = load_config(options={"ledger.path": str(folder / "l.db"), "record.environment": "off"}, environ=os.environ)
    return optimise_model(request, config=config, options=ModelOptions(out=folder / "out"))


def _pair(name: str, batch: int, front: Front, folder: Path) -> Pair:
    """Measure what was chosen against the model itself, anew; what is to be kept is 1 times and loses nothing."""
    from vatio.optimise.model import load_model

    point = front.chosen_for(batch)
    if point is None or point.artefact is None:
        return Pair(name, batch, "keep what you have", 1.0, 0.0, 0.0)
    model, chosen = vars(_zoo)[name](), load_model(folder / "out" / point.artefact)
    x, y = _zoo.fresh(name)
    times = _times(model.predict, chosen.predict, x, batch)
    lost, low = _lost(model.predict(x), chosen.predict(x), y)
    return Pair(name, batch, " > ".join(point.chain), times, lost, low)


def _times(base: Callable[[Any], Any], other: Callable[[Any], Any], x: Any, batch: int) -> float:
    """Give how many times cheaper the other answers, by public calls: geometric mean over shuffled rounds."""
    logs, arms, draws = [], {"base": base, "other": other}, random.Random(0)
    for _ in range(_ROUNDS):
        order = list(arms)
        draws.shuffle(order)
        cost = {name: _cost_s(arms[name], x, batch) for name in order}
        logs.append(math.log(cost["base"] / cost["other"]))
    return math.exp(sum(logs) / len(logs))


def _cost_s(call: Callable[[Any], Any], x: Any, batch: int) -> float:
    calls, at, begun_s = 0, 0, time.process_time()
    while (used_s := time.process_time() - begun_s) < _SLICE_S or calls < 3:
        call(x[at : at + batch])
        calls, at = calls + 1, (at + batch) % (len(x) - batch)
    return used_s / calls


def _lost(base: Any, other: Any, y: Any) -> tuple[float, float]:
    """Give the quality lost on the fresh cases and its lower 95 % bound: accuracy, or r2 for values."""
    import numpy

    is_values = y.dtype.kind == "f"
    parts = ((other - y) ** 2 - (base - y) ** 2) / y.var() if is_values else (base == y).astype(float) - (other == y)
    mean, reach = float(parts.mean()), 1.645 * float(parts.std(ddof=1)) / math.sqrt(len(parts))
    return mean, float(numpy.round(mean - reach, 6))
