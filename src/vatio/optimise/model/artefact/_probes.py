"""Keep some cases with their answers beside a model, so that it can be asked again elsewhere."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vatio.errors import ArtefactRefused
from vatio.plugins import require

_ARRAY, _CELLS, _SCORES = "cases.npy", "cases.json", "scores.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Hold cases and the scores that a model gave them where it was made."""

    x: Any
    scores: Any

    def write(self, folder: Path) -> None:
        """Write them without a pickle: arrays as numpy has them, texts and tables with text as JSON."""
        numpy = require("numpy", extra="optimise")
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(self.x, list) or self.x.dtype == object:
            cells = self.x if isinstance(self.x, list) else [[_cell(one) for one in row] for row in self.x.tolist()]
            (folder / _CELLS).write_text(json.dumps(cells, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        else:
            numpy.save(folder / _ARRAY, self.x, allow_pickle=False)
        numpy.save(folder / _SCORES, self.scores, allow_pickle=False)

    def differences(self, scores: Any, *, answers: str, tolerance_ratio: float) -> str:
        """Say how other answers to the same cases differ, empty where they agree.

        Scores agree within ``tolerance_ratio``: of a probability, or of the spread of values and decisions. Where the best two
        classes lie farther apart than both may move, the class must be the same.
        """
        numpy = require("numpy", extra="optimise")
        if scores.shape != self.scores.shape or not numpy.isfinite(scores).all():
            return f"its answers have shape {scores.shape}, or are not finite"
        before, after = ((probabilities(one) if answers == "logits" else one) for one in (self.scores, scores))
        size = 1.0 if answers in ("probabilities", "logits") else float(numpy.ptp(before)) or 1.0
        apart = float(numpy.abs(before - after).max(initial=0.0)) / size
        if before.ndim == 2 and before.shape[1] > 1:
            ranked = numpy.sort(before, axis=1)
            is_clear = ranked[:, -1] - ranked[:, -2] > 2.0 * tolerance_ratio * size
            changed = int(((before.argmax(axis=1) != after.argmax(axis=1)) & is_clear).sum())
            if changed:
                return f"{changed} of {len(before)} cases get another class"
        return (
            f"its answers differ by up to {apart:.2g}, where {tolerance_ratio:g} is allowed" if apart > tolerance_ratio else ""
        )


def read_probes(folder: Path) -> Probes:
    """Read them back.

    Raises:
        ArtefactRefused: they are not there, or broken.
    """
    numpy = require("numpy", extra="optimise")
    try:
        scores = numpy.load(folder / _SCORES, allow_pickle=False)
        if (folder / _ARRAY).is_file():
            return Probes(x=numpy.load(folder / _ARRAY, allow_pickle=False), scores=scores)
        cells = json.loads((folder / _CELLS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtefactRefused(
            f"the cases beside the model cannot be read: {error}", hint="build it again: its recipe says how"
        ) from error
    if cells and isinstance(cells[0], str):
        return Probes(x=cells, scores=scores)
    table = numpy.empty((len(cells), len(cells[0]) if cells else 0), dtype=object)
    for at, row in enumerate(cells):
        table[at, :] = [math.nan if one == {"float": "nan"} else one for one in row]
    return Probes(x=table, scores=scores)


def probabilities(logits: Any) -> Any:
    """Turn logits into probabilities.

    >>> probabilities(require("numpy", extra="optimise").array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    numpy = require("numpy", extra="optimise")
    raised = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _cell(one: Any) -> Any:
    """Give a cell as JSON has it; what is not a number has a mark of its own."""
    plain = one.item() if hasattr(one, "item") else one
    return {"float": "nan"} if isinstance(plain, float) and not math.isfinite(plain) else plain
