"""Tell whether a replay cost what the original did: L3, beside the verdict on results and not below it."""

from __future__ import annotations

from collections.abc import Sequence

from vatio.records import Environment, Quantity, ReplayedEnergy, RunRecord

# Shorter runs are mostly start and end, and their counters are coarse.
_SHORTEST_CPU_S = 0.5


def replayed_energy(
    original: RunRecord, replays: Sequence[RunRecord], *, margin_ratio: float, is_fresh: bool = False
) -> ReplayedEnergy:
    """Hold the joules of both against each other; the CPU-seconds of the process tree where one has no measured joules.

    In an environment that ``is_fresh`` the first run compiles every library that it imports: then nothing is told.
    """
    pair = _joules(original, replays)
    unit = "J"
    if pair is None:
        unit, pair = "cpu_s", (_cpu(original), _mean([_cpu(record) for record in replays]))
    before, after = pair
    why = _not_comparable(original, replays, before, after)
    if not why and is_fresh:
        why = "the environment was built for this replay, and compiled its libraries on the way"
    if why:
        return ReplayedEnergy(original=before, replay=after, equivalent=None, unit=unit, margin_ratio=margin_ratio, why=why)
    change = (after.value or 0.0) / (before.value or 1.0) - 1.0
    basis = "measured joules" if unit == "J" else "no sensor that both runs could read: CPU-seconds of the process tree"
    return ReplayedEnergy(
        original=before,
        replay=after,
        equivalent=abs(change) <= margin_ratio,
        unit=unit,
        margin_ratio=margin_ratio,
        why=f"{change:+.1%}; {basis}",
    )


def _joules(original: RunRecord, replays: Sequence[RunRecord]) -> tuple[Quantity, Quantity] | None:
    figures = [record.own_energy_j for record in (original, *replays)]
    if any(one.is_missing or one.provenance != "measured" for one in figures):
        return None
    same = {(record.basis, tuple(sorted(part.meter for part in record.components))) for record in (original, *replays)}
    return (figures[0], _mean(figures[1:])) if len(same) == 1 else None


def _cpu(record: RunRecord) -> Quantity:
    if record.cpu_s is None:
        return Quantity.absent("cpu_s")
    return Quantity.exact(record.cpu_s)


def _mean(figures: Sequence[Quantity]) -> Quantity:
    known = [one.value for one in figures if one.value is not None]
    if not known or len(known) < len(figures):
        return Quantity.absent("replay")
    mean = sum(known) / len(known)
    return Quantity.around(mean, min(known), max(known), provenance=figures[0].provenance)


def _not_comparable(original: RunRecord, replays: Sequence[RunRecord], before: Quantity, after: Quantity) -> str:
    if before.value is None or after.value is None or before.value <= 0.0:
        return "not measured"
    if any(fingerprint(original.environment) != fingerprint(record.environment) for record in replays):
        return "other hardware"
    if min((record.cpu_s or 0.0) for record in (original, *replays)) < _SHORTEST_CPU_S:
        return f"too short to tell: less than {_SHORTEST_CPU_S} CPU-seconds"
    return ""


def fingerprint(environment: Environment | None) -> tuple[object, ...]:
    """Name the hardware that energies may be compared on: processor, its count, its microcode, GPUs and their memory."""
    if environment is None or environment.cpu is None:
        return ()
    cpu = environment.cpu
    cards = tuple((gpu.model, gpu.memory_bytes) for gpu in environment.gpus)
    return (cpu.model, cpu.isa, cpu.cores, cpu.microcode, cpu.cpus_granted, cards)
