"""Trees that treelite interprets answer as they did."""

from __future__ import annotations

from pathlib import Path

import pytest

from vatio.errors import NotApplicable, UsageError
from vatio.optimise.model import Cases, Form, Task
from vatio.optimise.model.runtimes._sklearn import sklearn_form
from vatio.optimise.model.runtimes._treelite import TreeliteRuntime
from vatio.optimise.model.techniques._same import scores_of
from vatio.optimise.model.techniques.estimators._treelite import Treelite

numpy = pytest.importorskip("numpy")
pytest.importorskip("treelite")

from sklearn.ensemble import (  # noqa: E402
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression  # noqa: E402

_DRAWS = numpy.random.default_rng(0)
_X = _DRAWS.normal(size=(240, 5))
_X[:, 4] = _DRAWS.integers(5, size=240)
_Y = (_X[:, 0] + 0.3 * _DRAWS.normal(size=240) > 0).astype(int) + ((_X[:, 1] > 0.5) & (_X[:, 4] > 2))
_GAPS = numpy.where(_DRAWS.random(_X.shape) < 0.1, numpy.nan, _X)


def _task(x=_X, y=_Y) -> Task:
    classes = tuple(numpy.unique(y).tolist()) if y.dtype.kind == "i" else ()
    return Task(classes=classes, fit=Cases(x=x[:160], y=y[:160]), select=Cases(x=x[160:], y=y[160:]))


def _converted(estimator, task: Task) -> tuple[Form, Form]:
    form = sklearn_form(estimator.fit(task.fit.x, task.fit.y), task.classes)
    (offer,) = Treelite().offers(form, task)
    return form, Treelite().apply(form, offer, task)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(7),
        ExtraTreesClassifier(7),
        GradientBoostingClassifier(n_estimators=7),
        HistGradientBoostingClassifier(max_iter=7),
        HistGradientBoostingClassifier(max_iter=7, categorical_features=[4]),
    ],
    ids=str,
)
def test_a_classifier_keeps_its_answers(estimator, classes) -> None:
    task = _task(y=numpy.minimum(_Y, classes - 1))
    form, trees = _converted(estimator, task)
    assert scores_of(trees, task.select.x) == pytest.approx(scores_of(form, task.select.x), abs=1e-6)


@pytest.mark.parametrize("estimator", [RandomForestRegressor(7), HistGradientBoostingRegressor(loss="poisson")], ids=str)
def test_a_regression_keeps_its_values(estimator) -> None:
    task = _task(y=numpy.exp(_X[:, 0]))
    form, trees = _converted(estimator, task)
    assert scores_of(trees, task.select.x) == pytest.approx(scores_of(form, task.select.x), rel=1e-9)


def test_gaps_go_the_way_that_they_went() -> None:
    form, trees = _converted(HistGradientBoostingClassifier(max_iter=7), _task(x=_GAPS))
    assert scores_of(trees, _GAPS) == pytest.approx(scores_of(form, _GAPS), abs=1e-6)


def test_it_is_read_back_and_answers_calls_of_any_size(tmp_path: Path) -> None:
    _, trees = _converted(RandomForestClassifier(7), _task())
    TreeliteRuntime().save(trees, tmp_path)
    written = (tmp_path / "model.treelite").read_bytes()
    back = Form(kind="treelite", model=TreeliteRuntime().load(tmp_path, {}), settings=trees.settings)
    predictor = TreeliteRuntime().predictor(back, batch=1)
    whole = predictor.scores(_X)
    assert (numpy.concatenate([predictor.scores(_X[at : at + 1]) for at in range(240)]) == whole).all()
    assert (whole == scores_of(trees, _X)).all()
    assert back.model.serialize_bytes() == written
    with pytest.raises(UsageError, match="5 columns"):
        predictor.scores(_X[:1, :4])


def test_what_it_would_answer_otherwise_is_refused_with_the_reason() -> None:
    task = _task(y=numpy.minimum(_Y, 1))
    with pytest.raises(NotApplicable, match="answers 160 of 160 cases otherwise"):
        _converted(GradientBoostingClassifier(n_estimators=7, loss="exponential"), task)


def test_nothing_is_offered_for_what_has_no_trees() -> None:
    form = sklearn_form(LogisticRegression().fit(_X, _Y), (0, 1, 2))
    assert Treelite().offers(form, _task()) == ()


def test_a_broken_file_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "model.treelite").write_bytes(b"leaves")
    with pytest.raises(UsageError, match="holds no trees"):
        TreeliteRuntime().load(tmp_path, {})
