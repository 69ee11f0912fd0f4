"""prove-01c: whole calls of `vatio gate` on two equal trees: how many of them raise a false alarm.

Each call checks a commit out, looks where it loads its code from, compares it with itself and then with the working tree, by
processes of 40 CPU-ms. A hundred take about a quarter of an hour: each outcome is kept as it comes, in a file of the temporary
folder that is named by the code that decides, so that a run that was stopped goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks._results import ROOT
from benchmarks._row import Row

CALLS = 100
WORK = "value = 0.5\nfor step in range(250_000):\n    value = 3.7 * value * (1.0 - value) + step * 1e-12\n"
DECIDES = ("src/vatio/analysis/gate", "src/vatio/govern/gate", "src/vatio/measure/paired")
COMMAND = "python -m benchmarks prove --only prove-01c"
_OUTCOMES = {0: "pass", 1: "fail", 3: "inconclusive"}


def rows(peers: bool) -> list[Row]:
    """Call the gate until there are enough outcomes."""
    known = Path(tempfile.gettempdir(), f"vatio-gate-calls-{_code()}.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        shop = _shop(Path(folder))
        while len(_read(known)) < CALLS:
            _keep(known, _called(shop, Path(folder)))
    found = _read(known)
    counts = Counter(call["outcome"] for call in found)
    false_alarms = 100.0 * counts["fail"] / len(found)
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    pairs = sum(call["pairs"] for call in found) / len(found)
    why = f"{len(found)} calls: {said}; {pairs:.1f} pairs a call; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    what = "whole gate calls, A/A on a small workload: false alarms"
    return [
        Row(id="prove-01c", what=what, relation="<=", limit=8.0, got=false_alarms, unit="%", command=COMMAND, why=why),
    ]


def _shop(folder: Path) -> Path:
    """Make a repository with one commit, which both arms are."""
    shop = folder / "shop"
    shop.mkdir()
    (shop / "work.py").write_text(WORK)
    named = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*named, "commit", "-q", "-m", "work")):
        subprocess.run(["git", *words], cwd=shop, check=True, capture_output=True)
    return shop


def _called(shop: Path, folder: Path) -> dict[str, object]:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        command = [sys.executable, "-m", "vatio", "gate", "-q", "--json", "--against", "main"]
        command += ["--ledger", os.path.join(own, "ledger.sqlite"), "--", sys.executable, "work.py"]
        environ = {**os.environ, "XDG_STATE_HOME": own, "PYTHONPATH": os.path.join(ROOT, "src")}
        done = subprocess.run(command, cwd=shop, env=environ, capture_output=True, text=True, check=False)
    if done.returncode not in _OUTCOMES or not done.stdout:
        raise RuntimeError(f"a gate ended with {done.returncode}: {done.stderr[-2000:]}")
    verdict = json.loads(done.stdout)
    return {"outcome": verdict["outcome"], "pairs": verdict["pairs"], "noise_ratio": verdict["noise_ratio"]}


def _read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _keep(path: Path, call: dict[str, object]) -> None:
    with path.open("a") as file:
        file.write(json.dumps(call) + "\n")


def _code() -> str:
    """Digest what decides: outcomes of other code are not counted with these."""
    digest = hashlib.sha256(WORK.encode())
    for path in sorted(one for folder in DECIDES for one in Path(ROOT, folder).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
