"""Keep each peer in a venv of its own, unmodified, at the version whose figures we quote."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

VENVS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), ".venvs")
PEERS = {
    "codecarbon": ("codecarbon==3.3.2",),
    "zeus": ("zeus==0.16.0",),
    "carbontracker": ("carbontracker==2.4.7", "setuptools<81"),
    # With pandas 3 every stop() of eco2ai 0.3.12 ends in a TypeError.
    "eco2ai": ("eco2ai==0.3.12", "pandas<3", "setuptools<81"),
    "perun": ("perun==1.0.0", "nvidia-ml-py"),
    "pyjoules": ("pyJoules==0.5.1", "nvidia-ml-py"),
}


def peer_python(name: str) -> str | None:
    """Give the interpreter of a peer's venv, made on first use; None where it cannot be installed here."""
    folder = os.path.join(VENVS, name)
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "installed.txt")
    asked = "\n".join(PEERS[name])
    if os.path.exists(stamp) and _text(stamp) == asked:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    if not _install(folder, python, PEERS[name]):
        return None
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(asked)
    return python


def _install(folder: str, python: str, distributions: tuple[str, ...]) -> bool:
    uv = shutil.which("uv") or _beside_python("uv")
    if uv:
        steps = [[uv, "venv", "-q", "-p", sys.executable, folder], [uv, "pip", "install", "-q", "-p", python, *distributions]]
    else:
        steps = [[sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "-q", *distributions]]
    for step in steps:
        done = subprocess.run(step, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            print(f"{os.path.basename(folder)}: not installed: {done.stderr.decode(errors='replace')[-500:]}", file=sys.stderr)
            return False
    return True


def _beside_python(program: str) -> str | None:
    path = os.path.join(os.path.dirname(sys.executable), program)
    return path if os.path.exists(path) else None


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
