"""Collect what a bundle is made of: code, inputs and environment of a run, and what of them cannot be had."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from vatio.errors import MeasureError, UnknownName
from vatio.govern.bundle.archive import BundledDistribution, BundledInput, EditableProject, is_member_path
from vatio.govern.bundle.environment import Gathered, Wanted, gather_wheels, installed, lock_of_wheels
from vatio.govern.bundle.locks import lock_text, normalised
from vatio.govern.code import apply_copy, check_out, has_commit, read_blob
from vatio.measure.snapshot import StatCache, Veil, digest_in_slices, find_tree
from vatio.records import Environment, FileDigest, RunRecord

# How the interpreter of a command was found where the command itself names it: then its distributions are what it used.
_NAMED = ("argv", "shebang", "VIRTUAL_ENV", "CONDA_PREFIX")
_OWN = "vatio"
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold what a bundle is to be made from. ``blob`` reads what the ledger keeps under a digest; ``scratch`` is a folder."""

    record: RunRecord
    environment: Environment
    blob: Callable[[str], bytes]
    veil: Veil
    environ: Mapping[str, str]
    scratch: str
    root: str | None = None
    wheels: str | None = None
    download: bool = False

    @property
    def folder(self) -> str:
        """Give the folder that the run was started in, by its true name."""
        return self.veil.bare(self.environment.cwd)


class Papers:
    """Gather the members of a bundle, by their paths in it, and what there is to say of them."""

    __slots__ = ("distributions", "editable", "files", "inputs", "missing", "notes")

    def __init__(self) -> None:
        self.files: dict[str, str | bytes] = {}
        self.missing: list[str] = []
        self.notes: list[str] = []
        self.distributions: tuple[BundledDistribution, ...] = ()
        self.editable: tuple[EditableProject, ...] = ()
        self.inputs: tuple[BundledInput, ...] = ()


def add_code(papers: Papers, asked: Asked) -> None:
    """Lay the run's code out as it was: its commit, the uncommitted change, the new sources."""
    git, folder = asked.environment.git, os.path.join(asked.scratch, "code")
    if git is None or (git.commit is None and git.code_blob is None):
        papers.missing.append("its code: nothing of it was kept, and the run's folder was in no git repository with a commit")
        return
    if git.dirty_sha256 is not None and git.code_blob is None:
        papers.missing.append("its code: of what was not committed only the digest was kept, no copy ([record] code)")
        return
    try:
        os.makedirs(folder)
        if git.commit is not None:
            check_out(_repository(asked, git.commit), git.commit, into=folder, environ=asked.environ)
        if git.code_blob is not None:
            change = read_blob(git.code_blob, asked.blob(git.code_blob))
            apply_copy(change, into=folder, environ=asked.environ)
            papers.files["change.bin"] = change
    except (MeasureError, UnknownName) as error:
        papers.missing.append(f"its code: {error}")
        return
    for name in _tracked(folder):
        _add(papers, f"code/{name}", os.path.join(folder, name), within=folder)


def add_inputs(papers: Papers, asked: Asked) -> None:
    """Take the declared inputs, where they still have the bytes that the run read."""
    papers.inputs = tuple(_input(papers, asked, at, item) for at, item in enumerate(asked.environment.inputs))


def add_environment(papers: Papers, asked: Asked) -> None:
    """Lock the distributions that the run found by wheels of their bytes; vatio itself is not among them."""
    environment = asked.environment
    if environment.python.get("found_by") not in _NAMED:
        return
    python = asked.veil.bare(environment.python.get("executable", ""))
    here = {item.name: item for item in installed(python)} if os.path.exists(python) else {}
    recorded = {normalised(item.name): item for item in environment.distributions if item.name != _OWN}
    projects = [here[name] for name in recorded if name in here and here[name].editable]
    papers.editable = tuple(_editable(papers, item.name, item.version, item.editable, asked) for item in projects)
    edited = {item.name for item in projects}
    wanted = [
        Wanted(name=name, version=item.version, sha256=item.record_sha256, installed=here.get(name))
        for name, item in recorded.items()
        if name not in edited
    ]
    folder = os.path.join(asked.scratch, "wheels")
    found = list(
        gather_wheels(python, wanted, folder=folder, given=asked.wheels, download=asked.download, environ=asked.environ)
    )
    papers.distributions = tuple(_distribution(papers, one) for one in found)
    papers.files["pylock.toml"] = lock_text(lock_of_wheels(found, folder=folder, below="wheels/")).encode()
    papers.notes += _told_of_sources(found)


