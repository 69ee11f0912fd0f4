"""Small repositories, made anew for each test, and an environment that touches nothing of the user's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BURN = "import sys\nx = 0\nfor i in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):\n    x += i\n"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "GIT_", "XDG_", "PYTHON"))}
    kept.pop("VIRTUAL_ENV", None)
    return {
        **kept,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "PATH": os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"])),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }


class Scratch:
    """A repository with one commit."""

    def __init__(self, root: Path, environ: dict[str, str]) -> None:
        self.root, self.environ = root, environ
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write("burn.py", BURN)
        self.write(".gitignore", ".vatio/\n.venv/\ndata/\n__pycache__/\n*.egg-info/\nbuild/\n")
        self.commit("first")

    def git(self, *words: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=folder or self.root, env=self.environ, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def worktrees(self) -> int:
        return self.git("worktree", "list", "--porcelain").count("worktree ")


@pytest.fixture
def repo(tmp_path: Path, environ: dict[str, str]) -> Scratch:
    return Scratch(tmp_path / "shop", environ)
