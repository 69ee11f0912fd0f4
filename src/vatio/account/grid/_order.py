"""Put the slots that a source tells in order: doubles, holes, and slots of several lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from vatio.account.grid._series import RANGES, GridSeries, Slot
from vatio.errors import InvalidQuantity
from vatio.units import S_PER_HOUR

# Where so many steps are alike, a longer one has stamps missing; elsewhere one that is so much longer than those beside it,
# or than most.
_ALIKE_RATIO, _GAP_RATIO, _LONG_RATIO = 0.8, 1.5, 4.0


def series_of(
    slots: Sequence[Slot],
    *,
    zone: str,
    source: str,
    kind: str = "average",
    step_s: float | None = None,
    forecast_from_s: float | None = None,
) -> GridSeries:
    """Put slots in order: of doubles the later row counts (a revised value), and a slot that is missing becomes a hole.

    ``step_s`` is the length of each slot; unless given slots may have several lengths, each to the start of the next one.

    Raises:
        InvalidQuantity: there is no slot, or a value is out of its range.
    """
    if not slots:
        raise InvalidQuantity(f"{source} tells nothing of {zone or 'this zone'}")
    by_start = {slot.start_s: slot for slot in slots}
    ordered = sorted(by_start.values(), key=lambda slot: slot.start_s)
    steps_s = [late.start_s - early.start_s for early, late in pairwise(ordered)]
    usual_s = step_s or _usual_step_s(steps_s)
    strict = step_s is not None or steps_s.count(usual_s) >= _ALIKE_RATIO * len(steps_s)
    lengths_s = [_cut_s(steps_s, at, usual_s, strict=strict) for at in range(len(steps_s))]
    starts_s, kept = _filled(ordered, lengths_s)
    columns = {name: tuple(slot.known.get(name) if slot else None for slot in kept) for name in RANGES}
    told = {name: column for name, column in columns.items() if name == "g_per_kwh" or any(one is not None for one in column)}
    return GridSeries(
        zone=zone,
        source=source,
        kind=kind,
        starts_s=starts_s,
        end_s=starts_s[-1] + (usual_s if strict else lengths_s[-1] or min(steps_s[-1], usual_s)),
        step_s=usual_s,
        forecast_from_s=forecast_from_s,
        estimated_ratio=sum(slot.estimated for slot in ordered) / len(ordered),
        notes=_notes(slots, ordered, kept),
        **told,
    )


def _usual_step_s(steps_s: Sequence[float]) -> float:
    """Give the most frequent step, the shortest of equally frequent ones; of steps that all differ the middle one."""
    if not steps_s:
        return S_PER_HOUR
    counts = Counter(steps_s)
    if len(counts) == len(steps_s):
        return sorted(steps_s)[len(steps_s) // 2]
    return max(counts, key=lambda step_s: (counts[step_s], -step_s))


def _cut_s(steps_s: Sequence[float], at: int, usual_s: float, *, strict: bool) -> float | None:
    """Give how long the slot before a step lasts where the next one is missing; ``None`` where it is not."""
    step_s = steps_s[at]
    if strict:
        return usual_s if step_s > _GAP_RATIO * usual_s else None
    beside_s = [*steps_s[max(0, at - 1) : at], *steps_s[at + 1 : at + 2]]
    if step_s > _GAP_RATIO * max(beside_s, default=usual_s) or step_s > _LONG_RATIO * usual_s:
        return min([usual_s, *beside_s])
    return None


def _filled(ordered: Sequence[Slot], cuts_s: Sequence[float | None]) -> tuple[tuple[float, ...], list[Slot | None]]:
    """Lay an empty slot where one is cut off before the next begins."""
    starts_s: list[float] = []
    kept: list[Slot | None] = []
    for slot, cut_s in zip(ordered, [*cuts_s, None], strict=True):
        starts_s.append(slot.start_s)
        kept.append(slot)
        if cut_s is not None:
            starts_s.append(slot.start_s + cut_s)
            kept.append(None)
    return tuple(starts_s), kept


def _notes(slots: Sequence[Slot], ordered: Sequence[Slot], kept: Sequence[Slot | None]) -> tuple[str, ...]:
    doubles, holes = len(slots) - len(ordered), sum(slot is None for slot in kept)
    said = []
    if doubles:
        said.append(f"{doubles} slots came more than once: the last row of each counts")
    if holes:
        said.append(f"{holes} holes")
    return tuple(said)
