"""eco2ai as its documentation uses it: what it writes to its file."""

import csv
import os
import tempfile
import time

import eco2ai
from _work import options, tell, work

kind, duration_s, gpu = options()
os.chdir(tempfile.mkdtemp())
tracker = eco2ai.Tracker(
    project_name="case", experiment_description="case", measure_period=1, file_name="out.csv", alpha_2_code="ES"
)
before_s = time.monotonic()
tracker.start()
after_s = time.monotonic()
work(kind, duration_s)
end_before_s = time.monotonic()
tracker.stop()
end_after_s = time.monotonic()
with open("out.csv", encoding="utf-8") as file:
    row = list(csv.DictReader(file))[-1]
kwh = next(float(value) for name, value in row.items() if name.startswith("power_consumption"))
tell(kwh * 3.6e6, (before_s, after_s), (end_before_s, end_after_s))
