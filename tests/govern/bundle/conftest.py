"""One real run with an environment of its own, bundled once: tests that change a bundle take a copy."""

import os
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.govern.bundle.wheels import wheel

from vatio.config import load_config
from vatio.govern.bundle import Lock, LockedFile, LockedPackage, build_environment, export_bundle
from vatio.ledger import generate_key, open_ledger, places, read_signer

TRAIN = """
import json, pathlib, sys
import tiny, deep.down
rows = [float(line) for line in open("data/rows.csv")]
pathlib.Path("out").mkdir(exist_ok=True)
pathlib.Path("out/model.json").write_text(json.dumps({"mean": sum(rows) / len(rows) * tiny.value}))
"""


class Made(NamedTuple):
    """Hold a bundle and what it was made from."""

    path: Path
    project: Path
    environ: Mapping[str, str]
    python: str
    public: str


def git(folder: Path, *words: str) -> None:
    names = ["-c", "user.name=ada", "-c", "user.email=ada@x"]
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", *names, *words], cwd=folder, env=environ, check=True, capture_output=True)


def make_project(folder: Path) -> None:
    (folder / "deep" / "down").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "train.py").write_text(TRAIN)
    (folder / "deep" / "down" / "__init__.py").write_text("")
    (folder / "tool.sh").write_text("#!/bin/sh\n")
    (folder / "tool.sh").chmod(0o755)
    (folder / ".gitignore").write_text("data/\nout/\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "train.py").write_text(TRAIN + "# not committed\n")
    (folder / "new.py").write_text("# new\n")
    (folder / "data" / "rows.csv").write_text("1\n2\n3\n")
    (folder / "data" / "weights.bin").write_bytes(bytes(range(256)) * 8)


def run_in(folder: Path, environ: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vatio", *words], cwd=folder, env=dict(environ), capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    base = tmp_path_factory.mktemp("bundled")
    project = base / "project"
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "XDG_"))}
    environ["HOME"] = str(base)
    tiny = wheel(base / "wheels", "tiny")
    locked = LockedFile(sha256=sha256(tiny.read_bytes()).hexdigest(), name=tiny.name)
    lock = Lock(packages=(LockedPackage(name="tiny", version="1.0", files=(locked,)),))
    python = build_environment(lock, folder=str(base / "env"), wheels=str(tiny.parent), offline=True)
    make_project(project)
    key = generate_key(places(environ).key)
    words = (
        "run",
        "-q",
        "--input",
        "data",
        "--input",
        "data/weights.bin",
        "--output",
        "out/model.json",
        "--",
        python,
        "train.py",
    )
    assert run_in(project, environ, *words).returncode == 0
    path = base / "run.bundle"
    config = load_config(str(project), environ=environ)
    with open_ledger(config=config, environ=environ) as ledger:
        export_bundle(
            ledger.run("@1"), ledger=ledger, out=str(path), environ=environ, wheels=str(tiny.parent),
            signer=read_signer(places(environ).key),
        )  # fmt: skip
    return Made(path=path, project=project, environ=environ, python=python, public=key.public)
