"""One trial in its own process: take the form before, apply a technique, save, load back, ask it, and measure it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vatio.config import Config
from vatio.errors import MissingExtra, NotApplicable, VatioError
from vatio.optimise.model._form import Form, Predictor, Runtime, ask
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import REACHES, Technique
from vatio.optimise.model.judging import Quality, check_quality
from vatio.optimise.model.trials._cost import BASELINE, Cost, Effort, compare
from vatio.optimise.model.trials._joules import joule_counter
from vatio.optimise.model.trials._node import FORM_FOLDER, SCORES_FILE, Node, Offered, read_node, write_node
from vatio.optimise.model.trials._offers import with_offers
from vatio.plugins import installed, load, require

# What takes long to import: a module that one trial had to import, the next inherit.
HEAVY = (
    *("model2vec", "nncf", "onnx", "onnxruntime", "openvino", "skl2onnx"),
    *("tokenizers", "torch", "torch_pruning", "transformers", "treelite"),
)
# A first look, then a longer one at what may be worth it; where joules are counted a slice must outlast their refresh.
_LOOK, _LONGER = Effort(rounds=3, slice_s=0.015), Effort(rounds=6, slice_s=0.015)
_SLICE_WITH_JOULES_S = 0.2
_PROMISING = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """Hold what all trials of a search share; ``folder`` is where each has its own."""

    task: Task
    quality: Quality
    baseline: Form
    folder: Path
    config: Config
    reach: str = "algorithm"
    techniques: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Name the techniques that may be tried, the cheap ones first."""
        return tuple(name for name in installed("techniques") if not self.techniques or name in self.techniques)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Try one technique on one form, or the baseline as it is where there is no ``offered``.

    ``best`` is how many times cheaper than the baseline the best so far is, by batch; ``least_quality`` is what a trial has
    to have on the selecting cases: worse ones are looked at once and not measured closely.
    """

    trying: Trying
    parent: Node | None = None
    offered: Offered | None = None
    best: Mapping[int, float] | None = None
    least_quality: float | None = None

    @property
    def node(self) -> Node:
        """Give the trial before it was made."""
        if self.parent is None or self.offered is None:
            return Node()
        offer = self.offered.offer
        reach = max(self.parent.reach, offer.reach, key=REACHES.index)
        is_exact = self.parent.is_exact and offer.is_exact
        return Node(chain=(*self.parent.chain, self.offered.step), reach=reach, is_exact=is_exact)

    def __call__(self) -> None:
        """Make the trial and keep what became of it in its folder."""
        folder = self.trying.folder / self.node.key
        known = {name for name in HEAVY if name in sys.modules}
        try:
            node = self._tried(folder)
        except MissingExtra as error:
            node = replace(self.node, status="not available", reason=f"{error}; {error.hint}")
        except NotApplicable as error:
            node = replace(self.node, status="not applicable", reason=str(error))
        except VatioError as error:
            node = replace(self.node, status="failed", reason=f"{error}; {error.hint}" if error.hint else str(error))
        write_node(replace(node, imported=tuple(name for name in HEAVY if name in sys.modules and name not in known)), folder)

    def _tried(self, folder: Path) -> Node:
        trying = self.trying
        begun_s = time.process_time()
        form = self._made()
        build_cpu_s = time.process_time() - begun_s
        form, size_bytes = saved(form, folder / FORM_FOLDER) if self.offered else (form, saved_size(form, folder / FORM_FOLDER))
        arms = predictors(form, trying.task.batches)
        scores = ask(arms[max(arms)], trying.task.select.x, batch=max(arms))
        check(scores, len(trying.task.select), len(trying.task.classes))
        quality = check_quality(trying.quality, trying.task.select.y, scores, answers=form.answers)
        costs = self._costs(arms, is_close=self.least_quality is None or quality >= self.least_quality)
        require("numpy", extra="optimise").save(folder / SCORES_FILE, scores, allow_pickle=False)
        node = replace(
            self.node,
            kind=form.kind,
            answers=form.answers,
            settings=dict(form.settings),
            quality=quality,
            costs=costs,
            size_bytes=size_bytes,
            build_cpu_s=build_cpu_s,
        )
        return with_offers(node, form, trying.task, techniques=trying.names(), reach=trying.reach, folder=folder)

    def _made(self) -> Form:
        if self.parent is None or self.offered is None:
            return self.trying.baseline
        before = form_of(self.parent, self.trying)
        technique: Technique = load("techniques", self.offered.technique)()
        return technique.apply(before, self.offered.offer, self.trying.task)

    def _costs(self, arms: Mapping[int, Predictor], *, is_close: bool) -> dict[int, Cost]:
        task = self.trying.task
        joules = joule_counter(self.trying.config)
        look, longer = ((_lengthened(effort) if joules else effort) for effort in (_LOOK, _LONGER))
        base = arms if self.offered is None else predictors(self.trying.baseline, task.batches)
        found = {}
        for batch in task.batches:
            both = {BASELINE: base[batch], "this": arms[batch]}
            measured = _measured(both, task, batch, look, joules)
            best = (self.best or {}).get(batch, 0.0)
            if is_close and self.offered is not None and measured.times.value > _PROMISING * best:
                measured = _measured(both, task, batch, longer, joules)
            found[batch] = measured
        return found


def _measured(
    arms: Mapping[str, Predictor], task: Task, batch: int, effort: Effort, joules: Callable[[], float | None] | None
) -> Cost:
    return compare(arms, task.select.x, batch=batch, effort=effort, seed=task.seed, joules=joules)["this"]


def _lengthened(effort: Effort) -> Effort:
    return effort._replace(slice_s=_SLICE_WITH_JOULES_S)


def form_of(node: Node, trying: Trying) -> Form:
    """Give a trial's form back: the baseline as it was given, any other from its folder."""
    if not node.chain:
        return trying.baseline
    runtime: Runtime = load("runtimes", node.kind)()
    model = runtime.load(trying.folder / node.key / FORM_FOLDER, node.settings)
    return Form(kind=node.kind, model=model, answers=node.answers, settings=node.settings)


def saved(form: Form, folder: Path) -> tuple[Form, int]:
    """Save a form and load it back, so that what is measured is what will be deployed; gives its size in bytes too."""
    runtime: Runtime = load("runtimes", form.kind)()
    folder.mkdir(parents=True, exist_ok=True)
    runtime.save(form, folder)
    settings = json.loads(json.dumps(dict(form.settings)))
    size_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return replace(form, model=runtime.load(folder, settings), settings=settings), size_bytes


def saved_size(form: Form, folder: Path) -> int | None:
    """Give how many bytes the baseline takes; ``None`` where its runtime cannot save it."""
    try:
        return saved(form, folder)[1]
    except VatioError:
        return None


def predictors(form: Form, batches: Sequence[int]) -> dict[int, Predictor]:
    """Make a form ready for each batch size."""
    runtime: Runtime = load("runtimes", form.kind)()
    return {batch: runtime.predictor(form, batch=batch) for batch in batches}


def check(scores: Any, cases: int, classes: int) -> None:
    """Refuse scores that cannot be answers.

    Raises:
        NotApplicable: their shape is another one, or they are not finite.
    """
    numpy = require("numpy", extra="optimise")
    shape = (cases, classes) if classes else (cases,)
    if scores.shape != shape:
        raise NotApplicable(f"it answers {scores.shape} where {shape} is asked")
    if not numpy.isfinite(scores).all():
        raise NotApplicable("its answers are not finite")


def kept_node(attempt: Attempt) -> Node | None:
    """Read what an attempt has left in its folder."""
    return read_node(attempt.trying.folder / attempt.node.key)
