"""Add runs up so that a joule counts once: runs - overlap + unattributed = the host (CONTRACT.md 5)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vatio.account._share import share_out
from vatio.ledger import Share
from vatio.records import Emissions, Quantity, RunRecord, difference, scaled, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Hold what some runs come to.

    ``runs_j`` adds what each run claims, ``overlap_j`` is what more than one of them claimed, ``energy_j`` the one less the
    other: the total to show. ``host_j`` is what the devices drew while any of the runs lasted, ``unattributed_j`` the part
    of it that no run claims. ``kept_ratio`` tells for each run which part of its own joules is in ``energy_j``; grams,
    litres and euros are added in that proportion. ``nested`` runs lie, in part or in whole, within another one of the sum.
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
    shares = share_out(runs)
    runs_j = total(share.claimed_j for share in shares)
    energy_j = total(share.kept_j for share in shares)
    host_j = total(share.device_j for share in shares)
    ratio = {share.run: share.ratio for share in shares}
    return Sum(
        runs=len(runs),
        nested=sum(share.nested for share in shares),
        runs_j=runs_j,
        overlap_j=total(_overlap_j(share) for share in shares),
        energy_j=energy_j,
        unattributed_j=difference(host_j, energy_j),
        host_j=host_j,
        cpu_s=_cpu_s(runs, shares),
        emissions_g=_emissions(runs, ratio),
        water_l=_added(runs, ratio, lambda record: record.water_l),
        cost_eur=_added(runs, ratio, lambda record: record.cost_eur),
        kept_ratio=ratio,
    )


def _overlap_j(share: Share) -> Quantity:
    claimed_j, kept_j = share.claimed_j, share.kept_j
    if claimed_j.value is None or kept_j.value is None:
        return claimed_j
    return scaled(claimed_j, max(0.0, 1.0 - kept_j.value / claimed_j.value) if claimed_j.value else 0.0)


def _cpu_s(runs: Sequence[RunRecord], shares: Sequence[Share]) -> float | None:
    pairs = zip(runs, shares, strict=True)
    known = [record.cpu_s * share.counting_ratio for record, share in pairs if record.cpu_s is not None]
    return math.fsum(known) if known else None


def _emissions(runs: Sequence[RunRecord], ratio: Mapping[str, float]) -> Emissions:
    return Emissions(
        operational=_added(runs, ratio, lambda record: record.emissions_g.operational),
        operational_market=_added(runs, ratio, lambda record: record.emissions_g.operational_market),
        embodied=_added(runs, ratio, lambda record: record.emissions_g.embodied),
        total=_added(runs, ratio, lambda record: record.emissions_g.total),
    )


def _added(runs: Sequence[RunRecord], ratio: Mapping[str, float], of: Callable[[RunRecord], Quantity]) -> Quantity:
    # A run that others contain whole adds 0 and not what it does not know, as it does to the joules and in the ledger's books.
    nothing = Quantity.exact(0.0)
    return total(scaled(of(record), ratio[record.id]) if ratio[record.id] > 0.0 else nothing for record in runs)
