"""Classifiers of texts: made, kept, cut into tokens, and asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.optimise.model import Form, TextClassifier
from vatio.optimise.model.runtimes.texts._text import TextRuntime, grouped

pytest.importorskip("tokenizers")
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def model() -> TextClassifier:
    pytest.importorskip("transformers")
    from tests.optimise.model._texts import classifier

    return classifier()


def scores(form: Form, cases: list[str], *, batch: int = 8) -> Any:
    return TextRuntime().predictor(form, batch=batch).scores(cases)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_text_is_answered_alike_alone_and_among_others(model: TextClassifier) -> None:
    from tests.optimise.model._texts import texts

    x, _ = texts(20)
    form = Form(kind="text", model=model, answers=model.answers)
    together = scores(form, x)
    assert together.shape == (20, 3)
    for at in range(20):
        assert scores(form, x[at : at + 1])[0] == pytest.approx(together[at], abs=1e-4)


def test_asking_in_groups_of_like_length_changes_no_answer(model: TextClassifier) -> None:
    from tests.optimise.model._texts import texts

    x, _ = texts(33)
    plain = scores(Form(kind="text", model=model), x)
    for spare_tokens in (0, 3, 1000):
        found = scores(Form(kind="text", model=model, settings={"spare_tokens": spare_tokens}), x)
        assert found == pytest.approx(plain, abs=1e-4)


def test_what_is_kept_is_read_back_and_kept_again_alike(model: TextClassifier, tmp_path: Path) -> None:
    from tests.optimise.model._texts import texts

    runtime, x = TextRuntime(), texts(9)[0]
    form = Form(kind="text", model=model)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    runtime.save(form, tmp_path / "a")
    again = Form(kind="text", model=runtime.load(tmp_path / "a", {}))
    runtime.save(again, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert {"tokenizer.json", "head.npz", "text.json", "model.safetensors", "config.json"} <= files(tmp_path / "a").keys()
    assert scores(again, x) == pytest.approx(scores(form, x), abs=1e-6)


def test_a_users_tokeniser_stays_as_it_is(model: TextClassifier) -> None:
    from tests.optimise.model._texts import tokenizer

    own = tokenizer()
    own.enable_padding(length=40)
    made = TextClassifier(tokenizer=own, encoder=model.encoder, weight=model.weight, bias=model.bias, max_length=5)
    assert own.padding is not None
    assert own.truncation is None
    assert len(made.tokenizer.encode("matrix " * 30).ids) == 5


def test_a_head_of_one_row_is_of_the_second_class(model: TextClassifier) -> None:
    made = TextClassifier(tokenizer=model.tokenizer, encoder=model.encoder, weight=model.weight[:1], bias=[0.5])
    found = scores(Form(kind="text", model=made), ["matrix of nodes"])
    assert found.shape == (1, 2)
    assert found[0, 0] == 0.0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"pooling": "max"}, "pooling"),
        ({"max_length": 0}, "tokens"),
        ({"classes": ("a",)}, "classes"),
        ({"weight": [1.0]}, "head"),
        ({"bias": [0.0]}, "head"),
        ({"bias": [0.0, float("nan"), 0.0]}, "finite"),
        ({"encoder": object()}, "encoder"),
        ({"tokenizer": str.split}, "tokeniser"),
    ],
)
def test_parts_that_do_not_fit_are_refused(model: TextClassifier, changed: dict[str, Any], said: str) -> None:
    parts = {name: getattr(model, name) for name in ("tokenizer", "encoder", "weight", "bias", "classes", "pooling")}
    with pytest.raises(UsageError, match=said):
        TextClassifier(**{**parts, **changed})


@pytest.mark.parametrize("name", ["tokenizer.json", "head.npz", "text.json", "config.json", "model.safetensors"])
def test_a_folder_that_was_harmed_is_refused(model: TextClassifier, tmp_path: Path, name: str) -> None:
    TextRuntime().save(Form(kind="text", model=model), tmp_path)
    for harm in (b"", b"{}", b"\x80\x04.", (tmp_path / name).read_bytes()[:50]):
        (tmp_path / name).write_bytes(harm)
        with pytest.raises(UsageError):
            TextRuntime().load(tmp_path, {})
    (tmp_path / name).unlink()
    with pytest.raises(UsageError):
        TextRuntime().load(tmp_path, {})


def test_nothing_of_what_is_kept_is_a_pickle(model: TextClassifier, tmp_path: Path) -> None:
    import numpy

    TextRuntime().save(Form(kind="text", model=model), tmp_path)
    numpy.savez(tmp_path / "head.npz", weight=numpy.array([{}], dtype=object), bias=numpy.zeros(3))
    with pytest.raises(UsageError, match=r"head\.npz"):
        TextRuntime().load(tmp_path, {})
    assert "auto_map" not in json.loads((tmp_path / "config.json").read_text())


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.integers(0, 40))
def test_groups_hold_every_text_once_and_spare_no_more_than_they_may(sizes: list[int], spare_tokens: int) -> None:
    groups = grouped(sizes, spare_tokens)
    assert sorted(at for group in groups for at in group) == list(range(len(sizes)))
    for group in groups:
        assert sum(max(sizes[at] for at in group) - sizes[at] for at in group) <= spare_tokens
