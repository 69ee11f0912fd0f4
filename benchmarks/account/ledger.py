"""account-08, account-10: reading commands over a hundred thousand runs, and one total wherever it is shown."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks._cost import BARE_PYTHON, interleaved, tree_cpu_s
from benchmarks._row import Row
from benchmarks.account._many_runs import PROJECTS, fill
from vatio.account import share_out, sum_runs
from vatio.ledger import Ledger
from vatio.testing import ledger_in

RUNS, FEW = 100_000, 1_200
COMMAND = "make bench TOPIC=account ONLY=account-08,account-10"
VATIO = os.path.join(os.path.dirname(sys.executable), "vatio")


def rows(peers: bool) -> list[Row]:
    """Give the costs of the reading commands, then the greatest difference between two totals of the same runs."""
    return [*_cost_rows(), *_total_rows()]


def _cost_rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        with ledger_in(os.path.join(folder, ".vatio")) as ledger:
            fill(ledger, RUNS)
            one = ledger.overview.listed(1)[0].id
        environ = _environ(folder)
        commands = {
            "list": (VATIO, "runs", "list"),
            "first sum": (VATIO, "runs", "sum", "--by", "month"),
            "sum": (VATIO, "runs", "sum", "--by", "month"),
            "one": (VATIO, "runs", "show", one),
            "one json": (VATIO, "runs", "show", one, "--json"),
            "sum tz": (VATIO, "runs", "sum", "--by", "month", "--tz", "Asia/Kolkata"),
        }
        first_s = _over_bare([commands.pop("first sum")], folder, environ, repetitions=1)[0]
        found = dict(zip(commands, _over_bare(list(commands.values()), folder, environ, repetitions=15), strict=True))
    what = f"{RUNS} runs in SQLite, over bare Python: "
    asked = (
        ("account-08a", "list the newest 50", 0.03, found["list"]),
        ("account-08b", "sum by month", 0.1, found["sum"]),
        ("account-08b-tz", "sum by month in another time zone", 0.1, found["sum tz"]),
        ("account-08c", "show one run", 0.03, found["one"]),
        ("account-08c-json", "show one run as JSON", 0.03, found["one json"]),
    )
    rows = [
        Row(id=name, what=what + of, relation="<=", limit=limit, got=round(got_s, 4), unit="CPU-s", command=COMMAND)
        for name, of, limit, got_s in asked
    ]
    first = Row(
        id="account-08b-first",
        what=what + "the first sum after all of them were written, which tells what overlapping and nested runs share",
        relation="<=",
        limit=60.0,
        got=round(first_s, 2),
        unit="CPU-s",
        command=COMMAND,
    )
    return [*rows, first]


def _over_bare(commands: Sequence[Sequence[str]], folder: str, environ: Mapping[str, str], *, repetitions: int) -> list[float]:
    cases = {str(at): partial(tree_cpu_s, command, cwd=folder, environ=environ) for at, command in enumerate(commands)}
    bare = {"bare": partial(tree_cpu_s, BARE_PYTHON, cwd=folder, environ=environ)}
    if repetitions > 1:  # compiled caches are written once
        for case in cases.values():
            case()
    figures = interleaved({**bare, **cases}, repetitions=repetitions)
    beneath_s = statistics.median(figures["bare"])
    return [statistics.median(figures[name]) - beneath_s for name in cases]


def _total_rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, ledger_in(os.path.join(folder, ".vatio")) as ledger:
        fill(ledger, FEW)
        shown = _totals(folder)
        shown.update(_by_the_rule(ledger))
    truth_j = shown.pop("runs less overlap")
    differences = {name: abs(total_j / truth_j - 1.0) for name, total_j in shown.items()}
    worst = max(differences, key=lambda name: differences[name])
    what = f"{FEW} runs, overlapping and nested: sum of runs less overlap against {len(shown)} totals shown, worst: {worst}"
    return [
        Row(
            id="account-10",
            what=what,
            relation="<=",
            limit=1e-9,
            got=differences[worst],
            unit="ratio",
            command=COMMAND,
        )
    ]


def _totals(folder: str) -> dict[str, float]:
    """Ask every command that shows a total for it."""
    listed = _asked(folder, "runs", "list", "--limit", "0", "--json")
    shown = {"list": listed["total"]["energy_j"]["value"]}
    for by in ("project", "stage", "month", "host", "tag:team"):
        found = _asked(folder, "runs", "sum", "--by", by, "--json")
        total = found["total"]
        shown[f"sum by {by}"] = total["energy_j"]["value"]
        shown[f"sum by {by}, group by group"] = _added(group["energy_j"] for group in found["groups"])
        shown[f"sum by {by}, runs less overlap"] = total["runs_j"]["value"] - total["overlap_j"]["value"]
        shown[f"sum by {by}, hosts less unattributed"] = total["host_j"]["value"] - total["unattributed_j"]["value"]
    shown["budget"] = sum(_budget_j(folder, project) for project in PROJECTS)
    everything = [run["id"] for run in listed["runs"]]
    shown["report"] = _asked(folder, "report", "--json", *everything)["total"]["energy_j"]["value"]
    return shown


def _by_the_rule(ledger: Ledger) -> dict[str, float]:
    """Add the records up by the rule itself, past every projection."""
    found = sum_runs(ledger.runs(0))
    claimed_j, overlap_j = found.runs_j.value or 0.0, found.overlap_j.value or 0.0
    groups = ledger.overview.sums("host", share_out=share_out)
    return {"runs less overlap": claimed_j - overlap_j, "library": _added({"value": group.energy_j.value} for group in groups)}


def _budget_j(folder: str, project: str) -> float:
    environ = {"VATIO_PROJECT_NAME": project, "VATIO_BUDGETS_PROJECT_J": "1e30"}
    found = _asked(folder, "runs", "budget", "--json", environ=environ)
    return float(found["budgets"][0]["amount"]["value"])


def _asked(folder: str, *words: str, environ: Mapping[str, str] | None = None) -> Any:
    done = subprocess.run(
        [VATIO, *words], cwd=folder, env={**os.environ, **_environ(folder), **(environ or {})}, capture_output=True, check=True
    )
    return json.loads(done.stdout)


def _added(quantities: Iterable[Mapping[str, Any]]) -> float:
    return sum(float(quantity["value"]) for quantity in quantities)


def _environ(folder: str) -> dict[str, str]:
    # A user's folders of its own: what another run left behind here is not taken in.
    return {name: os.path.join(folder, "user") for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR")}
