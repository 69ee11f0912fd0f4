"""What measures."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class MetersConfig:
    """Say which meters are read, how often, and which of them is the total."""

    use: tuple[str, ...] = setting(
        "words",
        "Meters to read, by name; auto takes what the machine has.",
        default=("auto",),
        choices=("auto",),
        plugins="meters",
        example='["rapl", "nvml"]',
    )
    interval_s: float = setting(
        "duration", "Time from one sample to the next.", default=1.0, low=0.1, high=60.0, option="--interval", example='"250ms"'
    )
    command: str | None = setting(
        "text",
        "Command that prints the reading of an outside meter (a PDU, IPMI), one number a line.",
        example='"ipmi-power --watch"',
    )
    command_unit: str = setting(
        "word", "Unit of what that command prints: watts or joules.", default="w", choices=("w", "j"), example='"w"'
    )
    command_component: str = setting(
        "word",
        "What that meter measures.",
        default="platform",
        choices=("cpu", "dram", "gpu", "platform", "other"),
        example='"platform"',
    )
    total: str = setting(
        "word",
        "The total of a run: the sum of its parts, or the platform's meter.",
        default="parts",
        choices=("parts", "platform"),
        example='"platform"',
    )
