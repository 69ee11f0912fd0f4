"""One trial of the search: a chain of techniques, what became of it, and what it could be carried on with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vatio.files import write_whole
from vatio.optimise.model._chain import Chain, Step, chain_key, chain_text
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.trials._cost import Cost
from vatio.records import Interval

TRIAL_FILE, FORM_FOLDER, SCORES_FILE = "trial.json", "form", "select.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Hold an offer with the technique that makes it."""

    technique: str
    offer: Offer

    @property
    def step(self) -> Step:
        """Give the step that taking it adds to a chain."""
        return Step(technique=self.technique, params=self.offer.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Hold a trial that has ended.

    ``status`` is tried where it answers and was measured; not applicable, not available, failed or stopped (by the budget),
    with the ``reason``, where not. ``quality`` is on the selecting cases; ``costs`` by batch; ``is_exact`` where every step
    only rounds; ``build_cpu_s`` is what its last step cost, ``cost`` what the whole trial cost in the budget's unit;
    ``offers`` are what could be done next, ``refusals`` why a technique could not (``NAME: reason``). ``imported`` are heavy
    modules that it had to import.
    """

    chain: Chain = ()
    status: str = "tried"
    reason: str = ""
    kind: str = ""
    answers: str = "probabilities"
    settings: Mapping[str, Any] = field(default_factory=dict)
    quality: float | None = None
    costs: Mapping[int, Cost] = field(default_factory=dict)
    size_bytes: int | None = None
    is_exact: bool = True
    reach: str = "format"
    build_cpu_s: float = 0.0
    cost: float = 0.0
    offers: tuple[Offered, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)
    imported: tuple[str, ...] = ()
    run: str | None = None

    @property
    def key(self) -> str:
        """Name its folder."""
        return chain_key(self.chain)

    @property
    def text(self) -> str:
        """Write its chain."""
        return chain_text(self.chain)

    def cost_of(self, batch: int) -> float:
        """Give CPU-seconds (joules where they were counted) of 1 000 answers."""
        found = self.costs[batch]
        return (found.energy_per_1000_j or found.cpu_s_per_1000).value


def write_node(node: Node, folder: Path) -> None:
    """Keep a trial in its folder: whole, or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(str(folder / TRIAL_FILE), json.dumps(asdict(node), allow_nan=False).encode())


def read_node(folder: Path) -> Node | None:
    """Read a trial back; ``None`` where the folder has none that is whole."""
    try:
        found = json.loads((folder / TRIAL_FILE).read_bytes())
        steps = tuple(Step(**step) for step in found.pop("chain"))
        costs = {int(batch): cost_from(cost) for batch, cost in found.pop("costs").items()}
        offers = tuple(Offered(technique=each["technique"], offer=Offer(**each["offer"])) for each in found.pop("offers"))
        return Node(chain=steps, costs=costs, offers=offers, **{**found, "imported": tuple(found["imported"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def cost_from(found: Mapping[str, Any]) -> Cost:
    """Read a cost as it is kept."""
    energy = found["energy_per_1000_j"]
    return Cost(
        batch=found["batch"],
        cpu_s_per_1000=Interval(**found["cpu_s_per_1000"]),
        times=Interval(**found["times"]),
        energy_per_1000_j=None if energy is None else Interval(**energy),
        rounds=found["rounds"],
    )
