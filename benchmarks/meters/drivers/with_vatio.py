"""vatio as its documentation uses it: a track() block; what it measured, between the times of its first and last sample."""

import os
import tempfile

from _work import options, tell, work

from vatio import open_ledger, track

kind, duration_s, gpu = options()
os.chdir(tempfile.mkdtemp())
with track(name="case") as run:
    work(kind, duration_s)
record = run.record
wanted = ("gpu",) if gpu else ("cpu", "dram")
counted = [part for part in record.components if part.part_of is None and part.component in wanted]
measured = [part.energy_j for part in counted if part.energy_j.provenance == "measured"]
joules = sum(energy_j.value for energy_j in measured)
low_j, high_j = sum(energy_j.low for energy_j in measured), sum(energy_j.high or float("inf") for energy_j in measured)
times_s = open_ledger().samples(record.id).times_s
begin_s, end_s = record.start_monotonic_s + times_s[0], record.start_monotonic_s + times_s[-1]
tell(joules, (begin_s, begin_s), (end_s, end_s), low_j=low_j, high_j=high_j, devices=len(measured))
