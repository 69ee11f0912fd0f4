"""Search from a terminal: find the objective, show how it goes, and write what was found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from vatio.cli._rim import Rim
from vatio.errors import UsageError
from vatio.plugins import load_own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.search import SearchProgress, SearchResult, TrialFound

_CALL = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def searched(rim: Rim, words: Sequence[str], options: Mapping[str, Any]) -> SearchResult:
    """Search as asked.

    Raises:
        UsageError: the objective, the space or an option cannot be.
    """
    from vatio.optimise.search import SearchDesign, SearchOptions, read_budget, read_metric, read_space, search
    from vatio.units import parse_duration_s

    for name in ("space", "budget"):
        if not options[name]:
            raise UsageError(f"no {name} to search with", hint="vatio optimise search M:F --space space.toml --budget 5kJ")
    config = rim.config({})
    design = SearchDesign(
        budget=read_budget(options["budget"]),
        metrics=tuple(map(read_metric, options["metrics"] or ("value",))),
        strategy=options["strategy"],
        seed=options["seed"],
        workers=options["workers"],
        most_trials=options["trials"],
        least_gain_per_unit=options["least_gain"],
        timeout_s=parse_duration_s(options["trial_timeout"]),
        is_warm=not options["cold"],
        weighs_cost=options["weigh_cost"],
    )
    asked = SearchOptions(
        environ={**config.workload.environ, **rim.environ},
        resume=options["resume"],
        progress=lambda progress: rim.note(progress_line(progress)),
    )
    return search(objective_of(words), read_space(options["space"]), design=design, config=config, options=asked)


def objective_of(words: Sequence[str]) -> Any:
    """Give the function that MODULE:FUNCTION names, or the command.

    Raises:
        UsageError: there is no such function.
    """
    if len(words) != 1 or not _CALL.fullmatch(words[0]):
        return tuple(words)
    found = load_own(words[0])
    if not callable(found):
        raise UsageError(f"{words[0]} is no function")
    return found


def progress_line(progress: SearchProgress) -> str:
    """Say how far a search is, in one line."""
    from vatio.optimise.search import spent_text

    latest, best = progress.latest, progress.best
    came = ", ".join(f"{value:.6g}" for value in latest.values) if latest.values else f"{latest.status}: {latest.reason}"
    best_text = "none yet" if best is None or not best.values else f"{best.values[0]:.6g}"
    spent = spent_text(progress.cost, progress.budget.unit)
    return f"trial {latest.number}: {came}; best {best_text}; {spent} of {progress.budget.text}"


def search_rows(found: SearchResult) -> tuple[list[str], list[list[str]]]:
    """Give the table of the front, or of all trials where none has finished."""
    from vatio.optimise.search import spent_text

    names = list(dict.fromkeys(name for trial in found.trials for name in trial.params))
    header = ["trial", *(metric.name for metric in found.metrics), "costs", *names]
    shown = found.front or found.trials
    rows = [
        [str(trial.number), *_values(trial, found), spent_text(trial.cost, found.budget.unit), *_params(trial, names)]
        for trial in shown
    ]
    return header, rows


def search_lines(found: SearchResult) -> list[str]:
    """Say what the search came to: how the best got better with what was spent, and why it ended."""
    from vatio.optimise.search import spent_text

    count = {status: sum(trial.status == status for trial in found.trials) for status in _STATUSES}
    said = ", ".join(f"{number} {status}" for status, number in count.items() if number) or "none"
    lines = ["", f"{found.metrics[0].name} against {found.budget.unit}:", *_climb(found), ""]
    lines.append(f"order: {_ORDERS[found.strategy]}, seed {found.seed}")
    lines.append(f"trials: {said}; learnt from {found.warm} of other searches")
    lines.append(f"search: {spent_text(found.cost, found.budget.unit)} of {found.budget.text}; ended by {found.ended_by}")
    if found.best is None:
        lines.append("no trial has finished: give a larger budget, or see why they failed")
        lines += sorted({f"  {trial.reason}" for trial in found.trials if trial.reason})
    return [*lines, f"run {found.run}: vatio optimise search --resume {found.run} goes on with it"]


_ORDERS = {
    "gp": "gp (a Gaussian process)",
    "tpe": "tpe (Optuna's multivariate TPE)",
    "random": "at random",
    "grid": "a grid, shuffled",
}
_STATUSES = ("finished", "pruned", "failed", "stopped")


def _climb(found: SearchResult) -> list[str]:
    """Draw each step up: what was spent by then, and how good the best trial was."""
    from vatio.optimise.search import spent_text

    metric, spent, steps = found.metrics[0], 0.0, []
    best: float | None = None
    for trial in found.trials:
        spent += trial.cost
        if trial.status == "finished" and trial.values and (best is None or metric.loss(trial.values[0]) < best):
            best = metric.loss(trial.values[0])
            steps.append((spent, trial.values[0]))
    whole = max(spent, 1e-12)
    return [f"  {spent_text(at, found.budget.unit):>12}  {'.' * round(40 * at / whole)}o {value:.6g}" for at, value in steps]


def _values(trial: TrialFound, found: SearchResult) -> list[str]:
    if trial.values is None:
        return [trial.status] + [""] * (len(found.metrics) - 1)
    return [f"{value:.6g}" for value in trial.values]


def _params(trial: TrialFound, names: Sequence[str]) -> list[str]:
    return [
        f"{trial.params[name]:.4g}" if isinstance(trial.params.get(name), float) else str(trial.params.get(name, ""))
        for name in names
    ]
