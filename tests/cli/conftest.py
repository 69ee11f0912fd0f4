"""A shell of its own for each test: a real process, a project folder, a home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VATIO = (sys.executable, "-m", "vatio")


class Shell:
    """Run vatio as a user would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VATIO_")}
        self.environ = {**kept, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
        self.environ |= {"XDG_DATA_HOME": str(folder / "share"), "XDG_STATE_HOME": str(folder / "state")}

    def __call__(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*VATIO, *words],
            cwd=self.folder,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=60,
            errors="replace",
            stdin=subprocess.DEVNULL,
        )

    def script(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell in which `vatio` is this vatio."""
        quoted = " ".join(VATIO)
        return subprocess.run(
            ["bash", "-c", f'vatio() {{ {quoted} "$@"; }}\n{text}'],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
