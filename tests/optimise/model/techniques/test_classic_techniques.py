"""Fewer trees, other algorithms, integers: each makes a form that is saved, read back, and made again the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vatio.errors import NotApplicable
from vatio.optimise.model import Cases, Form, Task
from vatio.optimise.model.runtimes._sklearn import sklearn_form
from vatio.optimise.model.techniques._same import scores_of
from vatio.optimise.model.techniques.estimators._fewer_trees import FewerTrees
from vatio.optimise.model.techniques.estimators._linear import Linear
from vatio.optimise.model.techniques.estimators._onnx import Onnx
from vatio.optimise.model.techniques.estimators._precision import Precision
from vatio.optimise.model.techniques.estimators._tournament import Tournament
from vatio.optimise.model.techniques.graphs._graph import Graph
from vatio.optimise.model.techniques.graphs._half import Half
from vatio.optimise.model.techniques.graphs._int8 import Int8Dynamic, Int8Static
from vatio.plugins import load

numpy = pytest.importorskip("numpy")
pytest.importorskip("onnxruntime")
pytest.importorskip("skl2onnx")

from sklearn.ensemble import (  # noqa: E402
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

_DRAWS = numpy.random.default_rng(0)
_X = _DRAWS.normal(size=(300, 6)) * [1.0, 1.0, 1.0, 100.0, 1.0, 1.0]
_Y = (_X[:, 0] > 0).astype(int) + (_X[:, 1] > 0.5)
_TABLE = numpy.column_stack([_X[:, :2].astype(object), numpy.array(["red", "green", "blue"], dtype=object)[_Y]])


def _task(x: Any = _X, y: Any = _Y) -> Task:
    classes = tuple(numpy.unique(y).tolist()) if y.dtype.kind == "i" else ()
    return Task(classes=classes, fit=Cases(x=x[:200], y=y[:200]), select=Cases(x=x[200:], y=y[200:]))


def _form(estimator: Any, task: Task) -> Form:
    return sklearn_form(estimator.fit(task.fit.x, task.fit.y), task.classes)


def _returned(form: Form, folder: Path) -> Form:
    """Save a form and read it back, as it will be deployed."""
    folder.mkdir()
    runtime, settings = load("runtimes", form.kind)(), json.loads(json.dumps(dict(form.settings)))
    runtime.save(form, folder)
    return Form(kind=form.kind, model=runtime.load(folder, settings), answers=form.answers, settings=settings)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _right_ratio(form: Form, task: Task) -> float:
    return float((scores_of(form, task.select.x).argmax(axis=1) == task.select.y).mean())


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(20),
        GradientBoostingClassifier(n_estimators=20),
        HistGradientBoostingClassifier(max_iter=20),
        make_pipeline(StandardScaler(), RandomForestClassifier(20)),
    ],
    ids=str,
)
def test_fewer_trees_are_fewer_and_can_still_be_converted(estimator: Any, tmp_path: Path) -> None:
    task = _task()
    form = _form(estimator, task)
    assert [offer.params["trees"] for offer in FewerTrees().offers(form, task)] == [10, 5]
    fewer = FewerTrees().apply(form, FewerTrees().offers(form, task)[1], task)
    graph = Onnx().apply(fewer, Onnx().offers(fewer, task)[0], task)
    back = _returned(fewer, tmp_path / "a")
    assert (scores_of(back, _X) == scores_of(fewer, _X)).all()
    assert scores_of(graph, _X) == pytest.approx(scores_of(fewer, _X), abs=1e-6)
    assert scores_of(form, _X) != pytest.approx(scores_of(fewer, _X), abs=1e-6)
    assert FewerTrees().offers(graph, task) == ()


_ALGORITHMS = ("majority", "rule", "naive-bayes", "linear", "tree", "svm", "network", "forest", "boosting", "kernel")


@pytest.mark.parametrize("name", _ALGORITHMS)
def test_every_algorithm_learns_and_comes_back_and_is_made_again_the_same(name: str, tmp_path: Path) -> None:
    task = _task()
    form = _form(RandomForestClassifier(5), task)
    (offer,) = (each for each in Tournament().offers(form, task) if each.params["algorithm"] == name)
    lighter = Tournament().apply(form, offer, task)
    back = _returned(lighter, tmp_path / "a")
    _returned(Tournament().apply(form, offer, task), tmp_path / "b")
    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    assert scores_of(back, task.select.x).shape == (100, 3)
    assert _right_ratio(back, task) > (0.3 if name == "majority" else 0.7)
    assert Tournament().offers(lighter, task) == ()


@pytest.mark.parametrize("name", [name for name in _ALGORITHMS if name != "naive-bayes"])
def test_every_algorithm_predicts_values(name: str) -> None:
    task = _task(y=_X[:, 0] * 2.0)
    form = _form(RandomForestRegressor(5), task)
    (offer,) = (each for each in Tournament().offers(form, task) if each.params["algorithm"] == name)
    lighter = Tournament().apply(form, offer, task)
    assert lighter.answers == "values"
    off = scores_of(lighter, task.select.x) - task.select.y
    assert (off**2).mean() < (1.1 if name == "majority" else 0.6) * task.select.y.var()


@pytest.mark.parametrize("name", ["linear", "tree", "forest", "majority"])
def test_algorithms_read_tables_with_text(name: str) -> None:
    task = _task(x=_TABLE)
    form = Form(kind="sklearn", model=None)
    offers = {each.params["algorithm"]: each for each in Tournament().offers(form, task)}
    assert "kernel" not in offers
    lighter = Tournament().apply(form, offers[name], task)
    assert _right_ratio(lighter, task) > (0.3 if name == "majority" else 0.95)
    if lighter.kind == "sklearn":
        graph = Onnx().apply(lighter, Onnx().offers(lighter, task)[0], task)
        assert _right_ratio(graph, task) == pytest.approx(_right_ratio(lighter, task), abs=0.02)


def test_pictures_are_laid_out_as_rows_and_stay_pictures_to_who_asks() -> None:
    task = _task(x=_X.reshape(300, 1, 2, 3))
    form = Form(kind="torch", model=None)
    offers = {each.params["algorithm"]: each for each in Tournament().offers(form, task)}
    for name in ("linear", "kernel", "rule", "forest"):
        lighter = Tournament().apply(form, offers[name], task)
        assert lighter.settings["flat"]
        assert _right_ratio(lighter, task) > 0.7
        for technique in (Onnx(), Linear()):
            for offer in technique.offers(lighter, task):
                again = technique.apply(lighter, offer, task)
                assert scores_of(again, task.select.x) == pytest.approx(scores_of(lighter, task.select.x), abs=1e-4)


def test_gaps_are_filled_or_the_algorithm_is_refused() -> None:
    gaps = numpy.where(_DRAWS.random(_X.shape) < 0.1, numpy.nan, _X)
    task = _task(x=gaps)
    form = _form(HistGradientBoostingClassifier(max_iter=5), task)
    offers = {each.params["algorithm"]: each for each in Tournament().offers(form, task)}
    assert _right_ratio(Tournament().apply(form, offers["linear"], task), task) > 0.6
    for name in ("rule", "kernel"):
        with pytest.raises(NotApplicable, match="gaps"):
            Tournament().apply(form, offers[name], task)


def test_one_class_alone_teaches_no_line_and_still_a_majority() -> None:
    task = Task(classes=(0, 1), fit=Cases(x=_X, y=numpy.zeros(300, int)), select=Cases(x=_X, y=_Y.clip(0, 1)))
    form = Form(kind="sklearn", model=None)
    offers = {each.params["algorithm"]: each for each in Tournament().offers(form, task)}
    with pytest.raises(NotApplicable, match="cannot learn"):
        Tournament().apply(form, offers["linear"], task)
    for name in ("majority", "rule", "tree", "kernel"):
        assert (scores_of(Tournament().apply(form, offers[name], task), _X).argmax(axis=1) == 0).all()


def _network(task: Task) -> Form:
    form = _form(make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=300, random_state=0)), task)
    return Onnx().apply(form, Onnx().offers(form, task)[0], task)


@pytest.mark.parametrize("technique", [Int8Dynamic(), Int8Static(), Half(), Graph()], ids=lambda one: type(one).__name__)
def test_a_graph_is_written_anew_the_same_each_time(technique: Any, tmp_path: Path) -> None:
    task = _task()
    form = _network(task)
    offers = technique.offers(form, task)
    assert offers
    for at, offer in enumerate(offers):
        fresh = technique.apply(form, offer, task)
        assert technique.apply(form, offer, task).model == fresh.model
        back = _returned(fresh, tmp_path / str(at))
        assert _right_ratio(back, task) > _right_ratio(form, task) - 0.1
        assert technique.offers(back, task) == ()


def test_trees_have_nothing_to_quantise() -> None:
    task = _task()
    form = _form(RandomForestClassifier(5), task)
    graph = Onnx().apply(form, Onnx().offers(form, task)[0], task)
    for technique, said in (
        (Int8Dynamic(), "integers"),
        (Int8Static(), "integers"),
        (Half(), "no weights"),
        (Graph(), "one op"),
    ):
        with pytest.raises(NotApplicable, match=said):
            technique.offers(graph, task)


def test_weights_are_rounded_to_32_bits_once() -> None:
    task = _task()
    form = _form(LogisticRegression(max_iter=500), task)
    linear = Linear().apply(form, Linear().offers(form, task)[0], task)
    rounded = Precision().apply(linear, Precision().offers(linear, task)[0], task)
    assert rounded.model[0].dtype == numpy.float32
    assert scores_of(rounded, _X) == pytest.approx(scores_of(linear, _X), abs=1e-4)
    assert Precision().offers(rounded, task) == ()
