"""Set a scratch copy up for one repetition: code, inputs, room for the outputs; then run it and read its results."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vatio.config import Config
from vatio.govern.code import apply_copy, check_out, read_blob
from vatio.govern.reproduce._choice import executable_of
from vatio.govern.reproduce._collect import results_of, told_outputs
from vatio.govern.reproduce._command import anchored, concealed, moved, secrets_given, with_seed
from vatio.govern.reproduce._environ import replay_environ
from vatio.govern.reproduce._files import below, clear_outputs, digest_now, outside, place
from vatio.govern.reproduce._original import REPLAY_OF, Original, is_block
from vatio.govern.reproduce._preparation import Preparation
from vatio.govern.reproduce._repeat import Repeated, Task, repeat
from vatio.govern.reproduce._request import ReproduceRequest
from vatio.govern.reproduce._results import Results
from vatio.govern.reproduce._scratch import Scratch, remove
from vatio.ledger import Ledger
from vatio.measure.snapshot import Veil
from vatio.records import FileDigest, RunRecord

SEED_VARIABLE = "VATIO_SEED"
_OUTSIDE = "outside"
_SYSTEM = ("/bin", "/usr/bin", "/usr/local/bin")
_TIMES, _MORE_S = 10.0, 60.0
_SPARE_BYTES, _TIMES_BYTES = 1 << 30, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Hold what repetitions are made with: what was prepared and asked, the scratch folder, the ledger that keeps them."""

    preparation: Preparation
    request: ReproduceRequest
    config: Config
    ledger: Ledger
    scratch: Scratch
    veil: Veil


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Hold one repetition: how it went, its run, its results, what there is to say of it."""

    repeated: Repeated
    record: RunRecord | None
    results: Results
    notes: tuple[str, ...]


def perform(stage: Stage, *, seed: int | None = None) -> Performance:
    """Repeat the run once in a fresh copy of its code, with ``seed`` for whoever reads it.

    Raises:
        MeasureError: the code could not be had, or nothing could be measured.
    """
    original, request = stage.preparation.original, stage.request
    environment, tree = original.environment, os.path.join(stage.scratch.path, "tree")
    for left in (tree, os.path.join(stage.scratch.path, _OUTSIDE)):  # by the repetition before
        remove(left)
    lay_out_code(original, tree, request.environ)
    places = _places(stage, tree)
    folder = os.path.join(tree, os.path.relpath(original.folder, original.root))
    os.makedirs(folder, exist_ok=True)
    notes = [note for item in environment.inputs if (note := _lay_out_input(stage, item, tree))]
    clear_code(original, tree, veil=stage.veil)
    task = _task(stage, folder, places, seed)
    secrets = secrets_given(environment.argv, request=request)
    repeated = repeat(
        task, papers=stage.scratch.folder("papers"), conceal=lambda text: concealed(text, secrets, veil=stage.veil)
    )
    record = None if repeated.run is None else stage.ledger.run(repeated.run)
    back = {new: old for old, new in places.items()}
    results = results_of(
        record,
        stage.ledger,
        folder=folder,
        places=back,
        veil=stage.veil,
        exit_code=repeated.exit_code,
        block=original.record.name if is_block(original.record) else "",
    )
    return Performance(repeated=repeated, record=record, results=results, notes=(*notes, *repeated.notes))


def clear_code(original: Original, tree: str, *, veil: Veil) -> None:
    """Remove from a copy of the code what the run has written itself, unless it read that too.

    Raises:
        MeasureError: an output lies behind a link that leads out of the code.
    """

    def within(files: Sequence[FileDigest]) -> list[str]:
        paths = (os.path.normpath(os.path.join(original.folder, veil.bare(item.path))) for item in files)
        return [name for path in paths if (name := below(original.root, path)) is not None]

    environment = original.environment
    clear_outputs(tree, within(told_outputs(environment.outputs)), but=within(environment.inputs))


def lay_out_code(original: Original, tree: str, environ: Mapping[str, str]) -> None:
    """Put the code of a run into a folder that is not there yet."""
    git = original.environment.git
    if original.bundle is not None:
        shutil.copytree(original.bundle.code, tree, symlinks=True)
        return
    os.makedirs(tree)
    if git is not None:
        if git.commit is not None:
            check_out(original.root, git.commit, into=tree, environ=environ)
        if git.code_blob is not None:
            apply_copy(read_blob(git.code_blob, original.blob(git.code_blob)), into=tree, environ=environ)


def _lay_out_input(stage: Stage, item: FileDigest, tree: str) -> str:
    """Copy an input to where it lay in the run's code; one outside of it is read where it lies."""
    original = stage.preparation.original
    path = stage.veil.bare(item.path)
    source = original.input_at(item, path)
    relative = below(original.root, os.path.normpath(os.path.join(original.folder, path)))
    if relative is None:
        return ""
    if digest_now(os.path.join(tree, relative)).sha256 == item.sha256:  # the commit has it
        return ""
    is_written = any(one.path == item.path for one in original.environment.outputs)
    return place(source, os.path.join(tree, relative), length_bytes=item.bytes or 0, may_link=not is_written)


