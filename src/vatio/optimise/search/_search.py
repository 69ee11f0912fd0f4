"""Search a space for what is best within a hard budget: each trial is a run in the ledger within the search's."""

from __future__ import annotations

import json
import select
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from vatio.config import Config
from vatio.errors import MeasureError, UsageError
from vatio.measure import Arm, Run, Track, Wish, environment
from vatio.optimise.search._asking import Asking
from vatio.optimise.search._budget import charged_j
from vatio.optimise.search._design import SearchDesign, SearchOptions, SearchProgress
from vatio.optimise.search._earlier import PARAMS, SEARCH, TRIAL, Earlier, Sought, read_earlier, trial_of
from vatio.optimise.search._ending import is_worth_it, thresholds_of
from vatio.optimise.search._result import SearchResult, TrialFound, best_of, front_of, losses_of
from vatio.optimise.search._space import Params, Space, Value
from vatio.optimise.search._spending import Spending, burn
from vatio.optimise.search._trial import Objective, Trial, attempt
from vatio.optimise.search._worker import Ordered, Told, Worker

# How often the budget is looked at while trials run.
_LOOK_S = 0.05
# A trial is chosen by what those before the last one came to, also with one worker: so two give the same trials as one.
_LEAST_AHEAD = 2
_OPTIONS = SearchOptions()
_NO_ROOM = "the budget is spent: stopped, counted, failed"


def search(
    objective: Objective | tuple[str, ...],
    space: Space,
    *,
    design: SearchDesign,
    config: Config,
    options: SearchOptions = _OPTIONS,
) -> SearchResult:
    """Try points of a space, the most promising first, until the budget is spent or nothing is left to gain.

    ``objective`` is called with a Trial and gives the metrics' values, or is a command with ``{name}`` for each parameter
    that logs them by ``vatio.log_metric``. Each trial runs in a process of its own. One that fails counts as spent. Ctrl-C
    ends the trials and raises KeyboardInterrupt; ``options.resume`` goes on from there.

    Raises:
        UsageError: the space, the command or the search to resume cannot be.
        MissingExtra: Optuna is not installed.
        MeasureError: the budget is in joules, and none are known on this machine.
        LedgerUnavailable: there is no ledger, so that no trial could be told.
    """
    _check(objective, space)
    sought = Sought(_digest(objective, space, design), design.metrics, design.budget.unit, callable(objective))
    environ = dict(environment() if options.environ is None else options.environ)
    asking = Asking(space, strategy=design.strategy, seed=design.seed, objectives=len(design.metrics))
    earlier = _read(config, partial(read_earlier, sought=sought, resume=options.resume, is_warm=design.is_warm))
    for trial in earlier.warm:
        asking.know(trial.params, losses_of(trial.values, design.metrics))
    tags = {**options.tags, SEARCH: sought.digest}
    parents = tuple(run.id for run in earlier.runs[:1])
    with Track(Wish(name=options.name, tags=tags, config=config, parents=parents)) as run:
        making = Making(objective, design, config=config, environ=environ, sought=sought, run=run)
        return _Search(asking, making, earlier, options).result()


class Making:
    """Make the orders of trials, and read what became of them."""

    def __init__(
        self,
        objective: Objective | tuple[str, ...],
        design: SearchDesign,
        *,
        config: Config,
        environ: Mapping[str, str],
        sought: Sought,
        run: Run,
    ) -> None:
        self.objective, self.design, self.sought, self.run = objective, design, sought, run
        self._config, self._environ = config, environ

    def start(self, arm: Arm, tags: Mapping[str, str]) -> Worker:
        """Start a workload in a worker."""
        ordered = Ordered(arm, self.run.id, tags, self._config, self._environ, self.design.timeout_s)
        return Worker(ordered)

    def trial(self, number: int, params: Params, known: Mapping[int, TrialFound]) -> Worker:
        """Start one trial; ``known`` are those that it may be given up for."""
        tags = {SEARCH: self.sought.digest, TRIAL: str(number), PARAMS: json.dumps(dict(params), separators=(",", ":"))}
        if not callable(self.objective):
            words = tuple(_filled(word, params) for word in self.objective)
            return self.start(Arm(name=f"trial {number}", command=words), tags)
        metrics = tuple(metric for metric in self.design.metrics if metric.name != "cost")
        seen = Trial(number, params, metrics=metrics, thresholds=thresholds_of(known.values(), metrics))
        call = partial(attempt, self.objective, seen, count=self.design.called)
        return self.start(Arm(name=f"trial {number}", call=call, isolated=True), tags)

    def found(self, number: int, params: Params, told: Told) -> TrialFound:
        """Read what a trial came to, from the ledger."""
        if told.run is None:
            return _failed(number, params, told.reason)
        trial: TrialFound = _read(self._config, lambda ledger: trial_of(_known(ledger).run(told.run), self.sought))
        if told.is_stopped and trial.values is None:
            return replace(trial, status="stopped", values=None, reason=_NO_ROOM)
        return replace(trial, reason=told.reason or trial.reason) if trial.values is None else trial

    def rate(self) -> float:
        """Give what a CPU-second costs in the budget's unit, by a short calibration.

        Raises:
            MeasureError: no joules are known here.
        """
        if self.sought.unit != "J":
            return 1.0
        told = self.start(Arm(name="calibration", call=burn, isolated=True), {SEARCH: self.sought.digest}).join()
        record = _read(self._config, lambda ledger: None if told.run is None else _known(ledger).run(told.run))
        energy_j = None if record is None else charged_j(record.energy_j)
        if record is None or not energy_j or not record.cpu_s:
            raise MeasureError("no joules are known on this machine", hint="give the budget in CPU-seconds: 300cpu-s")
        return energy_j / float(record.cpu_s)


