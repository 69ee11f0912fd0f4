"""Choose the meters of a run: a sensor where one can be read, a model where not, and no device added twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vatio.errors import MeterAbsent, UnknownName, VatioError
from vatio.measure.meters._aside import Aside
from vatio.plugins import load
from vatio.records import Channel

if TYPE_CHECKING:
    from vatio.config import MetersConfig
    from vatio.measure._meter import Meter
    from vatio.measure._surroundings import Surroundings

SENSORS = ("rapl", "nvml", "hwmon", "command")
# The model of each component, for where no sensor of it can be read.
MODELS = {"cpu": "cpu-model", "gpu": "gpu-model", "dram": "dram-model"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Hold the meters of a run, and those that could not be opened with the reason of each."""

    meters: tuple[Meter, ...]
    refused: tuple[tuple[str, VatioError], ...] = ()

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Give the channels of all meters, in the order of their readings."""
        return tuple(channel for meter in self.meters for channel in meter.channels)

    @property
    def poll_s(self) -> float | None:
        """Give the shortest time between readings that a meter asks for."""
        return min((meter.poll_s for meter in self.meters if meter.poll_s is not None), default=None)

    def close(self) -> None:
        """Close all meters."""
        for meter in self.meters:
            meter.close()


def open_meters(surroundings: Surroundings, config: MetersConfig) -> Opened:
    """Open the meters that the configuration names; ``auto`` takes what the machine has and models the rest.

    A device that two meters show is added once: what the later one shows becomes part of the first's. With
    ``total = "platform"`` everything becomes part of the platform's meter, where there is one.

    Raises:
        UnknownName: the configuration names a meter that neither vatio nor a plugin has.
    """
    meters: list[Meter] = []
    refused: list[tuple[str, VatioError]] = []
    for name in config.use:
        for each in SENSORS if name == "auto" else (name,):
            if each not in {meter.name for meter in meters}:
                _try(each, surroundings, config, meters, refused)
        if name == "auto":
            _model_the_rest(surroundings, config, meters, refused)
    placed = _placed(meters, total=config.total)
    return Opened(meters=placed, refused=tuple(refused))


def _try(
    name: str, around: Surroundings, config: MetersConfig, meters: list[Meter], refused: list[tuple[str, VatioError]]
) -> None:
    try:
        meters.append(_open(name, around, config, refused))
    except UnknownName:
        raise
    except VatioError as error:
        if name in config.use or name != "command" or config.command:
            refused.append((name, error))
    except Exception as error:  # noqa: BLE001  a sensor's or a plugin's fault leaves the run without it, not without a run
        refused.append((name, MeterAbsent(f"{name} failed to open: {type(error).__name__}: {error}")))


def _open(name: str, around: Surroundings, config: MetersConfig, refused: list[tuple[str, VatioError]]) -> Meter:
    if name == "nvml" and not around.nvidia:
        raise MeterAbsent("no NVIDIA driver on this machine")  # without loading ctypes, which costs 5 ms
    if name == "hwmon" and not os.path.isdir(around.path("/sys/class/hwmon")):
        raise MeterAbsent("no driver shows a sensor in /sys/class/hwmon")
    if name == "command":
        if not config.command:
            raise MeterAbsent("no outside meter is configured", hint='set [meters] command = "..."')
        opener: Callable[..., Meter] = load("meters", name).open
        return opener(around, command=config.command, unit=config.command_unit, component=config.command_component)
    opener = load("meters", name).open
    return opener(around, why=_why(name, refused)) if name in MODELS.values() else opener(around)


def _why(model: str, refused: Sequence[tuple[str, VatioError]]) -> str:
    """Give the reason why a component is modelled: its sensor's refusal."""
    sensor = {"cpu-model": "rapl", "gpu-model": "nvml"}.get(model)
    reason = next((str(error) for name, error in refused if name == sensor), "")
    return f"modelled, because {reason}" if reason else ""


def _model_the_rest(
    around: Surroundings, config: MetersConfig, meters: list[Meter], refused: list[tuple[str, VatioError]]
) -> None:
    measured = {channel.component for meter in meters for channel in meter.channels if channel.part_of is None}
    for component, model in MODELS.items():
        if component not in measured and (component != "gpu" or around.nvidia or _amd_gpu(around)):
            _try(model, around, config, meters, refused)


def _amd_gpu(around: Surroundings) -> bool:
    return os.path.exists(around.path("/sys/module/amdgpu"))


def _placed(meters: Iterable[Meter], *, total: str) -> tuple[Meter, ...]:
    """Give every channel one name and one place: a second view of a device is part of the first."""
    shown: dict[str, Channel] = {}
    placed = []
    for meter in sorted(meters, key=lambda meter: meter.name in MODELS.values()):
        channels = tuple(_place(channel, shown) for channel in meter.channels)
        placed.append(meter if channels == meter.channels else Aside(meter, channels))
    if total != "platform":
        return tuple(placed)
    whole = next((channel for channel in shown.values() if channel.component == "platform"), None)
    return tuple(placed) if whole is None else tuple(_below(meter, whole.name) for meter in placed)


def _place(channel: Channel, shown: dict[str, Channel]) -> Channel:
    placed = channel
    if channel.name in shown:
        placed = replace(placed, name=f"{channel.name}@{channel.meter}")
        if channel.component is not None and channel.component != "platform" and channel.part_of is None:
            placed = replace(placed, part_of=channel.name)
    elif channel.meter in MODELS.values():
        measured = (other for other in shown.values() if other.component == channel.component and other.part_of is None)
        sensor = next((other.name for other in measured if other.meter not in MODELS.values()), None)
        placed = replace(placed, part_of=sensor)
    shown[placed.name] = placed
    return placed


def _below(meter: Meter, whole: str) -> Meter:
    channels = tuple(
        replace(channel, part_of=whole) if channel.component and channel.name != whole and not channel.part_of else channel
        for channel in meter.channels
    )
    return meter if channels == meter.channels else Aside(meter, channels)
