"""Replay a run and judge it: the whole way from a record to a verdict."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from vatio.config import Config
from vatio.errors import BundleRefused, EnvironmentFailed, MeasureError, UnknownName, UsageError, VatioError
from vatio.govern.attest import attestation
from vatio.govern.reproduce._command import veil_of
from vatio.govern.reproduce._judge import judged
from vatio.govern.reproduce._original import Original, is_bundle, original_of, original_of_bundle, unfit
from vatio.govern.reproduce._preparation import Preparation, prepare
from vatio.govern.reproduce._rebuilt import rebuilt
from vatio.govern.reproduce._request import ReproduceRequest
from vatio.govern.reproduce._scratch import Scratch
from vatio.govern.reproduce._stage import Stage
from vatio.ledger import Ledger, open_ledger, read_signer
from vatio.measure.snapshot import Veil
from vatio.records import Replay, RunRecord, to_json

Progress = Callable[[str], None]


def reproduce_run(request: ReproduceRequest, *, config: Config, progress: Progress = lambda line: None) -> Replay:
    """Replay what was asked for in a scratch copy, and say how far both agree; the answer is attested in the ledger.

    Raises:
        UnknownName: there is no such run.
        UsageError: an argument or metric that is asked for is not there.
        MeasureError: something failed that is no finding about the run: no room, git, the measurement itself.
    """
    veil = veil_of(request.environ)
    with opened(request, config=config) as ledger, Scratch(request.environ) as scratch:
        found = _found(ledger, request, scratch, veil)
        if isinstance(found, Replay):
            return found
        stage = Stage(
            preparation=prepare(found, request, veil=veil),
            request=request,
            config=config,
            ledger=ledger,
            scratch=scratch,
            veil=veil,
        )
        return _replayed(stage, progress)


@contextmanager
def preparation_of(request: ReproduceRequest, *, config: Config) -> Iterator[Preparation | Replay]:
    """Say what a replay would do and what it lacks, and do nothing; of a run that is none to replay, why.

    A bundle is unpacked for as long as the block lasts.
    """
    veil = veil_of(request.environ)
    with opened(request, config=config) as ledger, Scratch(request.environ) as scratch:
        found = _found(ledger, request, scratch, veil)
        yield found if isinstance(found, Replay) else prepare(found, request, veil=veil)


def _found(ledger: Ledger, request: ReproduceRequest, scratch: Scratch, veil: Veil) -> Original | Replay:
    """Find the run, in the ledger or in a bundle; the verdict where it is none to be replayed."""
    if is_bundle(request.run):
        found = original_of_bundle(request.run, into=os.path.join(scratch.path, "bundle"), veil=veil, key=request.key)
    else:
        found = _run_of(ledger, request, veil)
    record = found if isinstance(found, RunRecord) else found.record
    lost = tuple(unfit(record))
    if lost or isinstance(found, RunRecord):
        return _impossible(request, record.id, missing=lost)
    return found


def _run_of(ledger: Ledger, request: ReproduceRequest, veil: Veil) -> Original | RunRecord:
    if request.key is not None:
        raise UsageError("a run of this ledger is not asked for a signature", hint="--key is about a bundle, or with --check")
    try:
        return original_of(ledger, request.run, veil=veil)
    except UnknownName:
        if not os.path.isfile(request.run):
            raise
        hint = "vatio runs export RUN --as bundle makes one"
        raise BundleRefused(f"{request.run} is no bundle, and no run has this name", hint=hint) from None


@contextmanager
def opened(request: ReproduceRequest, *, config: Config) -> Iterator[Ledger]:
    """Open the ledger that the replay is kept in, with what earlier commands left outside of it taken in."""
    with open_ledger(config=config, environ=request.environ) as ledger:
        if ledger.has_loose_ends():
            ledger.settle()
        yield ledger


def _replayed(stage: Stage, progress: Progress) -> Replay:
    ready, request = stage.preparation, stage.request
    original = ready.original
    if ready.missing:
        return _impossible(request, original.record.id, missing=ready.missing, ready=ready)
    if any(one.replay == "at the end" for one in ready.contradictions):
        # Which of both states it computed with cannot be told: there is nothing to repeat.
        verdict = _impossible(request, original.record.id, missing=(), ready=ready)
        return _attested(replace(verdict, outcome="diverged"), None, stage)
    try:
        if ready.choice.lock is not None:
            progress(f"building the environment: {ready.choice.told}")
        folder = os.path.join(stage.scratch.path, "environment")
        stage = replace(stage, preparation=rebuilt(ready, folder=folder, environ=request.environ))
        verdict, replay = judged(stage, progress=progress)
    except EnvironmentFailed as error:
        return _impossible(request, original.record.id, missing=(f"its environment: {error}",), ready=ready)
    except MeasureError as error:
        return _impossible(request, original.record.id, missing=(str(error),), ready=ready)
    return _attested(verdict, replay, stage)


def _impossible(
    request: ReproduceRequest, original: str, *, missing: tuple[str, ...], ready: Preparation | None = None
) -> Replay:
    return Replay(
        outcome="impossible",
        tier=None,
        required=request.tier,
        diverged=() if ready is None else ready.contradictions,
        missing=missing,
        energy=None,
        original=original,
        replay=None,
        attestation=None,
        differences=() if ready is None else ready.differences,
    )


def _attested(verdict: Replay, replay: RunRecord | None, stage: Stage) -> Replay:
    """Keep the signed statement in the ledger; the verdict stands also where that cannot be done."""
    config, original = stage.config, stage.preparation.original.record
    key = config.ledger.key if config.ledger.sign else None
    try:
        signer = read_signer(key) if key else None
        verdict = replace(verdict, signed_by=None if signer is None else signer.id)
        envelope = attestation(verdict, original=original, replay=replay, signer=signer)
        payload: dict[str, Any] = {"envelope": envelope, "verdict": to_json(verdict)}
        entry = stage.ledger.append("attestation", payload, run=original.id if replay is None else replay.id)
    except VatioError as error:
        return replace(verdict, notes=(*verdict.notes, f"the attestation could not be kept: {error}"))
    return replace(verdict, attestation=entry.hash)
