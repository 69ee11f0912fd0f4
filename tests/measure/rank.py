"""Be one rank of a job: ``python rank.py SECONDS WORK_S [POWER_W]``; prints its run's id and what it knows of it."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))

from clock_meter import ClockMeter

import vatio


def busy(cpu_s: float) -> None:
    begin_s = time.process_time()
    while time.process_time() - begin_s < cpu_s:
        pass


seconds, work_s = float(sys.argv[1]), float(sys.argv[2])
with vatio.track(ClockMeter(range_j=float(os.environ.get("RANGE_J", "1e9"))), interval_s=0.2) as run:
    print("in", run.id, getattr(run.measured, "_session", None) is not None, flush=True)
    end_s = time.monotonic() + seconds
    with run.phase(f"rank {os.environ.get('RANK', '0')}"):
        busy(work_s)
        run.work(samples=1)
    time.sleep(max(0.0, end_s - time.monotonic()))
record = run.record
told = {"id": record.id, "status": record.status, "sealed": record.sealed, "duration_s": record.duration_s}
print(json.dumps({**told, "energy_j": record.energy_j.value}), flush=True)