class _Search:
    """Hold a search while it goes on."""

    def __init__(self, asking: Asking, making: Making, earlier: Earlier, options: SearchOptions) -> None:
        self._asking, self._making, self._earlier, self._options = asking, making, earlier, options
        self._design = making.design
        self._kept = {trial.number: replace(trial, is_earlier=True) for trial in earlier.trials}
        self._running: dict[int, tuple[Worker, Params]] = {}
        self._ended: dict[int, TrialFound] = {}
        self._told: dict[int, TrialFound] = {}
        self._spending = Spending(before=earlier.cost)
        self._next, self._ended_by = 0, ""

    def result(self) -> SearchResult:
        """Search, and say what was found."""
        rate = self._making.rate()
        self._spending = Spending(before=self._earlier.cost, factor=rate)
        try:
            while self._goes_on():
                self._fill()
                self._watch()
        finally:
            for worker, _ in self._running.values():
                worker.stop()
            for worker, _ in self._running.values():
                worker.join()
        return self._result()

    def _goes_on(self) -> bool:
        return bool(self._running) or not self._ended_by

    def _fill(self) -> None:
        """Begin trials while there is room: in the processes, in the order, in the budget."""
        while not self._ended_by and len(self._running) < self._design.workers and self._is_known(self._next):
            self._ended_by = self._why_not()
            if not self._ended_by:
                self._begin(self._next)
                self._next += 1

    def _is_known(self, number: int) -> bool:
        """Tell whether all trials have ended by which this one is chosen, and let the sampler learn from those alone."""
        while len(self._told) <= number - max(_LEAST_AHEAD, self._design.workers):
            trial = self._ended.get(len(self._told))
            if trial is None:
                return False
            losses = None if trial.values is None else losses_of(trial.values, self._design.metrics)
            self._asking.tell(trial.number, losses, cost=trial.cost if self._design.weighs_cost else None)
            self._told[trial.number] = trial
        return True

    def _why_not(self) -> str:
        """Say why no other trial is begun; empty where one is."""
        limit, budget = self._design.most_trials, self._design.budget.amount
        if limit is not None and self._next >= limit:
            return "trials"
        if self._next in self._kept:
            return ""
        if not is_worth_it(tuple(self._told.values()), self._design):
            return "gain"
        least = min((trial.cost for trial in self._ended.values() if trial.values), default=0.0)
        return "budget" if self._spending.foreseen(self._workers()) + least >= budget else ""

    def _begin(self, number: int) -> None:
        kept = self._kept.get(number)
        params = self._asking.ask(number, given=None if kept is None else kept.params)
        if params is None:
            self._ended_by = "space"
        elif kept is not None:
            self._end(kept)
        else:
            self._running[number] = (self._making.trial(number, params, self._told), params)

    def _workers(self) -> list[Worker]:
        return [worker for worker, _ in self._running.values()]

    def _watch(self) -> None:
        """Wait a little for a trial to end; stop all that run once the budget is spent."""
        if not self._running:
            return
        ready = select.select([worker.descriptor for worker in self._workers()], [], [], _LOOK_S)[0]
        if not ready and self._spending.foreseen(self._workers()) >= self._design.budget.amount:
            self._ended_by = "budget"
            for worker in self._workers():
                worker.stop()
        for number, (worker, params) in tuple(self._running.items()):
            if worker.descriptor in ready or (self._ended_by == "budget" and not ready):
                told = worker.join()
                del self._running[number]
                trial = self._making.found(number, params, told)
                self._spending.learn(cost=trial.cost, cpu_s=trial.cpu_s, unit=self._design.budget.unit)
                self._end(trial)

    def _end(self, trial: TrialFound) -> None:
        self._ended[trial.number] = trial
        if self._options.progress is not None and not trial.is_earlier:
            best = best_of(self._front(), self._design.metrics)
            done = len(self._ended)
            spent = self._spending.total(self._workers())
            self._options.progress(SearchProgress(self._making.run.id, trial, best, done, spent, self._design.budget))

    def _front(self) -> tuple[TrialFound, ...]:
        return front_of(tuple(self._ended.values()), self._design.metrics)

    def _result(self) -> SearchResult:
        design, front = self._design, self._front()
        joules = [trial.energy_j for trial in self._ended.values()]
        known_j = None if None in joules else sum(filter(None, joules))
        spent = self._spending.total()
        return SearchResult(
            run=self._making.run.id,
            metrics=design.metrics,
            budget=design.budget,
            strategy=self._asking.strategy,
            seed=design.seed,
            trials=tuple(self._ended[number] for number in sorted(self._ended)),
            front=front,
            best=best_of(front, design.metrics),
            cost=spent,
            energy_j=spent if design.budget.unit == "J" else known_j,
            cpu_s=self._spending.cpu_s() + sum(run.cpu_s or 0.0 for run in self._earlier.runs),
            ended_by=self._ended_by,
            warm=len(self._earlier.warm),
        )


