"""Say what a run waited for, from what was measured of it."""

from __future__ import annotations

from typing import NamedTuple

from vatio.records import RunRecord

# Below this share of one core something else than the processor sets the pace; below the lower one nothing much runs.
_BUSY_RATIO = 0.8
_IDLE_RATIO = 0.2
_DATA_BYTES_PER_S = 1e6


class Bottleneck(NamedTuple):
    """Hold what sets a run's pace (compute, data wait, idle, unknown) and the figures that say so."""

    kind: str
    evidence: tuple[str, ...]


def bottleneck(record: RunRecord) -> Bottleneck:
    """Tell from CPU time and traffic what set the pace; compute and memory are not told apart without cache counters."""
    if record.cpu_s is None or record.duration_s <= 0.0:
        return Bottleneck("unknown", ("the CPU time of the run is not known",))
    busy_ratio = record.cpu_s / record.duration_s
    moved = [amount for amount in (record.bytes_read, record.bytes_received) if amount is not None]
    rate = sum(moved) / record.duration_s if moved else None
    evidence = [f"{busy_ratio:.2f} cores busy on average"]
    evidence.append("traffic was not measured" if rate is None else f"{rate / 1e6:.3g} MB/s read and received")
    if busy_ratio >= _BUSY_RATIO:
        evidence.append("waiting for memory counts as busy: only cache counters tell it from computing")
        return Bottleneck("compute", tuple(evidence))
    if rate is not None and rate >= _DATA_BYTES_PER_S:
        return Bottleneck("data wait", tuple(evidence))
    return Bottleneck("idle" if busy_ratio < _IDLE_RATIO else "unknown", tuple(evidence))
