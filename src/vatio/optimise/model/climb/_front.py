"""Put together what a search has found: points with their certificates, and why the rest is not among them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vatio.optimise.model._request import ModelRequest
from vatio.optimise.model.climb._choice import unpaid
from vatio.optimise.model.judging import Certificate, certify
from vatio.optimise.model.reading import Found
from vatio.optimise.model.trials import Cost, Measured, Node
from vatio.optimise.search import Budget
from vatio.records import FrontPoint, Interval, Quantity, Rejected, total

_PER = 1000.0


def points_of(
    request: ModelRequest,
    nodes: Sequence[Node],
    *,
    measured: Mapping[str, Measured],
    certificates: Mapping[str, Certificate],
    qualities: Mapping[str, Interval],
    j_per_cpu_s: Quantity,
    search_cpu_s: float,
) -> list[FrontPoint]:
    """Give a point for each trial and batch; ``nodes`` begin with the baseline, which has no certificate.

    ``j_per_cpu_s`` are joules of a CPU-second, as far as they are known; ``search_cpu_s`` is what has to be repaid.
    """
    found = []
    for node in nodes:
        own = measured[node.key]
        for batch, cost in own.costs.items():
            certificate = certificates.get(node.key)
            point = FrontPoint(
                id=f"{node.key}-b{batch}",
                chain=tuple(step.text for step in node.chain),
                batch=batch,
                cpu_s_per_1000=_quantity(cost.cpu_s_per_1000),
                energy_per_1000_j=_joules(cost, j_per_cpu_s),
                times=cost.times,
                quality={request.quality: qualities[node.key]},
                change=None if certificate is None else certificate.change,
                certified=certificate is not None and certificate.is_certified,
                artefact=f"points/{node.key}" if node.chain else None,
                recipe=f"points/{node.key}/recipe.json" if node.chain else None,
                size_bytes=node.size_bytes,
                latency_s=own.latency_s[batch],
                payback_calls=_payback(cost, measured[nodes[0].key].costs[batch], search_cpu_s) if node.chain else None,
                reason="" if certificate is None or certificate.is_certified else certificate.reason,
            )
            found.append(_held_to(point, request))
    return found


def _quantity(found: Interval) -> Quantity:
    low, high = (found.value if end is None else end for end in (found.low, found.high))
    return Quantity.around(found.value, low, high, provenance="measured", source="CPU time of the process")


def _joules(cost: Cost, j_per_cpu_s: Quantity) -> Quantity:
    """Give the joules of 1 000 answers: as counted, else what its CPU-seconds are modelled to draw."""
    if cost.energy_per_1000_j is not None:
        return replace(_quantity(cost.energy_per_1000_j), source="the machine's energy counters")
    if j_per_cpu_s.value is None:
        return Quantity.absent("energy", source="no joules are known on this machine")
    cpu = _quantity(cost.cpu_s_per_1000)
    high = None if j_per_cpu_s.high is None or cpu.high is None else cpu.high * j_per_cpu_s.high
    source = "CPU-seconds x joules of a CPU-second as the trials' runs have them"
    value, low = (cpu.value or 0.0) * j_per_cpu_s.value, (cpu.low or 0.0) * (j_per_cpu_s.low or 0.0)
    return Quantity(value=value, low=low, high=high, provenance="modelled", source=source, missing=j_per_cpu_s.missing)


def _payback(cost: Cost, base: Cost, search_cpu_s: float) -> int | None:
    """Give after how many answers the search is repaid.

    ``None`` where the point is no cheaper.
    """
    saved = (base.cpu_s_per_1000.value - cost.cpu_s_per_1000.value) / _PER
    return math.ceil(search_cpu_s / saved) if saved > 0.0 else None


def _held_to(point: FrontPoint, request: ModelRequest) -> FrontPoint:
    """Take the certificate away from a point that is no cheaper for sure, too slow or too large, and say so."""
    if not point.chain or not point.certified:
        return point
    reasons = []
    if point.times.low is None or point.times.low <= 1.0:
        reasons.append(f"not cheaper for sure at batch {point.batch}: {point.times.value:.3g} times")
    late_s = point.latency_s.get("p99", 0.0)
    if request.max_latency_s is not None and late_s > request.max_latency_s:
        reasons.append(f"the 99th percentile of a call is {late_s * _PER:.3g} ms")
    if request.max_size_bytes is not None and (point.size_bytes or 0) > request.max_size_bytes:
        reasons.append(f"its files take {(point.size_bytes or 0) / 1e6:.3g} MB")
    return replace(point, certified=False, reason="; ".join(reasons)) if reasons else point


def chosen_of(points: Sequence[FrontPoint]) -> dict[str, str]:
    """Name for each batch the cheapest certified point; none where nothing is certified: keep what you have."""
    found: dict[str, FrontPoint] = {}
    for point in points:
        best = found.get(str(point.batch))
        if point.chain and point.certified and (best is None or point.times.value > best.times.value):
            found[str(point.batch)] = point
    return {batch: point.id for batch, point in found.items()}


def rejected_of(
    nodes: Sequence[Node], opened: Sequence[Node], tried: set[str], *, request: ModelRequest, ended_by: str = "gain"
) -> list[Rejected]:
    """Say of every other chain why it is on no front."""
    baseline, held = nodes[0], {node.key for node in opened}
    found = []
    for node in nodes[1:]:
        if node.key in held:
            continue
        chain = tuple(step.text for step in node.chain)
        if node.status != "tried":
            found.append(Rejected(chain=chain, reason=node.reason, status=node.status))
            continue
        for batch, cost in node.costs.items():
            found.append(
                Rejected(
                    chain=chain,
                    reason=_why_not(node, baseline, cost, request),
                    status=node.status,
                    batch=batch,
                    cpu_s_per_1000=_quantity(cost.cpu_s_per_1000),
                    quality=node.quality,
                )
            )
    for node in nodes:
        found += [
            Rejected(chain=(*[step.text for step in node.chain], name), reason=reason, status=reason.partition(":")[0])
            for name, reason in node.refusals.items()
            if not node.chain
        ]
    return found + [Rejected(chain=chain, reason=_NOT_TRIED[ended_by], status="not tried") for chain in unpaid(nodes, tried)]


def _why_not(node: Node, baseline: Node, cost: Cost, request: ModelRequest) -> str:
    times, lost = cost.times.value, (baseline.quality or 0.0) - (node.quality or 0.0)
    if times <= 1.0:
        return f"dearer: {1.0 / times:.3g} times the cost"
    if request.max_size_bytes is not None and (node.size_bytes or 0) > request.max_size_bytes:
        return f"its files take {(node.size_bytes or 0) / 1e6:.3g} MB; {times:.3g} times cheaper"
    if lost > request.max_loss:
        return f"it loses {lost:.3g} where it was selected and {request.max_loss:.3g} is allowed; {times:.3g} times cheaper"
    if lost > 0.0:
        return f"another was cheaper or surer; {times:.3g} times cheaper, {lost:.3g} lost where it was selected"
    return f"another was cheaper; {times:.3g} times cheaper"


def certificates_of(
    request: ModelRequest, found: Found, nodes: Sequence[Node], measured: Mapping[str, Measured]
) -> dict[str, Certificate]:
    """Certify all that was opened, together (Holm)."""
    cases, base = found.parted.certify, measured[nodes[0].key].scores
    opened = {node.key: measured[node.key].scores for node in nodes[1:]}
    if not opened:
        return {}
    known = {node.key: measured[node.key].agreement for node in nodes[1:]}
    agreements = {key: agreed for key, agreed in known.items() if agreed is not None}
    return certify(
        cases.y,
        base,
        opened,
        agreements=agreements,
        quality=found.quality,
        max_loss=request.max_loss,
        confidence=request.confidence,
        max_class_loss=request.max_class_loss,
    )


def joules_of_cpu_s(energies_j: Sequence[Quantity], cpu_s: float) -> Quantity:
    """Give the joules of a CPU-second over all trials, as far as they are known."""
    whole = total(energies_j)
    if whole.value is None or cpu_s <= 0.0:
        return Quantity.absent("energy")
    return replace(
        whole,
        value=whole.value / cpu_s,
        low=(whole.low or 0.0) / cpu_s,
        high=None if whole.high is None else whole.high / cpu_s,
    )


def notes_of(points: Sequence[FrontPoint], chosen: Mapping[str, str], ended_by: str, budget: Budget) -> tuple[str, ...]:
    """Say why the search ended, and for each batch without a choice why what there is should be kept."""
    notes = [_ENDED[ended_by].format(budget=budget.text)]
    for batch in sorted({point.batch for point in points}):
        own = [point for point in points if point.batch == batch and point.chain]
        if str(batch) in chosen:
            continue
        best = max(own, key=lambda point: point.times.value, default=None)
        why = (
            "nothing was cheaper at a quality and a size that may do"
            if best is None
            else f"{' > '.join(best.chain)}: {best.reason}"
        )
        notes.append(f"batch {batch}: keep what you have; {why}")
    return tuple(notes)


_NOT_TRIED = {
    "gain": "not tried: it did not promise to repay what trying it costs",
    "budget": "not tried: it did not promise to repay what trying it costs, or there was no budget left for it",
}
_ENDED = {
    "gain": "the search ended: nothing left promised to repay what trying it costs",
    "budget": "the search ended: {budget} are spent, or would be by what was left to try",
}
