"""What the workload of a case does, for as long as it takes; imported by each driver, so standard library only."""

import ctypes
import json
import sys
import time


def work(kind, duration_s):
    """Sleep, loop in pure Python, or hold the interpreter lock for a second at a time."""
    until_s = time.monotonic() + duration_s
    if kind == "sleep":
        time.sleep(duration_s)
    while time.monotonic() < until_s:
        if kind == "lock":
            left_s = until_s - time.monotonic()
            # PyDLL keeps the lock while it calls; a moment without it lets the others breathe.
            ctypes.PyDLL(None).usleep(int(1e6 * max(0.0, min(0.999, left_s))))
            time.sleep(0.01)
        else:
            sum(range(1000))


def tell(energy_j, begin_s, end_s, **more):
    """Print what the tool says, with the times between which its first and its last reading lie."""
    sys.stdout.flush()
    print("RESULT " + json.dumps({"energy_j": energy_j, "begin_s": begin_s, "end_s": end_s, **more}), flush=True)


def options():
    """Give the kind of work, its seconds, and whether the case has GPUs."""
    return sys.argv[1], float(sys.argv[2]), sys.argv[3] == "gpu"