def _repository(asked: Asked, commit: str) -> str:
    """Find a work tree that has the commit: the one that is named, the run's own, the one that is worked in.

    Raises:
        MeasureError: none of them has it.
    """
    for place in dict.fromkeys((asked.root or "", asked.folder, os.getcwd())):
        tree = find_tree(os.path.abspath(place)) if place and os.path.isdir(place) else None
        if tree is not None and has_commit(tree.root, commit, asked.environ):
            return tree.root
    raise MeasureError(f"no repository at hand has the commit {commit[:12]}", hint="export from the run's repository")


def _tracked(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        linked = [name for name in folders if os.path.islink(os.path.join(place, name))]
        folders[:] = sorted(name for name in folders if name != ".git" and name not in linked)
        for name in sorted((*files, *linked)):
            path = os.path.relpath(os.path.join(place, name), folder)
            if path != ".git":
                yield path.replace(os.sep, "/")


def _add(papers: Papers, member: str, path: str, *, within: str) -> None:
    """Take a file; a link is taken as the file that it leads to, where that is within the folder."""
    if not is_member_path(member):
        papers.missing.append(f"{member!r}: a bundle cannot hold a file of this name")
    elif os.path.islink(path) and not os.path.realpath(path).startswith(os.path.realpath(within) + os.sep):
        papers.missing.append(f"{member}: it is a link to outside of the code")
    elif os.path.isfile(path):
        papers.files[member] = path
    else:
        papers.missing.append(f"{member}: it is no file, or a link to a folder")


def _input(papers: Papers, asked: Asked, at: int, item: FileDigest) -> BundledInput:
    path = os.path.normpath(os.path.join(asked.folder, asked.veil.bare(item.path)))
    now = _digest(path)
    told = BundledInput(path=item.path, sha256=item.sha256, bytes=item.bytes, member=None)
    if now.sha256 is None or now.sha256 != item.sha256:
        said = "it is gone" if now.bytes is None else "it is not the one that the run read"
        papers.missing.append(f"input {item.path}: {said if item.sha256 is not None else 'its digest is not known'}")
        return told
    member = f"inputs/{at}/{os.path.basename(path)}"
    names = sorted(_files_below(path)) if os.path.isdir(path) else [""]
    for name in names:
        whole = f"{member}/{name}" if name else member
        if not is_member_path(whole):
            papers.missing.append(f"input {item.path}: a bundle cannot hold a file of the name {name!r}")
            return told
        papers.files[whole] = os.path.join(path, name) if name else path
    return BundledInput(path=item.path, sha256=item.sha256, bytes=item.bytes, member=member if names else None)


def _files_below(folder: str) -> Iterator[str]:
    for place, _, files in os.walk(folder):
        for name in files:
            yield os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/")


def _distribution(papers: Papers, one: Gathered) -> BundledDistribution:
    wheel = None if one.path is None else os.path.basename(one.path)
    if wheel is not None and one.path is not None:
        papers.files[f"wheels/{wheel}"] = one.path
    else:
        papers.missing.append(f"{one.wanted.name} {one.wanted.version}: {one.why}")
    return BundledDistribution(
        name=one.wanted.name,
        version=one.wanted.version,
        installed_sha256=one.wanted.sha256,
        wheel=wheel,
        source=one.source,
        why=one.why,
    )


def _editable(papers: Papers, name: str, version: str, folders: tuple[str, ...], asked: Asked) -> EditableProject:
    tree = find_tree(asked.folder) if os.path.isdir(asked.folder) else None
    root = os.path.realpath(tree.root if tree is not None else asked.folder)
    inside = [os.path.relpath(os.path.realpath(folder), root) for folder in folders]
    kept = tuple(
        "" if place == os.curdir else place.replace(os.sep, "/") for place in inside if not place.startswith(os.pardir)
    )
    if len(kept) < len(folders):
        papers.missing.append(f"{name} {version}: it is installed to be edited, and lies outside of the run's code")
    return EditableProject(name=name, version=version, folders=kept)


def _told_of_sources(found: list[Gathered]) -> Iterator[str]:
    made = [one.wanted.name for one in found if one.source == "installed"]
    if made:
        more = f" and {len(made) - _MOST_NAMED} more" if len(made) > _MOST_NAMED else ""
        yield f"wheels made again from the installed files, byte for byte: {', '.join(made[:_MOST_NAMED])}{more}"


def _digest(path: str) -> FileDigest:
    steps = digest_in_slices(path, StatCache(None))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: FileDigest = end.value
            return found
