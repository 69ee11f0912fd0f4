"""Add runs up so that a joule counts once: runs - overlap + unattributed = the host (CONTRACT.md 5)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vatio.account._claim import Claim, boot_of, claims_of, containers, counted_pieces, counted_ratio
from vatio.account._device import clusters, share_out
from vatio.records import Emissions, Quantity, RunRecord, Span, difference, scaled, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Hold what some runs come to.

    ``runs_j`` adds what each run claims, ``overlap_j`` is what more than one of them claimed, ``energy_j`` the one less the
    other: the total to show. ``host_j`` is what the devices drew while any of the runs lasted, ``unattributed_j`` the part
    of it that no run claims. ``kept_ratio`` tells for each run which part of its own joules is in ``energy_j``; grams,
    litres and euros are added in that proportion. ``nested`` runs lie within another one of the sum.
    """

    runs: int
    nested: int
    runs_j: Quantity
    overlap_j: Quantity
    energy_j: Quantity
    unattributed_j: Quantity
    host_j: Quantity
    cpu_s: float | None
    emissions_g: Emissions
    water_l: Quantity
    cost_eur: Quantity
    kept_ratio: Mapping[str, float]


def sum_runs(records: Iterable[RunRecord]) -> Sum:
    """Add runs, in whichever order they come; a run given twice counts once."""
    by_id = {record.id: record for record in records}
    runs = sorted(by_id.values(), key=lambda record: (record.start_monotonic_s, record.id))
    pieces = {record.id: counted_pieces(record, by_id) for record in runs}
    claims = [claim for record in runs for claim in claims_of(record, pieces[record.id])]
    kept, device_j = _share_out(claims)
    runs_j = total(claim.claimed_j for claim in claims)
    overlap_j = total(scaled(claim.claimed_j, 1.0 - kept[_key(claim)]) for claim in claims)
    energy_j = total(scaled(claim.claimed_j, kept[_key(claim)]) for claim in claims)
    host_j = total(device_j)
    own = _by_run(claims)
    ratio = {record.id: _kept_ratio(record, pieces[record.id], own[record.id], kept) for record in runs}
    return Sum(
        runs=len(runs),
        nested=sum(1 for record in runs if any(_same_boot(record, outer) for outer in containers(record, by_id))),
        runs_j=runs_j,
        overlap_j=overlap_j,
        energy_j=energy_j,
        unattributed_j=difference(host_j, energy_j),
        host_j=host_j,
        cpu_s=_cpu_s(runs, pieces),
        emissions_g=_emissions(runs, ratio),
        water_l=_added(runs, ratio, lambda record: record.water_l),
        cost_eur=_added(runs, ratio, lambda record: record.cost_eur),
        kept_ratio=ratio,
    )


def _share_out(claims: Sequence[Claim]) -> tuple[dict[tuple[str, str, str], float], list[Quantity]]:
    devices: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        devices[claim.boot, claim.device].append(claim)
    kept, device_j = {}, []
    for (boot, device), own in sorted(devices.items()):
        for cluster in clusters(own):
            shared = share_out(cluster)
            device_j.append(shared.device_j)
            kept.update({(boot, device, run): ratio for run, ratio in shared.kept.items()})
    return kept, device_j


def _by_run(claims: Sequence[Claim]) -> defaultdict[str, list[Claim]]:
    found: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.run].append(claim)
    return found


def _key(claim: Claim) -> tuple[str, str, str]:
    return claim.boot, claim.device, claim.run


def _same_boot(record: RunRecord, outer: RunRecord) -> bool:
    return boot_of(record) == boot_of(outer)


def _kept_ratio(
    record: RunRecord, pieces: Sequence[Span], own: Sequence[Claim], kept: Mapping[tuple[str, str, str], float]
) -> float:
    """Give the part of a run that is in the sum: its time without containers, less what others claimed too."""
    claimed_j = math.fsum(claim.claimed_j.value or 0.0 for claim in own)
    counting = counted_ratio(record, pieces)
    if claimed_j <= 0.0:
        return counting
    return counting * min(1.0, math.fsum((claim.claimed_j.value or 0.0) * kept[_key(claim)] for claim in own) / claimed_j)


def _cpu_s(runs: Sequence[RunRecord], pieces: Mapping[str, Sequence[Span]]) -> float | None:
    known = [record.cpu_s * counted_ratio(record, pieces[record.id]) for record in runs if record.cpu_s is not None]
    return math.fsum(known) if known else None


def _emissions(runs: Sequence[RunRecord], ratio: Mapping[str, float]) -> Emissions:
    return Emissions(
        operational=_added(runs, ratio, lambda record: record.emissions_g.operational),
        operational_market=_added(runs, ratio, lambda record: record.emissions_g.operational_market),
        embodied=_added(runs, ratio, lambda record: record.emissions_g.embodied),
        total=_added(runs, ratio, lambda record: record.emissions_g.total),
    )


def _added(runs: Sequence[RunRecord], ratio: Mapping[str, float], of: Callable[[RunRecord], Quantity]) -> Quantity:
    # A run that others contain whole adds nothing, not even what it does not know.
    return total(scaled(of(record), ratio[record.id]) for record in runs if ratio[record.id] > 0.0)
