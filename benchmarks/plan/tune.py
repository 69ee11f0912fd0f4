"""Tune three CPU loads and hold what was kept against an exhaustive measurement of every setting: plan-13a, plan-13b.

The loads: a product of matrices that two threads only make dearer, a compression in several processes, and a batched lookup.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from benchmarks._row import Row
from vatio.config import load_config
from vatio.measure import PairedDesign, PairedOptions, measure_paired
from vatio.plan.tune import Knob, read_knob, thread_knob
from vatio.plan.tune._knobs import arm_of, settings_of

_COMMAND = "make bench TOPIC=plan ONLY=plan-13"
_PAIRS = 8
_MATRICES = """
import numpy
a = numpy.random.default_rng(0).random((300, 300))
for _ in range(60):
    a = a @ a
    a /= a.max()
"""
_COMPRESSION = """
import sys, zlib
from multiprocessing import get_context
text = bytes(range(256)) * 2000
def work(part):
    return sum(len(zlib.compress(text, 6)) for _ in range(part))
if __name__ == "__main__":
    count = int(sys.argv[1])
    with get_context("spawn").Pool(count) as pool:
        pool.map(work, [24 // count] * count)
"""
_LOOKUP = """
import sys
import numpy
table, batch = numpy.arange(100_000.0), int(sys.argv[1])
keys = numpy.random.default_rng(0).integers(0, 100_000, 200_000)
total = 0.0
for start in range(0, len(keys), batch):
    total += float(table[keys[start:start + batch]].sum())
"""


def rows(peers: bool) -> list[Row]:
    """Tune each load."""
    loads: dict[str, tuple[str, Sequence[str], list[Knob]]] = {
        "matrices": (_MATRICES, (), [thread_knob(2)]),
        "compression": (_COMPRESSION, ("{processes}",), [read_knob("processes=1,2,4")]),
        "lookup": (_LOOKUP, ("{batch}",), [read_knob("batch=8,64,512,4096")]),
    }
    above = {name: _above(*load) for name, load in loads.items()}
    worst = max(percent for percent, _ in above.values())
    what = "plan tune on 3 CPU loads: cost above the exhaustive best"
    told = ", ".join(f"{name} {percent:.2f} %" for name, (percent, _) in above.items())
    dearer = float(sum(is_dearer for _, is_dearer in above.values()))
    return [
        Row(id="plan-13a", what=what, relation="<=", limit=5.0, got=worst, unit="%", command=_COMMAND, why=told),
        Row(
            id="plan-13b",
            what="the same: dearer than the default",
            relation="<=",
            limit=0.0,
            got=dearer,
            unit="loads",
            command=_COMMAND,
        ),
    ]


def _above(program: str, words: Sequence[str], knobs: Sequence[Knob]) -> tuple[float, bool]:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "load.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        command = (sys.executable, path, *words)
        chosen = _tuned(command, knobs, folder)
        costs = _exhaustive(command, knobs, folder)
    kept = costs[chosen]
    return (kept / min(costs.values()) - 1.0) * 100.0, kept > next(iter(costs.values())) * 1.01


def _tuned(command: Sequence[str], knobs: Sequence[Knob], folder: str) -> str:
    given = [word for knob in knobs for word in ("--knob", f"{knob.name}={','.join(knob.values)}")]
    asked = given if knobs[0].name != "threads" else []
    words = [sys.executable, "-m", "vatio", "plan", "tune", "-q", "--json", *asked, "--", *command]
    done = subprocess.run(words, cwd=folder, env=_environ(folder), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    values: Mapping[str, str] = json.loads(done.stdout)["chosen"]
    return " ".join(f"{name}={value}" for name, value in values.items()) or "as it is"


def _exhaustive(command: Sequence[str], knobs: Sequence[Knob], folder: str) -> dict[str, float]:
    """Measure every setting in as many blocks, and give the median of each; the default comes first."""
    arms = [arm_of(setting, knobs, command) for setting in settings_of(knobs, command)]
    options = PairedOptions(environ=_environ(folder), name="exhaustive")
    config = load_config(folder, environ=_environ(folder))
    found = measure_paired(arms, design=PairedDesign(pairs=_PAIRS, pin=False), config=config, options=options)
    return {arm.name: statistics.median(cost for cost in found.costs.of(arm.name) if cost is not None) for arm in arms}


def _environ(folder: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    return {
        **kept,
        "XDG_STATE_HOME": f"{folder}/state",
        "XDG_DATA_HOME": f"{folder}/data",
        "XDG_CONFIG_HOME": f"{folder}/config",
    }
