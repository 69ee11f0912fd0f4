"""Judge what was measured: cost first, quality beside it, and never a pass where the machine is too noisy to see."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.analysis import GateRule, Judgement, judge, looks_for
from vatio.govern.gate._bench import Noise
from vatio.govern.gate._request import GateRequest
from vatio.measure import PairedCosts

_MOST_PAIRS_TOLD = 100_000


def rule_of(request: GateRequest) -> GateRule:
    """Give the rule of a request."""
    return GateRule(
        allowed_ratio=request.max_regression_ratio, resolution_ratio=request.resolution_ratio, looks=looks_for(request.pairs)
    )
