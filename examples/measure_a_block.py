"""Measure a block from inside: its phases, its work, and what the joules mean in two countries."""

from __future__ import annotations

import vatio


def smooth(values: list[float]) -> list[float]:
    """Average each value with its neighbours."""
    return [sum(values[max(0, at - 1) : at + 2]) / len(values[max(0, at - 1) : at + 2]) for at in range(len(values))]


def main() -> None:
    """Smooth a signal a few times under measurement, and account for it."""
    with vatio.track(name="smooth", project="examples") as run:
        with run.phase("prepare"):
            values = [float(at % 97) for at in range(20_000)]
        with run.phase("smooth"):
            for _ in range(10):
                values = smooth(values)
                run.work(values=len(values))

    energy_j = run.record.energy_j
    print(f"{run.record.duration_s:.2f} s, {energy_j.value} J ({energy_j.low} to {energy_j.high}, {energy_j.provenance})")
    for zone in ("NO", "PL"):
        grams = vatio.footprint(run.record, zone=zone).emissions_g.operational
        print(f"{zone}: {grams.value} g CO2e ({grams.source})")


if __name__ == "__main__":
    main()
