"""What a paired measurement compares, and how: arms, blocks, warm-up, pins."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vatio.errors import UsageError

# Drawn into file names, tags and tables.
_LONGEST_NAME = 200
# As `vatio.analysis` knows them.
OUTLIERS = ("none", "3s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Hold one of the things that are compared: a command, or a call without arguments.

    ``cwd`` is the folder that a command runs in, ``environ`` what differs from the environment of the comparison (``None``
    takes a variable away). A call runs in this process, or, where it is ``isolated``, in a fork of it.

    Raises:
        UsageError: it has neither a command nor a call, or both, or no name.
    """

    name: str
    command: tuple[str, ...] = ()
    call: Callable[[], object] | None = None
    cwd: str | None = None
    environ: Mapping[str, str | None] = field(default_factory=dict)
    isolated: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or len(self.name) > _LONGEST_NAME:
            raise UsageError(f"an arm is named {self.name!r:.60}", hint="give each arm a short name: baseline, candidate")
        if not self.name.isprintable():
            raise UsageError(f"the name {self.name!r} cannot be printed", hint="use letters, digits and signs")
        if isinstance(self.command, str):
            raise UsageError(f"the command of {self.name} is one text", hint='give its words: ("python", "train.py")')
        if bool(self.command) == (self.call is not None):
            raise UsageError(f"arm {self.name} has {'both' if self.command else 'neither'} a command and a call")
        if self.call is not None and (self.cwd is not None or (self.environ and not self.isolated)):
            raise UsageError(
                f"arm {self.name} is a call of this process and cannot have a folder or an environment of its own",
                hint="give a command, or an environment to an isolated call",
            )
        if self.isolated and self.call is None:
            raise UsageError(f"arm {self.name} is a command, which is isolated already")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDesign:
    """Hold how often, in which order and under which conditions the arms are repeated.

    Every block has each arm once, in an order drawn from ``seed``. ``warm_up`` blocks come before and are recorded, not
    counted. ``pin`` gives the workload one free CPU where its first warm-up has shown that it uses no more, or the CPUs
    that are named. ``rest_s`` is slept before each repetition. ``work_unit`` divides the cost by the units that the
    workload told by ``vatio.work()``. ``timeout_s`` ends a repetition, ``max_time_s`` begins no block that would not end
    in time. ``outliers`` is the policy by which blocks are left out, of all arms alike.

    Raises:
        UsageError: a number cannot be, or the policy is unknown.
    """

    pairs: int = 30
    warm_up: int = 1
    seed: int = 0
    pin: bool | tuple[int, ...] = True
    rest_s: float = 0.0
    max_time_s: float | None = None
    timeout_s: float | None = None
    work_unit: str | None = None
    outliers: str = "none"

    def __post_init__(self) -> None:
        for name, least in (("pairs", 1), ("warm_up", 0), ("seed", None)):
            number = getattr(self, name)
            if not isinstance(number, int) or isinstance(number, bool) or (least is not None and number < least):
                raise UsageError(f"{name} is {number!r}", hint=f"a whole number{'' if least is None else f', {least} or more'}")
        for name, is_least_zero in (("rest_s", True), ("max_time_s", False), ("timeout_s", False)):
            _check_seconds(name, getattr(self, name), is_least_zero=is_least_zero)
        if self.outliers not in OUTLIERS:
            raise UsageError(f"outliers {self.outliers!r}", hint=f"use one of {', '.join(OUTLIERS)}")
        if not isinstance(self.pin, bool) and (not self.pin or not all(isinstance(cpu, int) and cpu >= 0 for cpu in self.pin)):
            raise UsageError(f"pin is {self.pin!r}", hint="True, False or the numbers of CPUs: (2, 3)")


def checked_arms(arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
    """Give the arms back if they can be compared.

    Raises:
        UsageError: there are fewer than two, two have the same name, or a folder is not there.
    """
    names = [arm.name for arm in arms]
    if len(arms) < 2:
        raise UsageError(f"{len(arms)} arms: nothing to compare", hint="give a baseline and a candidate")
    alike = sorted({name for name in names if names.count(name) > 1})
    if alike:
        raise UsageError(f"two arms are named {alike[0]!r}", hint="give each arm a name of its own")
    for arm in arms:
        if arm.cwd is not None and not os.path.isdir(arm.cwd):
            raise UsageError(f"the folder of {arm.name} is not there: {arm.cwd}", hint="name a folder that exists")
    return arms


def _check_seconds(name: str, seconds: float | None, *, is_least_zero: bool) -> None:
    if seconds is None:
        return
    is_number = isinstance(seconds, (int, float)) and math.isfinite(seconds)
    if not is_number or seconds < 0.0 or (seconds == 0.0 and not is_least_zero):
        raise UsageError(f"{name} is {seconds!r}", hint="give seconds, as a number")
