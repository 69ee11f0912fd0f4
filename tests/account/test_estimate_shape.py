"""Parameters counted from configurations: those that were published, and those that lie in memory or are met by a token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vatio.account.estimates import Asked, estimate, flop_of, read_shape, shape_of
from vatio.errors import ConfigError

MODELS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "benchmarks" / "account" / "models.json").read_text(encoding="utf-8")
)
ACTIVE = {"DeepSeek-V3": 37e9, "DeepSeek-V2": 21e9, "DeepSeek-V2-Lite": 2.4e9, "Qwen3-30B-A3B": 3.3e9, "Mixtral-8x7B": 12.9e9}
SMALL = {"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100}


@pytest.mark.parametrize("name", MODELS)
def test_the_published_number_of_parameters_is_counted(name: str) -> None:
    assert shape_of(MODELS[name]["config"]).parameters == pytest.approx(MODELS[name]["published"], rel=0.01)


@pytest.mark.parametrize("name", ACTIVE)
def test_the_published_number_of_active_parameters_is_counted(name: str) -> None:
    shape = shape_of(MODELS[name]["config"])
    # Some publishers count the embedding's table among the active parameters, some do not.
    ends = (shape.active_parameters * 0.95, (shape.active_parameters + shape.embedding_parameters) * 1.05)
    assert ends[0] <= ACTIVE[name] <= ends[1]


def test_a_gated_layer_has_three_matrices_and_another_two() -> None:
    gated, plain = (
        shape_of({**SMALL, "intermediate_size": 256}),
        shape_of({**SMALL, "intermediate_size": 256, "model_type": "gpt_neox"}),
    )
    assert gated.parameters - plain.parameters == 2 * 64 * 256


def test_a_tied_embedding_counts_once() -> None:
    own, tied = shape_of({**SMALL, "tie_word_embeddings": False}), shape_of({**SMALL, "tie_word_embeddings": True})
    assert own.parameters - tied.parameters == 64 * 100
    assert own.active_parameters == tied.active_parameters


def test_experts_lie_in_memory_and_few_are_met() -> None:
    dense = shape_of({**SMALL, "intermediate_size": 256})
    mixture = shape_of({**SMALL, "intermediate_size": 256, "num_local_experts": 8, "num_experts_per_tok": 1})
    router = 2 * 8 * 64
    assert mixture.parameters - dense.parameters == 7 * 2 * 3 * 64 * 256 + router
    assert mixture.active_parameters - dense.active_parameters == router


def test_a_model_inside_a_larger_one_is_found() -> None:
    assert shape_of({"model_type": "llava", "text_config": SMALL}).parameters == shape_of(SMALL).parameters


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"model_type": "resnet", "num_channels": 3},
        {**SMALL, "hidden_size": -64},
        {**SMALL, "num_hidden_layers": 10**9},
        {**SMALL, "vocab_size": None},
        {**SMALL, "hidden_size": 64.5},
        {**SMALL, "hidden_size": "64"},
    ],
)
def test_what_is_no_transformer_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        shape_of(wrong)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"null", b"1e999"])
def test_a_file_that_is_no_configuration_is_an_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(data)
    with pytest.raises(ConfigError):
        read_shape(str(path))
    with pytest.raises(ConfigError):
        read_shape(str(tmp_path / "absent.json"))


def test_attention_is_counted_where_the_shape_is_known() -> None:
    shape = shape_of(MODELS["LLaMA2-7B"]["config"])
    counted = flop_of(shape.active_parameters, 4096, layers=shape.layers, width=shape.width)
    assert counted.value == pytest.approx(187.9e12, rel=0.01)
    asked = Asked(model=shape, tokens=10**12, hardware=(("A100", 8.0),))
    assert estimate(asked).record.flop.value == pytest.approx((counted.value or 0.0) * 1e12 / 4096)


def test_active_parameters_that_are_given_win_over_those_counted() -> None:
    shape = shape_of(MODELS["DeepSeek-V3"]["config"])
    record = estimate(Asked(model=shape, active_parameters=10**10, tokens=10**12)).record
    assert record.flop.value == pytest.approx(6e22)
