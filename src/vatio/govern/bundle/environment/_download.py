"""Fetch the wheels of distributions by pip, from the index that the user has set; only where the user asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

_LIMIT_S = 1800.0


def pip_command() -> tuple[str, ...]:
    """Give a command that runs pip: this interpreter's, else the one that Python carries for ``ensurepip``."""
    from importlib.util import find_spec

    if find_spec("pip") is not None:
        return (sys.executable, "-m", "pip")
    import ensurepip

    bundled = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
    wheels = sorted(name for name in (os.listdir(bundled) if os.path.isdir(bundled) else []) if name.startswith("pip-"))
    return (sys.executable, os.path.join(bundled, wheels[-1], "pip")) if wheels else (sys.executable, "-m", "pip")


def download_wheels(python: str, pinned: Sequence[str], *, folder: str, environ: Mapping[str, str]) -> None:
    """Fetch what can be had of pinned distributions (``NAME==VERSION``) into a folder; what cannot is left out."""
    if not pinned:
        return
    words = (
        *pip_command(), "--python", python, "--disable-pip-version-check", "--no-input", "download", "--quiet", "--no-deps",
        "--only-binary=:all:", "--dest", folder, *pinned,
    )  # fmt: skip
    try:
        done = subprocess.run(words, env=dict(environ), capture_output=True, timeout=_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    if done.returncode and len(pinned) > 1:  # one that is not there must not take the others with it
        half = len(pinned) // 2
        download_wheels(python, pinned[:half], folder=folder, environ=environ)
        download_wheels(python, pinned[half:], folder=folder, environ=environ)
