"""Replace a text encoder by a table: each token's own vector, made by the encoder once (model2vec's method).

Source: S. Tulkens and T. van Dongen, model2vec (Minish Lab, 2024): a forward pass for every token of the vocabulary, principal
components, each token weighted by 1e-4 / (1e-4 + p) with p by Zipf's law from its rank; a text is the mean of its tokens.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes.texts import LIBRARY, MEAN, UNIT, StaticTexts, cutter, ends_of, pooled_by
from vatio.optimise.model.techniques.texts._encoder_graph import is_text
from vatio.optimise.model.techniques.texts._head import fitted_head
from vatio.plugins import require

_WIDTH = 256
_BATCH = 256
_RARE = 1e-4
_CPU_S_PER_TOKEN = 0.0007


class TextStatic:
    """Distil the encoder into a table and fit a head on it."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for a classifier of texts."""
        if not is_text(form) or not task.is_classes:
            return ()
        require("sklearn", extra="optimise")
        cost_cpu_s = 2.0 + _CPU_S_PER_TOKEN * form.model.tokenizer.get_vocab_size()
        return (Offer(params={"width": _WIDTH}, cost_cpu_s=cost_cpu_s, times=100.0, reach="algorithm", needs_fit=True),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Ask the encoder for every token, and fit the head."""
        model = form.model
        table = _weighted(_principal(_vectors(form), offer.params["width"]))
        settings = {name: value for name, value in form.settings.items() if name == "cut"}
        return _fitted(table, model.tokenizer, settings, task)


class StaticFold:
    """Fold the head into the table: a row holds what its token says for each class, and a text is their mean."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for a table with a head."""
        if form.kind != "static" or form.model.weight is None:
            return ()
        require("sklearn", extra="optimise")
        return (Offer(params={}, cost_cpu_s=1.0, times=1.3, reach="algorithm", needs_fit=True),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Fit a head on means that are not brought to unit length, which alone can be folded."""
        del offer
        numpy = require("numpy", extra="text")
        model = form.model
        table = model.table.astype(numpy.float32)
        cut = cutter(model.tokenizer, how=form.settings.get("cut", LIBRARY), has_ends=False)
        weight, bias = fitted_head(_means(table, [cut(text) for text in task.fit.x]), task)
        folded = numpy.ascontiguousarray(table @ weight.T)
        return replace(form, model=replace(model, table=folded, weight=None, bias=bias, scale=MEAN))


def _fitted(table: Any, tokenizer: Any, settings: dict[str, Any], task: Task) -> Form:
    numpy = require("numpy", extra="text")
    kept = table.astype(numpy.float16)
    cut = cutter(tokenizer, how=settings.get("cut", LIBRARY), has_ends=False)
    means = _means(kept.astype(numpy.float32), [cut(text) for text in task.fit.x])
    sizes = numpy.maximum(numpy.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    weight, bias = fitted_head(means / sizes, task)
    model = StaticTexts(table=kept, weight=numpy.ascontiguousarray(weight.T), bias=bias, scale=UNIT, tokenizer=tokenizer)
    return Form(kind="static", model=model, answers="logits", settings=settings)


def _vectors(form: Form) -> Any:
    """Give what the encoder makes of each token alone, between the tokeniser's ends; its own tokens are nothing."""
    numpy = require("numpy", extra="text")
    tokenizer = form.model.tokenizer
    first, last = ends_of(tokenizer)
    pooled = pooled_by(form.model, form.settings)
    count = tokenizer.get_vocab_size()
    asked = [[*first, token, *last] for token in range(count)]
    found = numpy.concatenate([pooled(asked[at : at + _BATCH]) for at in range(0, count, _BATCH)])
    if not numpy.isfinite(found).all():
        raise NotApplicable("the encoder makes vectors of some tokens that are not finite")
    found[[token for token in tokenizer.get_added_tokens_decoder() if token < count]] = 0.0
    return found


def _principal(vectors: Any, width: int) -> Any:
    """Give the components along which tokens differ most, each with the sign that makes its largest part positive."""
    numpy = require("numpy", extra="text")
    with require("threadpoolctl", extra="optimise").threadpool_limits(limits=1):
        centred = vectors.astype(numpy.float64) - vectors.mean(axis=0, dtype=numpy.float64)
        axes = numpy.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :width]
        axes *= numpy.sign(axes[numpy.abs(axes).argmax(axis=0), numpy.arange(axes.shape[1])])
        return (centred @ axes).astype(numpy.float32)


def _weighted(vectors: Any) -> Any:
    numpy = require("numpy", extra="text")
    shares = 1.0 / numpy.arange(2, len(vectors) + 2)
    shares /= shares.sum()
    return (vectors * (_RARE / (_RARE + shares))[:, None]).astype(numpy.float32)


def _means(table: Any, rows: list[list[int]]) -> Any:
    numpy = require("numpy", extra="text")
    blank = numpy.zeros(table.shape[1], dtype=numpy.float32)
    return numpy.stack([table.take(row, 0).mean(axis=0) if row else blank for row in rows])
