"""Read what a search is made of: the model, the cases and the quality that are asked, and what tells searches apart."""

from __future__ import annotations

import json
from dataclasses import dataclass

from vatio.digest import sha256
from vatio.errors import UnknownName, UsageError
from vatio.optimise.model._request import ModelRequest
from vatio.optimise.model._task import Parted
from vatio.optimise.model.judging import Quality, read_quality
from vatio.optimise.model.metrics import METRICS
from vatio.optimise.model.reading._cases import read_cases
from vatio.optimise.model.reading._model import Baseline, read_model
from vatio.plugins import installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hold what a search is made of, once it is read; ``cases_sha256`` tells the cases and their parts from others."""

    baseline: Baseline
    parted: Parted
    quality: Quality
    cases_sha256: str


def read_all(request: ModelRequest) -> Found:
    """Read the model, the cases and the quality that are asked.

    Raises:
        UsageError: one of them cannot be read.
        UnknownName: there is no such technique.
    """
    known = installed("techniques")
    for name in request.techniques:
        if name not in known:
            raise UnknownName.among("technique", name, known)
    baseline = read_model(request.model, trust=request.trust)
    parted = read_cases(
        request.cases,
        target=request.target,
        batches=request.batches,
        seed=request.seed,
        needs_text=baseline.form.kind == "text",
        classes=baseline.classes,
        wants=_wants(request.quality),
    )
    quality = read_quality(request.quality, classes=parted.task.classes)
    _check_losses(request, quality)
    return Found(baseline=baseline, parted=parted, quality=quality, cases_sha256=digest_of_cases(parted))


def _check_losses(request: ModelRequest, quality: Quality) -> None:
    """Refuse a loss that would let everything be lost: 5 is 500 points.

    Raises:
        UsageError: it is one, or a loss by class is asked and there are no classes.
    """
    if request.max_class_loss is not None and not quality.classes:
        raise UsageError("a loss by class is asked, and the labels are values", hint="leave --max-class-loss out")
    is_share = request.quality in METRICS and quality.needs in ("decisions", "ranks")
    for word, loss in (("max-loss", request.max_loss if is_share else 0.0), ("max-class-loss", request.max_class_loss or 0.0)):
        if loss >= 1.0:
            raise UsageError(f"a loss of {loss:g} is {loss * 100:g} points, all that there is", hint=f"--{word} {loss:g}pt")


def _wants(metric: str) -> str:
    """Say what labels a metric is of: classes or values; nothing for a user's own."""
    known = METRICS.get(metric)
    return "" if known is None else "values" if known.needs == "values" else "classes"


def digest_of_cases(parted: Parted) -> str:
    """Tell cases apart: a digest of all of them, in their parts."""
    found = sha256()
    for cases in (parted.task.fit, parted.task.select, parted.certify):
        x = cases.x if isinstance(cases.x, list) else cases.x.tolist() if cases.x.dtype == object else cases.x.tobytes()
        found.update(x if isinstance(x, bytes) else json.dumps(x, default=str).encode())
        found.update(cases.y.tobytes())
    return str(found.hexdigest())


def digest_of_search(request: ModelRequest, found: Found) -> str:
    """Tell searches apart: what is sought in what, and not how much may be spent or lost."""
    what = [request.quality, list(request.batches), request.seed, request.reach, list(request.techniques)]
    said = json.dumps([found.baseline.sha256, found.cases_sha256, *what])
    return f"model-{sha256(said.encode()).hexdigest()[:32]}"
