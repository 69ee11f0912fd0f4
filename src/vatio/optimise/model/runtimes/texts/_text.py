"""Classifiers of texts: tokeniser, encoder and head, all in the call that is measured."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes.texts._classifier import TextClassifier
from vatio.optimise.model.runtimes.texts._encoders import encode_of, load_encoder, save_encoder
from vatio.optimise.model.runtimes.texts._tokens import LIBRARY, cutter
from vatio.plugins import require

_TOKENIZER_FILE, _HEAD_FILE, _SETTINGS_FILE = "tokenizer.json", "head.npz", "text.json"
_KEPT = ("pooling", "is_normalised", "max_length")


class TextRuntime:
    """Run ``TextClassifier``.

    Settings: ``cut`` (library or words: how a text becomes tokens), ``spare_tokens`` (texts of a call are asked in groups of
    like length, with at most so much padding in each; none given, all together), ``precision`` and ``level`` of OpenVINO and
    ONNX Runtime, ``threads``.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make a classifier ready; it answers any batch."""
        del batch
        return _Asked(form.model, form.settings)

    def save(self, form: Form, folder: Path) -> None:
        """Write the tokeniser, the encoder, the head, and how they go together."""
        numpy = require("numpy", extra="text")
        model = form.model
        (folder / _TOKENIZER_FILE).write_text(model.tokenizer.to_str(), encoding="utf-8")
        numpy.savez(folder / _HEAD_FILE, weight=model.weight, bias=model.bias)
        (folder / _SETTINGS_FILE).write_text(json.dumps({name: getattr(model, name) for name in _KEPT}, sort_keys=True))
        save_encoder(model.encoder, folder)

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read a classifier back.

        Raises:
            UsageError: the folder does not hold one.
        """
        tokenizer, arrays = read_tokenizer(folder / _TOKENIZER_FILE), read_arrays(folder / _HEAD_FILE)
        try:
            kept = json.loads((folder / _SETTINGS_FILE).read_bytes())
            parts = {name: kept[name] for name in _KEPT} | {name: arrays[name] for name in ("weight", "bias")}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{folder} holds no classifier of texts: {error}") from error
        return TextClassifier(tokenizer=tokenizer, encoder=load_encoder(folder), **parts)


def read_tokenizer(path: Path) -> Any:
    """Read a tokeniser.

    Raises:
        UsageError: it is not there, or is none.
    """
    library = require("tokenizers", extra="text")
    try:
        return library.Tokenizer.from_buffer(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} holds no tokeniser: {error}") from error


def read_arrays(path: Path) -> dict[str, Any]:
    """Read arrays of numbers; a pickle among them is refused.

    Raises:
        UsageError: they are not there, or are none.
    """
    numpy = require("numpy", extra="text")
    try:
        with numpy.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError, EOFError, KeyError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise UsageError(f"cannot read {path}: {error}") from error


def tokens_of(model: TextClassifier, cases: Sequence[str], settings: Mapping[str, Any] | None = None) -> tuple[Any, Any]:
    """Give texts as an encoder takes them: numbers of tokens filled up to the longest, and their mask."""
    blank = _pad(model.tokenizer)
    cut = cutter(model.tokenizer, how=(settings or {}).get("cut", LIBRARY))
    return _filled([cut(text) or [blank] for text in cases], blank)


def pooled_by(model: TextClassifier, settings: Mapping[str, Any]) -> Callable[[list[list[int]]], Any]:
    """Give the function that makes the vectors (texts, width) of texts as tokens."""
    numpy = require("numpy", extra="text")
    encode, pad = encode_of(model.encoder, settings), _pad(model.tokenizer)
    is_mean = model.pooling == "mean"

    def pooled(rows: list[list[int]]) -> Any:
        ids, mask = _filled(rows, pad)
        found = encode(ids, mask)
        if found.ndim == 2:
            # A copy: the library may answer into the same memory again.
            return found.copy()
        if not is_mean:
            return found[:, 0].copy()
        share = (mask / mask.sum(axis=1, keepdims=True)).astype(numpy.float32)
        return numpy.matmul(share[:, None, :], found)[:, 0]

    return pooled


