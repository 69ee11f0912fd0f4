"""Estimators run, are kept without pickle and come back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from vatio.errors import UsageError
from vatio.optimise.model import Form
from vatio.optimise.model.runtimes._sklearn import SklearnRuntime, single, sklearn_form
from vatio.optimise.model.runtimes._skops import packed

numpy = pytest.importorskip("numpy")
pytest.importorskip("skops")

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor  # noqa: E402
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier  # noqa: E402
from sklearn.preprocessing import FunctionTransformer  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402

_DRAWS = numpy.random.default_rng(0)
_X = _DRAWS.normal(size=(90, 4))
_Y = (_X[:, 0] + 0.3 * _DRAWS.normal(size=90) > 0).astype(int) + (_X[:, 1] > 1.0)
_RUNTIME = SklearnRuntime()


def _scores(form: Form):
    return _RUNTIME.predictor(form, batch=1).scores(_X)


@pytest.mark.parametrize(
    "estimator",
    [RandomForestClassifier(5, random_state=0), HistGradientBoostingClassifier(max_iter=5), LogisticRegression()],
    ids=lambda one: type(one).__name__,
)
def test_an_estimator_comes_back_from_its_folder_and_is_written_the_same_again(estimator, tmp_path: Path) -> None:
    form = sklearn_form(estimator.fit(_X, _Y), (0, 1, 2))
    _RUNTIME.save(form, tmp_path)
    written = (tmp_path / "model.skops").read_bytes()
    back = Form(kind="sklearn", model=_RUNTIME.load(tmp_path, form.settings), answers=form.answers, settings=form.settings)
    assert (_scores(back) == estimator.predict_proba(_X)).all()
    assert packed(back.model) == written
    assert [file.name for file in tmp_path.iterdir()] == ["model.skops"]


def test_columns_are_in_the_order_of_the_classes_and_one_never_seen_is_never_answered() -> None:
    estimator = LogisticRegression().fit(_X, numpy.array(["b", "a", "d"])[_Y])
    scores = _scores(sklearn_form(estimator, ("d", "c", "b", "a")))
    assert (scores[:, [3, 2, 0]] == estimator.predict_proba(_X)).all()
    assert (scores[:, 1] == 0.0).all()


def test_a_model_that_saw_one_class_answers_it() -> None:
    estimator = DecisionTreeClassifier().fit(_X, numpy.zeros(90, int))
    assert (_scores(sklearn_form(estimator, (0, 1))) == [1.0, 0.0]).all()


def test_a_decision_of_two_classes_has_two_columns() -> None:
    estimator = RidgeClassifier().fit(_X, _Y > 0)
    form = sklearn_form(estimator, (False, True))
    assert form.answers == "decisions"
    assert (_scores(form).argmax(axis=1) == estimator.predict(_X)).all()


def test_values_of_a_regression_are_one_for_each_case() -> None:
    form = sklearn_form(LinearRegression().fit(_X, _X[:, 0]))
    assert form.answers == "values"
    assert _scores(form).shape == (90,)


@pytest.mark.parametrize(
    ("estimator", "classes", "said"),
    [
        (RandomForestRegressor(2).fit(_X, _X[:, :2]), (), "2 questions at once"),
        (RandomForestClassifier(2).fit(_X, numpy.stack([_Y, _Y], 1)), (0, 1, 2), "2 questions at once"),
        (LogisticRegression(), (0, 1), "not fitted"),
        (LogisticRegression().fit(_X, _Y), ("a", "b"), "the cases are labelled"),
        (LogisticRegression().fit(_X, _Y), (0, 1), "no case is labelled with"),
    ],
)
def test_what_answers_another_question_is_refused(estimator, classes, said) -> None:
    with pytest.raises(UsageError, match=said):
        sklearn_form(estimator, classes)


def test_types_that_may_do_anything_are_refused_when_they_are_loaded(tmp_path: Path) -> None:
    form = Form(kind="sklearn", model=FunctionTransformer(Path.exists), settings={})
    _RUNTIME.save(form, tmp_path)
    with pytest.raises(UsageError, match="may do anything"):
        _RUNTIME.load(tmp_path, {})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x05."], ids=["empty", "cut", "pickle"])
def test_a_broken_file_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.skops").write_bytes(content)
    with pytest.raises(UsageError, match="not a skops file"):
        _RUNTIME.load(tmp_path, {})
    with pytest.raises(UsageError, match="holds no"):
        _RUNTIME.load(tmp_path / "elsewhere", {})


def test_an_estimator_of_many_threads_is_asked_on_one() -> None:
    many = RandomForestClassifier(2, n_jobs=2).fit(_X, _Y)
    assert single(many).n_jobs is None
    assert many.n_jobs == 2
