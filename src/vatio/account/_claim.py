"""Say what each run claims of each device, and when: nested runs only for the time that no container of theirs covers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vatio.account._counted import counted
from vatio.records import Component, Quantity, RunRecord, Span, scaled


class Claim(NamedTuple):
    """Hold one run's joules of one device. ``pieces`` are the seconds of the boot for which they count.

    ``whole_j`` and ``idle_w`` are the device's own energy and idle power while the run lasted, ``idle_share`` how much of
    that idle the run claims, ``counter_j`` the device's counter at both ends of ``span``.
    """

    run: str
    boot: str
    device: str
    span: Span
    pieces: tuple[Span, ...]
    claimed_j: Quantity
    whole_j: Quantity
    idle_w: float
    idle_share: float
    counter_j: tuple[float, float] | None
    range_j: float | None

    @property
    def order(self) -> tuple[float, float, str]:
        """Order claims by time, so that the order in which runs were given does not matter."""
        return self.span.start_s, -self.span.end_s, self.run


def counted_pieces(record: RunRecord, by_id: Mapping[str, RunRecord]) -> tuple[Span, ...]:
    """Give the stretches of a run that none of its containers on the same boot covers."""
    pieces = [span_of(record)]
    for container in containers(record, by_id):
        if boot_of(container) == boot_of(record):
            pieces = [rest for piece in pieces for rest in _less(piece, span_of(container))]
    return tuple(pieces)


def containers(record: RunRecord, by_id: Mapping[str, RunRecord]) -> Iterable[RunRecord]:
    """Give the runs within which a run lies, innermost first, as far as they are known."""
    seen = {record.id}
    outer = by_id.get(record.within or "")
    while outer is not None and outer.id not in seen:
        seen.add(outer.id)
        yield outer
        outer = by_id.get(outer.within or "")


def counted_ratio(record: RunRecord, pieces: Sequence[Span]) -> float:
    """Give the share of a run's time that counts; a run of no length is a point, and counts where no container holds it."""
    if record.duration_s <= 0.0:
        return float(bool(pieces))
    return min(1.0, math.fsum(piece.duration_s for piece in pieces) / record.duration_s)


def claims_of(record: RunRecord, pieces: Sequence[Span]) -> tuple[Claim, ...]:
    """Give what a run claims of each counted device; a run without components claims its total of itself."""
    if not pieces:
        return ()
    span, ratio = span_of(record), counted_ratio(record, pieces)
    components = counted(record.components)
    if not components:
        return (_whole_run(record, span, tuple(pieces), ratio),)
    return tuple(_claim(record, part, span, tuple(pieces), ratio) for part in components)


def span_of(record: RunRecord) -> Span:
    """Give a run's stretch of its boot's monotonic clock."""
    return Span(start_s=record.start_monotonic_s, end_s=record.start_monotonic_s + max(0.0, record.duration_s))


def boot_of(record: RunRecord, host: str | None = None) -> str:
    """Give the boot of a run's host; counters and monotonic times of different boots have nothing in common.

    Where no boot is known, as in other tools' files, the run is alone with its own clock.
    """
    for known in record.hosts:
        if host in (None, known.host):
            return known.boot or f"run {record.id}"
    return host or f"run {record.id}"


def _claim(record: RunRecord, part: Component, span: Span, pieces: tuple[Span, ...], ratio: float) -> Claim:
    shared = record.basis == "workload" and part.workload_j is not None and not part.workload_j.is_missing
    claimed_j = part.workload_j if shared and part.workload_j is not None else part.energy_j
    idle_j = min(part.idle_j.value or 0.0, part.energy_j.value or 0.0)
    # A GPU goes to its users by process or whole: its idle joules are not claimed apart.
    idle_share = 0.0 if part.component == "gpu" else 1.0
    if shared and record.reserved_ratio is not None:
        idle_share *= min(1.0, max(0.0, record.reserved_ratio))
    return Claim(
        run=record.id,
        boot=boot_of(record, part.host),
        device=part.device,
        span=span,
        pieces=pieces,
        claimed_j=scaled(claimed_j, ratio),
        whole_j=scaled(part.energy_j, ratio),
        idle_w=idle_j / span.duration_s if span.duration_s else 0.0,
        idle_share=idle_share,
        counter_j=part.counter_j,
        range_j=part.counter_range_j,
    )


def _whole_run(record: RunRecord, span: Span, pieces: tuple[Span, ...], ratio: float) -> Claim:
    known = record.basis == "workload" and not record.workload_energy_j.is_missing
    energy_j = scaled(record.workload_energy_j if known else record.energy_j, ratio)
    return Claim(record.id, f"run {record.id}", "", span, pieces, energy_j, energy_j, 0.0, 0.0, None, None)


def _less(piece: Span, cover: Span) -> list[Span]:
    if cover.start_s <= piece.start_s and piece.end_s <= cover.end_s:
        return []
    if piece.overlap_s(cover) == 0.0:
        return [piece]
    before = [Span(start_s=piece.start_s, end_s=cover.start_s)] if piece.start_s < cover.start_s else []
    after = [Span(start_s=cover.end_s, end_s=piece.end_s)] if cover.end_s < piece.end_s else []
    return before + after
