"""Tell what each of some runs adds to their sum, so that a joule counts once however the runs are grouped (CONTRACT.md 5)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from vatio.account._claim import Claim, claims_of, counted_pieces, counted_ratio
from vatio.account._device import Shared, clusters, share_of_device
from vatio.ledger import Share
from vatio.records import Quantity, RunRecord, Span, scaled, total

Kept = Mapping[tuple[str, str, str], float]
Drawn = Mapping[tuple[str, str, str], Quantity]


def share_out(records: Iterable[RunRecord]) -> tuple[Share, ...]:
    """Give each run's share of the sum of all of them, in the order in which they came; one given twice counts once.

    What the devices drew is parted among the runs that saw it, in proportion to what each of them saw: so that any group of
    runs has a host of its own, and runs - overlap + unattributed = the host in each.
    """
    by_id = {record.id: record for record in records}
    pieces = {record.id: counted_pieces(record, by_id) for record in by_id.values()}
    claims = [claim for record in by_id.values() for claim in claims_of(record, pieces[record.id])]
    kept, drawn = _shared(claims)
    own: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        own[claim.run].append(claim)
    return tuple(_share(record, pieces[record.id], own[record.id], kept, drawn=drawn) for record in by_id.values())


def _share(record: RunRecord, pieces: Sequence[Span], own: Sequence[Claim], kept: Kept, *, drawn: Drawn) -> Share:
    nothing, counting_ratio = Quantity.exact(0.0), counted_ratio(record, pieces)
    return Share(
        run=record.id,
        claimed_j=total(claim.claimed_j for claim in own) if own else nothing,
        kept_j=total(scaled(claim.claimed_j, kept[_key(claim)]) for claim in own) if own else nothing,
        device_j=total(drawn[_key(claim)] for claim in own) if own else nothing,
        ratio=_kept_ratio(record, pieces, own, kept),
        counting_ratio=counting_ratio,
        nested=counting_ratio < 1.0,
    )


def _shared(claims: Sequence[Claim]) -> tuple[Kept, Drawn]:
    devices: defaultdict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        devices[claim.boot, claim.device].append(claim)
    kept: dict[tuple[str, str, str], float] = {}
    drawn: dict[tuple[str, str, str], Quantity] = {}
    for _, same in sorted(devices.items()):
        for cluster in clusters(same):
            shared = share_of_device(cluster)
            kept.update({_key(claim): shared.kept[claim.run] for claim in cluster})
            drawn.update(_parted(cluster, shared))
    return kept, drawn


def _parted(cluster: Sequence[Claim], shared: Shared) -> Drawn:
    seen_j = {_key(claim): claim.whole_j.value or 0.0 for claim in cluster}
    whole_j = math.fsum(seen_j.values())
    return {key: scaled(shared.device_j, one_j / whole_j if whole_j else 1.0 / len(seen_j)) for key, one_j in seen_j.items()}


def _key(claim: Claim) -> tuple[str, str, str]:
    return claim.boot, claim.device, claim.run


def _kept_ratio(record: RunRecord, pieces: Sequence[Span], own: Sequence[Claim], kept: Kept) -> float:
    """Give the part of a run that is in the sum: its time without containers, less what others claimed too."""
    claimed_j = math.fsum(claim.claimed_j.value or 0.0 for claim in own)
    counting_ratio = counted_ratio(record, pieces)
    if claimed_j <= 0.0:
        return counting_ratio
    return counting_ratio * min(1.0, math.fsum((claim.claimed_j.value or 0.0) * kept[_key(claim)] for claim in own) / claimed_j)
