"""Repeat the data-centric study on the SMS corpus, as it comes by default: optimise-10a to optimise-10d."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from benchmarks._cost import tree_cpu_s
from benchmarks._results import ROOT
from benchmarks._row import Row

_COMMAND = "make bench TOPIC=optimise ONLY=optimise-10"
_CORPUS = os.path.join(ROOT, os.pardir, "shared", "data", "studies", "sms", "SMSSpamCollection")
_ROWS, _FEATURES = ("bagging", "tree", "svm", "forest"), ("forest", "adaboost", "bagging", "tree")
# studies.md, section 1: the authors' and a repetition's figure.
_SVM_F1 = 0.582


def rows(peers: bool) -> list[Row]:
    """Carry the study out once; its libraries run on one thread."""
    if not os.path.exists(_CORPUS):
        return [_row(each, None, why="the SMS corpus is not here") for each in "abcd"]
    found, cpu_s = _studied()
    least = {axis: _least(found, axis, names) for axis, names in (("rows", _ROWS), ("features", _FEATURES))}
    f1 = next(whole["quality"] for whole in found["wholes"] if whole["algorithm"] == "svm")
    shape = f"matrix {found['rows']} x {found['columns']}"
    return [
        _row("a", least["rows"][0], why=f"least: {least['rows'][1]}; cost in {found['unit']}"),
        _row("b", least["features"][0], why=f"least: {least['features'][1]}; cost in {found['unit']}"),
        _row("c", abs(f1 - _SVM_F1), why=f"F1 {f1:.4f}; {shape}"),
        _row("d", cpu_s, why=f"{len(found['cells'])} trainings, the corpus read and vatio itself included"),
    ]


def _row(which: str, got: float | None, *, why: str) -> Row:
    what, relation, limit, unit = {
        "a": ("study data-centric: least saving of rows 100 -> 10 %", ">=", 85.0, "%"),
        "b": ("study data-centric: least saving of features 100 -> 10 %", ">=", 65.0, "%"),
        "c": ("study data-centric: SVM F1 against the published one", "<=", 0.001, ""),
        "d": ("study data-centric: cost of the default study", "<=", 150.0, "CPU-s"),
    }[which]
    relations: Mapping[str, Any] = {"relation": relation}
    return Row(id=f"optimise-10{which}", what=what, limit=limit, got=got, unit=unit, command=_COMMAND, why=why, **relations)


def _studied() -> tuple[Any, float]:
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "study.json")
        program = f"import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:], stdout=open({out!r}, 'w')))"
        words = [sys.executable, "-m", "vatio", "optimise", "study", "data-centric", _CORPUS, "-q", "--json"]
        names = {"XDG_STATE_HOME": "state", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config"}
        environ = {name: os.path.join(folder, part) for name, part in names.items()}
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        cpu_s = tree_cpu_s([sys.executable, "-c", program, *words], cwd=folder, environ={**environ, **threads})
        with open(out, encoding="utf-8") as file:
            return json.load(file), cpu_s


def _least(found: Any, axis: str, names: tuple[str, ...]) -> tuple[float, str]:
    savings = [
        (100.0 * effect["train_saving_ratio"], effect["algorithm"])
        for effect in found["effects"]
        if effect["axis"] == axis and effect["algorithm"] in names
    ]
    return min(savings)
