"""Decide what to try next, and what the search comes down to at its end. Pure: nodes in, names out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from vatio.optimise.model._chain import Chain, chain_key, chain_text
from vatio.optimise.model.trials import Node, Offered

# What a trial costs beside its technique: its process, its run, asking the selecting cases, measuring.
TRIAL_CPU_S = 0.5
# A technique that has shown itself is expected to do on another form what it did before, not more.
_LEAST_TIMES = 1.02
# What is built on a form that will probably not be certified is seldom certified itself.
_UNLIKELY = 0.2


class Next(NamedTuple):
    """Hold what could be tried next: the form to start from, the offer, what it is expected to cost and to save.

    ``cost_cpu_s`` and ``saved_ratio`` (a share of the baseline's cost, averaged over the batches) are guesses.
    """

    parent: Node
    offered: Offered
    cost_cpu_s: float
    saved_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """Hold what a saving is worth and what may be lost for it.

    ``whole_cpu_s`` are the baseline's CPU-seconds over all calls that are expected, infinite if unknown. ``lows`` is, by
    key, the lower bound to be expected of each trial's change on the certifying cases; ``spread`` is how far quality on the
    selecting cases may mislead. ``most_bytes`` is what the files may take.
    """

    whole_cpu_s: float
    max_loss: float
    spread: float = 0.0
    lows: Mapping[str, float] = field(default_factory=dict)
    most_bytes: float = math.inf

    def is_likely(self, node: Node) -> bool:
        """Tell whether a trial will probably be certified and is small enough: the baseline and what only rounds will."""
        is_small = (node.size_bytes or 0) <= self.most_bytes
        return not node.chain or (is_small and self.lows.get(node.key, -math.inf) >= -self.max_loss)


def nexts(nodes: Sequence[Node], tried: set[str], *, stakes: Stakes) -> list[Next]:
    """Give what could be tried, the most promising for its cost first; what cannot repay itself is left out."""
    baseline = nodes[0]
    alive = {node.key for node in nodes if node.status == "tried" and _is_worth_extending(node, nodes, stakes)}
    learned = _learned(nodes)
    made = {_same_steps(node.chain) for node in nodes}
    pace = _pace(nodes)
    best = {batch: times(best_of(nodes, batch, stakes), batch) for batch in baseline.costs}
    found = []
    for node in nodes:
        for offered in node.offers:
            # Another algorithm starts from the cases: it comes out the same from whatever form, so the first one offers it.
            if node.chain if offered.offer.reach == "algorithm" else node.key not in alive:
                continue
            chain = (*node.chain, offered.step)
            expected = learned.get(_kind_of(offered), offered.offer.times)
            if chain_key(chain) in tried or _same_steps(chain) in made or expected < _LEAST_TIMES:
                continue
            ahead = {batch: _ahead(node, nodes, batch, offered) * expected for batch in baseline.costs}
            # Against the form before too: what will not be certified is no saving, and neither is a step that saves nothing.
            least = {batch: max(best[batch], times(node, batch)) for batch in ahead}
            saves = sum(max(0.0, 1.0 / least[batch] - 1.0 / ahead[batch]) for batch in ahead) / len(ahead)
            saves *= 1.0 if stakes.is_likely(node) else _UNLIKELY
            cost = TRIAL_CPU_S + offered.offer.cost_cpu_s * pace.get(offered.technique, 1.0)
            found.append(Next(node, offered, cost, saves))
    worth = [each for each in found if each.saved_ratio > 0.0 and each.saved_ratio * stakes.whole_cpu_s > each.cost_cpu_s]
    # Cheap ones first, as long as they promise something; what promises ten times as much may cost ten times as much.
    return sorted(worth, key=lambda each: (each.cost_cpu_s / each.saved_ratio, each.parent.key))


def unpaid(nodes: Sequence[Node], tried: set[str]) -> list[tuple[str, ...]]:
    """Give the chains that were offered and not tried."""
    found: dict[tuple[str, ...], None] = {}
    for node in nodes:
        for offered in node.offers:
            if node.chain and offered.offer.reach == "algorithm":
                continue
            chain = (*node.chain, offered.step)
            if chain_key(chain) not in tried:
                found[tuple(step.text for step in chain)] = None
    return list(found)


def times(node: Node, batch: int) -> float:
    """Give how many times cheaper than the baseline a trial answers."""
    return node.costs[batch].times.value if batch in node.costs and node.status == "tried" else 0.0


def best_of(nodes: Sequence[Node], batch: int, stakes: Stakes) -> Node:
    """Give the cheapest trial that will probably be certified; the baseline where there is none."""
    return max((node for node in nodes if stakes.is_likely(node)), key=lambda node: times(node, batch))


def _keeps(node: Node, baseline: Node, stakes: Stakes) -> bool:
    """Tell whether a trial's quality may do, as far as the selecting cases can tell."""
    if node.status != "tried" or node.quality is None or baseline.quality is None:
        return False
    return node.quality >= baseline.quality - stakes.max_loss - stakes.spread


def _is_worth_extending(node: Node, nodes: Sequence[Node], stakes: Stakes) -> bool:
    """Tell whether nothing of the same kind is cheaper at every batch and no worse: then that is extended instead."""
    if not _keeps(node, nodes[0], stakes):
        return False
    return not any(_beats(other, node) for other in nodes if other.kind == node.kind and other is not node)


def _beats(other: Node, node: Node) -> bool:
    if other.status != "tried" or other.quality is None or node.quality is None or other.quality < node.quality:
        return False
    if other.reach == "algorithm" and node.reach != "algorithm":
        return False  # another algorithm answers another question: whether this network is needed at all
    pairs = [(times(other, batch), times(node, batch)) for batch in node.costs]
    return all(a >= b for a, b in pairs) and any(a > b * _LEAST_TIMES for a, b in pairs)


def _same_steps(chain: Chain) -> tuple[str, ...]:
    """Give the steps of a chain in no order: what was tried in one order is not tried in another."""
    return tuple(sorted(chain_text((step,)) for step in chain))


def _kind_of(offered: Offered) -> tuple[str, str]:
    return offered.technique, chain_text((offered.step,))


def _learned(nodes: Sequence[Node]) -> dict[tuple[str, str], float]:
    """Give how many times cheaper each step has made a form, on average where it was seen."""
    by_key = {node.key: node for node in nodes}
    seen: dict[tuple[str, str], list[float]] = {}
    for node in nodes:
        if not node.chain:
            continue
        parent = by_key.get(replace(node, chain=node.chain[:-1]).key)
        if node.status != "tried" or parent is None:
            continue
        logs = [math.log(times(node, batch) / times(parent, batch)) for batch in node.costs if times(parent, batch)]
        step = node.chain[-1]
        seen.setdefault((step.technique, chain_text((step,))), []).append(max(logs, default=0.0))
    return {kind: math.exp(sum(logs) / len(logs)) for kind, logs in seen.items()}


def _pace(nodes: Sequence[Node]) -> dict[str, float]:
    """Give by how much each technique has cost more than it said."""
    by_key = {node.key: node for node in nodes}
    used: dict[str, float] = {}
    said: dict[str, float] = {}
    for node in nodes:
        parent = by_key.get(replace(node, chain=node.chain[:-1]).key) if node.chain else None
        offer = next((each.offer for each in parent.offers if each.step == node.chain[-1]), None) if parent else None
        if offer is not None and node.build_cpu_s:
            name = node.chain[-1].technique
            used[name] = used.get(name, 0.0) + node.build_cpu_s + TRIAL_CPU_S
            # With what every trial costs: what a step of next to nothing costs beyond what it said must not weigh.
            said[name] = said.get(name, 0.0) + offer.cost_cpu_s + TRIAL_CPU_S
    return {name: (used[name] + TRIAL_CPU_S) / (said[name] + TRIAL_CPU_S) for name in used}


def _ahead(node: Node, nodes: Sequence[Node], batch: int, offered: Offered) -> float:
    """Give how cheap the form before is: itself; where the network itself changes, the best that it has led to."""
    own = times(node, batch)
    if offered.offer.reach == "format":
        return own
    after = [
        times(other, batch) for other in nodes if other.chain[: len(node.chain)] == node.chain and other.reach == node.reach
    ]
    return max([own, *after])


def to_certify(nodes: Sequence[Node], *, stakes: Stakes, batches: Sequence[int], most: int = 3) -> list[Node]:
    """Choose the trials that are opened to the certifying cases: for each batch the cheapest that are likely to hold.

    Few are chosen, since each one makes it harder for the others (Holm).
    """
    baseline, lows = nodes[0], stakes.lows
    chosen: dict[str, Node] = {}
    for batch in batches:
        small = [node for node in nodes[1:] if (node.size_bytes or 0) <= stakes.most_bytes]
        fit = [node for node in small if _keeps(node, baseline, stakes) and times(node, batch) > 1.0]
        ranked = sorted(fit, key=lambda node: -times(node, batch))
        likely = [node for node in ranked if stakes.is_likely(node)]
        safe = max(ranked, key=lambda node: lows.get(node.key, -math.inf), default=None)
        exact = next((node for node in ranked if node.is_exact), None)
        picked = [*_frontier(likely, lows, most), *(node for node in (exact, safe) if node is not None)]
        chosen.update({node.key: node for node in picked})
    return list(chosen.values())


def _frontier(ranked: Sequence[Node], lows: Mapping[str, float], most: int) -> list[Node]:
    """Give the cheapest, then those that are dearer and surer than all before."""
    kept: list[Node] = []
    for node in ranked:
        if not kept or lows[node.key] > max(lows[other.key] for other in kept):
            kept.append(node)
    return kept[:most]
