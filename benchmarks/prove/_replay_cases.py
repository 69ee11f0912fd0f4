"""The cases of prove-03: small projects in which one thing is not what it was, each run and replayed by the command line."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

VATIO = (sys.executable, "-m", "vatio")
TRAIN = """import json, os, random, sys
from vatio import log_metric
seed = os.environ.get("VATIO_SEED") or (sys.argv[1] if len(sys.argv) > 1 else None)
rng = random.Random(int(seed)) if seed else random.Random()
rows = [[float(cell) for cell in line.split(",")] for line in open("data.csv")]
weights = [sum(column) / len(rows) + rng.gauss(0.0, 1.0) for column in zip(*rows)]
json.dump(weights, open("weights.json", "w"))
log_metric("accuracy", sum(map(abs, weights)) / 10.0)
"""
SLOW = """import pathlib, time
pathlib.Path("begun").touch()
while not os.path.exists("edited"): time.sleep(0.02)
time.sleep(0.2)
open("result.json", "w").write("1.5")
"""
THREADS = """import json, os
from concurrent.futures import ThreadPoolExecutor
threads = int(os.environ.get("OMP_NUM_THREADS") or 1)
terms = [1.0 / (n + 1) for n in range(60000)]
with ThreadPoolExecutor(threads) as pool:
    parts = list(pool.map(sum, [terms[at::threads] for at in range(threads)]))