def _inputs(stage: Stage) -> list[str]:
    return [stage.veil.bare(item.path) for item in stage.preparation.original.environment.inputs]


def _places(stage: Stage, tree: str) -> dict[str, str]:
    """Map the original's paths to the scratch copy's: its code, and each output that lies outside of it."""
    original = stage.preparation.original
    places = {original.root: tree, **_of_environment(stage)}
    outputs = told_outputs(original.environment.outputs)
    for at, path in enumerate(outside(outputs, root=original.root, folder=original.folder, veil=stage.veil)):
        places[path] = os.path.join(stage.scratch.folder(_OUTSIDE, str(at)), os.path.basename(path))
    if original.bundle is not None:  # an input that lay outside of the run's code is read from the bundle
        for item in original.environment.inputs:
            path = os.path.normpath(os.path.join(original.folder, stage.veil.bare(item.path)))
            if below(original.root, path) is None:
                places[path] = original.input_at(item, path)
    return places


def _of_environment(stage: Stage) -> dict[str, str]:
    """Map the folder of the run's programs to that of the replay's; where it is the same one, it stays where it is."""
    original = stage.preparation.original
    before = executable_of(original, stage.veil)
    now = stage.preparation.choice.interpreter.executable
    if not before or not now:
        return {}
    places = {before: now}
    if os.path.dirname(before) not in _SYSTEM:
        places[os.path.dirname(before)] = os.path.dirname(now)
        places[os.path.dirname(os.path.dirname(before))] = os.path.dirname(os.path.dirname(now))
    return places


def _task(stage: Stage, folder: str, places: Mapping[str, str], seed: int | None) -> Task:
    original, request, interpreter = stage.preparation.original, stage.request, stage.preparation.choice.interpreter
    record, environment = original.record, original.environment
    known = stage.preparation.command.words
    words = tuple(moved(anchored(word, folder=original.folder, root=original.root), places) for word in known)
    environ = replay_environ(
        request.environ,
        environment,
        executable=interpreter.executable,
        places=places,
        more_paths=_editable(interpreter.editable, places),
        veil=stage.veil,
    )
    # Blocks that the workload measures in itself are runs of this ledger too.
    environ |= {"VATIO_LEDGER_PATH": os.path.abspath(stage.ledger.path), "VATIO_PROJECT_NAME": record.project}
    if seed is not None:
        words, environ = with_seed(words, seed, given=request.arguments.keys()), {**environ, SEED_VARIABLE: str(seed)}
    written = sum(item.bytes or 0 for item in environment.outputs)
    return Task(
        command=words,
        folder=folder,
        environ=environ,
        workload={
            "name": f"replay of {record.name}",
            "stage": record.stage,
            "tags": {**record.tags, REPLAY_OF: record.id},
            "inputs": [moved(path, places) for path in _inputs(stage)],
            "outputs": [
                moved(os.path.normpath(stage.veil.bare(item.path)), places) for item in environment.outputs if not item.found
            ],
        },
        project=record.project,
        parents=(record.id,),
        ledger=os.path.abspath(stage.ledger.path),
        config=stage.config,
        limit_s=request.max_time_s or _TIMES * record.duration_s + _MORE_S,
        limit_bytes=_SPARE_BYTES + _TIMES_BYTES * max(written, record.bytes_written or 0),
        watched=stage.scratch.path,
    )


def _editable(folders: Sequence[str], places: Mapping[str, str]) -> list[str]:
    """Give the folders that editable projects are imported from, in the scratch copy: they come before the user's own."""
    found = []
    for folder in folders:
        copy = moved(folder, places)
        if copy != folder:
            found += [path for path in (os.path.join(copy, "src"), copy) if os.path.isdir(path)]
    return found
