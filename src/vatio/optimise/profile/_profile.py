"""Run a command, sample its Python stacks, and join them with what the run cost."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vatio.config import Config
from vatio.errors import MeasureError, Refused
from vatio.measure import RunOptions, RunOutcome, run_command
from vatio.optimise.profile._bottleneck import Bottleneck, bottleneck
from vatio.optimise.profile._stacks import Spent, Stack, by_function, by_line, read_stacks
from vatio.records import Quantity, RunRecord

_SAMPLER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_sampler.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Hold where a command's cost went. ``sampled_cpu_s`` of ``cpu_s`` is known by line; the rest only as a whole.

    ``energy_j`` is the run's; a line's joules are its share of the CPU-seconds, as if each drew alike.
    """

    outcome: RunOutcome
    record: RunRecord
    stacks: tuple[Stack, ...]
    functions: tuple[Spent, ...]
    lines: tuple[Spent, ...]
    bottleneck: Bottleneck
    energy_j: Quantity
    cpu_s: float | None
    sampled_cpu_s: float
    notes: tuple[str, ...] = ()

    def energy_of_j(self, cpu_s: float) -> float | None:
        """Give the joules of a part of the CPU-seconds; ``None`` where the run's energy or CPU time is not known."""
        if self.energy_j.value is None or not self.cpu_s:
            return None
        return self.energy_j.value * min(1.0, cpu_s / self.cpu_s)


def profile_command(command: Sequence[str], *, config: Config, options: RunOptions) -> Profile:
    """Run a command as ``vatio run`` does, with the sampler before its own sitecustomize; the run is in the ledger.

    Raises:
        Refused: the command could not be started.
        MeasureError: nothing of the run could be measured.
    """
    with tempfile.TemporaryDirectory(prefix="vatio-profile-") as folder:
        sampler = os.path.join(folder, "sampler")
        os.mkdir(sampler)
        shutil.copyfile(_SAMPLER, os.path.join(sampler, "sitecustomize.py"))
        path = os.pathsep.join(filter(None, (sampler, options.environ.get("PYTHONPATH", ""))))
        environ = {**options.environ, "PYTHONPATH": path, "VATIO_PROFILE_FOLDER": folder}
        outcome = run_command(tuple(command), config=config, options=replace(options, environ=environ))
        stacks = read_stacks(folder)
    if outcome.refused:
        raise Refused(outcome.refused, hint=outcome.hint)
    if outcome.record is None:
        raise MeasureError("the run could not be measured", hint="vatio doctor")
    record = outcome.record
    sampled_cpu_s = sum(stack.cpu_s for stack in stacks)
    return Profile(
        outcome=outcome,
        record=record,
        stacks=stacks,
        functions=by_function(stacks),
        lines=by_line(stacks),
        bottleneck=bottleneck(record),
        energy_j=record.energy_j,
        cpu_s=record.cpu_s,
        sampled_cpu_s=sampled_cpu_s,
        notes=() if stacks else ("no Python was sampled: only the whole is known",),
    )
