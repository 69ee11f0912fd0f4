from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.optimise.model import nets

from vatio.errors import UsageError
from vatio.optimise.model import Form, Task

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def form() -> Form:
    return nets.form()


@pytest.fixture(scope="module")
def task() -> Task:
    return nets.task()


def _runtime():
    from vatio.optimise.model.runtimes._openvino import OpenVinoRuntime

    return OpenVinoRuntime()


def _techniques():
    from vatio.optimise.model.techniques.graphs._openvino import Int8, OpenVino

    return OpenVino(), Int8()


def _wanted(form: Form, x: np.ndarray) -> np.ndarray:
    from vatio.optimise.model.techniques.graphs._export import torch_scores

    return torch_scores(form.model, x)


def _first(form: Form, task: Task) -> Form:
    technique = _techniques()[0]
    return technique.apply(form, technique.offers(form, task)[0], task)


def test_an_exported_graph_answers_as_the_module(form: Form, task: Task) -> None:
    from vatio.optimise.model.runtimes._onnx import OnnxRuntime
    from vatio.optimise.model.techniques.graphs._export import Export

    (offer,) = Export().offers(form, task)
    graph = Export().apply(form, offer, task)
    assert graph.model == Export().apply(nets.form(), offer, task).model
    for batch in (1, 8):
        x = task.select.x[:batch]
        assert np.allclose(OnnxRuntime().predictor(graph, batch=batch).scores(x), _wanted(form, x), atol=1e-4)


def test_every_number_of_rows_is_answered(form: Form, task: Task) -> None:
    graph, x = _first(form, task), task.select.x
    predictor = _runtime().predictor(graph, batch=8)
    for count in (8, 1, 3, 9, 90):
        assert np.allclose(predictor.scores(x[:count]), _wanted(form, x[:count]), atol=1e-4)


def test_an_answer_stays_when_the_next_is_asked(form: Form, task: Task) -> None:
    predictor = _runtime().predictor(_first(form, task), batch=1)
    first = predictor.scores(task.select.x[:1])
    kept = first.copy()
    predictor.scores(task.select.x[1:2] * 3.0)
    assert np.array_equal(first, kept)


def test_rows_of_another_shape_are_refused(form: Form, task: Task) -> None:
    predictor = _runtime().predictor(_first(form, task), batch=1)
    for wrong in (np.zeros((1, 1, 4, 4), np.float32), np.zeros(1, np.float32)):
        with pytest.raises(UsageError, match="rows of shape"):
            predictor.scores(wrong)


@pytest.mark.parametrize("which", [0, 1])
def test_the_same_offer_gives_the_same_bytes_and_answers(form: Form, task: Task, which: int, tmp_path: Path) -> None:
    technique = _techniques()[which]
    for offer in technique.offers(form, task):
        written = []
        for name in ("a", "b"):
            made = technique.apply(nets.form(), offer, task)
            folder = tmp_path / f"{name}-{offer.params['precision']}"
            folder.mkdir()
            _runtime().save(made, folder)
            written.append([(path.name, path.read_bytes()) for path in sorted(folder.iterdir())])
        assert written[0] == written[1]
        again = replace(made, model=_runtime().load(folder, made.settings))
        x = task.select.x
        answers = [_runtime().predictor(each, batch=8).scores(x) for each in (made, again)]
        assert np.array_equal(*answers)
        assert (answers[0].argmax(1) == _wanted(form, x).argmax(1)).mean() > 0.95


def test_a_net_given_as_onnx_is_taken_and_one_exported_here_is_not_taken_twice(form: Form, task: Task) -> None:
    from vatio.optimise.model.techniques.graphs._export import Export

    here = Export().apply(form, Export().offers(form, task)[0], task)
    given = replace(here, settings={})
    for technique in _techniques():
        assert technique.offers(here, task) == ()
        assert technique.offers(given, task)
    x = task.select.x[:8]
    assert np.allclose(_runtime().predictor(_first(given, task), batch=8).scores(x), _wanted(form, x), atol=1e-4)


def test_a_folder_that_is_broken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no OpenVINO graph"):
        _runtime().load(tmp_path, {})
    (tmp_path / "model.xml").write_bytes(b"<nothing")
    with pytest.raises(UsageError, match="holds no OpenVINO graph"):
        _runtime().load(tmp_path, {})


def test_a_module_that_cannot_be_exported_says_why(task: Task) -> None:
    from vatio.errors import NotApplicable
    from vatio.optimise.model.techniques.graphs._export import Export

    form = nets.form("tests.optimise.model.nets:odd")
    with pytest.raises(NotApplicable, match="ONNX"):
        Export().apply(form, Export().offers(form, task)[0], task)


def test_nothing_is_printed_while_quantising(form: Form, task: Task, capfd: pytest.CaptureFixture[str]) -> None:
    technique = _techniques()[1]
    technique.apply(form, technique.offers(form, task)[0], task)
    assert capfd.readouterr().out == ""


def test_a_process_that_is_forked_after_an_answer_answers_too(form: Form, task: Task) -> None:
    graph = _first(form, task)
    _runtime().predictor(graph, batch=1).scores(task.select.x[:1])
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        _runtime().predictor(graph, batch=1).scores(task.select.x[:1])
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
