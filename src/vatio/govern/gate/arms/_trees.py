"""Make two arms of two trees: a commit in a worktree of its own, and the working tree as it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from vatio.errors import MeasureError
from vatio.govern.gate.arms._environment import VENV, arm_environ, moved_command, relative_to, setup_environ
from vatio.govern.gate.arms._loaded import is_python, project_modules
from vatio.govern.gate.arms._repository import Commit, Repository
from vatio.govern.gate.arms._shell import run_quietly
from vatio.govern.gate.arms._side import BASELINE, CANDIDATE, Side, Sides
from vatio.govern.gate.arms._worktree import checkout, scratch
from vatio.measure import Arm

_UNTRACKED = (
    "what git does not keep is not in the baseline's tree: let --setup bring it (VATIO_RUN_CANDIDATE is the candidate's)"
)


class Work:
    """Hold what both trees run: the command, the setup, the folder in which it is called, the environment around."""

    __slots__ = ("command", "environ", "folder", "setup", "tell")

    def __init__(
        self,
        command: tuple[str, ...],
        *,
        setup: str | None,
        folder: str,
        environ: Mapping[str, str],
        tell: Callable[[str], None],
    ) -> None:
        self.command, self.setup, self.folder, self.environ, self.tell = command, setup, os.path.realpath(folder), environ, tell

    def label(self, home: str) -> str:
        """Say what the working tree is: its branch or commit, and whether it has changes; its folder outside git."""
        try:
            repository = Repository(home, self.environ)
        except MeasureError:
            return os.path.basename(home)
        head = repository.head
        commit = head[:9] if head else "no commit"
        branch = repository.branch
        if repository.is_dirty:
            return f"{branch or commit} with uncommitted changes"
        return f"{branch} ({commit})" if branch else commit


@contextmanager
def sides_of_trees(
    repository: Repository, commit: Commit, work: Work, *, label: str = "", setup: str | None = None
) -> Iterator[Sides]:
    """Check the baseline out, set both trees up and give the arms; the baseline's tree goes when they are no longer needed.

    ``setup`` is the baseline's own where it was kept with it.

    Raises:
        MeasureError: a tree cannot be made, or its setup failed.
    """
    home = repository.root
    with scratch(work.environ, root=home) as folder:
        work.tell(f"checking out {commit}")
        with checkout(repository, commit.sha, folder=folder) as tree:
            _set_up(BASELINE, setup or work.setup, work, tree=tree, home=home)
            _set_up(CANDIDATE, work.setup, work, tree=home, home=home)
            venvs = _venvs(tree, home) if work.setup else (None, None)
            baseline, shared = _arm(BASELINE, work, tree=tree, home=home, venv=venvs[0])
            candidate, _ = _arm(CANDIDATE, work, tree=home, home=home, venv=venvs[1])
            files = (*repository.python_files(), *Repository(tree, work.environ).python_files())
            yield Sides(
                baseline=Side(arm=baseline, label=label or str(commit), tree=tree, prefix=venvs[0]),
                candidate=Side(arm=candidate, label=work.label(home), tree=home, prefix=venvs[1]),
                folder=folder,
                modules=project_modules(files),
                notes=tuple(_remarks(repository, commit, shared, tree)),
            )


def candidate_side(work: Work, home: str) -> Side:
    """Set the working tree up and give it as the candidate, with no other tree beside it.

    Raises:
        MeasureError: its setup failed.
    """
    _set_up(CANDIDATE, work.setup, work, tree=home, home=home)
    (venv,) = _venvs(home) if work.setup else (None,)
    arm, _ = _arm(CANDIDATE, work, tree=home, home=home, venv=venv)
    return Side(arm=arm, label=work.label(home), prefix=venv)


def _set_up(arm: str, setup: str | None, work: Work, *, tree: str, home: str) -> None:
    if setup is None:
        return
    work.tell(f"setting up the {arm}")
    shell = ("/bin/sh", "-c", setup) if os.name == "posix" else (os.environ.get("COMSPEC", "cmd"), "/c", setup)
    try:
        done = run_quietly(shell, folder=tree, environ=setup_environ(work.environ, home=home, tree=tree))
    except OSError as error:
        raise MeasureError(f"the setup of the {arm} cannot be started: {error.strerror}") from error
    if done.code != 0:
        ended = f"ended with {done.code}" if done.code > 0 else f"was ended by signal {-done.code}"
        raise MeasureError(
            f"the setup of the {arm} {ended}:\n{done.tail}" if done.tail else f"the setup of the {arm} {ended}", hint=setup
        )


def _venvs(*trees: str) -> tuple[str | None, ...]:
    """Give the environment of each tree; none where one tree has none: both would not run in the same way."""
    found = tuple(os.path.join(tree, VENV) for tree in trees)
    return found if all(os.path.isfile(os.path.join(venv, "pyvenv.cfg")) for venv in found) else tuple(None for _ in trees)


def _arm(name: str, work: Work, *, tree: str, home: str, venv: str | None) -> tuple[Arm, tuple[str, ...]]:
    below = relative_to(work.folder, home)
    folder = os.path.normpath(os.path.join(tree, below or "."))
    if not os.path.isdir(folder):
        raise MeasureError(
            f"the {name} has no folder {below}, in which the command would run", hint="start the gate in the root"
        )
    command, shared = moved_command(work.command, home, tree)
    environ = arm_environ(work.environ, home=home, tree=tree, folder=folder, venv=venv)
    # A Python of the candidate's can run the baseline; any other program of it is what should be compared.
    if command[0] in shared and not is_python(command[0], os.defpath):
        raise MeasureError(f"{command[0]} is not in the baseline's tree: both arms would run the candidate's", hint=_UNTRACKED)
    return Arm(name=name, command=command, cwd=folder, environ=environ), shared


def _remarks(repository: Repository, commit: Commit, shared: tuple[str, ...], tree: str) -> Iterator[str]:
    if os.stat(tree).st_dev != os.stat(repository.root).st_dev:
        yield "the trees lie on two file systems, of which one may be slower: XDG_STATE_HOME says where the baseline's lies"
    if repository.is_dirty:
        yield "the candidate is the working tree as it is, uncommitted changes included"
    elif repository.head == commit.sha:
        yield "both arms have the same commit: nothing has changed"
    for path in shared:
        yield f"{path} is not in the baseline's tree: both arms use the candidate's"


def untracked_hint() -> str:
    """Say why a baseline may fail where the candidate does not."""
    return _UNTRACKED
