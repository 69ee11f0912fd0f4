"""The power and energy sensors below /sys/class/hwmon, and what each driver's labels mean."""

from __future__ import annotations

import os
from dataclasses import dataclass

from vatio.measure._granted import slurp

# What is counted is named so that a second view of the same device (RAPL's package-0) is found to be one.
_LABELS = (
    # label begins or is contained, component, name of the channel ({} is its number)
    ("Esocket", "cpu", "package-{}"),  # amd_energy
    ("Grace Power Socket", "cpu", "package-{}"),  # NVIDIA Grace, through ACPI's power_meter
    ("CPU power", "cpu", "package-0"),  # xgene
    ("IO power", "other", "io-0"),
    ("VDD_CPU_GPU", "other", "cpu-gpu-0"),  # Jetson Orin: one rail for both
    ("VDD_GPU", "gpu", "gpu-0"),
    ("GPU", "gpu", "gpu-{}"),
    ("VDD_CPU", "cpu", "package-0"),
    ("Proc", "cpu", "package-{}"),  # ibmpowernv
    ("Mem", "dram", "dram-{}"),
    ("DDR", "dram", "dram-0"),
    ("VDDRQ", "dram", "dram-0"),
    ("SOC", "other", "soc-0"),
    ("CV", "other", "cv-0"),
)
_PARTS = (("CPU Power Socket", "cpu-rail-{}"), ("SysIO Power Socket", "sysio-{}"))
_WHOLE = ("VDD_IN", "VIN", "POM_5V_IN", "System", "Module Power Socket", "Total", "total")
_GPU_DRIVERS = ("amdgpu", "radeon", "i915", "xe")
_INA = "ina"
_BATTERY = "BAT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """Hold one sensor: ``kind`` energy (microjoules), power (microwatts) or volts (millivolts x milliamperes)."""

    name: str
    component: str
    kind: str
    paths: tuple[str, ...]
    driver: str
    label: str
    part_of: str | None = None
    folder: str = ""
    refresh_s: float = 0.1


def find_sensors(folder: str, *, gpu_prefix: str = "gpu-", gpus: tuple[str, ...] | None = None) -> tuple[Sensor, ...]:
    """List the sensors of every driver; ``gpus`` are the indices of the AMD GPUs that the workload may see."""
    try:
        entries = sorted(os.listdir(folder), key=lambda entry: (len(entry), entry))
    except OSError:
        return ()
    found: list[Sensor] = []
    cards = 0
    for entry in entries:
        place = f"{folder}/{entry}"
        driver = slurp(f"{place}/name").strip()
        if driver in _GPU_DRIVERS:
            if gpus is None or str(cards) in gpus:
                found += _gpu_sensors(place, driver, f"{gpu_prefix}{cards}")
            cards += 1
        elif driver and not driver.startswith(_BATTERY):
            found += [_placed(sensor, found) for sensor in _driver_sensors(place, driver)]
    return tuple(found)


def _gpu_sensors(place: str, driver: str, name: str) -> list[Sensor]:
    """Take one sensor of a card: its counter, else its power. Graphics inside a CPU have no cap: they are part of it."""
    whole = os.path.exists(f"{place}/power1_cap") or driver in ("i915", "xe")
    for file, kind in (("energy1_input", "energy"), ("power1_average", "power"), ("power1_input", "power")):
        if os.path.exists(f"{place}/{file}"):
            sensor = Sensor(
                name=name,
                component="gpu",
                kind=kind,
                paths=(f"{place}/{file}",),
                driver=driver,
                label=slurp(f"{place}/{file.partition('_')[0]}_label").strip() or file,
                part_of=None if whole else "package-0",
                folder=place,
                refresh_s=_refresh_s(place),
            )
            return [sensor]
    return []


def _driver_sensors(place: str, driver: str) -> list[Sensor]:
    files = sorted(os.listdir(place))
    found = [_sensor(place, driver, stem, "energy", (f"{stem}_input",)) for stem in _stems(files, "energy", "_input")]
    if found:
        return [sensor for sensor in found if not sensor.label.startswith("Ecore")]
    found = [_sensor(place, driver, stem, "power", (f"{stem}_average",)) for stem in _stems(files, "power", "_average")]
    found += [_sensor(place, driver, stem, "power", (f"{stem}_input",)) for stem in _stems(files, "power", "_input")]
    if found or not driver.startswith(_INA):
        return found
    stems = [stem for stem in _stems(files, "curr", "_input") if f"in{stem[4:]}_input" in files]
    return [_sensor(place, driver, f"in{stem[4:]}", "volts", (f"in{stem[4:]}_input", f"{stem}_input")) for stem in stems]


def _stems(files: list[str], kind: str, ending: str) -> list[str]:
    return [file.removesuffix(ending) for file in files if file.startswith(kind) and file.endswith(ending)]


def _sensor(place: str, driver: str, stem: str, kind: str, files: tuple[str, ...]) -> Sensor:
    label = slurp(f"{place}/{stem}_label").strip() or slurp(f"{place}/{stem}_oem_info").strip()
    component, name, part_of = _role(label, driver, stem)
    return Sensor(
        name=name,
        component=component,
        kind=kind,
        paths=tuple(f"{place}/{file}" for file in files),
        driver=driver,
        label=label or stem,
        part_of=part_of,
        folder=place,
        refresh_s=_refresh_s(place),
    )


def _role(label: str, driver: str, stem: str) -> tuple[str, str, str | None]:
    """Say what a label stands for; what is not known may contain anything, so it is shown as a platform and not added."""
    number = "".join(character for character in label if character.isdigit()) or "0"
    for text, name in _PARTS:
        if text in label:
            return "cpu", name.format(int(number)), f"package-{int(number)}"
    if not any(text in label for text in _WHOLE):
        for text, component, name in _LABELS:
            if text in label:
                return component, name.format(int(number)), None
    return "platform", f"{driver}-{label or stem}".replace(" ", "-").lower(), None


def _placed(sensor: Sensor, found: list[Sensor]) -> Sensor:
    """Keep names apart: two rails of one kind are both counted."""
    from dataclasses import replace

    taken = {other.name for other in found}
    if sensor.name not in taken:
        return sensor
    return replace(
        sensor, name=next(f"{sensor.name}-{place}" for place in range(1, 1000) if f"{sensor.name}-{place}" not in taken)
    )


def _refresh_s(place: str) -> float:
    text = slurp(f"{place}/update_interval").strip()
    return max(0.1, int(text) / 1000.0) if text.isdigit() else 0.1
