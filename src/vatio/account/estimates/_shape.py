"""Count a transformer's parameters from its ``config.json``: all of them, those that one token meets, and its cache.

Attention of one layer is d q + q H (n + r) + d (c + r) + c H (n + v) + H v d where keys and values are compressed (DeepSeek's
latent attention: q, c the ranks, n, r, v the head's plain, rotary and value widths), else d H h + 2 d K h + H h d. A
feed-forward layer is 3 d f with a gate, else 2 d f; a mixture has one such for each expert, those that every token meets, and
a router. Biases and norms are left out: below 0.1 % of any model above a million parameters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from vatio.errors import ConfigError

# Feed-forward layers of two matrices; all later models have a third, the gate.
_WITHOUT_GATE = frozenset(
    {
        *("gpt2", "gpt_neo", "gpt_neox", "gptj", "gpt_bigcode", "opt", "bloom", "falcon", "mpt", "phi", "bert", "roberta"),
        *("distilbert", "starcoder2", "nemotron", "xlm", "xlm-roberta", "codegen"),
    }
)
# Models whose output layer is their embedding unless they say otherwise.
_TIED = frozenset(("gpt2", "gpt_bigcode", "opt", "bloom", "falcon", "gemma", "gemma2", "gemma3_text", "mpt", "bert", "roberta"))
_LEARNED_POSITIONS = frozenset(("gpt2", "opt", "gpt_neo", "gpt_bigcode", "bert", "roberta"))
_BYTES = {"float32": 4.0, "float16": 2.0, "bfloat16": 2.0, "float8_e4m3fn": 1.0}
_QUANTISED_BYTES = {"fp8": 1.0, "compressed-tensors": 1.0, "fbgemm_fp8": 1.0, "mxfp4": 0.53, "gptq": 0.53, "awq": 0.53}
_CACHE_BYTES = 2
# Nothing that is called a language model is larger.
_MOST_LAYERS, _MOST_WIDTH = 10_000, 1_000_000


class ModelShape(NamedTuple):
    """Hold a model's counts. Parameters that a token meets include the output layer, but not the embedding's table."""

    name: str
    parameters: int
    active_parameters: int
    embedding_parameters: int
    expert_parameters: int
    experts: int
    experts_met: int
    layers: int
    width: int
    cache_bytes_per_token: float
    bytes_per_parameter: float | None
    context_tokens: int | None


def read_shape(path: str) -> ModelShape:
    """Read a model's ``config.json``.

    Raises:
        ConfigError: the file cannot be read, is no JSON object, or is of no architecture that can be counted.
    """
    try:
        with open(path, encoding="utf-8-sig") as file:
            config = json.load(file)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not JSON: {error}", hint="give a model's config.json") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{path} is no JSON object", hint="give a model's config.json")
    return shape_of(config, where=path)


def shape_of(config: Mapping[str, Any], *, where: str = "config.json") -> ModelShape:
    """Count the parameters of a model from its configuration.

    >>> llama = dict(hidden_size=4096, num_hidden_layers=32, num_attention_heads=32, intermediate_size=11008, vocab_size=32000)
    >>> shape_of({"model_type": "llama", **llama}).parameters
    6738149376

    Raises:
        ConfigError: a count that is needed is missing or not a whole number above 0.
    """
    inner = config.get("text_config") or config.get("llm_config")
    read = _Reader({**config, **inner} if isinstance(inner, dict) else config, where)
    width, layers = read.count("hidden_size", "n_embd", "d_model"), read.count("num_hidden_layers", "n_layer", "n_layers")
    if layers > _MOST_LAYERS or width > _MOST_WIDTH:
        raise ConfigError(f"{where}: {layers} layers of width {width}")
    attention, cache_bytes = _attention(read, width)
    dense, expert, router, sparse_layers = _feed_forward(read, width, layers)
    experts, met = read.optional("n_routed_experts", "num_experts", "num_local_experts") or 0, read.experts_met()
    tables = _tables(read, width)
    shared = layers * attention + dense + sparse_layers * router
    routed = sparse_layers * experts * expert
    return ModelShape(
        name=str(config.get("_name_or_path") or config.get("model_type") or "model"),
        parameters=shared + routed + sum(tables),
        active_parameters=shared + sparse_layers * met * expert + (tables[1] or tables[0]),
        embedding_parameters=tables[0],
        expert_parameters=routed,
        experts=experts if sparse_layers else 0,
        experts_met=met if sparse_layers else 0,
        layers=layers,
        width=width,
        cache_bytes_per_token=float(layers * cache_bytes),
        bytes_per_parameter=read.bytes_per_parameter(),
        context_tokens=read.optional("max_position_embeddings", "n_positions", "seq_length"),
    )


class _Reader:
    """Read counts by any of the names that they have."""

    def __init__(self, config: Mapping[str, Any], where: str) -> None:
        self._config, self._where = config, where
        self.kind = str(config.get("model_type", ""))

    def optional(self, *names: str) -> int | None:
        for name in names:
            value = self._config.get(name)
            if value is not None and not isinstance(value, (list, dict, str, bool)):
                if value != int(value) or value < 0:
                    raise ConfigError(f"{self._where}: {name} is {value}", hint="a whole number")
                return int(value)
        return None

    def count(self, *names: str) -> int:
        found = self.optional(*names)
        if not found:
            raise ConfigError(f"{self._where}: no {names[0]}", hint="only transformers can be counted; give --params instead")
        return found

    def flag(self, name: str, default: bool) -> bool:
        value = self._config.get(name)
        return default if value is None else bool(value)

    def listed(self, name: str) -> int:
        value = self._config.get(name)
        return len(value) if isinstance(value, list) else 0

    def experts_met(self) -> int:
        return self.optional("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_topk") or 0

    def bytes_per_parameter(self) -> float | None:
        quantised = self._config.get("quantization_config")
        if isinstance(quantised, dict):
            return _QUANTISED_BYTES.get(str(quantised.get("quant_method")))
        return _BYTES.get(str(self._config.get("torch_dtype") or self._config.get("dtype")))


def _attention(read: _Reader, width: int) -> tuple[int, int]:
    """Give one layer's attention parameters, and the bytes that it keeps of each token."""
    heads = read.count("num_attention_heads", "n_head", "n_heads")
    rank = read.optional("kv_lora_rank")
    if rank:
        plain, rotary, value = (read.count(name) for name in ("qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"))
        query_rank, head = read.optional("q_lora_rank"), plain + rotary
        queries = width * query_rank + query_rank * heads * head if query_rank else width * heads * head
        compressed = width * (rank + rotary) + rank * heads * (plain + value)
        return queries + compressed + heads * value * width, (rank + rotary) * _CACHE_BYTES
    head = read.optional("head_dim") or width // heads
    default = 1 if read.flag("multi_query", False) else heads
    pairs = read.optional("num_key_value_heads", "num_kv_heads", "n_head_kv") or default
    return 2 * width * heads * head + 2 * width * pairs * head, 2 * pairs * head * _CACHE_BYTES


