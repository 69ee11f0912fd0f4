"""carbontracker as its documentation uses it: the first of two epochs, its energy before the fixed PUE."""

import time

from _work import options, tell, work
from carbontracker.tracker import CarbonTracker

kind, duration_s, gpu = options()
tracker = CarbonTracker(
    epochs=2, epochs_before_pred=-1, monitor_epochs=-1, update_interval=1, verbose=0, components="gpu" if gpu else "cpu"
)
before_s = time.monotonic()
tracker.epoch_start()
after_s = time.monotonic()
work(kind, duration_s)
end_before_s = time.monotonic()
tracker.epoch_end()
end_after_s = time.monotonic()
inner = tracker.tracker
kwh = sum(float(sum(part.energy_usage(inner.epoch_times))) for part in inner.components)
tell(kwh * 3.6e6, (before_s, after_s), (end_before_s, end_after_s))
tracker.stop()
