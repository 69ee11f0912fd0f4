"""prove-06: what recording the environment costs a run of a minute, with the digests of earlier runs at hand."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import NamedTuple

from benchmarks._row import Row
from vatio.ledger import open_ledger

COMMAND = "make bench TOPIC=prove ONLY=prove-06"
RUN_S, PAIRS = 60.0, 3
DISTRIBUTIONS, FILES_EACH, FILE_BYTES = 50, 60, 20_000
INPUT_BYTES = 256 * 2**20
WORKLOAD = """
import sys, time
end_s = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end_s:
    sum(i * i for i in range(100_000))
    time.sleep(1.0)
open("model.bin", "wb").write(b"weights")
"""


class Project(NamedTuple):
    """Hold a project with an environment of its own: its folder, its interpreter, its user's variables."""

    folder: Path
    python: str
    environ: dict[str, str]


def rows(*, peers: bool) -> list[Row]:
    """Compare runs with the whole snapshot against runs without, side by side."""
    with tempfile.TemporaryDirectory() as folder:
        project = _project(Path(folder))
        _cpu_s(project, [("full", 1.0, 0), ("off", 1.0, 0)])  # Python keeps what it has compiled
        shutil.rmtree(Path(project.environ["HOME"], ".cache"))
        full, off = _cpu_s(project, [("full", 2.0, 1), ("off", 2.0, 1)])
        _check(project)
        cold = full - off
        asked = [(kind, RUN_S, 2 + pair) for pair in range(PAIRS) for kind in ("full", "off")]
        cpu_s = _cpu_s(project, asked)
    ratios = [(full - off) / RUN_S for full, off in zip(cpu_s[::2], cpu_s[1::2], strict=True)]
    told = (
        f"cold: {DISTRIBUTIONS} distributions and {INPUT_BYTES / 2**20:.0f} MiB of data in {cold:.2f} CPU-s, "
        f"{INPUT_BYTES / 1e6 / cold:.0f} MB a CPU-s"
    )
    print(told, file=sys.stderr)
    return [
        Row(
            id="prove-06",
            what=f"recording the environment on a run of {RUN_S:.0f} s, warm cache, median of {PAIRS} pairs",
            relation="<=",
            limit=1.0,
            got=round(100.0 * statistics.median(ratios), 3),
            unit="% of a CPU",
            peer="none records as much",
            command=COMMAND,
            why=told,
        )
    ]


def _cpu_s(project: Project, asked: list[tuple[str, float, int]]) -> list[float]:
    """Run all side by side, most of which sleep, and give the CPU-seconds of each tree: vatio's and the workload's."""
    pids = [_started(project, *each) for each in asked]
    found = []
    for pid in pids:
        _, status, usage = os.wait4(pid, 0)
        if status:
            raise RuntimeError(f"a run ended with status {status}")
        found.append(usage.ru_utime + usage.ru_stime)
    return found


def _started(project: Project, kind: str, duration_s: float, number: int) -> int:
    ledger = str(project.folder.parent / "ledgers" / f"{kind}-{number}.sqlite")
    words = [sys.executable, "-m", "vatio", "run", "-q", "--ledger", ledger, "--input", "data.bin", "--output", "model.bin"]
    command = [*words, "--", project.python, "train.py", str(duration_s)]
    environ = project.environ | {"VATIO_RECORD_ENVIRONMENT": kind}
    return subprocess.Popen(command, cwd=project.folder, env=environ, stdout=subprocess.DEVNULL).pid


def _check(project: Project) -> None:
    """Hold what was recorded against what is there: a snapshot that is left out costs nothing."""
    with open_ledger(str(project.folder.parent / "ledgers" / "full-1.sqlite"), readonly=True) as ledger:
        environment = ledger.run("@1").environment
    digested = [] if environment is None else [item for item in environment.distributions if item.record_sha256]
    files = [] if environment is None else [*environment.inputs, *environment.outputs]
    if len(digested) < DISTRIBUTIONS or len(files) != 2 or not all(file.sha256 for file in files):
        raise RuntimeError(f"the snapshot is not whole: {len(digested)} distributions, {len(files)} files")


def _project(folder: Path) -> Project:
    """Make a project in a work tree with an environment of many distributions, data, and an uncommitted change."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "XDG_", "VIRTUAL_ENV"))}
    environ |= {"HOME": str(folder), "GIT_CONFIG_SYSTEM": os.devnull, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environ["PYTHONDONTWRITEBYTECODE"] = ""
    project = folder / "project"
    project.mkdir()
    (folder / "ledgers").mkdir()
    (project / "train.py").write_text("")
    (project / ".gitignore").write_text("data.bin\nmodel.bin\n.vatio\n")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], cwd=project, env=environ, check=True, capture_output=True)
    (project / "train.py").write_text(WORKLOAD)
    (project / "data.bin").write_bytes(os.urandom(2**20) * (INPUT_BYTES // 2**20))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    site = next((folder / "venv" / "lib").glob("python*/site-packages"))
    for number in range(DISTRIBUTIONS):
        _distribution(site, f"package{number}")
    time.sleep(2.5)  # a file that is younger than its digest would be digested again
    return Project(project, str(folder / "venv" / "bin" / "python"), environ)


def _distribution(site: Path, name: str) -> None:
    """Install a distribution as pip does, with the digests of its files in RECORD."""
    lines = []
    (site / name).mkdir()
    for number in range(FILES_EACH):
        body = os.urandom(FILE_BYTES)
        (site / name / f"part{number}.py").write_bytes(body)
        digest = urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        lines.append(f"{name}/part{number}.py,sha256={digest},{FILE_BYTES}")
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (folder / "RECORD").write_text("\n".join([*lines, f"{folder.name}/METADATA,,", f"{folder.name}/RECORD,,", ""]))
