"""What ``vatio doctor`` says of the sensors: found, readable, the exact line that makes one readable, the expected error."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from vatio.errors import MeterAbsent, MeterDenied, VatioError
from vatio.records import Channel, Check

if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.measure._meter import Meter
    from vatio.measure._surroundings import Surroundings

_NOISE_READINGS = 200


def checks(surroundings: Surroundings | None = None, config: Config | None = None) -> tuple[Check, ...]:
    """Try each sensor of this machine, and say what a run would be measured by."""
    from vatio.config import MetersConfig
    from vatio.measure._surroundings import surroundings as look_around
    from vatio.measure.meters import open_meters

    around = look_around() if surroundings is None else surroundings
    settings = MetersConfig() if config is None else config.meters
    opened = open_meters(around, settings)
    try:
        found = [*_platform(around), *_repeats(around)]
        found += [_refused(name, error) for name, error in opened.refused]
        found += [check for meter in opened.meters for check in _meter(meter)]
        return (*found, *_limits(around), _noise())
    finally:
        opened.close()


def _limits(around: Surroundings) -> tuple[Check, ...]:
    """Say which power limits can be set, and put back what a killed run has left."""
    from vatio.measure.controls import journals, limit_checks

    return limit_checks(around, folder=journals())


def _platform(around: Surroundings) -> list[Check]:
    """Name what stands between this process and the sensors: another system, a container, a virtual machine, a limit."""
    found = []
    if around.system != "linux":
        what = f"{around.system}: sensors are read on Linux; here CPU and memory are modelled"
        found.append(_check("system", "warning", what))
    if around.container:
        fix = f"{_flags(around)} ...   # docs/how-to/sensors.md"
        found.append(_check("container", "ok", f"inside a container ({around.container})", fix=fix))
    if around.vm:
        fix = "measure on its host, or let the host pass its sensors through (docs/how-to/sensors.md)"
        found.append(_check("virtual machine", "warning", f"a virtual machine ({around.vm}) sees no CPU counters", fix=fix))
    if around.cpus_granted is not None:
        found.append(_check("granted", "ok", f"{around.cpus_granted:g} of {around.cpus} CPUs are granted to this process"))
    return found


def _flags(around: Surroundings) -> str:
    from vatio.measure.meters import container_flags

    podman = around.container == "podman"
    gpus = "--device nvidia.com/gpu=all" if podman else "--gpus all"
    return f"{'podman' if podman else 'docker'} run {container_flags(around)} {gpus}"


def _repeats(around: Surroundings) -> list[Check]:
    """Name the zones that show what another shows, and are therefore left out."""
    from vatio.measure.meters import RAPL_FOLDER, find_zones

    zones = [zone for zone in find_zones(around.path(RAPL_FOLDER)) if zone.repeats]
    return [_check(f"{zone.label} again", "ok", f"{zone.folder} repeats {zone.repeats}: left out") for zone in zones]


def _refused(name: str, error: VatioError) -> Check:
    state = "denied" if isinstance(error, MeterDenied) else "missing"
    if not isinstance(error, MeterDenied | MeterAbsent):
        state = "warning"
    return _check(name, state, str(error), fix=error.hint)


def _meter(meter: Meter) -> list[Check]:
    values, faults = meter.read(), meter.faults()
    rows = zip(meter.channels, values, strict=True)
    return [_channel(channel, value, faults.get(channel.name, "")) for channel, value in rows if channel.unit == "j"]


def _channel(channel: Channel, value: float | None, fault: str) -> Check:
    error_ratio = max(1.0 - channel.low_ratio, channel.high_ratio - 1.0)
    added = f", part of {channel.part_of}" if channel.part_of else ""
    name = f"{channel.meter} {channel.name}"
    if value is None:
        return _check(name, "warning", f"cannot be read now: {fault or 'no reason given'}", error_ratio=error_ratio)
    state = "ok" if channel.provenance == "measured" else "warning"
    return _check(name, state, f"{channel.provenance}: {channel.source}{added}", error_ratio=error_ratio)


def _noise(clock: Callable[[], float] = perf_counter) -> Check:
    """Time the same small work again and again: on a quiet machine it always takes as long."""
    times_s = []
    for _ in range(_NOISE_READINGS):
        start_s = clock()
        sum(range(2000))
        times_s.append(clock() - start_s)
    times_s.sort()
    middle_s, late_s = times_s[_NOISE_READINGS // 2], times_s[_NOISE_READINGS * 9 // 10]
    spread_ratio = (late_s - middle_s) / middle_s if middle_s else 0.0
    noisy = spread_ratio > 0.5
    fix = "close what else runs, or repeat more often: `vatio runs compare` says what is significant" if noisy else ""
    return _check(
        "noise", "warning" if noisy else "ok", f"the same work takes {spread_ratio:.0%} longer in a tenth of all cases", fix=fix
    )


def _check(name: str, state: str, found: str, *, fix: str = "", error_ratio: float | None = None) -> Check:
    return Check(room="measure", name=name, state=state, found=found, fix=fix, error_ratio=error_ratio)
