"""A model that is kept is the model that is opened: other bytes are refused, other machines are asked again."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import vatio
from vatio.errors import ArtefactRefused, MeasureError, UsageError
from vatio.optimise.model import Cases, Form, part, read_model, rebuild
from vatio.optimise.model._chain import Step
from vatio.optimise.model.artefact import Place, Recipe, digests, place_of, read_recipe, write_artefact
from vatio.optimise.model.artefact._artefact import sealed
from vatio.optimise.model.artefact._load import strange_types
from vatio.optimise.model.artefact._probes import Probes, read_probes
from vatio.optimise.model.reading._asked import digest_of_cases

numpy = pytest.importorskip("numpy")
skops_io = pytest.importorskip("skops.io")
pytest.importorskip("onnxruntime")
pytest.importorskip("skl2onnx")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Keep a forest and its cases in a folder."""
    from sklearn.datasets import load_iris
    from sklearn.ensemble import RandomForestClassifier

    folder = tmp_path_factory.mktemp("home")
    x, y = load_iris(return_X_y=True)
    labels = numpy.array(["setosa", "versicolor", "virginica"])[y]
    x = x.astype("float32")
    skops_io.dump(RandomForestClassifier(5, max_depth=3, random_state=0).fit(x, labels), folder / "m.skops")
    numpy.savez(folder / "cases.npz", X=x, y=labels)
    return folder


@pytest.fixture(scope="module")
def baseline(home):
    return read_model(str(home / "m.skops"))


@pytest.fixture(scope="module")
def parted(home, baseline):
    from vatio.optimise.model import read_cases

    return read_cases(str(home / "cases.npz"), classes=baseline.classes, wants="classes")


def recipe(home, baseline, parted, *steps: Step) -> Recipe:
    return Recipe(
        model=str(home / "m.skops"),
        model_sha256=baseline.sha256,
        cases=str(home / "cases.npz"),
        cases_sha256=digest_of_cases(parted),
        seed=0,
        batches=(1, 32),
        batch=1,
        steps=steps,
        quality={"accuracy": {"value": 0.97, "low": 0.9, "high": 1.0}},
    )


