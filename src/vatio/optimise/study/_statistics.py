"""Test whether a level changes the cost, and by how much: Shapiro-Wilk, Kruskal-Wallis with its effect size, Spearman."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vatio.analysis import shapiro_wilk
from vatio.plugins import require

_FEWEST = 3


class LevelTest(NamedTuple):
    """Hold what the tests say of one algorithm and axis.

    ``normal_p`` is Shapiro-Wilk's p of the costs' residuals, ``kruskal_p`` that of no difference between levels,
    ``eta_squared`` the share of the ranks' variance that the level explains, ``spearman`` the correlation of level and cost.
    """

    normal_p: float | None
    kruskal_p: float | None
    eta_squared: float | None
    spearman: float | None


def level_test(groups: Sequence[tuple[float, Sequence[float]]]) -> LevelTest:
    """Test groups of costs, one a level. What too few values cannot say is ``None``."""
    known = [(level, list(costs)) for level, costs in groups if costs]
    values = [cost for _, costs in known for cost in costs]
    residuals = [cost - sum(costs) / len(costs) for _, costs in known for cost in costs if len(costs) > 1]
    normal = None
    if len(residuals) >= _FEWEST and len(set(residuals)) > 1 and len(residuals) <= 5000:
        normal = shapiro_wilk(residuals)[1]
    if len(known) < 2 or len(set(values)) < 2:
        return LevelTest(normal, None, None, None)
    stats = require("scipy.stats", extra="optimise")
    levels = [level for level, costs in known for _ in costs]
    spearman = float(stats.spearmanr(levels, values).statistic)
    if len(values) <= len(known):
        return LevelTest(normal, None, None, spearman)
    statistic, p = stats.kruskal(*(costs for _, costs in known))
    # Tomczak and Tomczak 2014: (H - k + 1) / (n - k).
    eta = max(0.0, (float(statistic) - len(known) + 1.0) / (len(values) - len(known)))
    return LevelTest(normal, float(p), eta, spearman)
