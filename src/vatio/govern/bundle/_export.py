"""Write a run as a bundle: one file from which it can be run again, without a network, and be shown to be what it was."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import file_digest, sha256

from vatio.errors import MeasureError, UsageError
from vatio.files import regular
from vatio.govern.bundle._papers import Asked, Papers, add_code, add_environment, add_inputs
from vatio.govern.bundle._workplace import workplace
from vatio.govern.bundle.archive import (
    BundleManifest,
    Member,
    Source,
    check_member_names,
    proof_bytes,
    signature_bytes,
    write_archive,
)
from vatio.ledger import Evidence, Ledger, Signer
from vatio.measure import surroundings
from vatio.measure.snapshot import Veil, local_salt
from vatio.records import Environment, RunRecord, dumps

Progress = Callable[[str], None]


def export_bundle(
    record: RunRecord,
    *,
    ledger: Ledger,
    out: str,
    environ: Mapping[str, str],
    root: str | None = None,
    wheels: str | None = None,
    download: bool = False,
    signer: Signer | None = None,
    progress: Progress = lambda line: None,
) -> BundleManifest:
    """Write a run's code, environment, inputs, record and proof into one file, and give its manifest.

    Wheels are taken from the folder ``wheels``, then from the index where ``download`` asks for it, else made again from
    what is installed. ``root`` is a work tree that has the run's commit. What cannot be had is in the manifest's ``missing``.
    The same run, files and wheels make the same bytes.

    Raises:
        UsageError: the run goes on, or has no snapshot of its surroundings; or the file cannot be written.
        MeasureError: a file changed while it was packed.
    """
    environment = _checked(record)
    veil = Veil(environ, hostname=surroundings(environ).hostname, salt=local_salt(environ))
    try:
        with workplace(os.path.dirname(os.path.abspath(out))) as scratch:
            asked = Asked(
                record=record,
                environment=environment,
                blob=ledger.read_blob,
                veil=veil,
                environ=environ,
                scratch=scratch,
                root=root,
                wheels=wheels,
                download=download,
            )
            return _written(asked, _papers(asked, ledger, progress), out=out, signer=signer, progress=progress)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from error


def _written(asked: Asked, papers: Papers, *, out: str, signer: Signer | None, progress: Progress) -> BundleManifest:
    progress("writing")
    sources = sorted((_source(path, content) for path, content in papers.files.items()), key=lambda one: one.path)
    manifest = _manifest(asked, papers, sources)
    check_member_names(manifest.members)
    head = dumps(manifest)
    signature = signature_bytes(sha256(head).hexdigest(), signer=signer)
    write_archive(out, [_source("manifest.json", head), _source("signature.json", signature), *sources])
    return manifest


def _checked(record: RunRecord) -> Environment:
    if record.ended_at is None:
        raise UsageError(f"run {record.id} goes on", hint="export it when it has ended")
    if record.environment is None:
        hint = '[record] environment = "full" keeps one'
        raise UsageError(f"run {record.id} has no snapshot of its surroundings to make a bundle of", hint=hint)
    return record.environment


def _papers(asked: Asked, ledger: Ledger, progress: Progress) -> Papers:
    papers = Papers()
    for what, add in (("code", add_code), ("inputs", add_inputs), ("wheels", add_environment)):
        progress(what)
        add(papers, asked)
    proof = ledger.evidence(asked.record.id)
    papers.files["record.json"] = dumps(asked.record)
    papers.files["proof.json"] = proof_bytes(proof)
    kept = _kept_environment(proof)
    if kept is not None:
        papers.files["environment.json"] = ledger.read_blob(kept)
    if asked.environment.changed:
        papers.notes.append(f"changed while the run went on: {', '.join(asked.environment.changed)}")
    return papers


def _kept_environment(proof: Sequence[Evidence]) -> str | None:
    """Give the digest under which the snapshot is kept, as the run's end names it."""
    ends = [json.loads(item.body) for item in proof if item.entry.kind == "ended" and item.body is not None]
    named = ends[-1].get("environment_sha256") if ends else None
    return named if isinstance(named, str) else None


def _manifest(asked: Asked, papers: Papers, sources: list[Source]) -> BundleManifest:
    from vatio import __version__

    git = asked.environment.git
    return BundleManifest(
        run=asked.record.id,
        vatio=__version__,
        members=tuple(
            Member(path=source.path, sha256=source.sha256, bytes=source.bytes, executable=source.executable)
            for source in sources
        ),
        python=dict(asked.environment.python),
        distributions=papers.distributions,
        editable=papers.editable,
        folder="" if git is None else git.folder,
        inputs=papers.inputs,
        outputs=asked.environment.outputs,
        missing=tuple(papers.missing),
        notes=tuple(papers.notes),
    )


def _source(path: str, content: str | bytes) -> Source:
    if isinstance(content, bytes):
        return Source(path, content, sha256(content).hexdigest(), len(content))
    try:
        with open(content, "rb", opener=regular) as file:
            digest, status = file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno())
    except OSError as error:
        raise MeasureError(f"{content} cannot be read: {error.strerror}") from error
    return Source(path, content, digest, status.st_size, path.startswith("code/") and bool(status.st_mode & 0o100))


def missing_lines(manifest: BundleManifest) -> Iterator[str]:
    """Say what a replay of a bundle will lack, and what else there is to say."""
    yield from (f"not in the bundle: {what}" for what in manifest.missing)
    yield from manifest.notes
