"""Have treelite interpret the trees of a fitted estimator, in the estimator's own 64 bits."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.techniques._carried import as_laid_out, carried
from vatio.optimise.model.techniques._same import same
from vatio.optimise.model.techniques.estimators._ensemble import ensemble_of
from vatio.optimise.model.techniques.estimators._limits import at_limits
from vatio.plugins import require

_TREES = ("RandomForest", "ExtraTrees", "GradientBoosting", "HistGradientBoosting")


class Treelite:
    """Take a forest or boosting of scikit-learn over as it is, columns of categories included."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for an ensemble of trees."""
        name = type(form.model).__name__
        if form.kind != "sklearn" or name not in {f"{kind}{side}" for kind in _TREES for side in ("Classifier", "Regressor")}:
            return ()
        require("treelite", extra="optimise")
        return (Offer(cost_cpu_s=0.2, times=100.0, is_exact=True),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Take it over and check its answers."""
        trees = _imported(form.model)
        settings = {"made_by": "treelite", **carried(form)}
        # Forests and classic boosting compare numbers of 32 bits, histogram boosting those of 64 that it is given.
        if not type(form.model).__name__.startswith("Hist"):
            settings["rounds"] = True
        if "Boosting" in type(form.model).__name__ and len(getattr(form.model, "classes_", ())) == 2:
            settings["spread"] = "pair"
        converted = Form(kind="treelite", model=trees, answers=form.answers, settings=settings)
        ensemble = ensemble_of(form.model)
        probes = None if ensemble is None else at_limits(ensemble, as_laid_out(task, form), is_float32=ensemble.is_float32)
        return same(form, converted, task, probes=probes)


def _imported(estimator: Any) -> Any:
    treelite = require("treelite", extra="optimise")
    sklearn = require("treelite.sklearn", extra="optimise")
    try:
        return sklearn.import_model(estimator)
    except (treelite.TreeliteError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise NotApplicable(f"treelite cannot take it over: {first_line(error)}") from error
