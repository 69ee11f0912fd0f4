"""CodeCarbon as its documentation uses it, offline."""

import time

from _work import options, tell, work
from codecarbon import OfflineEmissionsTracker

kind, duration_s, gpu = options()
tracker = OfflineEmissionsTracker(country_iso_code="ESP", save_to_file=False, log_level="error", measure_power_secs=1)
before_s = time.monotonic()
tracker.start()
after_s = time.monotonic()
work(kind, duration_s)
end_before_s = time.monotonic()
tracker.stop()
found = tracker.final_emissions_data
kwh = found.gpu_energy if gpu else found.cpu_energy + found.ram_energy
tell(kwh * 3.6e6, (before_s, after_s), (end_before_s, time.monotonic()))