json.dump(sum(parts), open("sum.json", "w"))
"""
MATRIX = """import numpy
rng = numpy.random.default_rng(0)
numpy.save("product.npy", rng.normal(size=(200, 200)) @ rng.normal(size=(200, 200)))
"""
LIBRARY = """import json, tinylib
json.dump({"result": 3.0 * tinylib.FACTOR}, open("result.json", "w"))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hold what a replay said: its exit code and its verdict as JSON."""

    exit_code: int
    verdict: Mapping[str, Any]
    said: str = ""

    def names(self, kind: str, field_prefix: str) -> bool:
        """Tell whether the replay was refused or failed, and the first difference is of this kind and place."""
        first = next(iter(self.verdict.get("diverged", ())), {"reason": "", "field": ""})
        return self.exit_code != 0 and first["reason"].startswith(f"{kind}:") and first["field"].startswith(field_prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Hold a project folder with its home: a user of its own."""

    folder: str
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, **files: str) -> None:
        """Write files, whose names have an underscore for their dot."""
        for name, text in files.items():
            with open(os.path.join(self.folder, name.replace("_", ".")), "w", encoding="utf-8") as file:
                file.write(text)

    def run(self, *words: str, **environ: str) -> None:
        """Measure a command."""
        done = self.start("run", "-q", *words, **environ)
        said = done.communicate(timeout=120)[1]
        if done.returncode:
            raise RuntimeError(f"the run failed: {said}")

    def replay(self, *words: str, **environ: str) -> Found:
        """Replay the latest run."""
        done = self.start("reproduce", "@1", "--json", *words, **environ)
        out, said = done.communicate(timeout=300)
        return Found(exit_code=done.returncode, verdict=json.loads(out) if out.startswith("{") else {}, said=said)

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start vatio."""
        kinds = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([*VATIO, *words], cwd=self.folder, env={**self.environ, **environ}, text=True, **kinds)


def project_in(folder: str) -> Project:
    """Make a project under git, with data, and a home for its user."""
    place = os.path.join(folder, "project")
    os.makedirs(place)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "XDG_", "GIT_"))}
    dropped = ("OMP_NUM_THREADS", "OPENBLAS_CORETYPE", "PYTHONPATH")
    environ = {name: value for name, value in kept.items() if name not in dropped}
    environ |= {"HOME": os.path.join(folder, "home"), "GIT_CONFIG_NOSYSTEM": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@example.org"}
    os.makedirs(environ["HOME"])
    made = Project(folder=place, environ=environ)
    rows = "".join(f"{n % 7 / 7},{n % 5 / 5},{n % 3 / 3}\n" for n in range(50))
    made.write(train_py=TRAIN, threads_py=THREADS, matrix_py=MATRIX, library_py=LIBRARY, data_csv=rows)
    made.write(slow_py="import os\n" + SLOW)
    with open(os.path.join(place, ".gitignore"), "w", encoding="utf-8") as file:
        file.write("data.csv\n.vatio\n*.json\n*.npy\nbegun\nedited\n")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "first")):
        subprocess.run(["git", *words], cwd=place, env=environ, check=True)
    return made


def seeded(project: Project) -> Found:
    """Replay a trainer that is given its seed."""
    project.run("--input", "data.csv", "--output", "weights.json", "--", sys.executable, "train.py", "7")
    return project.replay("--require", "L0")


def unseeded(project: Project) -> Found:
    """Replay a trainer without a seed."""
    project.run("--input", "data.csv", "--output", "weights.json", "--", sys.executable, "train.py")
    return project.replay()


def edited_metric(project: Project) -> Found:
    """Replay a run whose metric somebody has bettered in the ledger."""
    project.run("--input", "data.csv", "--output", "weights.json", "--", sys.executable, "train.py", "7")
    with sqlite3.connect(os.path.join(project.folder, ".vatio", "ledger.sqlite")) as ledger:
        rows = ledger.execute("SELECT p.rowid, p.body FROM payload p").fetchall()
        for row, body in rows:
            payload = json.loads(body)
            if "metrics" in payload:
                payload["metrics"]["accuracy"] = 0.999
                ledger.execute("UPDATE payload SET body = ? WHERE rowid = ?", (json.dumps(payload).encode(), row))
    return project.replay()


def edited_code(project: Project) -> Found:
    """Replay a run whose code was edited while it went on."""
    running = project.start("run", "-q", "--output", "result.json", "--", sys.executable, "slow.py")
    begun = os.path.join(project.folder, "begun")
    while not os.path.exists(begun):
        time.sleep(0.02)
    time.sleep(0.5)
    with open(os.path.join(project.folder, "slow.py"), "a", encoding="utf-8") as file:
        file.write("# tuned\n")
    project.write(edited="")
    running.communicate(timeout=120)
    return project.replay()


def swapped_data(project: Project) -> Found:
    """Replay a run whose data file is another one now, of the same size and date."""
    project.run("--input", "data.csv", "--output", "weights.json", "--", sys.executable, "train.py", "7")
    path = os.path.join(project.folder, "data.csv")
    before = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(-2, os.SEEK_END)
        file.write(b"9")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return project.replay()


def patched_wheel(project: Project) -> Found:
    """Replay a run whose library was patched in place, size and date kept."""
    python, module = library_environment(os.path.dirname(project.folder))
    project.run("--output", "result.json", "--", python, "library.py")
    before = os.stat(module)
    with open(module, "w", encoding="utf-8") as file:
        file.write("FACTOR = 1.5\n")
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
    return project.replay()


def other_threads(project: Project) -> Found:
    """Replay with another count of threads, by which a sum is parted."""
    project.run("--output", "sum.json", "--", sys.executable, "threads.py", OMP_NUM_THREADS="1")
    return project.replay("--require", "L0", OMP_NUM_THREADS="7")


def other_isa(project: Project) -> Found:
    """Replay with the kernels of an older processor (OpenBLAS), whose products have other last bits."""
    project.run("--output", "product.npy", "--", sys.executable, "matrix.py")
    return project.replay("--require", "L0", OPENBLAS_CORETYPE="Nehalem")


def bundled(project: Project) -> Found:
    """Replay a bundle with the network cut off, where neither the project nor its environment is any more."""
    above = os.path.dirname(project.folder)
    python, _ = library_environment(above)
    project.run("--input", "data.csv", "--output", "result.json", "--", python, "library.py")
    bundle = os.path.join(above, "run.bundle")
    done = project.start("runs", "export", "@1", "--as", "bundle", "--out", bundle)
    said = done.communicate(timeout=300)[1]
    if done.returncode:
        raise RuntimeError(f"no bundle was written: {said}")
    os.rename(project.folder, f"{project.folder}-gone")
    os.rename(os.path.join(above, "venv"), os.path.join(above, "venv-gone"))
    os.makedirs(os.path.join(above, "elsewhere"))
    words = ["unshare", "--map-root-user", "--net", *VATIO, "reproduce", bundle, "--require", "L0", "--json"]
    replayed = subprocess.run(
        words, cwd=os.path.join(above, "elsewhere"), env=project.environ, capture_output=True, text=True, timeout=300
    )
    verdict = json.loads(replayed.stdout) if replayed.stdout.startswith("{") else {}
    return Found(exit_code=replayed.returncode, verdict=verdict, said=replayed.stderr)


def network_can_be_cut() -> bool:
    """Tell whether this user may make a network namespace."""
    words = ["unshare", "--map-root-user", "--net", "true"]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


# Name -> what makes it, the kind that must be named, where.
CASES: dict[str, tuple[Callable[[Project], Found], str, str]] = {
    "unseeded trainer": (unseeded, "seed", "outputs.weights.json"),
    "hand-edited metric": (edited_metric, "metric", "ledger"),
    "code edited during the run": (edited_code, "code", "code.slow.py"),
    "swapped data file": (swapped_data, "data", "inputs.data.csv"),
    "patched wheel": (patched_wheel, "library", "distributions.tinylib"),
    "other thread count": (other_threads, "threads", "outputs.sum.json"),
    "other ISA": (other_isa, "isa", "outputs.product.npy"),
}


def library_environment(folder: str) -> tuple[str, str]:
    """Make a virtual environment with a library installed from a wheel; give its Python and the library's module."""
    venv, wheel = os.path.join(folder, "venv"), wheel_in(folder)
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = os.path.join(venv, "bin", "python")
    install = [python, "-m", "pip", "install", "-q", "--no-index", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True)
    asked = [python, "-c", "import tinylib; print(tinylib.__file__)"]
    return python, subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def wheel_in(folder: str, factor: str = "1.0") -> str:
    """Write a wheel by hand: nothing is fetched."""
    path = os.path.join(folder, "tinylib-1.0-py3-none-any.whl")
    info = "tinylib-1.0.dist-info"
    files = {
        "tinylib/__init__.py": f"FACTOR = {factor}\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tinylib\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{name},sha256={_record_digest(text)},{len(text)}" for name, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def _record_digest(text: str) -> str:
    import base64

    return base64.urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
