"""Name every metric that is known, by its scikit-learn scorer's name."""

from __future__ import annotations

from collections.abc import Mapping

from vatio.optimise.model.metrics._by_case import BY_CASE
from vatio.optimise.model.metrics._metric import Metric
from vatio.optimise.model.metrics._ranks import RANKS
from vatio.optimise.model.metrics._tables import TABLES
from vatio.optimise.model.metrics._values import VALUES

METRICS: Mapping[str, Metric] = {**BY_CASE, **TABLES, **RANKS, **VALUES}