def _feed_forward(read: _Reader, width: int, layers: int) -> tuple[int, int, int, int]:
    """Give what every token meets in all layers, one expert, one router, and the number of layers with experts."""
    matrices = 2 if read.kind in _WITHOUT_GATE else 3
    inner = read.optional("intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size") or 4 * width
    experts = read.optional("n_routed_experts", "num_experts", "num_local_experts") or 0
    if experts <= 1:
        return layers * matrices * width * inner, 0, 0, 0
    expert_inner = read.optional("moe_intermediate_size") or inner
    every = read.optional("moe_layer_freq", "decoder_sparse_step", "interleave_moe_layer_step") or 1
    first_dense = read.optional("first_k_dense_replace") or read.listed("mlp_only_layers")
    sparse = (layers - first_dense) // max(1, every)
    shared = read.optional("shared_expert_intermediate_size") or (read.optional("n_shared_experts") or 0) * expert_inner
    if read.kind.startswith("llama4"):
        shared, inner = expert_inner, read.optional("intermediate_size_mlp") or inner
    dense = (layers - sparse) * matrices * width * inner + sparse * matrices * width * shared
    return dense, matrices * width * expert_inner, experts * width, sparse


def _tables(read: _Reader, width: int) -> tuple[int, int]:
    """Give the parameters of the embedding and of an output layer of its own."""
    vocabulary = read.count("vocab_size")
    tied = read.flag("tie_word_embeddings", read.kind in _TIED)
    positions = 0
    if read.kind in _LEARNED_POSITIONS:
        positions = read.optional("n_positions", "max_position_embeddings") or 0
    return (vocabulary + positions) * width, 0 if tied else vocabulary * width
