"""Run a rule: a few questions after one another, as plain comparisons; no library is asked for a single case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes._shaping import laid_out
from vatio.optimise.model.runtimes._sklearn import content_of
from vatio.plugins import require

_FILE = "rule.json"
_DEEPEST = 16


class RuleRuntime:
    """Run a rule as JSON has it: a list of scores, or ``{"column", "most", "then", "else"}``: then where the value <= most.

    A value that is no number goes on with else.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make a rule ready."""
        del batch
        numpy = require("numpy", extra="optimise")
        return laid_out(form, _Rule(_nested(form.model, numpy), numpy, is_values=form.answers == "values"))

    def save(self, form: Form, folder: Path) -> None:
        """Write the rule."""
        (folder / _FILE).write_text(json.dumps(form.model, allow_nan=False, separators=(",", ":")), encoding="utf-8")

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read the rule back.

        Raises:
            UsageError: there is none, or it is not one.
        """
        del settings
        try:
            rule = json.loads(content_of(folder, _FILE))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{folder / _FILE} holds no rule: {error}") from error
        _require_rule(rule, folder, _DEEPEST)
        return rule


class _Rule:
    """Answer by going down; leaves are arrays that are copied together."""

    __slots__ = ("_numpy", "_rule", "_values")

    def __init__(self, rule: Any, numpy: Any, *, is_values: bool) -> None:
        self._rule, self._numpy, self._values = rule, numpy, is_values

    def scores(self, cases: Any) -> Any:
        """Give the scores."""
        rule, found = self._rule, []
        for case in cases:
            node = rule
            while node.__class__ is tuple:
                node = node[2] if case[node[0]] <= node[1] else node[3]
            found.append(node)
        answered = self._numpy.array(found)
        return answered[:, 0] if self._values else answered


def _nested(rule: Any, numpy: Any) -> Any:
    if isinstance(rule, list):
        return numpy.array(rule, dtype=float)
    return rule["column"], rule["most"], _nested(rule["then"], numpy), _nested(rule["else"], numpy)


def _require_rule(rule: Any, folder: Path, deepest: int) -> None:
    if isinstance(rule, list) and rule and all(type(value) in (int, float) for value in rule):
        return
    if not (isinstance(rule, dict) and set(rule) == {"column", "most", "then", "else"} and deepest > 0):
        raise UsageError(f"{folder / _FILE} holds no rule that can be followed")
    if type(rule["column"]) is not int or rule["column"] < 0 or type(rule["most"]) not in (int, float):
        raise UsageError(f"{folder / _FILE} asks about column {rule['column']!r} and {rule['most']!r}")
    for branch in ("then", "else"):
        _require_rule(rule[branch], folder, deepest - 1)
