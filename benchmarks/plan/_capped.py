"""Be a process that caps a fake package: ``python -m benchmarks.plan._capped ROOT FOLDER exit|raise|wait``."""

from __future__ import annotations

import sys
import time

from vatio.measure import Surroundings
from vatio.measure.controls import open_limits


def main(root: str, folder: str, how: str) -> None:
    """Set a limit, say so, and end as asked; ``wait`` is to be killed."""
    with open_limits(Surroundings(root=root, boot="boot"), folder=folder) as session:
        for power_limit_w in (60.0, 50.0, 70.0):
            session.set(power_limit_w)
        print("set", flush=True)
        if how == "raise":
            raise KeyboardInterrupt
        while how == "wait":
            session.set(55.0)
            session.set(65.0)
            time.sleep(0.0005)


if __name__ == "__main__":
    main(*sys.argv[1:])
