"""What makes a classifier of texts cheaper: applied, kept, read back, and asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vatio.errors import NotApplicable
from vatio.optimise.model import Form, Offer, Technique
from vatio.optimise.model._task import Parted
from vatio.plugins import load

pytest.importorskip("transformers")
pytestmark = pytest.mark.torch

LEARNT = ("text_layers", "text_static", "text_tfidf")
FORMATS = (
    *("text_onnx", "text_words", "text_groups", "text_length", "text_openvino"),
    pytest.param("text_int8", marks=pytest.mark.slow),
)


@pytest.fixture(scope="module")
def form() -> Form:
    from tests.optimise.model._texts import classifier

    return Form(kind="text", model=classifier(), answers="logits")


@pytest.fixture(scope="module")
def parted() -> Parted:
    from tests.optimise.model._texts import parted

    return parted()


def technique(name: str) -> Technique:
    if name in ("text_openvino", "text_int8"):
        pytest.importorskip("openvino")
        pytest.importorskip("nncf")
    made: Technique = load("techniques", name)()
    return made


def scores(form: Form, cases: list[str], *, batch: int = 8) -> Any:
    import numpy

    predictor = load("runtimes", form.kind)().predictor(form, batch=batch)
    return numpy.concatenate([predictor.scores(cases[at : at + batch]) for at in range(0, len(cases), batch)])


def kept(form: Form, folder: Path) -> Form:
    from dataclasses import replace

    runtime = load("runtimes", form.kind)()
    folder.mkdir()
    runtime.save(form, folder)
    settings = json.loads(json.dumps(dict(form.settings)))
    return replace(form, model=runtime.load(folder, settings), settings=settings)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def accuracy(form: Form, cases: Any) -> float:
    return float((scores(form, cases.x).argmax(axis=1) == cases.y).mean())


@pytest.mark.parametrize("name", FORMATS)
def test_another_format_of_the_same_network_answers_nearly_alike(name: str, form: Form, parted: Parted, tmp_path: Path) -> None:
    offers = technique(name).offers(form, parted.task)
    assert offers
    for at, offer in enumerate(offers):
        made = kept(technique(name).apply(form, offer, parted.task), tmp_path / str(at))
        found, wanted = scores(made, parted.certify.x), scores(form, parted.certify.x)
        assert made.answers == "logits"
        if offer.is_exact:
            assert found == pytest.approx(wanted, abs=2e-3 * float(abs(wanted).max()))
        if name != "text_length":
            assert (found.argmax(axis=1) == wanted.argmax(axis=1)).mean() > 0.95


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_offer_gives_the_same_bytes(name: str, form: Form, parted: Parted, tmp_path: Path) -> None:
    offer = Offer(params=json.loads(json.dumps(technique(name).offers(form, parted.task)[0].params)))
    for folder in (tmp_path / "a", tmp_path / "b"):
        kept(technique(name).apply(form, offer, parted.task), folder)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_techniques_for_texts_offer_nothing_for_other_models(parted: Parted) -> None:
    for name in ("text_onnx", "text_words", "text_groups", "text_length", "text_openvino", *LEARNT, "static_fold"):
        assert technique(name).offers(Form(kind="onnx", model=b""), parted.task) == ()


@pytest.mark.parametrize("name", LEARNT)
def test_what_is_fitted_anew_is_kept_bit_for_bit_and_knows_its_classes(
    name: str, form: Form, parted: Parted, tmp_path: Path
) -> None:
    offers = technique(name).offers(form, parted.task)
    assert offers
    for at, offer in enumerate(offers):
        assert offer.needs_fit
        made = kept(technique(name).apply(form, offer, parted.task), tmp_path / f"{at}a")
        kept(technique(name).apply(form, offer, parted.task), tmp_path / f"{at}b")
        assert files(tmp_path / f"{at}a") == files(tmp_path / f"{at}b")
        assert accuracy(made, parted.certify) > accuracy(form, parted.certify) - 0.1
        alone, together = scores(made, parted.certify.x, batch=1), scores(made, parted.certify.x, batch=7)
        assert alone == pytest.approx(together, abs=1e-3 * float(abs(together).max()))


def test_a_table_is_folded_and_its_tokens_looked_up(form: Form, parted: Parted, tmp_path: Path) -> None:
    task, made = parted.task, form
    for name in ("text_static", "static_fold", "text_words"):
        offer = technique(name).offers(made, task)[0]
        made = kept(technique(name).apply(made, offer, task), tmp_path / name)
    assert made.kind == "static"
    assert made.model.table.shape[1] == 3
    assert accuracy(made, parted.certify) > accuracy(form, parted.certify) - 0.1
    assert technique("static_fold").offers(made, task) == ()


def test_a_table_answers_a_text_without_any_token(form: Form, parted: Parted) -> None:
    import numpy

    for name in ("text_static", "text_tfidf"):
        made = technique(name).apply(form, technique(name).offers(form, parted.task)[0], parted.task)
        for cases in ([""], ["", "matrix", ""], ["\u4e00"]):
            found = scores(made, cases)
            assert numpy.isfinite(found).all()
            assert found.shape == (len(cases), 3)


def test_tfidf_answers_as_scikit_learn_does(form: Form, parted: Parted) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    from vatio.optimise.model.techniques.texts._head import fitted_head

    task = parted.task
    made = technique("text_tfidf").apply(form, Offer(params={"words": 2}), task)
    weigh = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"[^\W_]\w+", binary=True).fit(task.fit.x)
    weight, bias = fitted_head(weigh.transform(task.fit.x), task)
    wanted = weigh.transform(parted.certify.x) @ weight.T + bias
    assert scores(made, parted.certify.x, batch=1) == pytest.approx(wanted, abs=1e-3)


def test_an_encoder_without_a_list_of_layers_keeps_them(form: Form, parted: Parted) -> None:
    from dataclasses import replace

    from tests.optimise.model._texts import encoder

    changed = replace(form, model=replace(form.model, encoder=encoder(1)))
    with pytest.raises(NotApplicable, match="layers"):
        technique("text_layers").offers(changed, parted.task)


def test_techniques_follow_one_another(form: Form, parted: Parted, tmp_path: Path) -> None:
    made = form
    for at, name in enumerate(("text_onnx", "text_words", "text_groups")):
        made = kept(technique(name).apply(made, technique(name).offers(made, parted.task)[0], parted.task), tmp_path / str(at))
        assert not any(offer.params == {} for offer in technique("text_words").offers(made, parted.task)) or name == "text_onnx"
    assert technique("text_int8").offers(made, parted.task) == ()
    assert accuracy(made, parted.certify) > accuracy(form, parted.certify) - 0.05


def test_a_tokeniser_of_another_kind_is_left_to_its_library(form: Form, parted: Parted) -> None:
    from dataclasses import replace

    from tokenizers import Tokenizer, models, pre_tokenizers

    other = Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    other.pre_tokenizer = pre_tokenizers.Whitespace()
    changed = replace(form, model=replace(form.model, tokenizer=other))
    with pytest.raises(NotApplicable, match="BERT"):
        technique("text_words").offers(changed, parted.task)


def test_a_smoothed_graph_answers_the_same(form: Form, parted: Parted) -> None:
    import copy

    from vatio.optimise.model.techniques.texts._encoder_graph import graph_of, samples_of, with_encoder
    from vatio.optimise.model.techniques.texts._smooth import smoothed

    encoder = copy.deepcopy(form.model.encoder)
    for layer in encoder.encoder.layer:
        layer.attention.output.LayerNorm.weight.data[3] = 20.0
    uneven = with_encoder(form, encoder)
    samples = samples_of(form, parted.task, 8)
    graph = graph_of(uneven, parted.task)
    smooth = smoothed(graph, samples, share=0.75)
    assert smooth.count(b"_smoothing") >= len(encoder.encoder.layer)
    found, wanted = (scores(with_encoder(form, each), parted.certify.x) for each in (smooth, graph))
    assert found == pytest.approx(wanted, abs=1e-4 * float(abs(wanted).max()))
    even = graph_of(form, parted.task)
    assert b"_smoothing" not in smoothed(even, samples, share=0.75)


def test_a_graph_that_asks_for_kinds_of_tokens_is_given_them(form: Form, parted: Parted) -> None:
    from dataclasses import replace

    import onnx

    from vatio.optimise.model.techniques.texts._encoder_graph import graph_of

    graph = onnx.load_model_from_string(graph_of(form, parted.task))
    kinds = onnx.helper.make_tensor_value_info("token_type_ids", onnx.TensorProto.INT64, ["texts", "tokens"])
    graph.graph.input.append(kinds)
    given = replace(form, model=replace(form.model, encoder=graph.SerializeToString()))
    offers = technique("text_onnx").offers(given, parted.task)
    assert [offer.params["numbers"] for offer in offers] == ["int8", "int8"]
    made = technique("text_onnx").apply(given, offers[0], parted.task)
    assert scores(made, parted.certify.x).shape == (len(parted.certify), 3)


def test_lengths_that_an_export_computes_are_written_down(form: Form, parted: Parted) -> None:
    import onnx

    from vatio.optimise.model.techniques.texts._encoder_graph import graph_of
    from vatio.optimise.model.techniques.texts._plain import plain

    graph = graph_of(form, parted.task)
    assert plain(graph) == graph
    kinds = [node.op_type for node in onnx.load_model_from_string(graph).graph.node]
    layers = form.model.encoder.config.num_hidden_layers
    assert "Shape" not in kinds[kinds.index("MatMul") :]
    assert kinds.count("Reshape") >= 4 * layers
