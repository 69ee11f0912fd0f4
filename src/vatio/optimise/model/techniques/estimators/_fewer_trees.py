"""Keep fewer of a forest's trees, or of a boosting's rounds the first."""

from __future__ import annotations

import copy
from typing import Any

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.techniques._carried import carried

# What each class calls its trees; the last steps of boosting mend the least.
_TREES = {
    **{
        f"{kind}{side}": "estimators_"
        for kind in ("RandomForest", "ExtraTrees", "GradientBoosting")
        for side in ("Classifier", "Regressor")
    },
    **{f"HistGradientBoosting{side}": "_predictors" for side in ("Classifier", "Regressor")},
}
_PARTS = (2, 4, 10)
_LEAST = 3


class FewerTrees:
    """Cut an ensemble down, alone or at the end of a pipeline."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer a half, a quarter and a tenth of the trees."""
        if form.kind != "sklearn" or type(_last(form.model)).__name__ not in _TREES:
            return ()
        count = len(getattr(_last(form.model), _TREES[type(_last(form.model)).__name__]))
        kept = [count // part for part in _PARTS if count // part >= _LEAST]
        return tuple(
            Offer(params={"trees": trees}, cost_cpu_s=0.05, times=0.8 * count / trees, reach="network") for trees in kept
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Keep the first trees."""
        trees = int(offer.params["trees"])
        last = copy.copy(_last(form.model))
        name = _TREES[type(last).__name__]
        setattr(last, name, getattr(last, name)[:trees])
        for count in ("n_estimators", "n_estimators_", "max_iter"):
            if isinstance(vars(last).get(count), int):
                setattr(last, count, trees)
        settings = {"made_by": "fewer_trees", **carried(form), **_method(form)}
        return Form(kind="sklearn", model=_with_last(form.model, last), answers=form.answers, settings=settings)


def _last(estimator: Any) -> Any:
    steps = getattr(estimator, "steps", None)
    return steps[-1][1] if type(estimator).__name__ == "Pipeline" and steps else estimator


def _with_last(estimator: Any, last: Any) -> Any:
    if _last(estimator) is estimator:
        return last
    whole = copy.copy(estimator)
    whole.steps = [*estimator.steps[:-1], (estimator.steps[-1][0], last)]
    return whole


def _method(form: Form) -> dict[str, Any]:
    return {"method": form.settings["method"]} if "method" in form.settings else {}
