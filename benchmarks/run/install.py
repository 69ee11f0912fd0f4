"""Weigh the base install: what ``pip install vatio`` brings, in a fresh venv, without compiled caches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

from benchmarks._row import Row

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Every new venv has these; they are not vatio's.
_TOOLS = ("pip", "setuptools", "wheel")


def rows(peers: bool) -> list[Row]:
    """Measure the megabytes and the distributions of the base install."""
    with tempfile.TemporaryDirectory() as folder:
        site = _install(folder)
        megabytes, distributions = _megabytes(site), _distributions(site)
    command = "make bench TOPIC=run ONLY=run-16"
    peer_size, peer_count = ("codecarbon 3.3.2", 186.0), ("codecarbon 3.3.2", 38.0)
    return [
        Row(
            id="run-16a",
            what="base install, without .pyc",
            relation="<=",
            limit=15,
            got=round(megabytes, 2),
            unit="MB",
            peer=peer_size[0],
            peer_got=peer_size[1],
            command=command,
        ),
        Row(
            id="run-16b",
            what="distributions that the base install brings",
            relation="<=",
            limit=15,
            got=len(distributions),
            unit="distributions",
            peer=peer_count[0],
            peer_got=peer_count[1],
            command=command,
        ),
    ]


def _install(folder: str) -> str:
    python = os.path.join(folder, "venv", "bin", "python")
    subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")], check=True)
    source = os.path.join(folder, "source")
    # A copy, because building leaves files beside pyproject.toml.
    shutil.copytree(os.path.join(ROOT, "src"), os.path.join(source, "src"), ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(os.path.join(ROOT, name), source)
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-compile", source], check=True)
    found = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True
    )
    return found.stdout.strip()


def _distributions(site: str) -> list[str]:
    names = [entry.split("-")[0] for entry in os.listdir(site) if entry.endswith(".dist-info")]
    return sorted(name for name in names if name not in _TOOLS)


def _megabytes(site: str) -> float:
    size_bytes = 0
    for folder, folders, files in os.walk(site):
        folders[:] = [name for name in folders if name != "__pycache__" and not _is_tool(name, folder == site)]
        size_bytes += sum(os.lstat(os.path.join(folder, name)).st_size for name in files)
    return size_bytes / 1e6


def _is_tool(name: str, top: bool) -> bool:
    return top and (name.split("-")[0] in _TOOLS or name in ("pkg_resources", "_distutils_hack"))
