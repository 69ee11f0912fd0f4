"""Test your own code with known joules: a meter that replays readings which you wrote down."""

from __future__ import annotations

import vatio
from vatio.testing import ReplayMeter, cpu, gpu


def main() -> None:
    """Replay one CPU and one GPU: 50 J and 150 J in two seconds."""
    readings = [cpu(1000.0) + gpu(100.0), cpu(1050.0) + gpu(250.0)]
    with vatio.track(ReplayMeter(readings), clock=iter([0.0, 2.0]).__next__) as run:
        pass

    for part in run.record.components:
        print(f"{part.component}: {part.energy_j.value} J")
    print(f"together {run.record.energy_j.value} J in {run.record.duration_s} s")


if __name__ == "__main__":
    main()
