"""Search chains of techniques within a hard budget; certify the best on unseen cases; keep what can be deployed."""

from __future__ import annotations

import json
import math
import select
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from vatio.config import Config
from vatio.digest import sha256
from vatio.errors import LedgerUnavailable, MeasureError, UsageError
from vatio.files import write_whole
from vatio.measure import Arm, Run, Track, Wish, environment
from vatio.optimise.model._attempt import Attempt, Trying, form_of, kept_node
from vatio.optimise.model._certify import foreseen_low
from vatio.optimise.model._choice import Next, Stakes, best_of, nexts, times, to_certify
from vatio.optimise.model._final import Final, Measured, final_cpu_s, read_final
from vatio.optimise.model._front import (
    certificates_of,
    chosen_of,
    notes_of,
    points_of,
    rejected_of,
    watts_of,
)
from vatio.optimise.model._node import FORM_FOLDER, SCORES_FILE, Node, write_node
from vatio.optimise.model._quality import Quality
from vatio.optimise.model._request import ModelOptions, ModelProgress, ModelRequest
from vatio.optimise.model._task import Parted
from vatio.optimise.model._threads import one_thread, settle
from vatio.optimise.model.artefact import Recipe, write_artefact
from vatio.optimise.search import SEARCH, TRIAL, Ordered, Spending, Told, Worker, burn, charged_j, parts_of
from vatio.plugins import require
from vatio.records import Front, FrontPoint, FrontSearch, Quantity, RunRecord, to_json, total

_LOOK_S = 0.05
_STUCK_S = 60.0
# What the end may cost of a budget: the last measurement, the certificates, the artefacts.
_END_SHARE = 0.1
_NO_ROOM = "the budget is spent: stopped, counted, failed"
_MARK = "search.json"


class Found:
    """Hold what a search is made of, once it is read: the baseline, the parted cases, the quality that is asked."""

    def __init__(self, baseline: Any, parted: Parted, quality: Quality, cases_sha256: str) -> None:
        self.baseline, self.parted, self.quality, self.cases_sha256 = baseline, parted, quality, cases_sha256


def optimise_model(request: ModelRequest, *, config: Config, options: ModelOptions) -> Front:
    """Search for cheaper forms of a model at equal quality.

    Every trial is a run within the search's, in a process of its own that dies with the search. One that fails counts as
    spent. Ctrl-C ends the trials and raises KeyboardInterrupt; ``options.resume`` goes on from there in the same folder.

    Raises:
        UsageError: the model, the cases or the quality cannot be read, or the folder holds another search.
        MeasureError: the model does not answer the cases, or the budget is in joules and none are known on this machine.
        LedgerUnavailable: there is no ledger, so that no trial could be told.
    """
    with one_thread():
        found = read_all(request)
        settle()
        digest = _digest(request, found)
        _claim(options, digest)
        unit = request.budget.unit
        earlier, spent = _with_ledger(config, partial(_earlier, digest=digest, resume=options.resume, unit=unit))
        tags = {**(options.tags or {}), SEARCH: digest}
        parents = tuple(run.id for run in earlier[:1])
        wish = Wish(name="optimise model", tags=tags, config=config, parents=parents, stage="experimentation")
        with Track(wish) as run:
            engine = _Engine(request, found, config=config, options=options, run=run, digest=digest)
            return engine.front(spent)


