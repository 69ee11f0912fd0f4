"""Metrics of values: of a regression's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vatio.optimise.model.metrics._metric import Metric, always
from vatio.plugins import require


def _mean_of(part: Callable[[Any, Any, Any], Any]) -> Metric:
    """Make a metric that is less the larger the mean of a part is; NaN where the part is not defined for an answer."""

    def function(y: Any, scores: Any) -> Any:
        numpy = require("numpy", extra="optimise")
        with numpy.errstate(invalid="ignore", divide="ignore"):
            return -part(numpy, y, scores)

    return Metric("values", "mean", always(function))


def _root_of(part: Callable[[Any, Any, Any], Any]) -> Metric:
    def function(y: Any, scores: Any) -> Any:
        numpy = require("numpy", extra="optimise")
        with numpy.errstate(invalid="ignore"):
            lost = part(numpy, y, scores)
        return lambda weights: -numpy.sqrt(weights @ lost / weights.sum(axis=1))

    return Metric("values", "weighted", always(function))


def _explained(y: Any, scores: Any) -> Any:
    """Give the part of the variance that answers explain, whatever their mean error."""
    error = y - scores
    return lambda weights: 1.0 - _spread(weights, error) / _spread(weights, y)


def _r2(y: Any, scores: Any) -> Any:
    lost = (y - scores) ** 2
    return lambda weights: 1.0 - (weights @ lost / weights.sum(axis=1)) / _spread(weights, y)


def _spread(weights: Any, values: Any) -> Any:
    """Give the variance for each row of weights; NaN where the values do not vary."""
    numpy = require("numpy", extra="optimise")
    middle = values.mean()
    # Around their middle first, so that large values far from 0 lose no digits.
    away, whole = values - middle, weights.sum(axis=1)
    found = weights @ away**2 / whole - (weights @ away / whole) ** 2
    return numpy.where(found > 0.0, found, numpy.nan)


def _median_error(y: Any, scores: Any) -> float:
    numpy = require("numpy", extra="optimise")
    return -float(numpy.median(abs(y - scores)))


def _beside_median(y: Any, scores: Any) -> float:
    numpy = require("numpy", extra="optimise")
    whole = float(abs(y - numpy.median(y)).sum())
    return 1.0 - float(abs(y - scores).sum()) / whole if whole else float("nan")


def _squared(numpy: Any, y: Any, scores: Any) -> Any:
    return (y - scores) ** 2


def _squared_log(numpy: Any, y: Any, scores: Any) -> Any:
    return (numpy.log1p(y) - numpy.log1p(scores)) ** 2


def _poisson(numpy: Any, y: Any, scores: Any) -> Any:
    # 0 x log 0 is 0; answers of 0 and below have no likelihood.
    told = numpy.where(scores > 0.0, scores, numpy.nan)
    return 2.0 * (numpy.where(y > 0.0, y * numpy.log(numpy.where(y > 0.0, y, 1.0) / told), 0.0 * told) - y + told)


def _gamma(numpy: Any, y: Any, scores: Any) -> Any:
    told = numpy.where(scores > 0.0, scores, numpy.nan)
    return 2.0 * (numpy.log(told / y) + y / told - 1.0)


VALUES: Mapping[str, Metric] = {
    "r2": Metric("values", "weighted", always(_r2)),
    "explained_variance": Metric("values", "weighted", always(_explained)),
    "neg_mean_squared_error": _mean_of(_squared),
    "neg_root_mean_squared_error": _root_of(_squared),
    "neg_mean_absolute_error": _mean_of(lambda numpy, y, scores: abs(y - scores)),
    "neg_mean_absolute_percentage_error": _mean_of(
        lambda numpy, y, scores: abs(y - scores) / abs(y).clip(numpy.finfo(float).eps)
    ),
    "neg_mean_squared_log_error": _mean_of(_squared_log),
    "neg_root_mean_squared_log_error": _root_of(_squared_log),
    "neg_mean_poisson_deviance": _mean_of(_poisson),
    "neg_mean_gamma_deviance": _mean_of(_gamma),
    "neg_median_absolute_error": Metric("values", "whole", always(_median_error)),
    "neg_max_error": Metric("values", "whole", always(lambda y, scores: -float(abs(y - scores).max()))),
    "d2_absolute_error_score": Metric("values", "whole", always(_beside_median)),
}
