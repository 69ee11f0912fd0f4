"""Find what a function's loop over rows can be replaced by: propose, check, measure, choose."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vatio.config import Config
from vatio.errors import UsageError
from vatio.measure import PairedMeasurement, PairedOptions
from vatio.optimise.code._check import Checked, check
from vatio.optimise.code._found import Candidate, CodeFound
from vatio.optimise.code._loading import check_given
from vatio.optimise.code._measure import FUNCTION, Calls, compare, costs_of, times_of
from vatio.optimise.code._propose import diff_of, proposals
from vatio.optimise.code._source import Proposal, Source, read_source
from vatio.plugins import require

NUMBA_LINE = "pip install numba"


def optimise_code(
    target: str,
    *,
    config: Config,
    options: PairedOptions,
    arguments: str | None = None,
    pairs: int = 7,
    tolerance_ratio: float = 1e-9,
    timeout_s: float = 120.0,
) -> CodeFound:
    """Propose, check and measure what may take the place of the loops of ``FILE:FUNC``. Nothing is written.

    ``arguments`` is FILE.npz or module:function; without it nothing is run, and the change is offered unchecked.
    ``timeout_s`` is for all checks together and for each repetition.

    Raises:
        UsageError: the file, the function, the arguments or a number cannot be used.
        MissingExtra: numpy is not installed.
        MeasureError: the function fails on its arguments or does not end in time.
    """
    require("numpy", extra="optimise")  # here, so that the processes forked for repetitions have it
    _check_numbers(pairs, tolerance_ratio, timeout_s)
    given = None if arguments is None else check_given(arguments)
    source = read_source(target)
    proposed, reasons = proposals(source)
    begun = CodeFound(path=source.path, name=source.name, verdict="nothing", reasons=reasons, tolerance_ratio=tolerance_ratio)
    if not proposed:
        return begun
    candidates = [Candidate(name=one.name, how=one.how, diff=diff_of(source, one), text=one.text) for one in proposed]
    if given is None:
        return replace(begun, verdict="unchecked", candidates=tuple(candidates))
    checked = check(source, proposed, given, tolerance_ratio=tolerance_ratio, timeout_s=timeout_s, environ=options.environ)
    candidates = [_judged(one, found) for one, found in zip(candidates, checked.candidates, strict=True)]
    begun = replace(begun, verdict="kept", cases=checked.cases, candidates=tuple(candidates), search_cpu_s=checked.cpu_s)
    if not any(one.is_equal for one in candidates):
        return begun
    calls = _calls(source, candidates, checked, given)
    measured = compare(calls, config=config, options=options, pairs=pairs, timeout_s=timeout_s)
    return _measured(begun, checked, calls, measured)


def apply(found: CodeFound) -> str:
    """Write the chosen change into the file and give the name of the copy that is kept of it as it was.

    Raises:
        UsageError: nothing was chosen, the file has changed since, or the copy's name is taken.
    """
    from vatio.files import write_whole

    chosen = found.chosen
    if chosen is None:
        raise UsageError("there is no change to apply: nothing is equal and surely cheaper")
    kept = f"{found.path}.orig"
    source = read_source(f"{found.path}:{found.name}")
    if diff_of(source, _as_proposal(chosen)) != chosen.diff:
        raise UsageError(f"{found.path} has changed meanwhile", hint="look again, then apply")
    try:
        with open(kept, "x", encoding="utf-8", newline="") as file:
            file.write(source.text)
        write_whole(found.path, chosen.text.encode())
    except FileExistsError as error:
        raise UsageError(f"{kept} is there already and would be lost", hint="move it away first") from error
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}") from error
    return kept


def _as_proposal(candidate: Candidate) -> Proposal:
    return Proposal(name=candidate.name, how=candidate.how, text=candidate.text)


def _check_numbers(pairs: int, tolerance_ratio: float, timeout_s: float) -> None:
    if pairs < 3:
        raise UsageError(f"{pairs} repetitions give no interval", hint="three or more")
    if not 0.0 <= tolerance_ratio < 1.0:
        raise UsageError(f"a tolerance of {tolerance_ratio}", hint="a ratio below 1, as 1e-9")
    if not (math.isfinite(timeout_s) and timeout_s > 0.0):
        raise UsageError(f"a timeout of {timeout_s} s")


def _judged(candidate: Candidate, found: Mapping[str, Any]) -> Candidate:
    if "missing" in found:
        line = NUMBA_LINE if found["missing"] == "numba" else f"pip install {found['missing']}"
        return replace(candidate, reason=f"not available: {line}")
    if "differs" in found:
        return replace(candidate, reason=f"results differ {found['differs']}")
    return replace(candidate, is_equal=True, first_cpu_s=found["first_cpu_s"], cost=found["cpu_s"])


def _calls(source: Source, candidates: Sequence[Candidate], checked: Checked, given: str) -> list[tuple[str, Calls]]:
    def made(text: str, calls: int) -> Calls:
        return Calls(source=source, text=text, arguments=given, calls=calls, writes=checked.writes)

    arms = [(FUNCTION, made(source.text, checked.baseline["calls"]))]
    for one, found in zip(candidates, checked.candidates, strict=True):
        if one.is_equal:
            arms.append((one.name, made(one.text, found["calls"])))
    return arms


def _measured(begun: CodeFound, checked: Checked, arms: Sequence[tuple[str, Calls]], measured: PairedMeasurement) -> CodeFound:
    own = costs_of(measured, FUNCTION, checked.baseline["calls"])
    counts = {name: calls.calls for name, calls in arms}
    candidates = tuple(_weighed(one, own, checked.baseline["cpu_s"], counts, measured) for one in begun.candidates)
    surely = [one for one in candidates if one.times is not None and one.times.low > 1.0]
    chosen = max(surely, key=lambda one: one.times.value if one.times else 0.0, default=None)
    notes = [*measured.notes, *(f"{name}: {reason}" for name, reason in measured.failed.items())]
    if checked.writes:
        notes.append("the function writes into its arguments: each measured call includes a copy of them")
    spent = None if measured.cpu_s is None else measured.cpu_s + checked.cpu_s
    return replace(
        begun,
        verdict="cheaper" if chosen else "kept",
        candidates=candidates,
        chosen=chosen,
        cost=_middle(own),
        unit=measured.unit,
        basis=measured.basis,
        notes=tuple(notes),
        run=measured.run,
        search_cpu_s=spent,
        search_energy_j=measured.energy_j,
    )


def _weighed(
    one: Candidate, own: Sequence[float], own_cpu_s: float, counts: Mapping[str, int], measured: PairedMeasurement
) -> Candidate:
    if not one.is_equal:
        return one
    costs = costs_of(measured, one.name, counts[one.name])
    if len(costs) != len(own):
        return replace(one, reason="not measured in every block")
    times, cost = times_of(own, costs), _middle(costs)
    return replace(one, times=times, cost=cost, pays_after=_pays_after(one, own_cpu_s))


def _pays_after(one: Candidate, own_cpu_s: float) -> int | None:
    """Count the calls whose saving repays compiling, both in the check's CPU-seconds; ``cost`` is not measured yet."""
    if one.name != "numba":
        return 0
    saved_s = own_cpu_s - (one.cost or 0.0)
    return math.ceil((one.first_cpu_s or 0.0) / saved_s) if saved_s > 0.0 else None


def _middle(costs: Sequence[float]) -> float | None:
    from statistics import median

    return median(costs) if costs else None
