"""Classifiers of texts without a network: a row of a table for every token, added up, and a linear head."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes.texts._text import read_arrays, read_tokenizer
from vatio.optimise.model.runtimes.texts._tokens import LIBRARY, Cut, cutter
from vatio.plugins import require

_TOKENIZER_FILE, _TERMS_FILE, _ARRAYS_FILE, _SETTINGS_FILE = "tokenizer.json", "terms.json", "arrays.npz", "static.json"
# What becomes of the sum of a text's rows: their mean; the sum at unit length; the sum over the root of its last column.
MEAN, UNIT, ROOT = "mean", "unit", "root"
WORD = r"[^\W_]\w+"
_WORDS_OF = re.compile(WORD).findall


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticTexts:
    """Hold a table (rows, width) and the way from its rows to logits.

    A text's rows are those of its tokens, by ``tokenizer``, each as often as it occurs; or those of its ``terms``, words and
    pairs of words, each once. ``scale`` says what becomes of their sum, then ``weight`` (width, classes) makes logits of it,
    or the columns are the logits where there is none; ``bias`` (classes,) is added.

    Raises:
        UsageError: the parts do not fit.
    """

    table: Any
    bias: Any
    scale: str
    weight: Any = None
    tokenizer: Any = None
    terms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape, width = self.table.shape, len(self.bias)
        asked = (shape[-1], width) if self.weight is not None else (width + 1, width) if self.scale == ROOT else (width, width)
        got = self.weight.shape if self.weight is not None else (shape[-1], width)
        rows = len(self.terms) if self.tokenizer is None else self.tokenizer.get_vocab_size()
        if len(shape) != 2 or self.scale not in (MEAN, UNIT, ROOT) or got != asked or shape[0] < rows:
            raise UsageError(f"a table of {shape} for {rows} tokens, and a head of {got}")


class StaticRuntime:
    """Run ``StaticTexts``.

    Settings: ``cut`` (library or words: how a text becomes tokens).
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make a table ready; it answers any batch."""
        del batch
        return _Asked(form.model, form.settings)

    def save(self, form: Form, folder: Path) -> None:
        """Write the table and the head, and the tokeniser or the terms."""
        numpy = require("numpy", extra="text")
        model = form.model
        arrays = {name: getattr(model, name) for name in ("table", "bias", "weight") if getattr(model, name) is not None}
        numpy.savez(folder / _ARRAYS_FILE, **arrays)
        (folder / _SETTINGS_FILE).write_text(json.dumps({"scale": model.scale}))
        if model.tokenizer is None:
            (folder / _TERMS_FILE).write_text(json.dumps(list(model.terms), ensure_ascii=False), encoding="utf-8")
        else:
            (folder / _TOKENIZER_FILE).write_text(model.tokenizer.to_str(), encoding="utf-8")

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read a table back.

        Raises:
            UsageError: the folder does not hold one.
        """
        del settings
        arrays = read_arrays(folder / _ARRAYS_FILE)
        has_terms = (folder / _TERMS_FILE).is_file()
        try:
            scale = json.loads((folder / _SETTINGS_FILE).read_bytes())["scale"]
            terms = tuple(json.loads((folder / _TERMS_FILE).read_text(encoding="utf-8"))) if has_terms else ()
            parts = {"table": arrays["table"], "bias": arrays["bias"], "weight": arrays.get("weight")}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{folder} holds no table of texts: {error}") from error
        tokenizer = None if has_terms else read_tokenizer(folder / _TOKENIZER_FILE)
        return StaticTexts(**parts, scale=scale, terms=terms, tokenizer=tokenizer)


def terms_of(vocabulary: Mapping[str, int]) -> Cut:
    """Give the function that finds a text's terms: its words of two letters and more, and pairs of neighbours, each once."""
    find = vocabulary.get
    has_pairs = any(" " in term for term in vocabulary)

    def cut(text: str) -> list[int]:
        words = _WORDS_OF(text.lower())
        if has_pairs:
            words = [*words, *map(" ".join, pairwise(words))]
        found = set(map(find, words))
        found.discard(None)
        return list(found)  # type: ignore[arg-type]

    return cut


class _Asked:
    """Answer texts."""

    __slots__ = ("_bias", "_cut", "_one", "_several", "_table", "_weight")

    def __init__(self, model: StaticTexts, settings: Mapping[str, Any]) -> None:
        numpy = require("numpy", extra="text")
        # A row of zeros behind the others, for texts without any token.
        blank = numpy.zeros((1, model.table.shape[1]), dtype=numpy.float32)
        self._table = numpy.concatenate([model.table.astype(numpy.float32), blank])
        self._weight, self._bias = model.weight, model.bias
        if model.tokenizer is None:
            self._cut = terms_of({term: at for at, term in enumerate(model.terms)})
        else:
            self._cut = cutter(model.tokenizer, how=settings.get("cut", LIBRARY), has_ends=False)
        self._one, self._several = _sums(model.scale, len(model.table))

    def scores(self, cases: Any) -> Any:
        """Give the logits."""
        cut = self._cut
        if len(cases) == 1:
            found = self._one(self._table, cut(cases[0]))
        else:
            found = self._several(self._table, [cut(text) for text in cases])
        if self._weight is not None:
            found = found @ self._weight
        return found + self._bias


def _sums(scale: str, blank: int) -> tuple[Callable[[Any, list[int]], Any], Callable[[Any, list[list[int]]], Any]]:
    """Give the functions that add up rows: for one text, the call that is asked most, and for several."""
    numpy = require("numpy", extra="text")
    add, dot, sqrt, maximum = numpy.add.reduce, numpy.dot, numpy.sqrt, numpy.maximum

    def one(table: Any, row: list[int]) -> Any:
        total = add(table.take(row or [blank], 0), 0, keepdims=True)
        if scale == MEAN:
            total /= len(row) or 1
            return total
        if scale == UNIT:
            size = dot(total[0], total[0]) ** 0.5
            return total / size if size > 1e-12 else total
        size = total[0, -1] ** 0.5
        return total[:, :-1] / size if size else total[:, :-1]

    def several(table: Any, rows: list[list[int]]) -> Any:
        rows = [row or [blank] for row in rows]
        sizes = numpy.array([len(row) for row in rows])
        starts = numpy.zeros(len(rows), dtype=numpy.intp)
        numpy.cumsum(sizes[:-1], out=starts[1:])
        totals = numpy.add.reduceat(table.take([token for row in rows for token in row], 0), starts, 0)
        if scale == MEAN:
            return totals / sizes[:, None].astype(numpy.float32)
        if scale == UNIT:
            return totals / maximum(sqrt(numpy.einsum("ij,ij->i", totals, totals)), 1e-12)[:, None]
        return totals[:, :-1] / sqrt(numpy.where(totals[:, -1:] > 0.0, totals[:, -1:], 1.0))

    return one, several