class _Engine:
    """Hold a search while it goes on."""

    def __init__(
        self, request: ModelRequest, found: Found, *, config: Config, options: ModelOptions, run: Run, digest: str
    ) -> None:
        self._request, self._found, self._config, self._options = request, found, config, options
        self._run, self._digest = run, digest
        self._environ = dict(environment() if options.environ is None else options.environ)
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
        self._joules: list[Quantity] = []
        self._trials_cpu_s = 0.0
        self._spending = Spending(before=0.0)
        self._ended_by = ""

    def front(self, spent: float) -> Front:
        """Search, certify, keep; ``spent`` is what earlier parts of the search have cost."""
        self._spending = Spending(before=spent, factor=self._rate())
        baseline = self._try(Attempt(trying=self._trying))
        if baseline.status != "tried":
            raise MeasureError(f"the model does not answer the cases: {baseline.reason}", hint="look at its inputs and labels")
        self._climb()
        chosen = self._chosen()
        measured = self._last(chosen)
        return self._front((baseline, *chosen), measured)

    def _front(self, nodes: tuple[Node, ...], measured: Mapping[str, Measured]) -> Front:
        request, found = self._request, self._found
        certificates = certificates_of(request, found, nodes, measured)
        y, confidence = found.parted.certify.y, request.confidence
        points = points_of(
            request,
            nodes,
            measured=measured,
            certificates=certificates,
            qualities={node.key: found.quality.interval(y, measured[node.key].scores, confidence) for node in nodes},
            watts=watts_of(self._joules, self._trials_cpu_s),
            search_cost=self._spending.cpu_s(),
        )
        chosen = chosen_of(points)
        for node in nodes[1:]:
            self._keep(node, [point for point in points if point.chain and point.id.startswith(node.key)])
        front = Front(
            baseline=tuple(point for point in points if not point.chain),
            points=tuple(point for point in points if point.chain),
            rejected=tuple(rejected_of(self._nodes, nodes, self._tried, max_loss=request.max_loss)),
            chosen=chosen,
            search=self._search_part(),
            metric=request.quality,
            max_loss=request.max_loss,
            confidence=confidence,
            run=self._run.id,
            model=request.model,
            calls_per_day=request.calls_per_day,
            days=request.days if request.calls_per_day is not None else None,
            notes=(*found.parted.notes, *notes_of(points, chosen, self._ended_by, request.budget)),
        )
        path = self._options.out / "front.json"
        write_whole(str(path), json.dumps(to_json(front), indent=1).encode())
        self._run.log_artifact(path)
        return front

    def _keep(self, node: Node, points: Sequence[FrontPoint]) -> None:
        """Write what can be deployed of a trial: its files, what they are valid for, and the recipe that builds them again."""
        folder = self._options.out / "points" / node.key
        if folder.exists():  # an earlier part of this search has written the same bytes
            return
        request, found = self._request, self._found
        best = max(points, key=lambda point: point.times.value)
        recipe = Recipe(
            model=request.model,
            model_sha256=found.baseline.sha256,
            cases=request.cases,
            cases_sha256=found.cases_sha256,
            seed=request.seed,
            batches=request.batches,
            batch=best.batch,
            steps=node.chain,
            target=request.target,
            quality={name: to_json(value) for name, value in best.quality.items()},
        )
        saved = self._trying.folder / node.key / FORM_FOLDER
        write_artefact(folder, form_of(node, self._trying), task=self._trying.task, recipe=recipe, saved=saved)

    # --- the climb ----------------------------------------------------------------------------------------------------

    def _climb(self) -> None:
        """Try what promises most for its cost, until nothing repays itself or the budget is spent."""
        while not self._ended_by:
            waiting = nexts(self._nodes, self._tried, stakes=self._stakes())
            room = [each for each in waiting if self._fits(each)]
            if not room:
                self._ended_by = "budget" if waiting else "gain"
                return
            stakes = self._stakes()
            best = {batch: times(best_of(self._nodes, batch, stakes), batch) for batch in self._request.batches}
            pick = room[0]
            node = self._try(Attempt(trying=self._trying, parent=pick.parent, offered=pick.offered, best=best))
            self._tell(node, len(waiting) - 1)

    def _stakes(self) -> Stakes:
        node, cases = self._nodes[0], len(self._trying.task.select)
        each = [node.costs[batch].cpu_s_per_1000.value / 1000.0 for batch in node.costs]
        quality = min(1.0, max(0.0, node.quality or 0.0))
        spread = 2.0 * math.sqrt(max(quality * (1.0 - quality), 0.01) / cases) if self._trying.task.is_classes else 0.0
        whole = sum(each) / len(each) * self._request.inferences
        return Stakes(whole_cpu_s=whole, max_loss=self._request.max_loss, spread=spread, lows=self._lows)

    def _fits(self, each: Next) -> bool:
        end = max(_END_SHARE * self._request.budget.amount, self._end_cpu_s() * self._spending.factor)
        return self._spending.foreseen(()) + each.cost_cpu_s * self._spending.factor + end <= self._request.budget.amount

    def _end_cpu_s(self) -> float:
        """Foresee what the last measurement costs: the baseline's part, and as much again for all that is cheaper."""
        task, nodes = self._trying.task, self._nodes
        is_compared = any(node.is_exact and node.status == "tried" for node in nodes[1:])
        cases = len(self._found.parted.certify) + (len(task.select) + len(task.fit) if is_compared else 0)
        return 2.0 * final_cpu_s(nodes[0].costs, cases)

    def _tell(self, node: Node, waiting: int) -> None:
        if self._options.progress is not None:
            stakes = self._stakes()
            best = {batch: best_of(self._nodes, batch, stakes) for batch in self._request.batches}
            spent = self._spending.total()
            told = ModelProgress(self._run.id, node, best, len(self._nodes), waiting, spent, self._request.budget)
            self._options.progress(told)

    # --- trials -------------------------------------------------------------------------------------------------------

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
        told, cost, is_over = self._work(attempt, {TRIAL: attempt.node.key, "chain": name[:500]}, name[:150])
        node = kept_node(attempt)
        if node is None:
            reason = _NO_ROOM if is_over else told.reason or "its process ended without a word"
            node = replace(attempt.node, status="stopped" if is_over else "failed", reason=reason)
        node = replace(node, cost=cost, run=told.run)
        write_node(node, self._trying.folder / node.key)
        return node

    def _work(self, call: Callable[[], object], tags: Mapping[str, str], name: str) -> tuple[Told, float, bool]:
        """Have a call made in a worker, which is stopped once the budget is spent; gives what it cost."""
        arm = Arm(name=name, call=call, isolated=True)
        tags = {SEARCH: self._digest, **tags}
        worker = Worker(Ordered(arm, self._run.id, tags, self._config, self._environ, self._options.timeout_s))
        is_over, watch = False, _Watch()
        try:
            while not select.select([worker.descriptor], [], [], _LOOK_S)[0]:
                if self._spending.foreseen((worker,)) >= self._request.budget.amount:
                    is_over, self._ended_by = True, "budget"
                    worker.stop()
                    break
                if watch.is_stuck(worker.cpu_s()):
                    worker.stop()
                    break
        except BaseException:
            worker.stop()
            worker.join()
            raise
        told = worker.join()
        if watch.stuck:
            told = told._replace(reason=watch.stuck)
        return told, self._learn(told), is_over

    def _learn(self, told: Told) -> float:
        if told.run is None:
            return 0.0
        record: RunRecord = _with_ledger(self._config, lambda ledger: ledger.run(told.run))
        unit = self._request.budget.unit
        cost = _cost(record, unit)
        self._spending.learn(cost=cost, cpu_s=record.cpu_s, unit=unit)
        self._joules.append(record.energy_j)
        self._trials_cpu_s += record.cpu_s or 0.0
        return cost

    def _rate(self) -> float:
        """Give what a CPU-second costs in the budget's unit.

        Raises:
            MeasureError: no joules are known here.
        """
        if self._request.budget.unit != "J":
            return 1.0
        arm = Arm(name="calibration", call=burn, isolated=True)
        ordered = Ordered(arm, self._run.id, {SEARCH: self._digest}, self._config, self._environ, self._options.timeout_s)
        told = Worker(ordered).join()
        record = None if told.run is None else _with_ledger(self._config, lambda ledger: ledger.run(told.run))
        energy_j = None if record is None else charged_j(record.energy_j)
        if record is None or not energy_j or not record.cpu_s:
            raise MeasureError("no joules are known on this machine", hint="give the budget in CPU-seconds: 300cpu-s")
        return float(energy_j / record.cpu_s)

    # --- the end ------------------------------------------------------------------------------------------------------

    def _chosen(self) -> tuple[Node, ...]:
        """Choose what is opened to the certifying cases; what an earlier part of the search has opened stays with it."""
        picked = to_certify(self._nodes, stakes=self._stakes(), batches=self._request.batches)
        opened = _opened(self._options)
        again = [node for node in self._nodes if node.key in opened and node not in picked and node.status == "tried"]
        return (*picked, *again)

    def _foreseen(self, node: Node) -> float:
        """Give the lower bound to be expected of a trial's change on the certifying cases: 0 for what only rounds."""
        numpy = require("numpy", extra="optimise")
        if node.is_exact:
            return 0.0
        base, own = (
            numpy.load(self._trying.folder / each.key / SCORES_FILE, allow_pickle=False) for each in (self._nodes[0], node)
        )
        cases, confidence = len(self._found.parted.certify), self._request.confidence
        y, quality = self._trying.task.select.y, self._found.quality
        return foreseen_low(y, base, own, quality=quality, cases=cases, confidence=confidence)

    def _last(self, chosen: tuple[Node, ...]) -> dict[str, Measured]:
        """Measure the chosen together with the baseline, and ask them the certifying cases."""
        nodes = (self._nodes[0], *chosen)
        write_whole(str(self._options.out / "opened.json"), json.dumps([node.key for node in chosen]).encode())
        final = Final(trying=self._trying, nodes=nodes, cases=self._found.parted.certify)
        before = self._ended_by
        told, _, is_over = self._work(final, {"part": "last measurement"}, "last measurement")
        if is_over:
            raise MeasureError(
                "the budget is too small to measure and certify what was found",
                hint=f"vatio optimise model --resume {self._run.id} with a larger --budget",
            )
        if told.run is None or told.reason:
            raise MeasureError(f"the last measurement failed: {told.reason}")
        self._ended_by = before
        return read_final(self._trying.folder, nodes)

    def _search_part(self) -> FrontSearch:
        energy_j = total(self._joules) if self._joules else Quantity.absent("energy")
        return FrontSearch(energy_j=energy_j, cpu_s=self._spending.cpu_s(), trials=len(self._nodes) - 1)


