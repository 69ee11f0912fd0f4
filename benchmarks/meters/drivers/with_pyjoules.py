"""pyJoules as its documentation uses it: every domain that it finds."""

import time

from _work import options, tell, work
from pyJoules.device.device_factory import DeviceFactory
from pyJoules.energy_meter import EnergyMeter

kind, duration_s, gpu = options()
meter = EnergyMeter(DeviceFactory.create_devices())
before_s = time.monotonic()
meter.start(tag="case")
after_s = time.monotonic()
work(kind, duration_s)
end_before_s = time.monotonic()
meter.stop()
end_after_s = time.monotonic()
energy = meter.get_trace()[0].energy
# Microjoules for RAPL, millijoules for NVIDIA.
joules = sum(
    value * (1e-3 if "nvidia" in name.lower() else 1e-6) for name, value in energy.items() if ("nvidia" in name.lower()) == gpu
)
tell(joules, (before_s, after_s), (end_before_s, end_after_s), own_s=meter.get_trace()[0].duration)
