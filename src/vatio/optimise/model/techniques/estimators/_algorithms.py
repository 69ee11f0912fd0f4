"""Name lighter algorithms and fit them: what a tournament sends in."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._task import Task
from vatio.plugins import require

_MOST_COLUMNS = 64  # beyond it, what compares all columns with one another works on their principal components
_COMPONENTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """Hold how to make an estimator for a task; the guesses are those of an ``Offer``, for a thousand cases to fit."""

    make: Callable[[Task], list[Any]]
    cost_cpu_s: float
    times: float
    is_for: tuple[str, ...] = ("classes", "values")


def fitted(name: str, task: Task) -> Any:
    """Fit an algorithm to the fit cases, in its pipeline.

    Raises:
        NotApplicable: it cannot learn from these cases, with its reason.
    """
    pipeline = require("sklearn.pipeline", extra="optimise")
    x, y = task.fit.x, task.fit.y
    steps = [*_columns(task), *ALGORITHMS[name].make(task)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return (pipeline.make_pipeline(*steps) if len(steps) > 1 else steps[0]).fit(x, y)
    except (ValueError, ArithmeticError, TypeError, RuntimeError) as error:
        raise NotApplicable(f"it cannot learn from these cases: {first_line(error)}") from error


def _columns(task: Task) -> list[Any]:
    """Make numbers of columns of text and fill gaps, where there are any."""
    numpy = require("numpy", extra="optimise")
    x = task.fit.x
    impute, compose = require("sklearn.impute", extra="optimise"), require("sklearn.compose", extra="optimise")
    encode = require("sklearn.preprocessing", extra="optimise").OneHotEncoder
    if x.dtype != object:
        has_gaps = x.dtype.kind == "f" and numpy.isnan(x).any()
        return [impute.SimpleImputer()] if has_gaps else []
    is_text = [any(isinstance(value, str) for value in x[:, at]) for at in range(x.shape[1])]
    texts = [at for at, text in enumerate(is_text) if text]
    numbers = [at for at, text in enumerate(is_text) if not text]
    parts: list[Any] = [("texts", encode(handle_unknown="ignore", sparse_output=False, max_categories=50), texts)]
    if numbers:
        has_gaps = numpy.isnan(x[:, numbers].astype(float)).any()
        parts.append(("numbers", impute.SimpleImputer() if has_gaps else "passthrough", numbers))
    return [compose.ColumnTransformer(parts)]


def _of(module: str, names: Mapping[str, str], **told: Any) -> Callable[[Task], list[Any]]:
    """Make what takes the class for classes or for values from a module of scikit-learn."""

    def make(task: Task) -> list[Any]:
        name = names["classes" if task.is_classes else "values"]
        kind = getattr(require(f"sklearn.{module}", extra="optimise"), name)
        seeded = {"random_state": task.seed} if "random_state" in kind().get_params() else {}
        return [kind(**told, **seeded)]

    return make


def _scaled(make: Callable[[Task], list[Any]], *, projects: bool = False) -> Callable[[Task], list[Any]]:
    def scaled(task: Task) -> list[Any]:
        scaler = require("sklearn.preprocessing", extra="optimise").StandardScaler()
        many = projects and task.fit.x.dtype != object and task.fit.x.shape[1] > _MOST_COLUMNS
        if not many:
            return [scaler, *make(task)]
        components = min(_COMPONENTS, len(task.fit))
        return [require("sklearn.decomposition", extra="optimise").PCA(components, random_state=task.seed), scaler, *make(task)]

    return scaled


def _both(stem: str, first: str = "Classifier", second: str = "Regressor") -> dict[str, str]:
    return {"classes": stem + first, "values": stem + second}


_LINEAR = {"classes": "LogisticRegression", "values": "Ridge"}
ALGORITHMS: Mapping[str, Algorithm] = {
    "majority": Algorithm(make=_of("dummy", _both("Dummy")), cost_cpu_s=0.01, times=500.0),
    "rule": Algorithm(make=_of("tree", _both("DecisionTree"), max_depth=3), cost_cpu_s=0.02, times=300.0),
    "naive-bayes": Algorithm(
        make=_of("naive_bayes", {"classes": "GaussianNB"}), cost_cpu_s=0.02, times=5.0, is_for=("classes",)
    ),
    "linear": Algorithm(make=_scaled(_of("linear_model", _LINEAR)), cost_cpu_s=0.3, times=10.0),
    "tree": Algorithm(make=_of("tree", _both("DecisionTree"), min_samples_leaf=3), cost_cpu_s=0.05, times=10.0),
    "svm": Algorithm(
        make=_scaled(_of("svm", {"classes": "SVC", "values": "SVR"}, C=10.0), projects=True), cost_cpu_s=0.5, times=5.0
    ),
    "network": Algorithm(
        make=_scaled(_of("neural_network", _both("MLP"), hidden_layer_sizes=(64,), max_iter=100), projects=True),
        cost_cpu_s=3.0,
        times=5.0,
    ),
    "forest": Algorithm(make=_of("ensemble", _both("RandomForest"), n_estimators=50), cost_cpu_s=0.5, times=1.5),
    "boosting": Algorithm(
        make=_of("ensemble", _both("HistGradientBoosting"), max_iter=50, max_leaf_nodes=15), cost_cpu_s=1.5, times=1.5
    ),
}
