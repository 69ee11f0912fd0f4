"""Search chains of techniques within a hard budget; certify the best on unseen cases; keep what can be deployed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module

from vatio.config import Config
from vatio.errors import MeasureError
from vatio.measure import Run, Track, Wish
from vatio.optimise.model._request import ModelOptions, ModelProgress, ModelRequest
from vatio.optimise.model.climb._choice import Next, Stakes, best_of, nexts, times, to_certify
from vatio.optimise.model.climb._ending import Ending
from vatio.optimise.model.climb._folder import alone, claim, keep_opened, keep_run, opened
from vatio.optimise.model.judging import foreseen_low
from vatio.optimise.model.reading import Found, digest_of_search, read_all
from vatio.optimise.model.trials import (
    SCORES_FILE,
    Attempt,
    Final,
    Measured,
    Node,
    Trying,
    Works,
    earlier_parts,
    final_cpu_s,
    kept_node,
    one_thread,
    read_final,
    settle,
    with_ledger,
    write_node,
)
from vatio.optimise.search import SEARCH, TRIAL, spent_text
from vatio.plugins import require
from vatio.records import Front

# What the end may cost of a budget at least: the last measurement, the certificates, the artefacts.
_END_SHARE = 0.1
_NO_ROOM = "the budget is spent: stopped, counted, failed"
_INFERENCES = 1000.0


def optimise_model(request: ModelRequest, *, config: Config, options: ModelOptions) -> Front:
    """Search for cheaper forms of a model at equal quality.

    Every trial is a run within the search's, in a process of its own that dies with the search. One that fails counts as
    spent. Ctrl-C ends the trials and raises KeyboardInterrupt; ``options.resume`` goes on from there in the same folder.

    Raises:
        UsageError: the model, the cases or the quality cannot be read, or the folder holds another search.
        MeasureError: the model does not answer the cases, the budget is too small to certify anything, or it is in joules
            and none are known on this machine.
        LedgerUnavailable: there is no ledger, so that no trial could be told.
    """
    with one_thread():
        found = read_all(request)
        settle()
        digest = digest_of_search(request, found)
        reading = partial(earlier_parts, digest=digest, resume=options.resume, unit=request.budget.unit)
        earlier, spent = with_ledger(config, reading)
        claim(options, digest)
        tags = {**(options.tags or {}), SEARCH: digest}
        parents = tuple(run.id for run in earlier[:1])
        wish = Wish(name="optimise model", tags=tags, config=config, parents=parents, stage="experimentation")
        with alone(options), Track(wish) as run:
            keep_run(options, digest, run.id)
            works = Works(request.budget, run=run.id, digest=digest, config=config, options=options, before=spent)
            with _kept_in(options):
                return _Search(request, found, config=config, options=options, run=run, works=works).front()


@contextmanager
def _kept_in(options: ModelOptions) -> Iterator[None]:
    """Say what to do where the folder cannot be written to any more."""
    try:
        yield
    except OSError as error:
        said = f"the search cannot be kept in {options.out}: {error.strerror or error}"
        raise MeasureError(said, hint="make room there; --resume RUN then goes on, with what was tried") from error


class _Search:
    """Hold a search while it goes on."""

    def __init__(
        self, request: ModelRequest, found: Found, *, config: Config, options: ModelOptions, run: Run, works: Works
    ) -> None:
        self._request, self._found, self._options, self._run, self._works = request, found, options, run, works
        self._trying = Trying(
            task=found.parted.task,
            quality=found.quality,
            baseline=found.baseline.form,
            folder=options.out / "trials",
            config=config,
            reach=request.reach,
            techniques=request.techniques,
        )
        self._nodes: list[Node] = []
        self._tried: set[str] = set()
        self._lows: dict[str, float] = {}

    def front(self) -> Front:
        """Search, certify, keep."""
        baseline = self._try(Attempt(trying=self._trying))
        if baseline.status == "stopped":
            raise self._too_small("to measure the model as it is")
        if baseline.status != "tried":
            hint = "look at the model's inputs, at the labels, and at the metric"
            raise MeasureError(f"the model as it is cannot be judged by the cases: {baseline.reason}", hint=hint)
        ended_by = self._climb()
        chosen = self._chosen()
        ending = Ending(self._request, self._found, self._trying, options=self._options, run=self._run, works=self._works)
        return ending.front(self._nodes, chosen, self._last(chosen), tried=self._tried, ended_by=ended_by)

    def _climb(self) -> str:
        """Try what promises most for its cost, until nothing repays itself or the budget is spent; says which."""
        while True:
            stakes = self._stakes()
            waiting = nexts(self._nodes, self._tried, stakes=stakes)
            pick = next((each for each in waiting if self._fits(each)), None)
            if pick is None:
                return "budget" if waiting else "gain"
            best = {batch: times(best_of(self._nodes, batch, stakes), batch) for batch in self._request.batches}
            least = (self._nodes[0].quality or 0.0) - stakes.max_loss - stakes.spread
            attempt = Attempt(trying=self._trying, parent=pick.parent, offered=pick.offered, best=best, least_quality=least)
            node = self._try(attempt)
            self._tell(node, len(waiting) - 1)
            if node.status == "stopped":
                return "budget"

    def _stakes(self) -> Stakes:
        node, cases = self._nodes[0], len(self._trying.task.select)
        each = [cost.cpu_s_per_1000.value / _INFERENCES for cost in node.costs.values()]
        quality = min(1.0, max(0.0, node.quality or 0.0))
        spread = 2.0 * math.sqrt(max(quality * (1.0 - quality), 0.01) / cases) if self._trying.task.is_classes else 0.0
        whole_cpu_s = sum(each) / len(each) * self._request.inferences
        return Stakes(
            whole_cpu_s=whole_cpu_s,
            max_loss=self._request.max_loss,
            spread=spread,
            lows=self._lows,
            most_bytes=self._request.max_size_bytes or math.inf,
        )

    def _fits(self, each: Next) -> bool:
        return self._works.fits(each.cost_cpu_s + self._end_cpu_s())

    def _end_cpu_s(self) -> float:
        """Foresee what the last measurement costs: the baseline's part, and as much again for all that is cheaper."""
        task, nodes = self._trying.task, self._nodes
        if not nodes:
            return 0.0
        is_compared = any(node.is_exact and node.status == "tried" for node in nodes[1:])
        cases = len(self._found.parted.certify) + (len(task.select) + len(task.fit) if is_compared else 0)
        return max(
            _END_SHARE * self._request.budget.amount / self._works.spending.factor, 2.0 * final_cpu_s(nodes[0].costs, cases)
        )

    def _tell(self, node: Node, waiting: int) -> None:
        if self._options.progress is not None:
            stakes, budget = self._stakes(), self._request.budget
            best = {batch: best_of(self._nodes, batch, stakes) for batch in self._request.batches}
            spent = self._works.spending.total()
            self._options.progress(ModelProgress(self._run.id, node, best, len(self._nodes) - 1, waiting, spent, budget))

    def _try(self, attempt: Attempt) -> Node:
        """Make a trial, or take it as an earlier part of this search has left it."""
        kept = kept_node(attempt)
        node = kept if kept is not None and kept.status != "stopped" else self._made(attempt)
        for name in node.imported:
            with suppress(ImportError):  # the next trials inherit it
                import_module(name)
        self._nodes.append(node)
        self._tried.add(node.key)
        if node.status == "tried":
            self._lows[node.key] = self._foreseen(node)
        return node

    def _made(self, attempt: Attempt) -> Node:
        name = attempt.node.text
        tags = {TRIAL: attempt.node.key, "chain": name[:500]}
        # The end's part is kept: a trial that never ends must not cost what was found before it.
        done = self._works.do(attempt, tags, name[:150], kept_cpu_s=self._end_cpu_s())
        node = kept_node(attempt)
        if node is None or node.status == "stopped":
            reason = _NO_ROOM if done.is_over else done.told.reason or "its process ended without a word"
            node = replace(attempt.node, status="stopped" if done.is_over else "failed", reason=reason)
        node = replace(node, cost=done.cost, run=done.told.run)
        write_node(node, self._trying.folder / node.key)
        return node

    def _foreseen(self, node: Node) -> float:
        """Give the lower bound to be expected of a trial's change on the certifying cases: 0 for what only rounds."""
        if node.is_exact:
            return 0.0
        numpy, folder = require("numpy", extra="optimise"), self._trying.folder
        base, own = (numpy.load(folder / each.key / SCORES_FILE, allow_pickle=False) for each in (self._nodes[0], node))
        cases, confidence = len(self._found.parted.certify), self._request.confidence
        y, quality = self._trying.task.select.y, self._found.quality
        return foreseen_low(y, base, own, quality=quality, cases=cases, confidence=confidence)

    def _chosen(self) -> tuple[Node, ...]:
        """Choose what is opened to the certifying cases; what an earlier part of the search has opened stays with it."""
        picked = to_certify(self._nodes, stakes=self._stakes(), batches=self._request.batches)
        before = opened(self._options)
        again = [node for node in self._nodes if node.key in before and node not in picked and node.status == "tried"]
        return (*picked, *again)

    def _last(self, chosen: tuple[Node, ...]) -> dict[str, Measured]:
        """Measure the chosen together with the baseline, and ask them the certifying cases."""
        nodes = (self._nodes[0], *chosen)
        final = Final(trying=self._trying, nodes=nodes, cases=self._found.parted.certify)
        done = self._works.do(final, {"part": "last measurement"}, "last measurement")
        if done.is_over:
            raise self._too_small("to measure and certify what was found", needs_cpu_s=self._end_cpu_s())
        if done.told.run is None or done.told.reason:
            hint = (
                f"--resume {self._run.id} makes it again; where a trial's files were changed, begin anew in another --out DIR"
            )
            raise MeasureError(f"the last measurement failed: {done.told.reason}", hint=hint)
        keep_opened(self._options, [node.key for node in chosen])
        return read_final(self._trying.folder, nodes)

    def _too_small(self, what: str, *, needs_cpu_s: float = 0.0) -> MeasureError:
        spending = self._works.spending
        needed = spent_text(spending.total() + needs_cpu_s * spending.factor, self._request.budget.unit)
        about = f" (about {needed})" if needs_cpu_s else ""
        hint = f"vatio optimise model --resume {self._run.id} with a larger --budget{about} keeps what was tried"
        return MeasureError(f"a budget of {self._request.budget.text} is too small {what}", hint=hint)