def _filled(rows: list[list[int]], pad: int) -> tuple[Any, Any]:
    numpy = require("numpy", extra="text")
    if len(rows) == 1:
        ids = numpy.array(rows, dtype=numpy.int64)
        return ids, numpy.ones_like(ids)
    sizes = numpy.array([len(row) for row in rows])
    width = int(sizes.max())
    ids = numpy.array([row + [pad] * (width - len(row)) for row in rows], dtype=numpy.int64)
    return ids, (numpy.arange(width) < sizes[:, None]).astype(numpy.int64)


def vectors_of(
    model: TextClassifier, cases: Sequence[str], settings: Mapping[str, Any] | None = None, *, batch: int = 32
) -> Any:
    """Give what a classifier's encoder makes of texts, as its head gets it: (texts, width)."""
    numpy = require("numpy", extra="text")
    asked = _Asked(model, {"spare_tokens": batch, **(settings or {})})
    found = [asked.vectors(cases[at : at + batch]) for at in range(0, len(cases), batch)]
    return numpy.concatenate(found)


def grouped(sizes: Sequence[int], spare_tokens: int) -> list[list[int]]:
    """Put texts of like length together: a group is closed where its padding would exceed what may be spared.

    >>> grouped([3, 9, 4, 8], 1)
    [[1, 3], [2, 0]]
    """
    order = sorted(range(len(sizes)), key=lambda at: -sizes[at])
    groups: list[list[int]] = []
    waste = spare_tokens + 1
    for at in order:
        waste += sizes[groups[-1][0]] - sizes[at] if groups else 0
        if waste > spare_tokens:
            groups.append([])
            waste = 0
        groups[-1].append(at)
    return groups


class _Asked:
    """Answer texts."""

    __slots__ = ("_bias", "_blank", "_cut", "_is_normalised", "_numpy", "_pooled", "_spare_tokens", "_weight")

    def __init__(self, model: TextClassifier, settings: Mapping[str, Any]) -> None:
        self._numpy = require("numpy", extra="text")
        self._cut = cutter(model.tokenizer, how=settings.get("cut", LIBRARY))
        self._blank = [_pad(model.tokenizer)]
        self._pooled = pooled_by(model, settings)
        self._is_normalised, self._spare_tokens = model.is_normalised, settings.get("spare_tokens")
        self._weight, self._bias = self._numpy.ascontiguousarray(model.weight.T), model.bias

    def scores(self, cases: Any) -> Any:
        """Give the logits."""
        return self.vectors(cases) @ self._weight + self._bias

    def vectors(self, cases: Sequence[str]) -> Any:
        """Give what the head is asked about."""
        cut, blank = self._cut, self._blank
        rows = [cut(text) or blank for text in cases]
        if self._spare_tokens is None or len(rows) == 1:
            vectors = self._pooled(rows)
        else:
            vectors = self._in_groups(rows, self._spare_tokens)
        if not self._is_normalised:
            return vectors
        size = self._numpy.sqrt(self._numpy.einsum("ij,ij->i", vectors, vectors))
        return vectors / self._numpy.maximum(size, 1e-12)[:, None]

    def _in_groups(self, rows: list[list[int]], spare_tokens: int) -> Any:
        vectors = self._numpy.empty((len(rows), len(self._weight)), dtype=self._numpy.float32)
        for group in grouped([len(row) for row in rows], spare_tokens):
            vectors[group] = self._pooled([rows[at] for at in group])
        return vectors


def _pad(tokenizer: Any) -> int:
    """Give the token to fill up with; a mask covers it, so any does."""
    return next((token for name in ("[PAD]", "<pad>") if (token := tokenizer.token_to_id(name)) is not None), 0)
