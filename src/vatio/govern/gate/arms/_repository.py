"""Ask git about the repository of the candidate, with nothing of the surroundings in the way."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from vatio.errors import MeasureError, UnknownName

# What a hook or a wrapper sets, and what would make git answer for another repository or another working tree.
_OURS_ALONE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
    "GIT_CEILING_DIRECTORIES",
)
# No hook of the repository's runs on our account, and nothing is asked of a terminal.
_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false", "-c", "submodule.recurse=false")
# The first gate writes its verdict there: by that alone a tree does not change.
_OURS = "/.vatio/"
_SHALLOW = "git fetch --unshallow, or fetch-depth: 0 of actions/checkout, or GIT_DEPTH: 0 in GitLab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Hold what a ref means: ``sha`` in whole, ``name`` as it was found (main, or origin/main)."""

    sha: str
    name: str

    def __str__(self) -> str:
        return self.name if self.sha.startswith(self.name) else f"{self.name} ({self.sha[:9]})"


class Repository:
    """Hold the working tree in which a folder lies; ``root`` is its top."""

    __slots__ = ("_environ", "root")

    def __init__(self, folder: str, environ: Mapping[str, str]) -> None:
        self._environ = git_environ(environ)
        found = self._git("rev-parse", "--show-toplevel", folder=folder)
        if found.returncode != 0 or not found.stdout.strip():
            raise MeasureError(f"{folder} is in no git working tree: {_first(found.stderr)}", hint=_hint(found.stderr))
        self.root = os.path.realpath(os.fsdecode(found.stdout.rstrip(b"\n")))

    def find(self, ref: str) -> Commit | None:
        """Find the commit that a ref names: here, else as the remote has it, as a checkout of CI knows only those."""
        for name in (ref, f"origin/{ref}", f"refs/remotes/{ref}"):
            found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            if found.returncode == 0:
                return Commit(sha=found.stdout.decode().strip(), name=name)
        return None

    def resolve(self, ref: str) -> Commit:
        """Find the commit that a ref names.

        Raises:
            UnknownName: there is none.
            MeasureError: this clone is too shallow to know.
        """
        found = self.find(ref)
        if found is not None:
            return found
        if self.is_shallow:
            raise MeasureError(f"there is no commit {ref!r} in this shallow clone", hint=_SHALLOW)
        raise UnknownName.among("git ref", ref, self._refs())

    @property
    def is_shallow(self) -> bool:
        """Tell whether the clone has no whole history."""
        return self._text("rev-parse", "--is-shallow-repository") == "true"

    @property
    def head(self) -> str | None:
        """Give the commit that is checked out; ``None`` in a repository without one."""
        found = self.find("HEAD")
        return found.sha if found else None

    @property
    def branch(self) -> str | None:
        """Give the branch that is checked out; of a detached head ``None``."""
        return self._text("symbolic-ref", "--quiet", "--short", "HEAD") or None

    @property
    def is_dirty(self) -> bool:
        """Tell whether the working tree differs from its commit, by a file that git does not ignore and vatio did not write."""
        found = self._git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal")
        names = [f"/{entry[3:].decode(errors='replace')}" for entry in found.stdout.split(b"\0") if entry]
        return any(_OURS not in name for name in names)

    def python_files(self) -> tuple[str, ...]:
        """List the Python files that belong to the project: tracked, or new and not ignored; from the root on."""
        found = self._git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.py")
        return tuple(os.fsdecode(name) for name in found.stdout.split(b"\0") if name)

    def add_worktree(self, folder: str, sha: str) -> None:
        """Check a commit out into a new folder.

        Raises:
            MeasureError: git could not.
        """
        done = self._git("worktree", "add", "--quiet", "--detach", "--force", "--", folder, sha)
        if done.returncode != 0:
            raise MeasureError(f"the baseline cannot be checked out: {_last(done.stderr)}", hint=_hint(done.stderr))

    def remove_worktree(self, folder: str) -> None:
        """Forget a worktree and remove its folder, whatever was built in it."""
        self._git("worktree", "remove", "--force", "--force", "--", folder)

    def submodules(self, tree: str) -> Mapping[str, str]:
        """Map the names of a tree's submodules to their paths in it."""
        if not os.path.isfile(os.path.join(tree, ".gitmodules")):
            return {}
        found = self._git("config", "-z", "-f", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$", folder=tree)
        pairs = (item.partition(b"\n") for item in found.stdout.split(b"\0") if item)
        return {os.fsdecode(key)[len("submodule.") : -len(".path")]: os.fsdecode(path) for key, _, path in pairs}

    def update_submodule(self, tree: str, path: str, *, name: str, source: str) -> None:
        """Check out a submodule of a tree from a copy that lies on this machine.

        Raises:
            MeasureError: the copy does not have the commit that the tree names.
        """
        where = ("-c", "protocol.file.allow=always", "-c", f"submodule.{name}.url={source}")
        done = self._git(
            "submodule", "--quiet", "update", "--init", "--no-recommend-shallow", "--", path, folder=tree, more=where
        )
        if done.returncode != 0:
            raise MeasureError(
                f"submodule {path} of the baseline cannot be checked out: {_last(done.stderr)}",
                hint=f"git -C {path} fetch --all brings the commit that the baseline names",
            )

    def _refs(self) -> list[str]:
        said = self._text("for-each-ref", "--count=500", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
        return said.splitlines()

    def _text(self, *words: str) -> str:
        found = self._git(*words)
        return found.stdout.decode(errors="replace").strip() if found.returncode == 0 else ""

    def _git(self, *words: str, folder: str | None = None, more: tuple[str, ...] = ()) -> subprocess.CompletedProcess[bytes]:
        command = ["git", *_QUIET, *more, *words]
        try:
            return subprocess.run(
                command,
                cwd=folder if folder is not None else self.root,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise MeasureError("git is not installed", hint="compare with cmd:COMMAND, which needs none") from error
        except OSError as error:
            raise MeasureError(f"git cannot be run: {error.strerror}") from error


def git_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment for git's own commands: its words in English, no questions, and no other repository's."""
    kept = {name: value for name, value in environ.items() if name not in _OURS_ALONE}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


def foreign_variables(environ: Mapping[str, str]) -> dict[str, str | None]:
    """Name the variables by which an arm's own git would take the candidate for its repository."""
    return {name: None for name in _OURS_ALONE if name in environ}


def _hint(stderr: bytes) -> str:
    said = stderr.decode(errors="replace")
    if "dubious ownership" in said or "safe.directory" in said:
        return "git config --global --add safe.directory FOLDER trusts a folder of another user"
    if "not a git repository" in said:
        return "compare with cmd:COMMAND, or commit the baseline first"
    if "must be run in a work tree" in said:
        return "git clone, or git worktree add, makes a working tree of a bare repository"
    return ""


def _first(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else "git gave no reason"


def _last(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("fatal: ") if lines else "git gave no reason"
