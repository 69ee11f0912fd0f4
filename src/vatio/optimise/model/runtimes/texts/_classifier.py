"""A classifier of texts: a tokeniser, an encoder of tokens, and a linear head on what the encoder makes of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vatio.errors import UsageError
from vatio.plugins import require

POOLINGS = ("mean", "first")
TORCH, ONNX, OPENVINO = "torch", "onnx", "openvino"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClassifier:
    """Hold what a factory returns for ``vatio optimise model MODULE:FACTORY`` where the cases are texts.

    ``tokenizer`` is one of the library ``tokenizers``, or a fast one of transformers. ``encoder`` is a model of transformers,
    the bytes of an ONNX graph, or an ``openvino.Model``, that makes a vector of every token, which become one vector of the
    text by ``pooling`` (their mean, or the first), or that vector itself. It is brought to unit length where
    ``is_normalised``; ``weight`` (classes, width) and ``bias`` (classes,) make logits of it, in the order of ``classes``. A
    text is cut after ``max_length`` tokens.

    A head of one row, as scikit-learn has it for two classes, says how much a text is of the second.

    Raises:
        UsageError: the parts do not fit.
    """

    tokenizer: Any
    encoder: Any
    weight: Any
    bias: Any
    classes: tuple[Any, ...] | None = None
    pooling: str = "mean"
    is_normalised: bool = True
    max_length: int = 256

    def __post_init__(self) -> None:
        if self.pooling not in POOLINGS:
            raise UsageError(f"a pooling of {self.pooling!r}", hint=f"one of {', '.join(POOLINGS)}")
        if self.max_length < 1:
            raise UsageError(f"texts of at most {self.max_length} tokens", hint="one token is the least")
        weight, bias = _head(self.weight, self.bias)
        if self.classes is not None and len(self.classes) != len(weight):
            raise UsageError(f"a head of {len(weight)} rows for {len(self.classes)} classes")
        encoder_of(self.encoder)
        own = {"tokenizer": _own_tokenizer(self.tokenizer, self.max_length), "weight": weight, "bias": bias}
        for name, value in own.items():
            object.__setattr__(self, name, value)

    @property
    def answers(self) -> str:
        """Say what its scores are."""
        return "logits"

    @property
    def kind(self) -> str:
        """Name the library that runs its encoder."""
        return encoder_of(self.encoder)


def encoder_of(encoder: Any) -> str:
    """Name the library that runs an encoder: torch, onnx or openvino.

    Raises:
        UsageError: none is known.
    """
    if isinstance(encoder, bytes):
        return ONNX
    if hasattr(encoder, "get_ordered_ops"):
        return OPENVINO
    if hasattr(encoder, "save_pretrained") and hasattr(encoder, "forward"):
        return TORCH
    raise UsageError(
        f"a {type(encoder).__module__}.{type(encoder).__qualname__} is no encoder that can be kept",
        hint="a model of transformers, the bytes of an ONNX graph, or an openvino.Model",
    )


def _head(weight: Any, bias: Any) -> tuple[Any, Any]:
    numpy = require("numpy", extra="text")
    weight, bias = (numpy.array(each, dtype=numpy.float32) for each in (weight, bias))
    if weight.ndim != 2 or bias.shape != weight.shape[:1] or not weight.size:
        raise UsageError(f"a head of shape {weight.shape} with a bias of {bias.shape}", hint="(classes, width) and (classes,)")
    if not (numpy.isfinite(weight).all() and numpy.isfinite(bias).all()):
        raise UsageError("the head holds numbers that are not finite")
    if len(weight) > 1:
        return weight, bias
    return numpy.concatenate([0.0 * weight, weight]), numpy.concatenate([0.0 * bias, bias])


def _own_tokenizer(tokenizer: Any, max_length: int) -> Any:
    """Give a tokeniser of our own, that cuts at ``max_length`` and does not pad: the user's stays as it is."""
    library = require("tokenizers", extra="text")
    given = getattr(tokenizer, "backend_tokenizer", tokenizer)
    if not isinstance(given, library.Tokenizer):
        raise UsageError(
            f"a {type(tokenizer).__qualname__} is no tokeniser that can be kept",
            hint="one of the library tokenizers, or a fast one of transformers",
        )
    own = library.Tokenizer.from_str(given.to_str())
    own.no_padding()
    own.enable_truncation(max_length)
    return own
