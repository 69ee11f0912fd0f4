"""Send in lighter algorithms, fitted to the fit cases: from always the same answer to a small network."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import sklearn_form
from vatio.optimise.model.techniques._carried import as_laid_out, is_original
from vatio.optimise.model.techniques.estimators._algorithms import ALGORITHMS, fitted
from vatio.optimise.model.techniques.estimators._ensemble import Tree, ensemble_of
from vatio.optimise.model.techniques.estimators._kernel import fit_kernel, kernel_graph
from vatio.plugins import require

# It is written as a graph at once, and need not be converted.
_KERNEL, _KERNEL_TIMES = "kernel", 100.0
_USUAL_CASES = 1000.0


class Tournament:
    """Replace a model by another algorithm for the same question."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer each algorithm that fits the question, for a model to which nothing has been done yet."""
        if task.is_text or not is_original(form):
            return ()
        require("sklearn", extra="optimise")
        asked, more = ("classes" if task.is_classes else "values"), max(1.0, len(task.fit) / _USUAL_CASES)
        offers = [
            _offer(name, algorithm.cost_cpu_s * more, algorithm.times)
            for name, algorithm in ALGORITHMS.items()
            if asked in algorithm.is_for
        ]
        if task.fit.x.dtype != object:
            offers.append(_offer(_KERNEL, 2.0 * min(more, 1.5) ** 3, _KERNEL_TIMES))
        return tuple(offers)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Fit one, on one thread: several would add in another order each time."""
        with require("threadpoolctl", extra="optimise").threadpool_limits(limits=1):
            return _fitted(offer, task)


def _fitted(offer: Offer, task: Task) -> Form:
    name = offer.params["algorithm"]
    settings: dict[str, Any] = {"made_by": "tournament"}
    if task.fit.x.ndim > 2:
        settings["flat"] = True
    rows = as_laid_out(task, Form(kind="", model=None, settings=settings))
    if name == _KERNEL:
        graph = kernel_graph(fit_kernel(rows.fit.x, rows.fit.y, classes=len(task.classes), seed=task.seed))
        return Form(kind="onnx", model=graph, answers="decisions" if task.is_classes else "values", settings=settings)
    if name == "majority":
        return _always(task, settings)
    estimator = fitted(name, rows)
    if name == "rule":
        return _as_rule(estimator, task, settings)
    found = sklearn_form(estimator, tuple(range(len(task.classes))))
    return Form(kind="sklearn", model=estimator, answers=found.answers, settings={**found.settings, **settings})


def _offer(name: str, cost_cpu_s: float, times: float) -> Offer:
    return Offer(params={"algorithm": name}, cost_cpu_s=cost_cpu_s, times=times, reach="algorithm", needs_fit=True)


def _always(task: Task, settings: dict[str, Any]) -> Form:
    """Answer every case alike: each class by its share, or the mean."""
    numpy = require("numpy", extra="optimise")
    if not task.is_classes:
        return Form(kind="rule", model=[float(task.fit.y.mean())], answers="values", settings=settings)
    shares = numpy.bincount(task.fit.y, minlength=len(task.classes)) / len(task.fit)
    return Form(kind="rule", model=shares.tolist(), answers="probabilities", settings=settings)


def _as_rule(estimator: Any, task: Task, settings: dict[str, Any]) -> Form:
    ensemble = ensemble_of(estimator)
    if ensemble is None:
        raise NotApplicable("columns of text, or with gaps, make no rule of plain comparisons")
    columns = [int(label) for label in getattr(estimator, "classes_", [0])]
    rule = _branch(ensemble.trees[0], 0, columns, len(task.classes) or 1)
    return Form(kind="rule", model=rule, answers="probabilities" if task.is_classes else "values", settings=settings)


def _branch(tree: Tree, node: int, columns: list[int], wide: int) -> Any:
    """Write a node and what is below it as a rule."""
    if tree.left[node] < 0:
        scores = [0.0] * wide
        for at, target, weight in zip(tree.leaf, tree.targets, tree.weights, strict=True):
            if at == node:
                scores[columns[int(target)]] = float(weight)
        return scores
    then, other = (_branch(tree, int(side[node]), columns, wide) for side in (tree.left, tree.right))
    return {"column": int(tree.feature[node]), "most": float(tree.limit[node]), "then": then, "else": other}
