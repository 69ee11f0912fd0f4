"""Weights, rules and memories answer as what they were made from, and come back from their folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vatio.errors import NotApplicable, UsageError
from vatio.optimise.model import Cases, Form, Task
from vatio.optimise.model.runtimes._cached import CachedRuntime
from vatio.optimise.model.runtimes._linear import LinearRuntime
from vatio.optimise.model.runtimes._rule import RuleRuntime
from vatio.optimise.model.runtimes._sklearn import sklearn_form
from vatio.optimise.model.techniques._cache import Cache
from vatio.optimise.model.techniques._same import scores_of
from vatio.optimise.model.techniques.estimators._linear import Linear

numpy = pytest.importorskip("numpy")

from sklearn.decomposition import PCA  # noqa: E402
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier, SGDClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402

_DRAWS = numpy.random.default_rng(0)
_X = _DRAWS.normal(size=(240, 5))
_Y = (_X[:, 0] + 0.3 * _DRAWS.normal(size=240) > 0).astype(int) + (_X[:, 1] > 0.5)
_RULE = {"column": 1, "most": 0.5, "then": [0.9, 0.1], "else": {"column": 0, "most": 0, "then": [0.5, 0.5], "else": [0, 1]}}


def _task(x=_X, y=_Y) -> Task:
    classes = tuple(numpy.unique(y).tolist()) if y.dtype.kind == "i" else ()
    return Task(classes=classes, fit=Cases(x=x[:160], y=y[:160]), select=Cases(x=x[160:], y=y[160:]))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        make_pipeline(StandardScaler(), PCA(3), LogisticRegression()),
        make_pipeline(MinMaxScaler(), RidgeClassifier()),
        LinearDiscriminantAnalysis(),
        SGDClassifier(loss="log_loss"),
    ],
    ids=str,
)
def test_a_linear_model_is_folded_into_weights(estimator, classes, tmp_path: Path) -> None:
    task = _task(y=numpy.minimum(_Y, classes - 1))
    form = sklearn_form(estimator.fit(task.fit.x, task.fit.y), task.classes)
    (offer,) = Linear().offers(form, task)
    linear = Linear().apply(form, offer, task)
    LinearRuntime().save(linear, tmp_path)
    back = Form(kind="linear", model=LinearRuntime().load(tmp_path, {}), answers=linear.answers, settings=linear.settings)
    assert scores_of(back, _X) == pytest.approx(scores_of(form, _X), abs=1e-9)


def test_a_linear_regression_gives_values() -> None:
    task = _task(y=_X[:, 0] * 3.0)
    form = sklearn_form(make_pipeline(StandardScaler(), Ridge()).fit(task.fit.x, task.fit.y))
    linear = Linear().apply(form, Linear().offers(form, task)[0], task)
    assert scores_of(linear, _X) == pytest.approx(scores_of(form, _X), abs=1e-9)


def test_what_is_not_linear_is_not_folded() -> None:
    task = _task()
    form = sklearn_form(make_pipeline(PolynomialFeatures(), LogisticRegression(max_iter=1000)).fit(_X, _Y), task.classes)
    with pytest.raises(NotApplicable, match="PolynomialFeatures before it"):
        Linear().offers(form, task)
    assert Linear().offers(sklearn_form(DecisionTreeClassifier().fit(_X, _Y), task.classes), task) == ()


def test_a_rule_is_followed_and_read_back(tmp_path: Path) -> None:
    RuleRuntime().save(Form(kind="rule", model=_RULE), tmp_path)
    rule = RuleRuntime().load(tmp_path, {})
    assert rule == _RULE
    predictor = RuleRuntime().predictor(Form(kind="rule", model=rule), batch=1)
    cases = numpy.array([[0.0, 0.5], [0.0, 0.6], [0.1, numpy.nan]])
    assert predictor.scores(cases).tolist() == [[0.9, 0.1], [0.5, 0.5], [0.0, 1.0]]
    values = RuleRuntime().predictor(Form(kind="rule", model=[3.5], answers="values"), batch=1)
    assert values.scores(cases).tolist() == [3.5, 3.5, 3.5]


def _nested(depth: int) -> dict[str, object] | list[float]:
    return [1.0] if depth == 0 else {"column": 0, "most": 0.0, "then": _nested(depth - 1), "else": [0.0]}


@pytest.mark.parametrize(
    "rule",
    [
        [],
        {"column": 0},
        {**_RULE, "column": "price"},
        {**_RULE, "column": -1},
        {**_RULE, "most": "0"},
        {**_RULE, "then": ["a"]},
        _nested(40),
        7,
    ],
)
def test_what_is_no_rule_is_refused(rule, tmp_path: Path) -> None:
    (tmp_path / "rule.json").write_text(json.dumps(rule), encoding="utf-8")
    with pytest.raises(UsageError, match=r"rule\.json"):
        RuleRuntime().load(tmp_path, {})


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    LinearRuntime().save(Form(kind="linear", model=(numpy.zeros((2, 3)), numpy.zeros(2))), tmp_path)
    with pytest.raises(UsageError, match="weights of shape"):
        LinearRuntime().load(tmp_path, {})
    (tmp_path / "weights.npy").write_bytes(b"\x80\x05.")
    with pytest.raises(UsageError, match="is no array"):
        LinearRuntime().load(tmp_path, {})


class Counted:
    """Count what is asked of a form within."""

    def __init__(self) -> None:
        self.asked = 0

    def scores(self, cases):
        self.asked += len(cases)
        return numpy.array([[len(case), 0.0] if isinstance(case, str) else [float(case[0]), 1.0] for case in cases])


def _remembering(entries: int):
    from vatio.optimise.model.runtimes._cached import Remembering

    inner = Counted()
    return Remembering(inner, inner, entries=entries), inner


def test_a_memory_asks_once_for_each_case() -> None:
    remembering, inner = _remembering(10)
    cases = numpy.array([[1.0], [2.0], [1.0], [3.0]])
    assert remembering.scores(cases)[:, 0].tolist() == [1.0, 2.0, 1.0, 3.0]
    assert inner.asked == 3
    assert remembering.scores(cases[1:2]).tolist() == [[2.0, 1.0]]
    assert inner.asked == 3
    remembering.forget()
    assert remembering.scores(["ab", "ab"]).tolist() == [[2.0, 0.0], [2.0, 0.0]]
    assert inner.asked == 4


def test_a_memory_forgets_what_it_learnt_first_and_knows_numbers_by_their_kind() -> None:
    remembering, inner = _remembering(2)
    for value in (1.0, 2.0, 3.0, 2.0, 3.0):
        remembering.scores(numpy.array([[value]]))
    assert inner.asked == 3
    remembering.scores(numpy.array([[1.0]]))
    assert inner.asked == 4
    assert remembering.scores(numpy.array([[numpy.int64(4607182418800017408)]]))[0, 0] == 4607182418800017408.0


def test_an_answer_that_is_changed_by_who_got_it_is_remembered_as_it_was() -> None:
    remembering, _ = _remembering(2)
    case = numpy.array([[1.0]])
    remembering.scores(case)[:] = 9.0
    remembering.scores(case)[:] = 9.0
    assert remembering.scores(case).tolist() == [[1.0, 1.0]]


def test_a_memory_is_offered_where_cases_repeat_and_comes_back_with_the_form_within(tmp_path: Path) -> None:
    form = sklearn_form(LogisticRegression().fit(_X, _Y), (0, 1, 2))
    with pytest.raises(NotApplicable, match="came before"):
        Cache().offers(form, _task())
    task = _task(x=numpy.repeat(_X[:60], 4, axis=0), y=numpy.repeat(_Y[:60], 4))
    cached = Cache().apply(form, Cache().offers(form, task)[0], task)
    CachedRuntime().save(cached, tmp_path)
    settings = json.loads(json.dumps(cached.settings))
    back = Form(kind="cached", model=CachedRuntime().load(tmp_path, settings), answers=cached.answers, settings=settings)
    assert (scores_of(back, _X) == scores_of(form, _X)).all()
    assert Cache().offers(back, task) == ()
    with pytest.raises(UsageError, match="name no form within"):
        CachedRuntime().load(tmp_path, {})
