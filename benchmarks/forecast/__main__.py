"""Print the backtest of every zone: ``nice python -m benchmarks.forecast [ZONE ...]``."""

from __future__ import annotations

import sys

from benchmarks.forecast._backtest import KINDS, backtest
from benchmarks.forecast._series import held_out, of_2022


def main(wanted: list[str]) -> None:
    """Print saved percent of run-now for each kind of job: oracle, 7-day mean, ours, ours guarded, its worst 28 days."""
    print(f"{'zone':<18} {'kind':<14} oracle    m7  ours guarded worst-28d  taken  covered  width CPU-s")
    for name, values in {**of_2022(), **held_out()}.items():
        if wanted and name not in wanted:
            continue
        zone = backtest(name, values)
        for kind in KINDS:
            print(
                f"{name:<18} {kind:<14} {zone.oracle[kind]:6.2f} {zone.naive['m7'][kind]:5.2f} {zone.raw[kind]:5.2f} "
                f"{zone.guarded[kind]:7.2f} {zone.worst_28_days[kind]:9.2f} {zone.taken[kind]:6.1f} {zone.covered:8.1f} "
                f"{zone.width:6.2f} {zone.cpu_s:5.2f}"
            )


main(sys.argv[1:])
