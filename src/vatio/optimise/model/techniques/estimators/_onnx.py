"""Turn a fitted estimator into an ONNX graph: its trees as one operator of our own writing, all else by skl2onnx."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.techniques._carried import as_laid_out, carried
from vatio.optimise.model.techniques._same import same
from vatio.optimise.model.techniques.estimators._ensemble import Ensemble, ensemble_of
from vatio.optimise.model.techniques.estimators._ensemble_graph import ensemble_graph
from vatio.optimise.model.techniques.estimators._limits import at_limits
from vatio.optimise.model.techniques.estimators._skl2onnx import piped_graph, skl2onnx_graph
from vatio.plugins import require

# Guesses for calls of one case: scikit-learn's own way through a tree and a step costs 30 microseconds and more.
_TIMES, _TREES_TIMES = 20.0, 300.0


class Onnx:
    """Convert an estimator, with numbers of 32 bits or of 64, and check it on examples."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer 32 bits where that changes no answer, and both where it may."""
        if form.kind != "sklearn":
            return ()
        require("onnx", extra="optimise")
        require("onnxruntime", extra="optimise")
        if form.settings.get("method") == "predict" and form.answers != "values":
            raise NotApplicable("it gives labels and no scores")
        steps, ensemble = _parts(form.model)
        if steps or ensemble is None:
            require("skl2onnx", extra="optimise")
            times = _TIMES if ensemble is None else _TREES_TIMES / 2.0
            return (_offer("float32", is_exact=False, times=1.05 * times), _offer("float64", is_exact=True, times=times))
        if ensemble.is_float32 or fits_float32(task):
            return (_offer("float32", is_exact=True, times=_TREES_TIMES),)
        return (
            _offer("float64", is_exact=True, times=_TREES_TIMES),
            _offer("float32", is_exact=False, times=1.05 * _TREES_TIMES),
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Convert it."""
        is_double = offer.params["precision"] == "float64"
        settings, rows = {"exported_from": "sklearn", **carried(form)}, as_laid_out(task, form)
        steps, ensemble = _parts(form.model)
        if ensemble is None:
            return _checked(form, skl2onnx_graph(form.model, rows, is_double=is_double), settings, task, offer)
        if steps:
            graph = piped_graph(form.model, ensemble, rows, is_double=is_double)
            return _checked(form, graph, settings, task, offer)
        graph = ensemble_graph(ensemble, is_double=is_double)
        converted = Form(kind="onnx", model=graph, answers=form.answers, settings=settings)
        probes = at_limits(ensemble, rows, is_float32=not is_double)
        return same(form, converted, task, probes=probes, is_exact=offer.is_exact)


def _parts(estimator: Any) -> tuple[bool, Ensemble | None]:
    """Tell whether there are steps before the last one, and give its trees if it has some."""
    steps = getattr(estimator, "steps", None)
    if type(estimator).__name__ != "Pipeline" or not steps:
        return False, ensemble_of(estimator)
    return len(steps) > 1, ensemble_of(steps[-1][1])


def fits_float32(task: Task) -> bool:
    """Tell whether every number of the fit cases is one of 32 bits, so that rounding to these changes nothing."""
    numpy = require("numpy", extra="optimise")
    x = task.fit.x
    if getattr(x, "dtype", None) is None or x.dtype == object:
        return False
    return bool(numpy.array_equal(x.astype(numpy.float32).astype(x.dtype), x, equal_nan=x.dtype.kind == "f"))


def _offer(precision: str, *, is_exact: bool, times: float = _TIMES) -> Offer:
    return Offer(params={"precision": precision}, cost_cpu_s=0.5, times=times, is_exact=is_exact)


def _checked(form: Form, graph: bytes, settings: dict[str, Any], task: Task, offer: Offer) -> Form:
    """Try what the graph's scores may be: those asked for, one column of two, or what only ranks as they do."""
    choices = [(form.answers, settings), (form.answers, {**settings, "spread": "pair"})]
    if form.answers == "probabilities":
        choices.append(("decisions", settings))
    reasons = []
    for answers, own in choices:
        converted = Form(kind="onnx", model=graph, answers=answers, settings=own)
        try:
            return same(form, converted, task, is_exact=offer.is_exact)
        except NotApplicable as error:
            reasons.append(str(error))
    raise NotApplicable(reasons[0])