def read_all(request: ModelRequest) -> Found:
    """Read the model, the cases and the quality that are asked.

    Raises:
        UsageError: one of them cannot be read.
    """
    from vatio.optimise.model._cases import read_cases
    from vatio.optimise.model._model import read_model
    from vatio.optimise.model._quality import read_quality

    baseline = read_model(request.model, trust=request.trust)
    parted = read_cases(
        request.cases,
        target=request.target,
        batches=request.batches,
        seed=request.seed,
        needs_text=baseline.form.kind == "text",
        classes=baseline.classes,
        wants=_wants(request.quality),
    )
    return Found(baseline, parted, read_quality(request.quality, classes=parted.task.classes), digest_of_cases(parted))


def _wants(metric: str) -> str:
    """Say what labels a metric is of: classes or values; nothing for a user's own."""
    from vatio.optimise.model.metrics import METRICS

    known = METRICS.get(metric)
    return "" if known is None else "values" if known.needs == "values" else "classes"


def digest_of_cases(parted: Parted) -> str:
    """Tell cases apart: a digest of all of them, in their parts."""
    found = sha256()
    for cases in (parted.task.fit, parted.task.select, parted.certify):
        x = cases.x if isinstance(cases.x, list) else cases.x.tolist() if cases.x.dtype == object else cases.x.tobytes()
        found.update(x if isinstance(x, bytes) else json.dumps(x, default=str).encode())
        found.update(cases.y.tobytes())
    return str(found.hexdigest())


