"""Name what is done to a model: a technique with all that it is told is a step, steps after one another are a chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vatio.digest import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Name a technique and all that it was told."""

    technique: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Write it short.

        >>> Step(technique="prune", params={"ratio": 0.5}).text
        'prune ratio=0.5'
        """
        said = [f"{name}={value}" for name, value in self.params.items() if isinstance(value, (str, int, float, bool))]
        return " ".join([self.technique, *said])


Chain = tuple[Step, ...]


def chain_text(chain: Chain) -> str:
    """Write a chain as it is read: ``prune ratio=0.5 > openvino``."""
    return " > ".join(step.text for step in chain) or "the model as it is"


def chain_key(chain: Chain) -> str:
    """Name a chain's folder: the same chain has the same one."""
    said = json.dumps([[step.technique, dict(step.params)] for step in chain], sort_keys=True)
    return sha256(said.encode()).hexdigest()[:16] if chain else "baseline"
