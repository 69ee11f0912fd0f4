"""Count what `vatio --help` costs from the shell's point of view: the interpreter's start and everything after it."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Sequence
from functools import partial

from benchmarks._cost import interleaved, tree_cpu_s
from benchmarks._peers import peer_python
from benchmarks._row import Row

_CODECARBON_CPU_S = 0.48


def rows(peers: bool) -> list[Row]:
    """Measure the help of vatio, beside codecarbon's where that can be installed."""
    commands = {"vatio": _script(sys.executable, "vatio")}
    python = peer_python("codecarbon") if peers else None
    if python:
        commands["codecarbon"] = _script(python, "codecarbon")
    for command in commands.values():
        tree_cpu_s(command)  # compiled caches are written once
    figures = interleaved({name: partial(tree_cpu_s, command) for name, command in commands.items()}, repetitions=15)
    medians = {name: round(statistics.median(values), 4) for name, values in figures.items()}
    why = "" if python else "codecarbon was not run here: its figure is the one in the issue"
    return [
        Row(
            id="run-02",
            what="vatio --help, interpreter included",
            relation="<=",
            limit=0.08,
            got=medians["vatio"],
            unit="CPU-s",
            peer="codecarbon --help (mlflow 6.1)",
            peer_got=medians.get("codecarbon", _CODECARBON_CPU_S),
            command="make bench TOPIC=run ONLY=run-02",
            why=why,
        )
    ]


def _script(python: str, name: str) -> Sequence[str]:
    return (os.path.join(os.path.dirname(python), name), "--help")