def _check(objective: Objective | tuple[str, ...], space: Space) -> None:
    if callable(objective):
        return
    if not objective:
        raise UsageError(
            "no objective to search with", hint="vatio optimise search train:objective, or -- python train.py {lr}"
        )
    text = "\0".join(objective)
    missing = [name for name in space.names if f"{{{name}}}" not in text]
    if missing:
        raise UsageError(f"the command does not use {missing[0]}", hint=f"write {{{missing[0]}}} where its value goes")


def _filled(word: str, params: Mapping[str, Value]) -> str:
    """Write the values of a trial into a word of its command; a parameter that does not exist leaves nothing.

    >>> _filled("--lr={lr}", {"lr": 0.1})
    '--lr=0.1'
    """
    import re

    return re.sub(r"\{([A-Za-z_]\w*)\}", lambda found: str(params.get(found[1], "")), word)


def _digest(objective: Objective | tuple[str, ...], space: Space, design: SearchDesign) -> str:
    """Tell searches apart: before the dash what is sought over which space, after it how."""
    from vatio.digest import sha256

    said = list(objective) if not callable(objective) else _code(objective)
    metrics = [[metric.name, metric.maximise] for metric in design.metrics]
    kind = json.dumps([said, space.to_json(), metrics, design.budget.unit], sort_keys=True)
    how = json.dumps([design.strategy, design.seed, max(_LEAST_AHEAD, design.workers), design.weighs_cost])
    return f"{sha256(kind.encode()).hexdigest()[:32]}-{sha256(how.encode()).hexdigest()[:16]}"


def _code(objective: Objective) -> list[str]:
    from vatio.digest import sha256

    code = getattr(objective, "__code__", None)
    name = getattr(objective, "__qualname__", type(objective).__qualname__)
    return [str(getattr(objective, "__module__", "")), name, "" if code is None else sha256(code.co_code).hexdigest()]


def _failed(number: int, params: Params, reason: str) -> TrialFound:
    return TrialFound(
        number=number,
        params=dict(params),
        status="failed",
        values=None,
        cost=0.0,
        cpu_s=None,
        energy_j=None,
        reason=reason,
        reports={},
    )


def _read(config: Config, reading: Callable[[Any], Any]) -> Any:
    """Read from the ledger, which is closed again: no connection crosses a fork."""
    from vatio.ledger import open_keeper

    keeper = open_keeper(config)
    try:
        return reading(keeper.ledger)
    finally:
        keeper.close()


def _known(ledger: Any) -> Any:
    """Give the ledger if there is one.

    Raises:
        MeasureError: there is none.
    """
    if ledger is None:
        raise MeasureError("the ledger cannot be read, so that no trial can be told", hint="vatio doctor says why")
    return ledger
