"""Ask for points in an order that a seed fixes: a grid, at random, or where the trials so far promise most.

That is by a Gaussian process where all is numbers and one thing is sought, else by Optuna's TPE.
"""

from __future__ import annotations

import random
import warnings
from typing import Any

from vatio.errors import UnknownName
from vatio.optimise.search._gaussian import Gaussian, fits
from vatio.optimise.search._space import Parameter, Params, Space, Value, is_there, key
from vatio.plugins import require

STRATEGIES = ("gp", "tpe", "random", "grid")
# Frozen: points at random before anything is learnt, and how often a sampler is asked again for a point not tried yet.
_START_UPS = 8
_MOST_ASKS = 16
# Large and odd, so that the seeds of one search's questions are not another's.
_STRIDE = 1_000_003


class Asking:
    """Hold what was asked and learnt. Whoever asks and tells in the same order gets the same points.

    ``strategy`` is the one that is used: ``tpe`` where ``gp`` was asked for and a parameter is a word or does not always
    exist, or several things are sought.

    Raises:
        UnknownName: there is no such strategy.
        MissingExtra: Optuna is not installed.
    """

    def __init__(self, space: Space, *, strategy: str, seed: int, objectives: int) -> None:
        if strategy not in STRATEGIES:
            raise UnknownName.among("strategy", strategy, STRATEGIES)
        if strategy == "gp" and not fits(space, objectives=objectives, is_ordered=_is_ordered):
            strategy = "tpe"
        self._space, self.strategy, self._seed = space, strategy, seed
        self._known: set[str] = set()
        self._order = _shuffled(space, seed) if strategy == "grid" else []
        self._gaussian = Gaussian(space, seed) if strategy == "gp" else None
        self._optuna = require("optuna", extra="optimise") if strategy in ("tpe", "random") else None
        self._study = None if self._optuna is None else _study(self._optuna, objectives)
        self._asked: dict[int, Any] = {}

    def ask(self, number: int, *, given: Params | None = None) -> dict[str, Value] | None:
        """Give the point of one trial; ``None`` where every point was tried. ``given`` is the one it had before."""
        if self._gaussian is not None:
            point = self._gaussian.point(number, self._known) if given is None else dict(given)
            if point is not None:
                self._gaussian.begin(number, point)
        elif self._study is None:
            point = self._next() if given is None else dict(given)
        else:
            point = self._sampled(number) if given is None else self._fixed(number, given)
        if point is not None:
            self._known.add(key(point))
        return point

    def tell(self, number: int, losses: tuple[float, ...] | None, *, cost: float | None = None) -> None:
        """Learn what a trial came to, ``None`` where it failed, and, where told, what it cost (gp alone minds)."""
        if self._gaussian is not None:
            self._gaussian.tell(number, None if losses is None else losses[0], cost)
        if self._study is None or number not in self._asked:
            return
        trial = self._asked.pop(number)
        if losses is None:
            self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)  # type: ignore[union-attr]
        else:
            self._study.tell(trial, list(losses))

    def know(self, params: Params, losses: tuple[float, ...]) -> None:
        """Learn from a trial of an earlier search; its point is not asked for again."""
        self._known.add(key(params))
        if self._gaussian is not None:
            self._gaussian.know(params, losses[0])
        if self._study is not None and self._optuna is not None:
            distributions = {name: _distribution(self._optuna, self._parameter(name)) for name in params}
            made = self._optuna.trial.create_trial(params=self._coded(params), distributions=distributions, values=list(losses))
            self._study.add_trial(made)

    def _next(self) -> dict[str, Value] | None:
        return next((point for point in self._order if key(point) not in self._known), None)

    def _sampled(self, number: int) -> dict[str, Value] | None:
        """Ask Optuna, again where the point was tried already; in the end take any that was not."""
        for attempt in range(_MOST_ASKS):
            trial, point = self._draw(self._seed * _STRIDE + number * _MOST_ASKS + attempt)
            if key(point) not in self._known:
                self._asked[number] = trial
                return point
            self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)  # type: ignore[union-attr]
        left = [point for point in self._all() if key(point) not in self._known]
        return self._fixed(number, random.Random(self._seed + number).choice(left)) if left else None

    def _fixed(self, number: int, params: Params) -> dict[str, Value]:
        self._study.enqueue_trial(self._coded(params))  # type: ignore[union-attr]
        self._asked[number], point = self._draw(number)
        return point

    def _draw(self, seed: int) -> tuple[Any, dict[str, Value]]:
        study = self._study
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that some of what is set is experimental
            study.sampler = self._sampler(seed % 2**31)  # type: ignore[union-attr]
            trial = study.ask()  # type: ignore[union-attr]
            point: dict[str, Value] = {}
            for parameter in self._space.parameters:
                if is_there(parameter, point):
                    point[parameter.name] = _suggested(trial, parameter)
        return trial, point

    def _sampler(self, seed: int) -> Any:
        samplers = self._optuna.samplers  # type: ignore[union-attr]
        if self.strategy == "random":
            return samplers.RandomSampler(seed=seed)
        # A trial that still runs counts as a bad one, so that the next is not put beside it.
        return samplers.TPESampler(
            seed=seed,
            multivariate=True,
            group=any(parameter.when for parameter in self._space.parameters),
            constant_liar=True,
            n_startup_trials=_START_UPS,
        )

    def _all(self) -> list[dict[str, Value]]:
        """List every point where the space has an end: it is made of choices alone."""
        return list(self._space.points()) if all(parameter.choices for parameter in self._space.parameters) else []

    def _coded(self, params: Params) -> dict[str, Value]:
        """Write a point as Optuna knows it: a choice among rising numbers by its place."""
        return {name: _code(self._parameter(name), value) for name, value in params.items()}

    def _parameter(self, name: str) -> Parameter:
        return next(parameter for parameter in self._space.parameters if parameter.name == name)


def _study(optuna: Any, objectives: int) -> Any:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(directions=["minimize"] * objectives)


def _shuffled(space: Space, seed: int) -> list[dict[str, Value]]:
    """Put the grid's points in an order by which a search that ends early has seen all of the space."""
    points = list(space.points())
    random.Random(seed).shuffle(points)
    return points


def _is_ordered(parameter: Parameter) -> bool:
    """Tell whether the choices are numbers that rise: neighbours are alike then, and a sampler should know it."""
    choices = parameter.choices
    is_number = all(isinstance(choice, (int, float)) and not isinstance(choice, bool) for choice in choices)
    return len(choices) > 1 and is_number and list(choices) == sorted(choices)


def _code(parameter: Parameter, value: Value) -> Value:
    return parameter.choices.index(value) if _is_ordered(parameter) else value


def _suggested(trial: Any, parameter: Parameter) -> Value:
    if _is_ordered(parameter):
        at: int = trial.suggest_int(parameter.name, 0, len(parameter.choices) - 1)
        return parameter.choices[at]
    if parameter.choices:
        found: Value = trial.suggest_categorical(parameter.name, parameter.choices)
        return found
    suggest = trial.suggest_int if parameter.is_whole else trial.suggest_float
    number: Value = suggest(parameter.name, parameter.low, parameter.high, log=parameter.log)
    return number


def _distribution(optuna: Any, parameter: Parameter) -> Any:
    kinds = optuna.distributions
    if _is_ordered(parameter):
        return kinds.IntDistribution(0, len(parameter.choices) - 1)
    if parameter.choices:
        return kinds.CategoricalDistribution(parameter.choices)
    kind = kinds.IntDistribution if parameter.is_whole else kinds.FloatDistribution
    return kind(parameter.low, parameter.high, log=parameter.log)
