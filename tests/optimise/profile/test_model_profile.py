"""A model's cost is known by layer and operator, with what each computes and moves."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from vatio.config import load_config
from vatio.errors import UsageError
from vatio.optimise.profile import Layer, ModelAsk, Peak, bound_of, by_operator, flame_svg, profile_model

MACHINE = Peak(1e9, 1e9)


@pytest.fixture
def config(tmp_path):
    return load_config(options={"ledger.path": str(tmp_path / "l.db")}, environ={})


@pytest.fixture
def graph(tmp_path):
    """A convolution, a ReLU and a matrix with known sizes."""
    onnx, numpy = pytest.importorskip("onnx"), pytest.importorskip("numpy")
    pytest.importorskip("onnxruntime")
    make, floats = onnx.helper, onnx.TensorProto.FLOAT
    shapes = {"k": (16, 3, 3, 3), "m": (16 * 8 * 8, 10)}
    weights = [onnx.numpy_helper.from_array(numpy.ones(shape, "float32"), name) for name, shape in shapes.items()]
    nodes = [
        make.make_node("Conv", ["x", "k"], ["a"], name="conv", pads=[1, 1, 1, 1]),
        make.make_node("Erf", ["a"], ["b"], name="erf"),
        make.make_node("Flatten", ["b"], ["c"], name="flat"),
        make.make_node("MatMul", ["c", "m"], ["y"], name="head"),
    ]
    given = make.make_tensor_value_info("x", floats, ["n", 3, 8, 8])
    answered = make.make_tensor_value_info("y", floats, ["n", 10])
    model = make.make_model(make.make_graph(nodes, "g", [given], [answered], weights), ir_version=8)
    model.opset_import[0].version = 17
    path = tmp_path / "net.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def test_an_operators_work_is_told_by_its_shapes(graph, config):
    found = profile_model(ModelAsk(model=str(graph), batch=2), config=config)
    flop = {layer.operator: layer.flop for layer in found.layers}
    assert flop["Conv"] == 2.0 * (2 * 16 * 8 * 8) * 27
    assert flop["MatMul"] == 2.0 * (2 * 10) * 1024
    assert flop["Erf"] == 2 * 16 * 8 * 8
    assert found.flop == sum(flop.values())
    assert found.parameters == 16 * 27 + 10240
    assert found.moved_bytes >= 4 * (2 * 3 * 64 + 2 * 10 + 10240)


def test_joules_are_shared_by_cpu_time_and_are_the_calls(graph, config):
    found = profile_model(ModelAsk(model=str(graph)), config=config)
    if found.energy_j.value is not None:
        assert sum(found.energy_of_j(layer) for layer in found.layers) == pytest.approx(found.energy_j.value)
        assert found.flop_per_j == pytest.approx(found.flop / found.energy_j.value)
    assert found.cpu_s > 0.0


def test_a_pipeline_is_known_by_its_steps(tmp_path, config, monkeypatch):
    pytest.importorskip("sklearn")
    (tmp_path / "piped.py").write_text(
        "def make():\n"
        "    from sklearn import datasets, linear_model, pipeline, preprocessing\n"
        "    x, y = datasets.load_iris(return_X_y=True)\n"
        "    return pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()).fit(x, y)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    found = profile_model(ModelAsk(model="piped:make", batch=4), config=config)
    assert [layer.operator for layer in found.layers] == ["StandardScaler", "LogisticRegression"]
    assert found.layers[1].flop == 2.0 * 4 * 12
    assert found.flop is None  # a scaler's are not known, and what is not known is not nought


@pytest.mark.slow
@pytest.mark.torch
def test_a_network_is_known_by_layer(tmp_path, config, monkeypatch):
    pytest.importorskip("torch")
    (tmp_path / "netted.py").write_text(
        "def make():\n"
        "    import torch\n"
        "    body = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.Flatten())\n"
        "    return torch.nn.Sequential(body, torch.nn.Linear(8 * 36, 5))\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="shape"):
        profile_model(ModelAsk(model="netted:make"), config=config)
    found = profile_model(ModelAsk(model="netted:make", shape=(3, 8, 8)), config=config)
    flop = {layer.name: layer.flop for layer in found.layers}
    assert flop["0.0"] == 2.0 * (8 * 36) * 27
    assert flop["1"] == 2.0 * 5 * 288
    assert found.parameters == 8 * 27 + 8 + 288 * 5 + 5
    svg = ET.fromstring(flame_svg(found.stacks, title="x"))
    assert svg.tag.endswith("svg")


@pytest.mark.parametrize(
    ("flop", "moved", "said"),
    [(9e8, 1e8, "compute"), (1e8, 9e8, "memory"), (1e6, 1e6, "overhead"), (None, 1e6, "unknown"), (0.0, 0.0, "overhead")],
)
def test_what_bounds_a_layer_is_what_it_uses_most_of(flop, moved, said):
    assert bound_of(Layer(name="a", operator="b", cpu_s=1.0, flop=flop, moved_bytes=moved), MACHINE) == said


def test_a_sum_of_what_is_not_known_is_not_known():
    layers = [Layer(name="a", operator="X", cpu_s=1.0, flop=1.0), Layer(name="b", operator="X", cpu_s=2.0)]
    (whole,) = by_operator(layers)
    assert (whole.cpu_s, whole.flop) == (3.0, None)


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"shape": (3, 0)}])
def test_an_ask_that_cannot_be_is_told(wrong):
    with pytest.raises(UsageError):
        ModelAsk(model="a.onnx", **wrong)


def run(folder, *words):
    environ = {**os.environ, "XDG_STATE_HOME": str(folder)}
    asked = [sys.executable, "-m", "vatio", "profile", *words]
    return subprocess.run(asked, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_a_terminal_shows_a_model_and_still_runs_commands(graph, tmp_path):
    told = run(tmp_path, "net.onnx", "--batch", "2", "--json", "--ledger", "l.db", "--flame", "f.svg")
    found = json.loads(told.stdout)
    assert (told.returncode, found["schema"], found["batch"]) == (0, "vatio.profile-model/1", 2)
    assert {layer["operator"] for layer in found["layers"]} >= {"Conv", "MatMul"}
    assert ET.fromstring((tmp_path / "f.svg").read_text()).tag.endswith("svg")
    command = run(
        tmp_path, "--ledger", "l.db", "--", sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(4)", "--batch"
    )
    assert command.returncode == 4
    assert "['--batch']" in command.stdout
    ahead = run(tmp_path, "--batch", "2", "net.onnx", "--json", "--ledger", "l.db")
    assert json.loads(ahead.stdout)["batch"] == 2
    (tmp_path / "broken.onnx").write_bytes(b"no graph at all")
    assert run(tmp_path, "broken.onnx", "--ledger", "l.db").returncode == 2
    assert run(tmp_path, "missing.onnx", "--ledger", "l.db").returncode == 2
