"""Run linear models as what they are: cases times weights plus what each class begins with, in numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes._shaping import laid_out, shaper
from vatio.optimise.model.runtimes._sklearn import Answering, content_of
from vatio.plugins import require

_WEIGHTS, _BASE = "weights.npy", "base.npy"


class LinearRuntime:
    """Run (weights, base): arrays (features, columns) and (columns,) of one precision.

    Settings: ``link`` is what follows the sum: ``softmax``, ``logistic`` (of one column, or each against the rest where there
    are more), or nothing; and those of ``shaper`` and ``laid_out``.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make a linear model ready."""
        del batch  # nothing is kept from call to call
        weights, base = form.model
        sums = _sums(weights, base)
        link, shaped = _LINKS[form.settings.get("link", "")](), shaper(form)
        if link is None:
            return laid_out(form, Answering(sums if shaped is None else lambda cases: shaped(sums(cases))))
        if shaped is None:
            return laid_out(form, Answering(lambda cases: link(sums(cases))))
        return laid_out(form, Answering(lambda cases: shaped(link(sums(cases)))))

    def save(self, form: Form, folder: Path) -> None:
        """Write both arrays."""
        numpy = require("numpy", extra="optimise")
        for name, array in zip((_WEIGHTS, _BASE), form.model, strict=True):
            numpy.save(folder / name, array, allow_pickle=False)

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read both arrays.

        Raises:
            UsageError: they are not there, or do not fit one another.
        """
        del settings
        weights, base = (array_of(folder, name) for name in (_WEIGHTS, _BASE))
        if weights.ndim != 2 or base.shape != weights.shape[1:] or weights.dtype.kind != "f":
            raise UsageError(f"{folder} holds weights of shape {weights.shape} and a base of {base.shape}")
        return weights, base


def array_of(folder: Path, name: str) -> Any:
    """Read an array of a form's folder.

    Raises:
        UsageError: there is none.
    """
    content_of(folder, name)
    try:
        return require("numpy", extra="optimise").load(folder / name, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise UsageError(f"{folder / name} is no array: {error}") from error


def _sums(weights: Any, base: Any) -> Callable[[Any], Any]:
    kind = weights.dtype
    return lambda cases: cases.astype(kind, copy=False).dot(weights) + base


def _softmax() -> Callable[[Any], Any]:
    exp = require("numpy", extra="optimise").exp

    def softmax(sums: Any) -> Any:
        grown = exp(sums - sums.max(axis=1, keepdims=True))
        return grown / grown.sum(axis=1, keepdims=True)

    return softmax


def _logistic() -> Callable[[Any], Any]:
    numpy = require("numpy", extra="optimise")
    tanh = numpy.tanh

    def logistic(sums: Any) -> Any:
        # The same as 1 / (1 + exp(-sums)), and it overflows nowhere.
        each = 0.5 + 0.5 * tanh(0.5 * sums)
        return each if each.shape[1] == 1 else each / each.sum(axis=1, keepdims=True)

    return logistic


def _nothing() -> None:
    return None


_LINKS: Mapping[str, Callable[[], Callable[[Any], Any] | None]] = {"": _nothing, "softmax": _softmax, "logistic": _logistic}