def _digest(request: ModelRequest, found: Found) -> str:
    """Tell searches apart: what is sought in what, and not how much may be spent or lost."""
    what = [request.quality, list(request.batches), request.seed, request.reach, list(request.techniques)]
    said = json.dumps([found.baseline.sha256, found.cases_sha256, *what])
    return f"model-{sha256(said.encode()).hexdigest()[:32]}"


def _claim(options: ModelOptions, digest: str) -> None:
    """Take the folder for this search.

    Raises:
        UsageError: it holds something else, or a search that is not to be gone on with.
    """
    mark = options.out / _MARK
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        held = json.loads(mark.read_bytes())["search"]
    except FileNotFoundError:
        if any(options.out.iterdir()):
            raise UsageError(f"{options.out} is not empty", hint="give a folder of its own: --out DIR") from None
        held = None
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"cannot read {mark}: {error}", hint="give another --out DIR") from error
    if held is not None and held != digest:
        raise UsageError(f"{options.out} holds a search for something else", hint="give another --out DIR")
    if held is not None and options.resume is None:
        raise UsageError(
            f"{options.out} holds this search already", hint="--resume RUN goes on with it; or give another --out DIR"
        )
    write_whole(str(mark), json.dumps({"search": digest}).encode())


def _opened(options: ModelOptions) -> set[str]:
    try:
        return set(json.loads((options.out / "opened.json").read_bytes()))
    except (OSError, ValueError):
        return set()


def _earlier(ledger: Any, *, digest: str, resume: str | None, unit: str) -> tuple[tuple[RunRecord, ...], float]:
    """Read the runs that are gone on with, the latest first, and what they have spent."""
    if resume is None:
        return (), 0.0
    ledger.settle()
    parts: tuple[RunRecord, ...] = parts_of(ledger, resume, digest)
    # What a search that was killed has used itself is not known; its trials are.
    within = [sum(_cost(record, unit) for record in ledger.runs(0, within=run.id)) for run in parts]
    return parts, sum(max(_cost(run, unit), trials) for run, trials in zip(parts, within, strict=True))


def _cost(record: RunRecord, unit: str) -> float:
    return (charged_j(record.energy_j) if unit == "J" else record.cpu_s) or 0.0


class _Watch:
    """Notice a trial that computes nothing any more: one that waits for a thread that is not there would wait for ever."""

    def __init__(self) -> None:
        self._used_s, self._since_s, self.stuck = -1.0, time.monotonic(), ""

    def is_stuck(self, cpu_s: float) -> bool:
        """Tell whether it has used no CPU time for too long."""
        if cpu_s != self._used_s:
            self._used_s, self._since_s = cpu_s, time.monotonic()
        elif time.monotonic() - self._since_s > _STUCK_S:
            self.stuck = f"it computed nothing for {_STUCK_S:.0f} s: stopped"
        return bool(self.stuck)


def _with_ledger(config: Config, reading: Callable[[Any], Any]) -> Any:
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
