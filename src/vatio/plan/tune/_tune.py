"""Find the setting of a workload's knobs that costs least, by short paired probes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vatio.config import Config
from vatio.errors import MeasureError
from vatio.measure import Arm, PairedDesign, PairedMeasurement, PairedOptions, measure_paired
from vatio.plan.tune._knobs import Knob, Setting, arm_of, settings_of
from vatio.plan.tune._race import Bounds, Race
from vatio.records import Quantity, total

# Blocks of each round; settings that are surely dearer drop out in between.
_ROUNDS = (3, 3, 4, 5, 5)
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Hold what one setting came to: its cost relative to the default, and in how many blocks it was measured."""

    setting: Setting
    change_ratio: Bounds | None
    blocks: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """Hold the setting to keep, what it saves, and what finding it cost.

    ``chosen`` is the default unless another is surely cheaper. ``unit`` is J or cpu_s; ``payback_ratio`` is the cost of the
    search over what a run then saves, the number of runs that repay it; ``None`` where nothing is saved.
    """

    chosen: Setting
    default: Setting
    command: tuple[str, ...]
    environ: Mapping[str, str]
    change_ratio: Bounds | None
    unit: str
    basis: str
    tried: tuple[Tried, ...]
    runs: tuple[str, ...]
    energy_j: Quantity
    cpu_s: float | None
    payback_ratio: float | None
    notes: tuple[str, ...] = field(default_factory=tuple)


def tune(
    command: Sequence[str],
    knobs: Sequence[Knob],
    *,
    config: Config,
    options: PairedOptions,
    work_unit: str | None = None,
    max_time_s: float | None = None,
    told: Told | None = None,
) -> Tuned:
    """Measure the settings in shuffled blocks, drop what is surely dearer, and keep what is surely cheaper than the default.

    Raises:
        UsageError: the knobs turn nothing, or are too many.
        MeasureError: the workload fails as it is, or no setting could be measured.
    """
    search = _Search(command, knobs, told=told)
    end_s = None if max_time_s is None else time.monotonic() + max_time_s
    for number, blocks in enumerate(_ROUNDS):
        left_s = None if end_s is None else end_s - time.monotonic()
        if search.is_over or (left_s is not None and left_s <= 0.0):
            break
        arms = search.arms()
        design = PairedDesign(
            pairs=blocks,
            warm_up=0 if number else 1,
            seed=number,
            pin=False,
            # A setting that hangs may use up its own part of the time, and no more.
            timeout_s=None if left_s is None else left_s / len(arms),
            max_time_s=left_s,
            work_unit=work_unit,
        )
        search.learn(measure_paired(arms, design=design, config=config, options=_named(options, number)))
    return search.result()


class _Search:
    """Hold what is left of the settings, and all that was measured of them."""

    def __init__(self, command: Sequence[str], knobs: Sequence[Knob], *, told: Told | None) -> None:
        self._command, self._knobs, self._told = command, knobs, told
        self._settings = {setting.name: setting for setting in settings_of(knobs, command)}
        self._default = next(iter(self._settings.values()))
        self._left = tuple(self._settings)
        self._race = Race(names=self._left)
        self._measured: list[PairedMeasurement] = []
        self._failed: dict[str, str] = {}

    @property
    def is_over(self) -> bool:
        """Tell whether more blocks could change what the user gets."""
        return len(self._left) < 2 or (bool(self._measured) and self._race.is_decided(self._left))

    def arms(self) -> list[Arm]:
        """Give the arms of the next round."""
        return [arm_of(self._settings[name], self._knobs, self._command) for name in self._left]

    def learn(self, found: PairedMeasurement) -> None:
        """Take a round's costs, and drop what is surely dearer.

        Raises:
            MeasureError: the workload fails as it is.
        """
        self._measured.append(found)
        self._failed |= found.failed
        if self._default.name in found.failed:
            reason = found.failed[self._default.name]
            raise MeasureError(f"the workload fails as it is: {reason}", hint="run it without tune first")
        self._race = self._race.with_blocks(_costs(found))
        self._left = self._race.survivors([name for name in self._left if name not in found.failed])
        if self._told is not None:
            best, left = self._race.best(self._left), len(self._left)
            self._told(f"{len(self._race.blocks)} blocks: {left} of {len(self._settings)} settings left, best {best}")

    def result(self) -> Tuned:
        """Choose.

        Raises:
            MeasureError: nothing was measured.
        """
        if not any(self._race.blocks) and len(self._left) > 1:  # with one left, the others have failed
            raise MeasureError("no setting could be measured", hint="give it more time: --max-time 5m")
        change = self._race.change(self._race.best(self._left), self._default.name)
        is_cheaper = change is not None and change.high < 0.0
        chosen = self._settings[self._race.best(self._left)] if is_cheaper else self._default
        arm = arm_of(chosen, self._knobs, self._command)
        cpu_s = math.fsum(found.cpu_s or 0.0 for found in self._measured)
        energy_j, unit = total(found.energy_j for found in self._measured), self._measured[0].unit
        return Tuned(
            chosen=chosen,
            default=self._default,
            command=arm.command,
            environ={name: value for name, value in arm.environ.items() if value is not None},
            change_ratio=change if is_cheaper else None,
            unit=unit,
            basis=self._measured[0].basis,
            tried=tuple(map(self._tried, self._settings.values())),
            runs=tuple(found.run for found in self._measured if found.run is not None),
            energy_j=energy_j,
            cpu_s=cpu_s,
            payback_ratio=self._payback_ratio(chosen, energy_j.value if unit == "J" else cpu_s),
            notes=tuple(dict.fromkeys(note for found in self._measured for note in found.notes)),
        )

    def _tried(self, setting: Setting) -> Tried:
        blocks = sum(setting.name in block for block in self._race.blocks)
        change = None if setting == self._default else self._race.change(setting.name, self._default.name)
        return Tried(setting=setting, change_ratio=change, blocks=blocks, reason=self._failed.get(setting.name, ""))

    def _payback_ratio(self, chosen: Setting, cost: float | None) -> float | None:
        """Give the number of runs after which the search has paid for itself."""
        both = {self._default.name, chosen.name}
        pairs = [(block[self._default.name], block[chosen.name]) for block in self._race.blocks if both <= set(block)]
        saved = math.fsum(before - after for before, after in pairs) / len(pairs) if pairs else 0.0
        return cost / saved if cost is not None and saved > 0.0 else None


def _named(options: PairedOptions, number: int) -> PairedOptions:
    return replace(options, name=f"{options.name} round {number + 1}", tags={**options.tags, "tune": str(number + 1)})


def _costs(found: PairedMeasurement) -> list[dict[str, float]]:
    return [
        {arm: cost for arm, cost in zip(found.costs.arms, block, strict=True) if cost is not None}
        for at, block in enumerate(found.costs.blocks)
        if at not in found.costs.dropped
    ]
