"""A model is read from what people have: ONNX, skops, a function; what could run a stranger's code is refused."""

import io
import pickle
import zipfile
from pathlib import Path

import pytest

from vatio.errors import UsageError
from vatio.optimise.model import read_model

numpy = pytest.importorskip("numpy")
skops_io = pytest.importorskip("skops.io")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
skl2onnx = pytest.importorskip("skl2onnx")

FLOAT = onnx.TensorProto.FLOAT


@pytest.fixture(scope="module")
def cases():
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    return x.astype("float32"), numpy.array(["setosa", "versicolor", "virginica"])[y]


@pytest.fixture(scope="module")
def tree(cases):
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=3, random_state=0).fit(*cases)


def graph(nodes, outputs, *, inputs=("x",), weights=None, metadata=None) -> bytes:
    """Make a small graph."""
    weights = {"w": numpy.ones((4, 3), dtype="float32")} if weights is None else weights
    made = onnx.helper.make_graph(
        nodes,
        "g",
        [onnx.helper.make_tensor_value_info(name, FLOAT, [None, 4]) for name in inputs],
        outputs,
        [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9)
    for name, value in (metadata or {}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = name, value
    return bytes(model.SerializeToString())


def scores(name="scores", columns=3):
    return onnx.helper.make_tensor_value_info(name, FLOAT, [None, columns])


def multiplied(name="scores"):
    return onnx.helper.make_node("MatMul", ["x", "w"], [name])


def written(folder: Path, content: bytes, name: str = "m.onnx") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_a_skops_file_is_an_estimator_with_its_classes(tmp_path, tree):
    skops_io.dump(tree, tmp_path / "m.skops")
    found = read_model(str(tmp_path / "m.skops"))
    assert (found.form.kind, found.form.answers) == ("sklearn", "probabilities")
    assert found.classes == ("setosa", "versicolor", "virginica")
    assert len(found.sha256) == 64


def test_a_regression_has_no_classes(tmp_path, cases):
    from sklearn.linear_model import Ridge

    skops_io.dump(Ridge().fit(cases[0], cases[0][:, 0]), tmp_path / "m.skops")
    found = read_model(str(tmp_path / "m.skops"))
    assert (found.form.answers, found.classes) == ("values", ())


@pytest.mark.parametrize("zipmap", [True, False])
def test_a_converted_classifier_keeps_its_labels_and_only_its_scores(tmp_path, tree, cases, zipmap):
    content = skl2onnx.to_onnx(tree, cases[0][:1], options={"zipmap": zipmap}).SerializeToString()
    found = read_model(written(tmp_path, content))
    assert found.classes == ("setosa", "versicolor", "virginica")
    assert found.form.answers == "probabilities"
    kept = onnx.load_from_string(found.form.model)
    assert [output.name for output in kept.graph.output] == [found.form.settings["output"]]
    import onnxruntime

    session = onnxruntime.InferenceSession(found.form.model, providers=["CPUExecutionProvider"])
    (answers,) = session.run(None, {found.form.settings["input"]: cases[0]})
    assert numpy.abs(answers - tree.predict_proba(cases[0])).max() < 1e-6


def test_a_net_gives_logits_and_a_softmax_probabilities(tmp_path):
    plain = read_model(written(tmp_path, graph([multiplied()], [scores()])))
    assert (plain.form.answers, plain.classes) == ("logits", (0, 1, 2))
    soft = [multiplied("raw"), onnx.helper.make_node("Softmax", ["raw"], ["scores"])]
    assert read_model(written(tmp_path, graph(soft, [scores()]))).form.answers == "probabilities"


def test_a_graph_may_say_its_classes(tmp_path):
    content = graph([multiplied()], [scores()], metadata={"classes": '["a", "b", "c"]'})
    assert read_model(written(tmp_path, content)).classes == ("a", "b", "c")
    wrong = graph([multiplied()], [scores()], metadata={"classes": '["a"]'})
    assert read_model(written(tmp_path, wrong)).classes == (0, 1, 2)


def test_one_column_is_a_value(tmp_path):
    content = graph([multiplied()], [scores(columns=1)], weights={"w": numpy.ones((4, 1), dtype="float32")})
    found = read_model(written(tmp_path, content))
    assert (found.form.answers, found.classes) == ("values", ())


@pytest.mark.parametrize("name", ["p", "probability"])
def test_one_sigmoid_is_two_classes(tmp_path, name):
    nodes = [multiplied("raw"), onnx.helper.make_node("Sigmoid", ["raw"], [name])]
    content = graph(nodes, [scores(name, 1)], weights={"w": numpy.ones((4, 1), dtype="float32")})
    found = read_model(written(tmp_path, content))
    assert (found.form.answers, found.classes) == ("probabilities", (0, 1))
    import onnxruntime

    session = onnxruntime.InferenceSession(found.form.model, providers=["CPUExecutionProvider"])
    (answers,) = session.run([found.form.settings["output"]], {"x": numpy.zeros((5, 4), dtype="float32")})
    assert answers.tolist() == [[0.5, 0.5]] * 5


def test_several_inputs_are_refused_by_name(tmp_path):
    nodes = [onnx.helper.make_node("Add", ["x", "z"], ["scores"])]
    with pytest.raises(UsageError, match=r"2 inputs \(x, z\)"):
        read_model(written(tmp_path, graph(nodes, [scores(columns=4)], inputs=("x", "z"), weights={})))


def test_several_outputs_are_refused_by_name_unless_one_is_called_scores(tmp_path):
    nodes = [multiplied("a"), multiplied("b")]
    with pytest.raises(UsageError, match="several outputs: a, b"):
        read_model(written(tmp_path, graph(nodes, [scores("a"), scores("b")])))
    nodes = [multiplied("a"), multiplied("logits")]
    found = read_model(written(tmp_path, graph(nodes, [scores("a"), scores("logits")])))
    assert found.form.settings["output"] == "logits"


def test_labels_alone_are_refused(tmp_path):
    nodes = [multiplied("raw"), onnx.helper.make_node("ArgMax", ["raw"], ["label"], axis=1, keepdims=0)]
    label = onnx.helper.make_tensor_value_info("label", onnx.TensorProto.INT64, [None])
    with pytest.raises(UsageError, match="labels and no scores"):
        read_model(written(tmp_path, graph(nodes, [label])))


@pytest.mark.parametrize("content", [b"", b"hello" * 50, b"\x00" * 100, bytes(range(256))])
def test_what_is_no_graph_is_refused(tmp_path, content):
    with pytest.raises(UsageError, match="is no ONNX graph"):
        read_model(written(tmp_path, content))


def test_an_operator_that_nobody_knows_is_refused(tmp_path):
    nodes = [onnx.helper.make_node("Frobnicate", ["x"], ["scores"], domain="nobody")]
    with pytest.raises(UsageError, match="cannot run"):
        read_model(written(tmp_path, graph(nodes, [scores()])))


def pickled(value: object) -> bytes:
    return pickle.dumps(value)


class Bomb:
    def __reduce__(self):
        return (Path("exploded").touch, ())


@pytest.mark.parametrize("name", ["m.pkl", "m.joblib", "m.pt", "m.bin", "m.skops", "m.onnx", "model"])
def test_a_pickle_is_refused_whatever_it_is_called(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        read_model(written(tmp_path, pickled(Bomb()), name))
    assert "is a pickle" in str(refused.value)
    assert all(word in refused.value.hint for word in ("ONNX", "safetensors", "skops", "--trust"))
    assert not (tmp_path / "exploded").exists()


def test_a_zip_around_a_pickle_is_one_too(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("archive/data.pkl", pickled(Bomb()))
    with pytest.raises(UsageError, match="is a pickle"):
        read_model(written(tmp_path, held.getvalue(), "model.zip"))


def test_a_pickle_is_read_for_who_trusts_it(tmp_path, tree):
    import joblib

    joblib.dump(tree, tmp_path / "m.joblib")
    found = read_model(str(tmp_path / "m.joblib"), trust=True)
    assert found.classes == ("setosa", "versicolor", "virginica")
    with pytest.raises(UsageError, match="cannot read"):
        read_model(written(tmp_path, b"\x80\x04broken", "b.pkl"), trust=True)


def test_a_skops_file_with_a_strangers_types_is_refused_by_name(tmp_path, cases):
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.tree import DecisionTreeClassifier

    pipeline = make_pipeline(FunctionTransformer(numpy.save), DecisionTreeClassifier())
    pipeline.steps[0][1].set_params(func=None)
    pipeline.fit(*cases)
    pipeline.steps[0][1].set_params(func=io.open)
    skops_io.dump(pipeline, tmp_path / "m.skops")
    with pytest.raises(UsageError, match=r"io\.open"):
        read_model(str(tmp_path / "m.skops"))
    assert read_model(str(tmp_path / "m.skops"), trust=True).form.kind == "sklearn"


def test_a_broken_skops_file_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"m\.skops"):
        read_model(written(tmp_path, b"PK\x05\x06" + b"\0" * 18, "m.skops"))


FACTORIES = """
from sklearn.linear_model import Ridge
from sklearn.cluster import KMeans
def good(): return Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
def unfitted(): return Ridge()
def clusters(): return KMeans(1, n_init=1).fit([[0.0], [1.0]])
def raises(): raise KeyError("no weights")
def needs(argument): return argument
def nothing(): return None
ready = good()
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    name = f"factories_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(FACTORIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


@pytest.mark.parametrize("name", ["good", "ready"])
def test_a_function_makes_the_model_or_a_name_holds_it(module, name):
    found = read_model(f"{module}:{name}")
    assert (found.form.kind, found.source, found.classes) == ("sklearn", f"{module}:{name}", ())


def test_the_same_function_gives_the_same_digest(module):
    assert read_model(f"{module}:good").sha256 == read_model(f"{module}:good").sha256


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unfitted", "not fitted"),
        ("clusters", "neither classifies nor predicts"),
        ("raises", "KeyError: 'no weights'"),
        ("needs", "failed: TypeError"),
        ("nothing", "a builtins.NoneType cannot be run here"),
        ("absent", "cannot import"),
    ],
)
def test_a_function_that_gives_no_model_is_said(module, name, said):
    with pytest.raises(UsageError, match=said):
        read_model(f"{module}:{name}")


@pytest.mark.parametrize("model", ["nowhere.onnx", "no_such_module:x", "a b:c", ":", "x:", "os.path:join:x", "", "."])
def test_what_is_not_there_is_said(tmp_path, monkeypatch, model):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        read_model(model)


def test_weights_alone_are_no_model(tmp_path):
    with pytest.raises(UsageError, match="holds weights and no network"):
        read_model(written(tmp_path, b"\x08\0\0\0\0\0\0\0{}      ", "w.safetensors"))


@pytest.mark.torch
def test_a_network_is_kept_with_the_name_of_its_factory(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    (tmp_path / "nets_here.py").write_text("import torch\ndef net():\n torch.manual_seed(0)\n return torch.nn.Linear(4, 3)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = read_model("nets_here:net")
    assert (found.form.kind, found.form.answers, found.classes) == ("torch", "logits", None)
    assert found.form.settings["factory"] == "nets_here:net"
    assert not found.form.model.training
