"""Say in what the surroundings of two runs differ, and which of it is the likely reason that their results do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vatio.govern.reproduce._results import Comparison, Difference
from vatio.records import Accelerator, Divergence, Environment

# The likeliest cause first: what is known to change results, then what may.
_ORDER = ("code", "data", "library", "threads", "isa", "driver", "seed", "system")
_ISA = ("ATEN_CPU_CAPABILITY", "OPENBLAS_CORETYPE", "NPY_", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_", "BLIS_ARCH")
_THREADS = ("_NUM_THREADS", "OMP_DYNAMIC", "MKL_DYNAMIC", "RAYON_", "KMP_AFFINITY")
_LOADING = ("LD_PRELOAD", "LD_LIBRARY_PATH")
_OWN = "vatio"


def differences(original: Environment, replay: Environment) -> tuple[Divergence, ...]:
    """List in what two snapshots differ, the likeliest cause of different results first."""
    found = [*_code(original, replay), *_inputs(original, replay), *_libraries(original, replay), *_machine(original, replay)]
    found += _variables(original.determinism, replay.determinism)
    found += _variables(original.seeds, replay.seeds, kind="seed")
    found += _variables(_loaded(original.variables), _loaded(replay.variables), kind="library")
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.reason.partition(":")[0])))


def reason_of(
    difference: Difference,
    comparison: Comparison,
    surroundings: Sequence[Divergence],
    *,
    repeats_itself: bool | None,
    seeded: bool,
) -> str:
    """Give the likely reason of a difference between results.

    ``repeats_itself`` tells whether a second replay came to the first one's results (``None``: there was none), ``seeded``
    whether the run names a seed.
    """
    if difference.field == "exit_code":
        ends = f"the original ended with {difference.original}, the replay with {difference.replay}"
        return f"failure: {ends}{_because(surroundings)}"
    if any(one.field == "exit_code" for one in comparison.differences):
        return "failure: the replay did not come so far"
    if difference.is_of_nothing:
        return "output: it was declared, and neither run has left it"
    kinds = [one for one in surroundings if one.reason.partition(":")[0] != "system"]
    if repeats_itself is False:
        return "seed: missing or not complete; two replays of the same do not agree with one another either"
    if kinds:
        return kinds[0].reason
    if difference.field.startswith("metrics.") and (repeats_itself or comparison.outputs_agree):
        same = "two replays agree" if repeats_itself else "every output is the same bit by bit"
        return f"metric: edited by hand, or not computed by this code; {same}, and none gives it"
    if repeats_itself:
        return "unknown: replays agree with one another; something that is not recorded was different (a file, the clock)"
    return "seed: missing; nothing else that is recorded differs" if not seeded else "unknown: nothing that is recorded differs"


def _because(surroundings: Sequence[Divergence]) -> str:
    return f"; {surroundings[0].reason}" if surroundings else ""


def _code(original: Environment, replay: Environment) -> Iterator[Divergence]:
    before = original.git.commit if original.git is not None else None
    after = replay.git.commit if replay.git is not None else None  # a bundle's code is in no repository
    if before is not None and after is not None and before != after:
        yield Divergence(field="git.commit", original=before, replay=after, reason="code: another commit")


def _inputs(original: Environment, replay: Environment) -> Iterator[Divergence]:
    after = {item.path: item.sha256 for item in replay.inputs}
    for item in original.inputs:
        if item.path in after and after[item.path] != item.sha256 and item.sha256 is not None:
            reason = f"data: {item.path} is another file"
            yield Divergence(field=f"inputs.{item.path}", original=item.sha256, replay=after[item.path], reason=reason)


def _libraries(original: Environment, replay: Environment) -> Iterator[Divergence]:
    before, after = original.python.get("version"), replay.python.get("version")
    if before and after and before != after:
        yield Divergence(field="python.version", original=before, replay=after, reason=f"library: Python {before}, now {after}")
    had = {item.name: item.version for item in original.distributions if item.name != _OWN}
    has = {item.name: item.version for item in replay.distributions if item.name != _OWN}
    for name in had:
        if name in has and had[name] != has[name]:
            reason = f"library: {name} {had[name]}, now {has[name]}"
            yield Divergence(field=f"distributions.{name}", original=had[name], replay=has[name], reason=reason)
    for name in had.keys() - has.keys():
        yield Divergence(
            field=f"distributions.{name}", original=had[name], replay=None, reason=f"library: {name} {had[name]} is not here"
        )


def _machine(original: Environment, replay: Environment) -> Iterator[Divergence]:
    a, b = original.cpu, replay.cpu
    if a is not None and b is not None:
        if (a.model, a.isa) != (b.model, b.isa):
            yield Divergence(field="cpu", original=a.model, replay=b.model, reason=f"isa: {a.model}, now {b.model}")
        if a.cores != b.cores:
            reason = f"threads: {a.cores} processors, now {b.cores}"
            yield Divergence(field="cpu.cores", original=a.cores, replay=b.cores, reason=reason)
        if a.cpus_granted != b.cpus_granted:
            reason = f"threads: {_granted(a.cpus_granted)} granted, now {_granted(b.cpus_granted)}"
            yield Divergence(field="cpu.cpus_granted", original=a.cpus_granted, replay=b.cpus_granted, reason=reason)
    for field, one, other in (("gpus", _cards(original.gpus), _cards(replay.gpus)),):
        if one != other:
            yield Divergence(
                field=field, original=one, replay=other, reason=f"driver: {one or 'no GPU'}, now {other or 'no GPU'}"
            )
    for field in ("os", "kernel", "libc", "container"):
        one, other = getattr(original, field), getattr(replay, field)
        if one != other:
            yield Divergence(field=field, original=one, replay=other, reason=f"system: {field} {one}, now {other}")


def _variables(before: Mapping[str, str], after: Mapping[str, str], *, kind: str = "") -> Iterator[Divergence]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            named = kind or kind_of_variable(name)
            reason = f"{named}: {name} {_set(before.get(name))}, now {_set(after.get(name))}"
            yield Divergence(field=f"variables.{name}", original=before.get(name), replay=after.get(name), reason=reason)


def _loaded(variables: Mapping[str, str]) -> dict[str, str]:
    """Choose the variables that put other code into a program than it names."""
    return {name: value for name, value in variables.items() if name in _LOADING}


def kind_of_variable(name: str) -> str:
    """Say what a switch steers: threads, isa, driver.

    >>> [kind_of_variable(name) for name in ("OMP_NUM_THREADS", "ATEN_CPU_CAPABILITY", "NVIDIA_TF32_OVERRIDE")]
    ['threads', 'isa', 'driver']
    """
    if any(part in name for part in _THREADS):
        return "threads"
    return "isa" if name.startswith(_ISA) else "driver"


def _set(value: str | None) -> str:
    return "not set" if value is None else value


def _granted(count: float | None) -> str:
    return "all processors" if count is None else f"{count:g} processors"


def _cards(gpus: Sequence[Accelerator]) -> str:
    return ", ".join(f"{gpu.model} (driver {gpu.driver}{f', CUDA {gpu.cuda}' if gpu.cuda else ''})" for gpu in gpus)
