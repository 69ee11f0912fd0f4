"""The options of `vatio run` that make it follow a plan, beside those of `vatio plan job`; click reads them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vatio.cli._run_options import RUN_OPTIONS, RunOption
from vatio.cli.planning._plan_options import JOB_OPTIONS

ENGINES = ("local", "slurm")
_OWN = {option.spelt for option in RUN_OPTIONS}
PLANNED = tuple(option for option in JOB_OPTIONS if option.spelt not in _OWN)
WHEN_OPTIONS = (
    RunOption("--when", "when", "green|now", False, "Wait for the clean hours that a plan finds; `now` runs at once."),
    *PLANNED,
    RunOption("--engine", "engine", "|".join(ENGINES), False, "Who waits: this host (else), or Slurm."),
    RunOption("--slurm", "slurm", "OPTION", True, "Option for sbatch, such as --slurm=--partition=gpu; may be repeated."),
    RunOption("--detach", "detach", None, False, "Wait in the background, free from this terminal; print the plan's id."),
    RunOption("--plan", "plan", "ID", False, "Take up a plan that nobody waits with any more."),
    RunOption("--pause-signal", "pause_signal", "SIG", False, "Pause the command by its own signal in place of stopping it."),
    RunOption("--resume-signal", "resume_signal", "SIG", False, "Let it go on by its own signal."),
    RunOption(
        "--checkpoint-command",
        "checkpoint_command",
        "CMD",
        False,
        "Run this before each pause; VATIO_PAUSE_PID is the command's.",
    ),
)
_NAMES = tuple(option.name for option in WHEN_OPTIONS)


def split(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part what was given into the options of a run, and those that make it wait."""
    own = {name: value for name, value in given.items() if name not in _NAMES}
    return own, {name: given.get(name) for name in _NAMES}


def wishes(options: Mapping[str, Any], when: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options as `vatio plan job` takes them. The zone of a run is where it may run."""
    found: dict[str, Any] = {option.name: when[option.name] for option in PLANNED}
    zone = options.get("zone")
    # A run's --max-slowdown belongs to its power limit unless it plans rates.
    slowdown = None if options.get("power_limit") else options.get("max_slowdown")
    return {**found, "zones": (zone,) if zone else (), "max_slowdown": slowdown}


def is_asked(given: Mapping[str, Any]) -> bool:
    """Tell whether any of these options was given."""
    return any(given.get(name) not in (None, (), False) for name in _NAMES)
