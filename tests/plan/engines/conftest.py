"""A Slurm of the test's own, and a project in which runs wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from benchmarks.plan._slurm import Cluster, cluster

VATIO = (sys.executable, "-m", "vatio")


class Project:
    """Order runs in a folder with a curve of its own, as a user would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        (self.folder / ".vatio").mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "SLURM_"))}
        homes = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
        self.environ = {**kept, **homes, "HOME": str(folder)}

    def curve(self, *clean_s: tuple[float, float], step_s: float = 1.0, length_s: float = 240.0) -> float:
        """Write a curve that is clean in stretches ahead of now; give now, at the edge of a slot."""
        now_s = time.time() // step_s * step_s + step_s
        starts_s = [now_s - 30.0 + step_s * at for at in range(int((length_s + 30.0) / step_s))]
        rows = [(at, 50.0 if any(now_s + a <= at < now_s + b for a, b in clean_s) else 500.0) for at in starts_s]
        lines = [f"{datetime.fromtimestamp(at, UTC).isoformat()},{grams},{0.9 if grams < 100 else 0.1}" for at, grams in rows]
        fresh = self.folder / "fresh.csv"
        fresh.write_text("\n".join(["start,g_per_kwh,renewable_ratio", *lines]) + "\n")
        fresh.replace(self.folder / "curve.csv")
        return now_s

    def __call__(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (*VATIO, *words), cwd=self.folder, env={**self.environ, **environ}, capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            (*VATIO, *words), cwd=self.folder, env=self.environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def order(self, *command: str, options: tuple[str, ...] = (), duration: str = "1s", slack: str = "200s") -> tuple[str, ...]:
        given = ("--duration", duration, "--slack", slack, "--curve", "curve.csv", "--power-w", "50")
        return ("run", "--when", "green", *given, *options, "--", *command)

    def plans(self, **environ: str) -> list[dict[str, Any]]:
        done = self("plan", "list", "--json", **environ)
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout)["plans"])

    def states(self) -> list[str]:
        return [str(plan["state"]) for plan in self.plans()]

    def waits(self, *words: str) -> subprocess.Popen[str]:
        """Start a run that waits, and give it when it does."""
        process = self.start(*words)
        until(lambda: self.states()[:1] == ["waiting"] or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        return process

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().split() if path.exists() else []


def until(is_so: Callable[[], bool], limit_s: float = 30.0) -> None:
    until_s = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < until_s, "it did not come about"
        time.sleep(0.05)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("slurm") / "cluster") as found:
        yield found
