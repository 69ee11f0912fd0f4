"""Fit Gaussian processes to what trials came to, and say what each other point may gain: numpy, no randomness.

Matern 5/2 kernel; the length scales and the roughness are not chosen but averaged over, by how well each draw explains
what was seen. Source: C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT Press 2006.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from vatio.plugins import require

# Frozen: how many draws of the settings there are, and how many of them, the likeliest, are averaged.
_DRAWS, _KEPT = 64, 16
_SCALE, _SCALE_SPREAD = 0.5, 0.8
_ROUGH_EXPONENTS = (-4.0, -0.4)
_JITTER, _LEAST_VARIANCE = 1e-8, 1e-10
# A point twice as dear must gain the square root of 2 more.
_COST_EXPONENT, _COST_RIDGE, _FEWEST_COSTS = 0.5, 0.1, 2


class Told(NamedTuple):
    """Hold where trials were (0 to 1 for each parameter), their losses, and their costs where told."""

    at: Sequence[tuple[float, ...]]
    losses: Sequence[float]
    costs: Sequence[float | None]


class Fitted(NamedTuple):
    """Hold settings: length scales, roughness and variance of each draw, and how much each counts."""

    scales: Any
    rough: Any
    variance: Any
    weights: Any


def gains(told: Told, under_way: Sequence[tuple[float, ...]], points: Sequence[tuple[float, ...]]) -> Any:
    """Give for each point how much better than the best so far it may be, over what it costs where costs were told.

    It is the expected improvement, weighed by the chance that there is any: far points that are merely unknown come later.
    Trials under way are taken to come to what is expected of them.
    """
    np = require("numpy", extra="optimise")
    x, free = np.asarray(told.at, dtype=float), np.asarray(points, dtype=float)
    z = _levelled(np, np.asarray(told.losses, dtype=float))
    fitted = _fit(np, x, z)
    targets = np.broadcast_to(z, (len(fitted.weights), len(z)))
    best = _foreseen(np, fitted, x, targets, x)[0].min(axis=1)[:, None]
    if under_way:
        running = np.asarray(under_way, dtype=float)
        targets = np.concatenate([targets, _foreseen(np, fitted, x, targets, running)[0]], axis=1)
        x = np.vstack([x, running])
    mean, variance = _foreseen(np, fitted, x, targets, free)
    # What is rough is no noise: a point keeps its own luck, which may be good.
    spread = np.sqrt(variance + (fitted.variance * fitted.rough)[:, None])
    expected = (fitted.weights[:, None] * _improvement(np, best - mean, spread)).sum(axis=0)
    return expected / _dearness(np, told, free)


def _levelled(np: Any, losses: Any) -> Any:
    """Stretch differences among good trials, which decide, and press those among bad ones together."""
    above = losses - losses.min()
    offset = max(float(np.quantile(above, 0.25)), 0.02 * float(above.max()))
    z = np.log(above + offset + 1e-12)
    spread = float(z.std())
    return (z - z.mean()) / (spread if spread > 1e-12 else 1.0)


@cache
def _settings(columns: int) -> tuple[Any, Any]:
    np = require("numpy", extra="optimise")
    draws = np.random.default_rng(0)
    scale = _SCALE * math.sqrt(columns / 3.0) if columns > 3 else _SCALE
    scales = np.exp(math.log(scale) + _SCALE_SPREAD * draws.standard_normal((_DRAWS, columns)))
    return scales, 10.0 ** draws.uniform(*_ROUGH_EXPONENTS, _DRAWS)


def _fit(np: Any, x: Any, z: Any) -> Fitted:
    """Weigh the draws by their evidence; the variance is integrated out under an inverse gamma prior (1, 1)."""
    scales, rough = _settings(x.shape[1])
    root = np.linalg.cholesky(_covariance(np, x, scales, rough))
    solved = np.linalg.solve(root, np.broadcast_to(z[:, None], (_DRAWS, len(z), 1)))[..., 0]
    shape, rate = 1.0 + len(z) / 2.0, 1.0 + (solved**2).sum(axis=1) / 2.0
    evidence = -np.log(np.einsum("mii->mi", root)).sum(axis=1) - shape * np.log(rate)
    kept = np.argsort(-evidence, kind="stable")[:_KEPT]
    weights = np.exp(evidence[kept] - evidence[kept[0]])
    return Fitted(scales[kept], rough[kept], (rate / shape)[kept], weights / weights.sum())


def _foreseen(np: Any, fitted: Fitted, x: Any, targets: Any, points: Any) -> tuple[Any, Any]:
    """Give the mean and the variance that each draw foresees at each point."""
    inverse = np.linalg.inv(np.linalg.cholesky(_covariance(np, x, fitted.scales, fitted.rough)))
    across = inverse @ _kernel(np, x, points, fitted.scales)
    mean = (across * (inverse @ targets[..., None])).sum(axis=1)
    left = fitted.variance[:, None] * (1.0 - (across**2).sum(axis=1))
    return mean, np.maximum(left, _LEAST_VARIANCE)


def _covariance(np: Any, x: Any, scales: Any, rough: Any) -> Any:
    return _kernel(np, x, x, scales) + (rough + _JITTER)[:, None, None] * np.eye(len(x))


def _kernel(np: Any, a: Any, b: Any, scales: Any) -> Any:
    apart = (a[:, None, :] - b[None, :, :]) ** 2
    root = np.sqrt(5.0 * np.einsum("abd,md->mab", apart, 1.0 / scales**2))
    return (1.0 + root + root**2 / 3.0) * np.exp(-root)


def _improvement(np: Any, ahead: Any, spread: Any) -> Any:
    """Give what a normal draw is expected to gain over the best, times the chance that it gains."""
    u = ahead / spread
    chance = _below(np, u)
    return spread * (u * chance + np.exp(-(u**2) / 2.0) / math.sqrt(2.0 * math.pi)) * chance


def _below(np: Any, u: Any) -> Any:
    """Give the normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8)."""
    size = np.abs(u)
    t = 1.0 / (1.0 + 0.2316419 * size)
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-(size**2) / 2.0) / math.sqrt(2.0 * math.pi) * poly
    return np.where(u > 0.0, 1.0 - tail, tail)


def _dearness(np: Any, told: Told, points: Any) -> Any:
    """Foresee what each point costs, by a line through the logarithms, to the power that costs count with."""
    known = [(at, math.log(cost)) for at, cost in zip(told.at, told.costs, strict=True) if cost is not None and cost > 0.0]
    if len(known) < _FEWEST_COSTS:
        return 1.0
    seen = np.array([(1.0, *at) for at, _ in known])
    slope = np.linalg.solve(seen.T @ seen + _COST_RIDGE * np.eye(seen.shape[1]), seen.T @ np.array([cost for _, cost in known]))
    return np.exp(_COST_EXPONENT * (np.c_[np.ones(len(points)), points] @ slope))
