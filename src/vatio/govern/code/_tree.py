"""Put the code of a run into a scratch copy: its commit, its uncommitted change, its untracked sources."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from hashlib import sha256

from vatio.errors import MeasureError
from vatio.measure.snapshot import read_copy

# Nothing of the repository's own choosing is run: no hook, no monitor, no filter of a user's configuration.
_GIT = (
    "git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.autocrlf=false",
    "-c", "advice.detachedHead=false", "-c", "protocol.file.allow=always",
)  # fmt: skip
_CLEAN = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "0", "LC_ALL": "C"}


def has_commit(root: str, commit: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a repository has a commit."""
    return _git(("-C", root, "cat-file", "-e", f"{commit}^{{commit}}"), environ).returncode == 0


def committed(root: str, commit: str, name: str, environ: Mapping[str, str]) -> bytes | None:
    """Give a file as a commit has it, unless the one in the tree was changed by hand since.

    A file that differs from a commit because later commits changed it is one thing, a file that nobody has committed another.
    """
    if _git(("-C", root, "status", "--porcelain", "--", name), environ).stdout.strip():
        return None
    found = _git(("-C", root, "cat-file", "blob", f"{commit}:{name}"), environ)
    return found.stdout if found.returncode == 0 else None


def check_out(root: str, commit: str, *, into: str, environ: Mapping[str, str]) -> None:
    """Check a commit out into an empty folder; the repository itself is only read.

    Raises:
        MeasureError: git could not.
    """
    steps = (
        ("clone", "--quiet", "--shared", "--no-checkout", "--", os.path.abspath(root), into),
        ("-C", into, "checkout", "--quiet", "--detach", "--force", commit),
    )
    for step in steps:
        done = _git(step, environ)
        if done.returncode:
            raise MeasureError(f"git could not check {commit[:12]} out: {_last(done.stderr)}")


def apply_copy(blob: bytes, *, into: str, environ: Mapping[str, str]) -> None:
    """Apply the uncommitted change that was kept, and write the untracked sources.

    Raises:
        MeasureError: the change does not fit, or a source would lie outside of the folder.
    """
    try:
        diff, untracked = read_copy(blob)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise MeasureError(f"the code copy cannot be read: {error}") from error
    if diff:
        done = _git(("-C", into, "apply", "--binary", "--whitespace=nowarn", "-"), environ, given=diff)
        if done.returncode:
            raise MeasureError(f"the uncommitted change does not apply: {_last(done.stderr)}")
    for name, content in untracked.items():
        path = inside(into, name)
        if path is None:
            raise MeasureError(f"the code copy would write outside of its folder: {name!r}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def read_blob(name: str, content: bytes) -> bytes:
    """Give a blob whose bytes are those that it is named by.

    Raises:
        MeasureError: they are others.
    """
    if sha256(content).hexdigest() != name:
        raise MeasureError(f"the code copy {name[:12]} is not the one that was kept", hint="vatio ledger verify")
    return content


def inside(folder: str, name: str) -> str | None:
    """Give the path of a name in a folder; ``None`` where it leads out of it, by .. or through a link, or into git's own."""
    if "\0" in name:
        return None
    whole = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(whole, name))
    is_of_git = any(part.casefold() == ".git" for part in os.path.relpath(path, whole).split(os.sep))
    return path if path.startswith(whole + os.sep) and not is_of_git else None


def _git(words: tuple[str, ...], environ: Mapping[str, str], *, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run([*_GIT, *words], input=given, env={**kept, **_CLEAN}, capture_output=True, check=False)
    except OSError as error:
        raise MeasureError(f"git cannot be run: {error.strerror}", hint="install git") from error


def _last(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no reason given"
