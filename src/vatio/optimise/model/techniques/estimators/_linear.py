"""Fold a linear model and the scaling before it into one table of weights."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.techniques._carried import carried
from vatio.optimise.model.techniques._same import same
from vatio.plugins import require

_LINEAR = frozenset(
    (
        *(
            "LinearRegression",
            "Ridge",
            "RidgeCV",
            "Lasso",
            "LassoCV",
            "ElasticNet",
            "ElasticNetCV",
            "LinearSVR",
            "SGDRegressor",
        ),
        *("HuberRegressor", "BayesianRidge", "RidgeClassifier", "RidgeClassifierCV", "LinearSVC", "Perceptron"),
        *(
            "LogisticRegression",
            "LogisticRegressionCV",
            "SGDClassifier",
            "LinearDiscriminantAnalysis",
            "PassiveAggressiveClassifier",
        ),
    )
)
_SCALERS = frozenset(("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "PCA", "TruncatedSVD"))


class Linear:
    """Turn a linear estimator, or a pipeline of scalers and projections that ends in one, into weights and a base."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it where every step is linear."""
        if form.kind != "sklearn" or type(_steps(form.model)[-1]).__name__ not in _LINEAR:
            return ()
        other = [type(step).__name__ for step in _steps(form.model)[:-1] if type(step).__name__ not in _SCALERS]
        if other:
            raise NotApplicable(f"{', '.join(other)} before it cannot be folded into weights")
        return (Offer(cost_cpu_s=0.05, times=20.0, is_exact=True),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Fold the steps and check the answers."""
        numpy = require("numpy", extra="optimise")
        *before, last = _steps(form.model)
        offset, turn = _before(before, last.n_features_in_ if not before else before[0].n_features_in_)
        weights = turn @ numpy.atleast_2d(last.coef_).T
        base = offset @ numpy.atleast_2d(last.coef_).T + numpy.ravel(last.intercept_)
        settings = {"made_by": "linear", **carried(form)}
        is_pair = form.answers != "values" and weights.shape[1] == 1
        if is_pair:
            settings["spread"] = "pair"
        if form.answers != "probabilities":
            return same(form, Form(kind="linear", model=(weights, base), answers=form.answers, settings=settings), task)
        return _linked(form, (weights, base), settings, task, ("logistic",) if is_pair else ("softmax", "logistic"))


def _linked(form: Form, model: Any, settings: dict[str, Any], task: Task, links: tuple[str, ...]) -> Form:
    """Find the link with which it answers as before."""
    reasons = []
    for link in links:
        linear = Form(kind="linear", model=model, answers=form.answers, settings={**settings, "link": link})
        try:
            return same(form, linear, task)
        except NotApplicable as error:
            reasons.append(str(error))
    raise NotApplicable(reasons[0])


def _steps(estimator: Any) -> list[Any]:
    if type(estimator).__name__ != "Pipeline":
        return [estimator]
    return [step for _, step in estimator.steps if step != "passthrough"] or [estimator]


def _before(steps: list[Any], features: int) -> tuple[Any, Any]:
    """Give what the steps make of zeros, and of each column's one: together they say all of what is linear."""
    numpy = require("numpy", extra="optimise")
    given = numpy.vstack([numpy.zeros((1, features)), numpy.eye(features)])
    for step in steps:
        if getattr(step, "clip", False):
            raise NotApplicable(f"{type(step).__name__} clips what it scales")
        given = step.transform(given)
    return given[0], given[1:] - given[0]
