"""Make the environment variables of a replay: those of the original, unless who asks for the replay has set others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from vatio.govern.reproduce._command import moved
from vatio.measure.snapshot import REDACTED, Veil
from vatio.records import Environment

# What would let the replay read another program than the one that was kept.
_DROPPED = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "CONDA_PREFIX", "VATIO_LEDGER_PATH", "VATIO_CONFIG")
# What is of the machine, or of where the environment lay, and not of the computation.
_NOT_RESTORED = (
    *_DROPPED, "LD_PRELOAD", "LD_LIBRARY_PATH", "SLURM_JOB_ID", "WORLD_SIZE", "RANK", "LOCAL_RANK", "HF_HOME", "TORCH_HOME",
)  # fmt: skip


def replay_environ(
    environ: Mapping[str, str],
    original: Environment,
    *,
    executable: str,
    places: Mapping[str, str],
    more_paths: Sequence[str],
    veil: Veil,
) -> dict[str, str]:
    """Give the replay its variables. ``places`` maps the original's folders to the scratch copy's.

    A variable that steers the computation (threads, instruction sets, seeds) is given the original's value where it is not
    set now; one that is set now is left as it is, and named as a difference: so drift is tried out on purpose.
    """
    child = {name: value for name, value in environ.items() if name not in _DROPPED}
    recorded = {**original.variables, **original.determinism, **original.seeds}
    for name, value in recorded.items():
        if name.isidentifier() and name not in _NOT_RESTORED and REDACTED not in value:
            child.setdefault(name, moved(veil.bare(value), places))
    paths = [*more_paths, *_mapped(original.variables.get("PYTHONPATH", ""), places, veil)]
    if paths:
        child["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    if executable:
        folder = os.path.dirname(executable)
        child["PATH"] = os.pathsep.join((folder, child.get("PATH", os.defpath)))
        if os.path.isfile(os.path.join(os.path.dirname(folder), "pyvenv.cfg")):
            child["VIRTUAL_ENV"] = os.path.dirname(folder)
    return child


def redacted_variables(original: Environment, environ: Mapping[str, str]) -> Iterator[str]:
    """Name the variables whose values were not kept and are not set now."""
    for name, value in original.variables.items():
        if REDACTED in value and name not in environ:
            yield f"the value of the variable {name} was not kept: set it in the environment"


def _mapped(paths: str, places: Mapping[str, str], veil: Veil) -> Iterator[str]:
    for path in paths.split(os.pathsep):
        if path:
            yield moved(veil.bare(path), places)
