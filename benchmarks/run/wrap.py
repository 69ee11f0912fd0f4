"""What `vatio run` costs, and what a kill of it costs the workload (run-05, run-08a to run-08d)."""

from __future__ import annotations

import math
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks._cost import tree_cpu_s
from benchmarks._peers import peer_python
from benchmarks._row import Row
from vatio.ledger import open_ledger

VATIO = (sys.executable, "-m", "vatio")
COMMAND = "make bench TOPIC=run ONLY=run-05,run-08"
KILLS, AT_ONCE, INTERVAL_S = 24, 4, 0.25
SEED = 20260101
EARLIER, REPETITIONS = 5, 5
WORKLOAD = """
import os, signal, sys, time
came = []
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCONT, signal.SIGUSR1):
    signal.signal(number, lambda number, frame: came.append(number))
open("begun", "w").close()
steps = 0
end = time.monotonic() + 2.5
while time.monotonic() < end:
    print(steps, flush=True)
    time.sleep(0.02)
    steps += 1
with open("told", "w") as file:
    file.write(f"{len(came)} {steps}")
os.rename("told", "done")
"""


class Killed(NamedTuple):
    """What was found after one kill: whole intervals without a sample, processes left, whether the workload was disturbed."""

    lost_intervals: int
    left: int
    disturbed: bool


def rows(*, peers: bool) -> list[Row]:
    """Measure the wrapper's cost and the kills."""
    return [_cost_row(peers), *_kill_rows()]


def _cost_row(peers: bool) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        environ = _project(Path(folder))
        # The interpreter keeps what it compiled, as it does where packages are installed.
        environ |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        wrapped = [*VATIO, "run", "--", "sleep", "5"]
        cwd = f"{folder}/project"
        subprocess.run([*VATIO, "ledger", "keygen"], cwd=cwd, env=environ, check=True, capture_output=True)
        earlier = [subprocess.Popen(wrapped, cwd=cwd, env=environ, stderr=subprocess.DEVNULL) for _ in range(EARLIER)]
        for process in earlier:
            process.wait()
        got = statistics.median(tree_cpu_s(wrapped, cwd=cwd, environ=environ) for _ in range(REPETITIONS))
        peer = _codecarbon(folder) if peers else None
    return Row(
        id="run-05",
        what="`vatio run -- sleep 5`, snapshot, signed, receipt against 5 earlier runs",
        relation="<=",
        limit=0.15,
        got=round(got, 4),
        unit="CPU-s",
        peer="codecarbon monitor",
        peer_got=peer if peer is not None else 3.24,
        command=COMMAND,
    )


def _codecarbon(folder: str) -> float | None:
    python = peer_python("codecarbon")
    if python is None:
        return None
    command = [os.path.join(os.path.dirname(python), "codecarbon"), "monitor", "--offline", "--country-iso-code", "ESP"]
    return round(tree_cpu_s([*command, "--", "sleep", "5"], cwd=folder), 3)


def _kill_rows() -> list[Row]:
    chance = random.Random(SEED)
    delays_s = [chance.uniform(0.05, 1.8) for _ in range(KILLS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        kills = list(pool.map(_kill, delays_s))
        wrong = sum(
            pool.map(_is_wrong, [*range(4), 42, *range(125, 131), 255, "KILL", "TERM", "SEGV", "ABRT", "none", "folder"])
        )
    found = (
        (
            "run-08a",
            "intervals lost by a SIGKILL of vatio, the most of all kills",
            1,
            max(kill.lost_intervals for kill in kills),
        ),
        ("run-08b", "processes of vatio's left after the kills", 0, sum(kill.left for kill in kills)),
        ("run-08c", "workloads disturbed by the kills", 0, sum(kill.disturbed for kill in kills)),
        ("run-08d", "wrong exit codes of 18 commands", 0, wrong),
    )
    return [
        Row(
            id=id, what=f"{what} ({KILLS} kills)", relation="<=" if limit else "==", limit=limit, got=got, unit="",
            peer="eco2ai; most lose all", peer_got="10 s" if limit else None, command=COMMAND,
        )
        for id, what, limit, got in found
    ]  # fmt: skip


def _kill(delay_s: float) -> Killed:
    with tempfile.TemporaryDirectory() as folder:
        environ, project = _project(Path(folder)), Path(folder, "project")
        marker = f"VATIO_BENCHMARK={uuid.uuid4()}"
        environ |= dict([marker.split("=")])
        command = [*VATIO, "run", "-q", "--interval", f"{INTERVAL_S}s", "--", sys.executable, "-c", WORKLOAD]
        with open(project / "out", "wb") as out:
            process = subprocess.Popen(command, cwd=project, env=environ, stdout=out)
        _wait(project / "begun")
        time.sleep(delay_s)
        killed_s = time.monotonic()
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(0.3)
        left = len(_alive(marker)) - 1
        with open_ledger(str(project / ".vatio" / "ledger.sqlite"), readonly=True) as ledger:
            (run,) = ledger.runs()
        last_s = run.start_monotonic_s + run.duration_s
        # A kill within the first interval leaves one sample, of which no energy can be told yet.
        told = run.energy_j.value is not None or run.duration_s == 0.0
        lost = math.floor((killed_s - last_s) / INTERVAL_S) if run.status == "interrupted" and told else 99
        _wait(project / "done")
        return Killed(lost, left, not _is_whole(project))


def _is_whole(project: Path) -> bool:
    """Tell whether the workload came to its end, had no signal, and lost no line of its output."""
    if not (project / "done").exists():
        return False
    signals, steps = map(int, (project / "done").read_text().split())
    return signals == 0 and (project / "out").read_text() == "".join(f"{step}\n" for step in range(steps))


def _is_wrong(case: int | str) -> bool:
    """Tell whether the wrapper returns another code than a shell does."""
    with tempfile.TemporaryDirectory() as folder:
        environ = _project(Path(folder))
        if case == "none":
            command, expected = ["no-such-command"], 127
        elif case == "folder":
            command, expected = ["/"], 126
        elif isinstance(case, str):
            command, expected = ["sh", "-c", f"ulimit -c 0; kill -{case} $$"], 128 + int(getattr(signal, f"SIG{case}"))
        else:
            command, expected = ["sh", "-c", f"exit {case}"], case
        done = subprocess.run([*VATIO, "run", "-q", "--", *command], cwd=f"{folder}/project", env=environ, capture_output=True)
        return done.returncode != expected


def _project(folder: Path) -> dict[str, str]:
    """Make a project in a work tree with an uncommitted change, and give the environment of a user who has a home there."""
    project = folder / "project"
    project.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "XDG_"))}
    environ |= {"HOME": str(folder), "GIT_CONFIG_SYSTEM": os.devnull}
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench"]
    (project / "train.py").write_text("print(1)\n")
    for words in (["init", "-q"], ["add", "train.py"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], cwd=project, env=environ, check=True, capture_output=True)
    (project / "train.py").write_text("print(2)\n")
    return environ


def _alive(marker: str) -> list[int]:
    """List the processes that carry the marker in their environment."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if marker.encode() in Path("/proc", name, "environ").read_bytes().split(b"\0"):
                found.append(int(name))
        except OSError:
            continue
    return found


def _wait(path: Path, limit_s: float = 20.0) -> None:
    end_s = time.monotonic() + limit_s
    while not path.exists() and time.monotonic() < end_s:
        time.sleep(0.01)
