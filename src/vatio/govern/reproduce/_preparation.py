"""Say what a replay would do and what it lacks, before anything is built or run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from vatio.errors import MeasureError, UnknownName
from vatio.govern.bundle import Bundle
from vatio.govern.code import committed, has_commit, read_blob
from vatio.govern.reproduce._choice import Choice, choose
from vatio.govern.reproduce._command import Command, restored
from vatio.govern.reproduce._environ import redacted_variables
from vatio.govern.reproduce._files import below, differing, outside
from vatio.govern.reproduce._interpreter import is_patched
from vatio.govern.reproduce._original import Original
from vatio.govern.reproduce._request import ReproduceRequest
from vatio.ledger import key_id
from vatio.measure.snapshot import REDACTED, Veil
from vatio.records import Divergence, FileDigest

_PROGRAMS = (".py", ".pyx", ".ipynb", ".sh", ".r", ".jl", ".c", ".cc", ".cpp", ".cu", ".h", ".hpp", ".rs", ".js", ".ts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Hold what a replay would do (``steps``), what it lacks (``missing``), and what is known to differ before it begins.

    ``contradictions`` are faults of the record itself or of what lies here in its name: with one the replay cannot be reached.
    """

    original: Original
    command: Command
    choice: Choice
    steps: tuple[str, ...]
    missing: tuple[str, ...]
    contradictions: tuple[Divergence, ...] = ()
    differences: tuple[Divergence, ...] = ()


def prepare(original: Original, request: ReproduceRequest, *, veil: Veil) -> Preparation:
    """Look at everything that a replay needs, without running or writing anything."""
    environment = original.environment
    command = restored(environment.argv, arguments=request.arguments, veil=veil)
    code_steps, code_missing = _code(original, request)
    swapped = tuple(_inputs(original, veil, request.environ))
    choice = choose(original, environ=request.environ, veil=veil)
    lost = (
        *command.missing,
        *code_missing,
        *(one.reason.partition(": ")[2] for one in swapped),
        *choice.missing,
        *redacted_variables(environment, request.environ),
        *_unredirected(original, command, veil),
    )
    steps = (
        *code_steps,
        *(f"input {item.path}: {_short(item.sha256)}, copied" for item in environment.inputs),
        *((f"environment: {choice.told}",) if choice.told else ()),
        *(f"note: {one}" for one in choice.notes),
        f"command: {' '.join(_shown(environment.argv, command.words))}",
        f"compare: {_compared(original)}",
    )
    found = choice.interpreter.differences if choice.lock is None else ()
    patched = tuple(one for one in found if is_patched(one))
    return Preparation(
        original=original,
        command=command,
        choice=choice,
        steps=steps,
        missing=lost,
        contradictions=(*_edited(original), *swapped, *patched),
        differences=tuple(one for one in found if one not in patched),
    )


def _shown(argv: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    """Give the words of a command without the secrets that were given again."""
    return (old if REDACTED in old else new for old, new in zip(argv, words, strict=True))


def _edited(original: Original) -> Iterator[Divergence]:
    """Name what the original's record contradicts itself in."""
    for said in original.damage:
        yield Divergence(
            field="ledger",
            original="as written",
            replay="edited",
            reason=f"metric: the ledger's entry was edited by hand: {said}",
        )
    for said in original.environment.changed or ():
        kind, _, name = said.partition(": ")
        if kind == "code" and _is_written(name, original):
            continue
        what = "code" if kind == "code" else "data"
        reason = f"{what}: {name} was edited during the run; what it computed with cannot be told"
        yield Divergence(field=f"{kind}.{name}", original="at the start", replay="at the end", reason=reason)


def _is_written(name: str, original: Original) -> bool:
    """Tell whether a changed file of the code's tree is what the run itself wrote: a declared output, or one of no program."""
    for item in original.environment.outputs:
        path = os.path.relpath(os.path.join(original.folder, item.path), original.root)
        if path == name or (not item.found and name.startswith(path + os.sep)):
            return not item.found or not name.lower().endswith(_PROGRAMS)
    return False


def _code(original: Original, request: ReproduceRequest) -> tuple[list[str], list[str]]:
    git, bundle = original.environment.git, original.bundle
    if bundle is not None:
        lacks = [f"{one} (the bundle lacks it)" for one in bundle.manifest.missing]
        return [f"code: that of the bundle {bundle.sha256[:12]}, {signed(bundle)}"], lacks
    if git is None or (git.commit is None and git.dirty_sha256 is None):
        return [], ["its code: nothing of it was kept, and the run's folder was in no git repository with a commit"]
    missing: list[str] = []
    steps: list[str] = []
    if git.commit is not None:
        steps.append(f"code: commit {git.commit[:12]} of {original.root}")
        if not os.path.isdir(original.root):
            missing.append(f"its code: {original.root} is gone; replay where it is, or from a bundle")
        elif not has_commit(original.root, git.commit, request.environ):
            missing.append(f"its code: {original.root} has no commit {git.commit[:12]}; fetch it")
    if git.dirty_sha256 is not None and git.code_blob is None:
        missing.append("its code: of what was not committed only the digest was kept, no copy ([record] code)")
    elif git.code_blob is not None:
        try:
            read_blob(git.code_blob, original.blob(git.code_blob))
            steps.append(f"code: the copy that was kept of what was not committed, {git.code_blob[:12]}")
        except (MeasureError, UnknownName) as error:
            missing.append(f"its code: {error}")
    return steps, missing


def signed(bundle: Bundle) -> str:
    """Say who vouches for a bundle: its own digests only say that it is whole."""
    if bundle.signed_by is None:
        return "which nobody has signed: that it is the run's is what the bundle itself says"
    return f"signed by key {key_id(bundle.signed_by)[:12]}"


def _is_committed(original: Original, item: FileDigest, veil: Veil, environ: Mapping[str, str]) -> bool:
    """Tell whether the run's commit has the very bytes of an input that later commits have changed."""
    git = original.environment.git
    name = below(original.root, os.path.join(original.folder, veil.bare(item.path)))
    if original.bundle is not None or git is None or git.commit is None or name is None:
        return False
    content = committed(original.root, git.commit, name, environ)
    return content is not None and sha256(content).hexdigest() == item.sha256


def _inputs(original: Original, veil: Veil, environ: Mapping[str, str]) -> Iterator[Divergence]:
    changed = {said.partition(": ")[2] for said in original.environment.changed or () if said.startswith("input: ")}
    for item in original.environment.inputs:
        if item.path in changed:  # told of as such
            continue
        found = differing("inputs", item, original.input_at(item, veil.bare(item.path)))
        if found is not None and not _is_committed(original, item, veil, environ):
            yield found


def _unredirected(original: Original, command: Command, veil: Veil) -> Iterator[str]:
    """Name outputs outside of the run's code that cannot be led elsewhere: a replay would write over the user's file."""
    for path in outside(original.environment.outputs, root=original.root, folder=original.folder, veil=veil):
        if not any(path in word for word in command.words):
            yield f"a place for {path}: it lies outside of the run's code and would be written over; let the command name it"


def _compared(original: Original) -> str:
    outputs, metrics = len(original.environment.outputs), len(original.record.metrics)
    return f"{outputs} output{'s' * (outputs != 1)}, {metrics} metric{'s' * (metrics != 1)}, the exit code"


def _short(digest: str | None) -> str:
    return "no digest" if digest is None else digest[:12]
