"""Estimators become graphs that answer as they do, right at the limits of their trees too."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from vatio.errors import NotApplicable, UsageError
from vatio.optimise.model import Cases, Form, Task
from vatio.optimise.model.runtimes._onnx import OnnxRuntime
from vatio.optimise.model.runtimes._sklearn import sklearn_form
from vatio.optimise.model.techniques._same import scores_of
from vatio.optimise.model.techniques.estimators._onnx import Onnx

numpy = pytest.importorskip("numpy")
pytest.importorskip("onnxruntime")
pytest.importorskip("skl2onnx")

from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.ensemble import (  # noqa: E402
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier  # noqa: E402
from sklearn.naive_bayes import GaussianNB  # noqa: E402
from sklearn.neighbors import KNeighborsClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402
from sklearn.svm import SVC, LinearSVC  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402

_DRAWS = numpy.random.default_rng(0)
_X = _DRAWS.normal(size=(240, 5))
_Y = (_X[:, 0] + 0.3 * _DRAWS.normal(size=240) > 0).astype(int) + (_X[:, 1] * _X[:, 2] > 0.5)
_GAPS = numpy.where(_DRAWS.random(_X.shape) < 0.1, numpy.nan, _X)


def _task(x=_X, y=_Y) -> Task:
    classes = tuple(numpy.unique(y).tolist()) if y.dtype.kind == "i" else ()
    fit, select = Cases(x=x[:160], y=y[:160]), Cases(x=x[160:], y=y[160:])
    return Task(classes=classes, fit=fit, select=select)


def _form(estimator, task: Task) -> Form:
    return sklearn_form(estimator.fit(task.fit.x, task.fit.y), task.classes)


_CLASSIFIERS = [
    RandomForestClassifier(7, random_state=0),
    ExtraTreesClassifier(7, random_state=0),
    DecisionTreeClassifier(),
    GradientBoostingClassifier(n_estimators=7),
    HistGradientBoostingClassifier(max_iter=7),
    GaussianNB(),
    LinearSVC(),
    make_pipeline(StandardScaler(), LogisticRegression()),
    make_pipeline(StandardScaler(), LinearSVC()),
    make_pipeline(StandardScaler(), SVC()),
    make_pipeline(StandardScaler(), RandomForestClassifier(7, random_state=0)),
    make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=7)),
    KNeighborsClassifier(),
]
_REGRESSORS = [
    RandomForestRegressor(7, random_state=0),
    GradientBoostingRegressor(n_estimators=7),
    HistGradientBoostingRegressor(max_iter=7),
    Ridge(),
]


@pytest.mark.parametrize("estimator", _CLASSIFIERS, ids=str)
@pytest.mark.parametrize("classes", [2, 3])
def test_a_classifier_becomes_a_graph_of_the_same_answers(estimator, classes) -> None:
    task = _task(y=numpy.minimum(_Y, classes - 1))
    form = _form(estimator, task)
    for offer in Onnx().offers(form, task):
        graph = Onnx().apply(form, offer, task)
        before, after = scores_of(form, task.select.x), scores_of(graph, task.select.x)
        assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() >= (1.0 if offer.is_exact else 0.98)
        assert Onnx().apply(form, offer, task) == graph
        assert Onnx().offers(graph, task) == ()


@pytest.mark.parametrize("estimator", _REGRESSORS, ids=str)
def test_a_regression_becomes_a_graph_of_the_same_values(estimator) -> None:
    task = _task(y=_X[:, 0] * 100.0 + _X[:, 1])
    form = _form(estimator, task)
    graph = Onnx().apply(form, Onnx().offers(form, task)[0], task)
    assert graph.answers == "values"
    assert scores_of(graph, task.select.x) == pytest.approx(scores_of(form, task.select.x), abs=1e-3)


@pytest.mark.parametrize("estimator", [HistGradientBoostingClassifier(max_iter=7), RandomForestClassifier(7)], ids=str)
def test_gaps_go_the_way_that_they_went(estimator) -> None:
    task = _task(x=_GAPS)
    form = _form(estimator, task)
    graph = Onnx().apply(form, Onnx().offers(form, task)[0], task)
    assert scores_of(graph, _GAPS) == pytest.approx(scores_of(form, _GAPS), abs=1e-6)


def test_64_bits_are_offered_first_where_32_could_change_an_answer() -> None:
    task, rounded = _task(), _task(x=_X.astype(numpy.float32))
    boosting = HistGradientBoostingClassifier(max_iter=3)
    assert [(each.params["precision"], each.is_exact) for each in Onnx().offers(_form(boosting, task), task)] == [
        ("float64", True),
        ("float32", False),
    ]
    assert [each.params["precision"] for each in Onnx().offers(_form(boosting, rounded), rounded)] == ["float32"]


@pytest.mark.parametrize("last", [LogisticRegression(), RandomForestClassifier(5), HistGradientBoostingClassifier(max_iter=5)])
def test_a_table_with_text_keeps_its_columns(last) -> None:
    kinds = numpy.array(["red", "green", "blue"])[_Y]
    table = numpy.column_stack([_X[:, :2].astype(object), kinds.astype(object)])
    task = _task(x=table)
    parts = ColumnTransformer([("t", OneHotEncoder(handle_unknown="ignore"), [2]), ("n", StandardScaler(), [0, 1])])
    form = _form(make_pipeline(parts, last), task)
    graph = Onnx().apply(form, Onnx().offers(form, task)[0], task)
    assert scores_of(graph, table) == pytest.approx(scores_of(form, table), abs=1e-5)
    unknown = table[:1].copy()
    unknown[0, 2] = "violet"
    assert scores_of(graph, unknown) == pytest.approx(scores_of(form, unknown), abs=1e-5)


class Odd(ClassifierMixin, BaseEstimator):
    """Stand for an estimator that nobody converts."""

    def fit(self, x, y):
        self.classes_ = numpy.unique(y)
        return self

    def predict_proba(self, x):
        return numpy.full((len(x), len(self.classes_)), 1.0 / len(self.classes_))


def test_an_estimator_that_nobody_converts_is_refused_with_the_reason() -> None:
    task = _task()
    form = _form(Odd(), task)
    with pytest.raises(NotApplicable, match="skl2onnx cannot convert it"):
        Onnx().apply(form, Onnx().offers(form, task)[0], task)


def test_a_pipeline_that_reads_texts_is_refused_with_the_reason() -> None:
    texts = [f"{'good' if label else 'bad'} {at}" for at, label in enumerate(_Y)]
    task = Task(classes=(0, 1, 2), fit=Cases(x=texts, y=_Y), select=Cases(x=texts, y=_Y))
    form = _form(make_pipeline(TfidfVectorizer(), LogisticRegression()), task)
    with pytest.raises(NotApplicable, match="whole texts"):
        Onnx().apply(form, Onnx().offers(form, task)[0], task)


def test_a_class_never_seen_stays_unseen() -> None:
    task = _task()
    form = sklearn_form(RandomForestClassifier(3).fit(_X, numpy.minimum(_Y, 1)), task.classes)
    graph = Onnx().apply(form, Onnx().offers(form, task)[0], task)
    assert scores_of(graph, _X).shape == (240, 3)
    assert (scores_of(graph, _X)[:, 2] == 0.0).all()


def test_calls_of_any_size_and_thread_answer_alike(tmp_path: Path) -> None:
    task = _task()
    form = _form(RidgeClassifier(), task)
    graph = Onnx().apply(form, Onnx().offers(form, task)[0], task)
    OnnxRuntime().save(graph, tmp_path)
    loaded = Form(kind="onnx", model=OnnxRuntime().load(tmp_path, {}), answers=graph.answers, settings=graph.settings)
    predictor = OnnxRuntime().predictor(loaded, batch=8)
    whole = predictor.scores(_X)
    pieces = [predictor.scores(_X[at : at + 8]) for at in range(0, 240, 8)]
    assert numpy.concatenate(pieces) == pytest.approx(whole, abs=1e-5)
    wrong: list[int] = []

    def ask(at: int) -> None:
        for _ in range(200):
            wrong.extend([at] if abs(predictor.scores(_X[at : at + 8]) - whole[at : at + 8]).max() > 1e-5 else [])

    threads = [threading.Thread(target=ask, args=(8 * at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_cases_of_another_shape_are_refused() -> None:
    task = _task()
    form = _form(RandomForestClassifier(3), task)
    graph = Onnx().apply(form, Onnx().offers(form, task)[0], task)
    for asked in (None, _X[:1]):
        predictor = OnnxRuntime().predictor(graph, batch=1)
        if asked is not None:
            predictor.scores(asked)
        with pytest.raises(UsageError, match="cannot answer these cases"):
            predictor.scores(_X[:1, None])


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x08"])
def test_what_is_no_graph_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(UsageError, match="cannot run this graph"):
        OnnxRuntime().predictor(Form(kind="onnx", model=content), batch=1)
