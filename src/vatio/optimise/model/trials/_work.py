"""Do one thing at a time in a worker, as a run within the search's, within a hard budget that counts everything."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vatio.config import Config
from vatio.errors import LedgerUnavailable, MeasureError
from vatio.measure import Arm, environment
from vatio.optimise.model._request import ModelOptions
from vatio.optimise.search import SEARCH, Budget, Ordered, Spending, Told, Worker, burn, charged_j, parts_of
from vatio.records import FrontSearch, Quantity, RunRecord, total

_LOOK_S = 0.05
_STUCK_S = 60.0
# Less of one CPU than this is waiting; a trial among many on a busy machine gets more.
_IDLE_RATIO = 0.01


class Done(NamedTuple):
    """Hold what became of one thing: what its worker said, what it cost, and whether the budget ended it."""

    told: Told
    cost: float
    is_over: bool


class Works:
    """Hold a search's budget and do its work; ``before`` is what earlier parts of it have cost, in the budget's unit.

    Raises:
        MeasureError: the budget is in joules, and none are known here.
    """

    def __init__(self, budget: Budget, *, run: str, digest: str, config: Config, options: ModelOptions, before: float) -> None:
        self.budget, self._run, self._digest, self._config, self._options = budget, run, digest, config, options
        self._environ = dict(environment() if options.environ is None else options.environ)
        self._energies_j: list[Quantity] = []
        self._cpu_s = 0.0
        self.spending = Spending(before=before, factor=self._rate())

    def do(self, call: Callable[[], object], tags: Mapping[str, str], name: str, *, kept_cpu_s: float = 0.0) -> Done:
        """Have a call made in a worker, which is stopped once it computes nothing any more, or the budget is spent.

        ``kept_cpu_s`` of the budget are not for it.
        """
        worker, is_over, watch = self._started(call, tags, name), False, Watch()
        try:
            while not select.select([worker.descriptor], [], [], _LOOK_S)[0]:
                kept = kept_cpu_s * self.spending.factor
                is_over = self.spending.foreseen((worker,)) + kept >= self.budget.amount
                if is_over or watch.is_stuck(worker.cpu_s()):
                    worker.stop()
                    break
        except BaseException:
            worker.stop()
            worker.join()
            raise
        told = worker.join()
        told = told._replace(reason=watch.stuck) if watch.stuck else told
        return Done(told, self._learn(told), is_over)

    def fits(self, cost_cpu_s: float) -> bool:
        """Tell whether so many CPU-seconds more are within the budget."""
        return self.spending.foreseen(()) + cost_cpu_s * self.spending.factor <= self.budget.amount

    def part(self, trials: int) -> FrontSearch:
        """Give what the search has cost so far."""
        energy_j = total(self._energies_j) if self._energies_j else Quantity.absent("energy")
        return FrontSearch(energy_j=energy_j, cpu_s=self.spending.cpu_s(), trials=trials)

    def energy(self) -> tuple[list[Quantity], float]:
        """Give the energy of every piece of work, and the CPU-seconds of all."""
        return self._energies_j, self._cpu_s

    def _started(self, call: Callable[[], object], tags: Mapping[str, str], name: str) -> Worker:
        arm = Arm(name=name, call=call, isolated=True)
        tags = {SEARCH: self._digest, **tags}
        return Worker(Ordered(arm, self._run, tags, self._config, self._environ, self._options.timeout_s))

    def _learn(self, told: Told) -> float:
        if told.run is None:
            return 0.0
        record: RunRecord = with_ledger(self._config, lambda ledger: ledger.run(told.run))
        cost = cost_of(record, self.budget.unit)
        self.spending.learn(cost=cost, cpu_s=record.cpu_s, unit=self.budget.unit)
        self._energies_j.append(record.energy_j)
        self._cpu_s += record.cpu_s or 0.0
        return cost

    def _rate(self) -> float:
        """Give what a CPU-second costs in the budget's unit."""
        if self.budget.unit != "J":
            return 1.0
        told = self._started(burn, {}, "calibration").join()
        record = None if told.run is None else with_ledger(self._config, lambda ledger: ledger.run(told.run))
        energy_j = None if record is None else charged_j(record.energy_j)
        if record is None or not energy_j or not record.cpu_s:
            raise MeasureError("no joules are known on this machine", hint="give the budget in CPU-seconds: 300cpu-s")
        return float(energy_j / record.cpu_s)


class Watch:
    """Notice a trial that computes nothing any more: one that waits for a thread that is not there would wait for ever."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used_s, self._since_s, self.stuck = -1.0, clock(), ""

    def is_stuck(self, cpu_s: float) -> bool:
        """Tell whether it has used next to no CPU time for too long; what attends it uses a little."""
        now_s = self._clock()
        if cpu_s - self._used_s > _IDLE_RATIO * (now_s - self._since_s):
            self._used_s, self._since_s = cpu_s, now_s
        elif now_s - self._since_s > _STUCK_S:
            self.stuck = f"it computed nothing for {_STUCK_S:.0f} s: stopped"
        return bool(self.stuck)


def earlier_parts(ledger: Any, *, digest: str, resume: str | None, unit: str) -> tuple[tuple[RunRecord, ...], float]:
    """Read the runs that are gone on with, the latest first, and what they have spent."""
    if resume is None:
        return (), 0.0
    ledger.settle()
    parts: tuple[RunRecord, ...] = parts_of(ledger, resume, digest)
    # What a search that was killed has used itself is not known; its trials are.
    within = [sum(cost_of(record, unit) for record in ledger.runs(0, within=run.id)) for run in parts]
    return parts, sum(max(cost_of(run, unit), trials) for run, trials in zip(parts, within, strict=True))


def cost_of(record: RunRecord, unit: str) -> float:
    """Give what a run counts against a budget: modelled joules at their high end."""
    return (charged_j(record.energy_j) if unit == "J" else record.cpu_s) or 0.0


def with_ledger(config: Config, reading: Callable[[Any], Any]) -> Any:
    """Read from the ledger, which is closed again: no connection crosses a fork.

    Raises:
        LedgerUnavailable: there is none.
    """
    from vatio.ledger import open_keeper

    keeper = open_keeper(config)
    try:
        if keeper.ledger is None:
            raise LedgerUnavailable("the ledger cannot be opened, so that no trial can be told", hint="vatio doctor says why")
        return reading(keeper.ledger)
    finally:
        keeper.close()