@pytest.fixture(scope="module")
def kept_folder(home, baseline, parted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "point"
    write_artefact(folder, baseline.form, task=parted.task, recipe=recipe(home, baseline, parted))
    return folder


@pytest.fixture
def kept(kept_folder, tmp_path):
    """Copy the artefact, so that a test may spoil it."""
    import shutil

    shutil.copytree(kept_folder, tmp_path / "point")
    return tmp_path / "point"


def said(folder: Path) -> dict:
    return json.loads((folder / "artefact.json").read_text())


def say(folder: Path, **changed) -> None:
    kept = {name: value for name, value in said(folder).items() if name != "sha256"}
    (folder / "artefact.json").write_text(json.dumps(sealed({**kept, **changed})))


def test_it_answers_as_the_model_did(kept, baseline, parted):
    model, x = vatio.load_model(kept), parted.certify.x
    assert (model.predict(x) == baseline.form.model.predict(x)).all()
    assert numpy.array_equal(model.predict_proba(x), baseline.form.model.predict_proba(x))
    assert model.classes == ("setosa", "versicolor", "virginica")
    assert model.differences == ()


def test_it_takes_cases_as_people_have_them(kept, parted):
    model = vatio.load_model(str(kept))
    assert model.predict(parted.certify.x[:2].tolist()).tolist() == model.predict(parted.certify.x[:2]).tolist()
    assert model.predict(parted.certify.x[:2].astype("float64")).shape == (2,)


@pytest.mark.parametrize("cases", [[[1.0, 2.0]], "text", [["a", "b", "c", "d"]], 3.0, [[1.0, 2.0, 3.0, 4.0, 5.0]]])
def test_other_cases_are_refused(kept, cases):
    with pytest.raises(UsageError, match="cases"):
        vatio.load_model(kept).predict(cases)


def test_a_regression_gives_values_and_no_probabilities(tmp_path, parted):
    from sklearn.linear_model import Ridge

    model = Ridge().fit(parted.task.fit.x, parted.task.fit.y)
    form, task = Form(kind="sklearn", model=model, answers="values"), replace(parted.task, classes=())
    write_artefact(tmp_path / "p", form, task=task, recipe=_plain_recipe())
    loaded = vatio.load_model(tmp_path / "p")
    assert numpy.array_equal(loaded.predict(parted.certify.x), model.predict(parted.certify.x))
    with pytest.raises(UsageError, match="no probabilities"):
        loaded.predict_proba(parted.certify.x)


def test_logits_become_probabilities(tmp_path, parted):
    onnx = pytest.importorskip("onnx")
    node = onnx.helper.make_node("MatMul", ["x", "w"], ["logits"])
    weights = numpy.array([[3.0, -1.0, 0.0]] * 4, dtype="float32")
    x, y = (onnx.helper.make_tensor_value_info(name, 1, [None, size]) for name, size in (("x", 4), ("logits", 3)))
    made = onnx.helper.make_graph([node], "g", [x], [y], [onnx.numpy_helper.from_array(weights, "w")])
    content = onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    form = Form(kind="onnx", model=content, answers="logits", settings={"output": "logits"})
    write_artefact(tmp_path / "p", form, task=parted.task, recipe=_plain_recipe())
    found = vatio.load_model(tmp_path / "p").predict_proba(numpy.ones((2, 4)))
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert found[0, 0] > 0.99


def _plain_recipe() -> Recipe:
    return Recipe(model="m", model_sha256="0", cases="c", cases_sha256="0", seed=0, batches=(1,), batch=1, steps=())


@pytest.mark.parametrize("name", ["model/model.skops", "probes/scores.npy", "probes/cases.npy"])
def test_a_flipped_byte_is_found(kept, name):
    held = bytearray((kept / name).read_bytes())
    held[len(held) // 2] ^= 1
    (kept / name).write_bytes(held)
    with pytest.raises(ArtefactRefused, match=f"{name} \\(other bytes\\)"):
        vatio.load_model(kept)


def test_a_file_more_or_less_is_found(kept):
    (kept / "model" / "more.py").write_text("")
    with pytest.raises(ArtefactRefused, match=r"more\.py \(not of it\)"):
        vatio.load_model(kept)
    (kept / "model" / "more.py").unlink()
    (kept / "model" / "model.skops").unlink()
    with pytest.raises(ArtefactRefused, match=r"model\.skops \(missing\)"):
        vatio.load_model(kept)


def test_a_description_that_was_edited_is_refused(kept):
    (kept / "artefact.json").write_text(json.dumps({**said(kept), "classes": said(kept)["classes"][::-1]}))
    with pytest.raises(ArtefactRefused, match="is not what was written"):
        vatio.load_model(kept)


def test_a_link_is_refused(kept, tmp_path):
    target = tmp_path / "elsewhere"
    (kept / "model" / "model.skops").rename(target)
    os.symlink(target, kept / "model" / "model.skops")
    with pytest.raises(ArtefactRefused, match="is a link"):
        vatio.load_model(kept)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": "vatio.artefact/9"}', '{"schema": "vatio.artefact/1"}', "[" * 100_000]
)
def test_what_is_no_description_is_refused(kept, text):
    (kept / "artefact.json").write_text(text)
    with pytest.raises(ArtefactRefused, match="cannot read"):
        vatio.load_model(kept)


def test_a_folder_without_a_model_is_said(tmp_path):
    with pytest.raises(ArtefactRefused, match="holds no model"):
        vatio.load_model(tmp_path / "nowhere")


def test_a_field_of_a_newer_vatio_is_no_harm(kept):
    say(kept, mood="calm")
    assert vatio.load_model(kept).artefact.more == {"mood": "calm"}


def elsewhere(folder: Path) -> None:
    """Say that the model was made where a library was older."""
    place = said(folder)["place"]
    say(folder, place={**place, "isa": "x86_64-0", "versions": {**place["versions"], "scikit-learn": "1.0"}})


def test_on_another_machine_it_is_asked_again_and_opened_where_it_agrees(kept):
    elsewhere(kept)
    model = vatio.load_model(kept)
    assert len(model.differences) == 2
    assert "scikit-learn" in model.differences[1]


def test_on_another_machine_other_answers_are_refused(kept):
    elsewhere(kept)
    scores = numpy.load(kept / "probes" / "scores.npy")
    numpy.save(kept / "probes" / "scores.npy", scores[:, ::-1])
    say(kept, files=digests(kept))
    with pytest.raises(ArtefactRefused, match=r"answers otherwise here.*scikit-learn .* instead of 1\.0") as refused:
        vatio.load_model(kept)
    assert "search again" in refused.value.hint


def test_answers_agree_within_what_is_allowed_and_no_more():
    scores = numpy.array([[0.90, 0.10], [0.501, 0.499]])
    probes = Probes(x=numpy.zeros((2, 1)), scores=scores)

    def differ(other, answers="probabilities"):
        return probes.differences(numpy.array(other), answers=answers, tolerance_ratio=0.02)

    assert differ(numpy.add(scores, [[0.01, -0.01]])) == ""
    assert differ([[0.90, 0.10], [0.49, 0.51]]) == ""  # too close to call
    assert "another class" in differ([[0.10, 0.90], [0.501, 0.499]])
    assert "differ by up to 0.05" in differ([[0.85, 0.15], [0.501, 0.499]])
    assert "not finite" in differ([[math.nan, 0.1], [0.5, 0.5]])
    assert "shape" in differ([[0.9, 0.1]])
    values = Probes(x=numpy.zeros((3, 1)), scores=numpy.array([0.0, 50.0, 100.0]))
    assert values.differences(numpy.array([1.0, 51.0, 101.0]), answers="values", tolerance_ratio=0.02) == ""
    assert values.differences(numpy.array([0.0, 50.0, 104.0]), answers="values", tolerance_ratio=0.02)


@pytest.mark.parametrize(
    "x",
    [
        ["a text", "señal\n<b>"],
        numpy.array([["red", 1.5], ["green", math.nan]], dtype=object),
        numpy.arange(6, dtype="int16").reshape(2, 3),
        numpy.zeros((2, 1, 4, 4), dtype="float32"),
    ],
)
def test_cases_of_every_kind_come_back(tmp_path, x):
    Probes(x=x, scores=numpy.zeros(2)).write(tmp_path)
    found = read_probes(tmp_path).x
    assert type(found) is type(x)
    if not isinstance(x, list):
        assert (found.dtype, found.shape) == (x.dtype, x.shape)
    assert str(found) == str(x)


def test_no_file_is_a_pickle(kept):
    for path in kept.rglob("*.npy"):
        numpy.load(path, allow_pickle=False)
    assert {path.suffix for path in kept.rglob("*") if path.is_file()} == {".json", ".npy", ".skops"}


def test_types_that_nobody_vouches_for_are_found_however_deep():
    assert strange_types({"trusted": ["sklearn.tree._tree.Tree", "os.system"]}) == ["os.system"]
    assert strange_types({"form": {"settings": {"trusted": ["my.Type"]}}}) == ["my.Type"]
    assert strange_types({"trusted": []}) == []


def test_a_model_with_a_strangers_types_is_opened_only_when_told(kept):
    say(kept, settings={**said(kept)["settings"], "trusted": ["builtins.eval"]})
    with pytest.raises(ArtefactRefused, match=r"builtins\.eval"):
        vatio.load_model(kept)


def test_opening_an_onnx_model_needs_no_torch_and_no_scikit_learn(home, parted, baseline, tmp_path):
    from vatio.plugins import load

    technique = load("techniques", "onnx")()
    offer = technique.offers(baseline.form, parted.task)[0]
    form = technique.apply(baseline.form, offer, parted.task)
    write_artefact(tmp_path / "p", form, task=parted.task, recipe=_plain_recipe())
    code = (
        "import sys, vatio; vatio.load_model(sys.argv[1]).predict([[1.0, 2.0, 3.0, 4.0]]);"
        "print([name for name in ('torch', 'sklearn', 'scipy', 'onnx', 'skl2onnx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "p")], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_folder_that_holds_something_is_not_written_over(kept, baseline, parted):
    with pytest.raises(UsageError, match="not empty"):
        write_artefact(kept, baseline.form, task=parted.task, recipe=_plain_recipe())


def test_what_was_killed_half_way_is_written_anew(tmp_path, baseline, parted):
    (tmp_path / ".p.part" / "model").mkdir(parents=True)
    (tmp_path / ".p.part" / "model" / "half").write_text("half")
    write_artefact(tmp_path / "p", baseline.form, task=parted.task, recipe=_plain_recipe())
    assert [path.name for path in tmp_path.iterdir()] == ["p"]
    assert vatio.load_model(tmp_path / "p").classes


def test_what_cannot_be_written_leaves_nothing(tmp_path, baseline, parted):
    wrong = replace(baseline.form, settings={"a set": {1, 2}})
    with pytest.raises(TypeError):
        write_artefact(tmp_path / "p", wrong, task=parted.task, recipe=_plain_recipe())
    assert list(tmp_path.iterdir()) == []


def test_a_place_says_what_is_different():
    here = place_of("onnx", ["model.onnx"])
    assert {"numpy", "onnxruntime", "python"} <= here.versions.keys()
    assert here.differences(here) == ()
    assert place_of("cached", ["inner/model.onnx"]) == here
    assert {"tokenizers", "onnxruntime"} <= place_of("text", ["tokenizer.json", "encoder.onnx"]).versions.keys()
    assert Place(isa="a", versions={"x": "1"}).differences(Place(isa="b")) == (
        "a processor b instead of a",
        "x not installed instead of 1",
    )


@pytest.fixture(scope="module")
def made(home, baseline, parted, tmp_path_factory):
    """Convert the forest, as a trial would, and keep it with its recipe."""
    from vatio.plugins import load

    technique = load("techniques", "onnx")()
    offer = technique.offers(baseline.form, parted.task)[0]
    form = technique.apply(baseline.form, offer, parted.task)
    folder = tmp_path_factory.mktemp("made") / "point"
    steps = Step(technique="onnx", params=json.loads(json.dumps(dict(offer.params))))
    write_artefact(folder, form, task=parted.task, recipe=recipe(home, baseline, parted, steps))
    return folder


def test_a_recipe_gives_the_same_bytes_again(home, made, tmp_path):
    found = rebuild(made / "recipe.json", model=str(home / "m.skops"), cases=str(home / "cases.npz"), out=tmp_path / "again")
    assert digests(tmp_path / "again") == digests(made) == found.files
    for name in ("artefact.json", "recipe.json"):
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes()
    assert not list((tmp_path / "again").glob(".building*"))


def test_a_recipe_is_not_built_where_nothing_can_be_written(home, made, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written to") as told:
        rebuild(made / "recipe.json", model=str(home / "m.skops"), cases=str(home / "cases.npz"), out=tmp_path / "file")
    assert "--out" in told.value.hint


def again(home, made, tmp_path, **changed):
    """Build with a recipe that says something else."""
    text = json.loads((made / "recipe.json").read_text())
    (tmp_path / "recipe.json").write_text(json.dumps({**text, **changed}))
    out = tmp_path / "again"
    return rebuild(tmp_path / "recipe.json", model=str(home / "m.skops"), cases=str(home / "cases.npz"), out=out)


def test_other_bytes_are_named_with_what_differs_here(home, made, tmp_path):
    place = {"isa": "elsewhere", "versions": {**read_recipe(made / "recipe.json").place.versions, "onnxruntime": "1.0"}}
    with pytest.raises(
        ArtefactRefused, match=r"in 1 of 1 files: model\.onnx; here is a processor .*onnxruntime .* instead of 1\.0"
    ):
        again(home, made, tmp_path, files={"model.onnx": "0" * 64}, place=place)
    assert (tmp_path / "again" / "model" / "model.onnx").exists()


def test_another_model_or_other_cases_are_refused(home, made, tmp_path):
    with pytest.raises(UsageError, match="not what the recipe was made from"):
        again(home, made, tmp_path, model_sha256="0" * 64)
    with pytest.raises(UsageError, match=r"the cases .*: not what the recipe was made from"):
        again(home, made, tmp_path, seed=1)
    assert not (tmp_path / "again").exists()


def test_a_step_that_cannot_be_done_is_said(home, made, tmp_path):
    with pytest.raises(MeasureError, match="'nonsense' could not be done: unknown technique"):
        again(home, made, tmp_path, steps=[{"technique": "nonsense", "params": {}}])


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema": "vatio.recipe/7"}'])
def test_what_is_no_recipe_is_refused(home, tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(UsageError, match="cannot read the recipe"):
        rebuild(tmp_path / "r.json", model=str(home / "m.skops"), cases=str(home / "cases.npz"), out=tmp_path / "o")


@pytest.mark.torch
@pytest.mark.slow
def test_cases_of_texts_are_kept_as_texts(tmp_path):
    pytest.importorskip("transformers")
    from tests.optimise.model._texts import classifier, texts

    said_texts, labels = texts(60)
    model = classifier()
    task = part((0, 1, 2), Cases(x=said_texts, y=numpy.array(labels))).task
    from vatio.optimise.model.reading._model import as_form

    form, _ = as_form(model)
    write_artefact(tmp_path / "p", form, task=task, recipe=_plain_recipe())
    loaded = vatio.load_model(tmp_path / "p")
    assert loaded.predict(said_texts[:3]).shape == (3,)
    assert loaded.predict(tuple(said_texts[:3])).shape == (3,)
    for wrong in ("one text", [1, 2]):
        with pytest.raises(UsageError, match="answers texts"):
            loaded.predict(wrong)
