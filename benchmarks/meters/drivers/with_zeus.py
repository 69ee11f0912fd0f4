"""Zeus as its documentation uses it: one window."""

import time

from _work import options, tell, work
from zeus.monitor import ZeusMonitor

if __name__ == "__main__":  # it spawns a process for each zone
    kind, duration_s, gpu = options()
    monitor = ZeusMonitor()
    before_s = time.monotonic()
    monitor.begin_window("case", sync_execution=False)
    after_s = time.monotonic()
    work(kind, duration_s)
    end_before_s = time.monotonic()
    found = monitor.end_window("case", sync_execution=False)
    end_after_s = time.monotonic()
    joules = sum((found.gpu_energy or {}).values()) if gpu else sum((found.cpu_energy or {}).values())
    joules += 0 if gpu else sum((found.dram_energy or {}).values())
    tell(joules, (before_s, after_s), (end_before_s, end_after_s), own_s=found.time)
