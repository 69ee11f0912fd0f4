"""Lay the costs of repetitions out in blocks, and apply the outlier policy to all arms alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vatio.measure.paired._design import PairedDesign
from vatio.measure.paired._measurement import PairedCosts, Repetition
from vatio.measure.paired._yardstick import Yardstick, priced

_MOST_REASON = 300


def price_all(repetitions: Iterable[Repetition], yardstick: Yardstick, *, design: PairedDesign) -> tuple[Repetition, ...]:
    """Give every repetition its cost."""
    return tuple(priced(repetition, yardstick, work_unit=design.work_unit) for repetition in repetitions)


def costs_of(
    repetitions: Sequence[Repetition], arms: tuple[str, ...], *, unit: str, design: PairedDesign, elapsed_s: float
) -> PairedCosts:
    """Lay the counted costs out, block by block."""
    counted = {(each.block, each.arm): each.cost for each in repetitions if not each.warm_up and each.ok}
    blocks = 1 + max((each.block for each in repetitions if not each.warm_up), default=-1)
    table = tuple(tuple(counted.get((block, arm)) for arm in arms) for block in range(blocks))
    dropped = frozenset[int]() if design.outliers == "none" else _outliers(table, arms, design.outliers)
    return PairedCosts(arms=arms, unit=unit, blocks=table, dropped=dropped, elapsed_s=elapsed_s)


def failures(repetitions: Sequence[Repetition]) -> Mapping[str, str]:
    """Say for each arm of which a repetition failed how many did, and why the first one."""
    said = {}
    for arm in dict.fromkeys(repetition.arm for repetition in repetitions):
        own = [repetition for repetition in repetitions if repetition.arm == arm]
        failed = [repetition for repetition in own if not repetition.ok]
        if failed:
            last_line = failed[0].stderr_tail.rpartition("\n")[2]
            reason = f"{failed[0].reason}: {last_line}" if last_line and last_line not in failed[0].reason else failed[0].reason
            said[arm] = f"{reason[:_MOST_REASON]} ({len(failed)} of {len(own)} repetitions)"
    return said


def _outliers(table: Sequence[tuple[float | None, ...]], arms: tuple[str, ...], policy: str) -> frozenset[int]:
    """Find the blocks in which any arm has an outlier: all arms leave them out."""
    from vatio.analysis import outliers

    known = {
        arm: [(block, cost) for block, row in enumerate(table) if (cost := row[at]) is not None] for at, arm in enumerate(arms)
    }
    far = outliers({arm: [cost for _, cost in costs] for arm, costs in known.items()}, policy)
    return frozenset(known[arm][at][0] for arm, places in far.items() for at in places)
