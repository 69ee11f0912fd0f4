"""Fit a linear head on vectors of texts: logistic regression, its strength chosen within the fit cases."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._task import Task
from vatio.plugins import require

_STRENGTHS = (1.0, 10.0, 100.0)
_HELD_OUT = 4
_FAR_BELOW = -1e9


def fitted_head(vectors: Any, task: Task) -> tuple[Any, Any]:
    """Give a weight (classes, width) and a bias (classes,) in f32; ``vectors`` are of the fit cases, dense or sparse.

    Raises:
        NotApplicable: the fit cases have fewer than two classes.
    """
    numpy = require("numpy", extra="optimise")
    limits = require("threadpoolctl", extra="optimise").threadpool_limits
    y = task.fit.y
    if len(numpy.unique(y)) < 2:
        raise NotApplicable("the cases to fit a head on are all of one class")
    # Scaled so that strengths mean the same for vectors of any size.
    size = float(
        numpy.sqrt(vectors.multiply(vectors).sum(1).mean() if hasattr(vectors, "multiply") else (vectors**2).sum(1).mean())
    )
    scaled = vectors / max(size, 1e-12)
    with limits(limits=1):
        head = _fit(scaled, y, _strength(scaled, y, task.seed))
    weight, bias = _two_rows(head)
    weights = numpy.zeros((len(task.classes), weight.shape[1]), dtype=numpy.float32)
    biases = numpy.full(len(task.classes), _FAR_BELOW, dtype=numpy.float32)
    weights[head.classes_], biases[head.classes_] = weight / max(size, 1e-12), bias
    return weights, biases


def _strength(vectors: Any, y: Any, seed: int) -> float:
    """Choose by what is held out of the fit cases, once."""
    numpy = require("numpy", extra="optimise")
    slot = numpy.random.default_rng(seed).permutation(len(y)) % _HELD_OUT
    learnt, held = numpy.flatnonzero(slot != 0), numpy.flatnonzero(slot == 0)
    if len(numpy.unique(y[learnt])) < 2:
        return _STRENGTHS[0]
    found = [_fit(vectors[learnt], y[learnt], each).score(vectors[held], y[held]) for each in _STRENGTHS]
    return _STRENGTHS[int(numpy.argmax(found))]


def _fit(vectors: Any, y: Any, factor: float) -> Any:
    import warnings

    linear = require("sklearn.linear_model", extra="optimise")
    with warnings.catch_warnings():
        # A head that has not settled to the last digit is as good.
        warnings.simplefilter("ignore")
        return linear.LogisticRegression(C=factor, max_iter=200).fit(vectors, y)


def _two_rows(head: Any) -> tuple[Any, Any]:
    numpy = require("numpy", extra="optimise")
    if len(head.coef_) > 1:
        return head.coef_, head.intercept_
    return numpy.concatenate([0.0 * head.coef_, head.coef_]), numpy.concatenate([0.0 * head.intercept_, head.intercept_])
