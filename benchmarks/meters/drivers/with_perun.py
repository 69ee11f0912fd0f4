"""perun as its documentation uses it: the decorator, one round, a report as JSON."""

import glob
import json
import os
import tempfile
import time

from _work import options, tell, work
from perun import perun

if __name__ == "__main__":
    kind, duration_s, gpu = options()
    os.chdir(tempfile.mkdtemp())
    marks = {}

    @perun(data_out="out", format="json", sampling_period=1.0, rounds=1)
    def case():
        """Do the work between the tool's marks."""
        marks["begin_s"] = time.monotonic()
        work(kind, duration_s)
        marks["end_s"] = time.monotonic()

    before_s = time.monotonic()
    case()
    after_s = time.monotonic()
    with open(glob.glob("out/*.json")[0], encoding="utf-8") as file:
        report = json.load(file)

    def metrics_of(node):
        """Walk to the outermost node that has metrics."""
        if node.get("metrics"):
            return node["metrics"]
        return next((found for child in (node.get("nodes") or {}).values() if (found := metrics_of(child))), {})

    found = metrics_of(report)
    names = ("gpu_energy",) if gpu else ("cpu_energy", "dram_energy")

    def value(name):
        """Give a metric in joules."""
        entry = found.get(name) or {}
        return float(entry.get("value", entry.get("mean", 0.0)) or 0.0)

    joules = sum(value(name) for name in names)
    tell(joules, (before_s, marks["begin_s"]), (marks["end_s"], after_s), metrics=sorted(found))
