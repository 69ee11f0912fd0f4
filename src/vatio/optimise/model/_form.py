"""One form of a model: what a runtime can run, save and load again; and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from vatio.errors import UsageError
from vatio.plugins import require

# What scores are: probabilities sum to 1, logits are before a softmax, decisions only rank, values are of a regression.
ANSWERS = ("probabilities", "logits", "decisions", "values")
_MOST_CASES_A_CALL = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Hold a model as one runtime has it.

    ``kind`` names the runtime (torch, onnx, sklearn, ...), ``model`` is what that works on (a module, the bytes of a graph,
    an estimator), ``answers`` says what its scores are. ``settings`` are the runtime's own and are saved with it: precision,
    threads, names of inputs. Columns of scores are in the order of the task's classes.

    Raises:
        UsageError: there are no such answers.
    """

    kind: str
    model: Any
    answers: str = "probabilities"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.answers not in ANSWERS:
            raise UsageError(f"answers that are {self.answers!r}", hint=f"one of {', '.join(ANSWERS)}")


class Predictor(Protocol):
    """Answer cases as the deployed model will: what is measured is this call and nothing else."""

    def scores(self, cases: Any) -> Any:
        """Give float scores, (cases, classes), or (cases,) for a regression.

        ``cases`` are some of the task's: rows of its array, or a list of texts.
        """
        ...


class Runtime(Protocol):
    """Run, save and load forms of one kind; registered under ``runtimes`` by that name."""

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make a form ready to answer ``batch`` cases a call (others work), on one thread unless its settings say so.

        Raises:
            MissingExtra: its library is not installed.
        """
        ...

    def save(self, form: Form, folder: Path) -> None:
        """Write all that ``load`` needs into an empty folder; the same form gives the same bytes.

        Nothing that is written for others is a pickle: ONNX, OpenVINO's format, safetensors, skops, JSON, numpy arrays.
        """
        ...

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read a form's ``model`` back; ``settings`` are those of the saved form.

        Raises:
            MissingExtra: its library is not installed.
            UsageError: the folder does not hold one.
        """
        ...


def ask(predictor: Predictor, cases: Any, *, batch: int) -> Any:
    """Give the scores of all cases in 64 bits, so many a call, and never more than can be held."""
    numpy = require("numpy", extra="optimise")
    size = min(max(batch, 1), _MOST_CASES_A_CALL)
    # Copied each time: a runtime may answer into the same memory again.
    answers = [numpy.array(predictor.scores(cases[at : at + size]), dtype=numpy.float64) for at in range(0, len(cases), size)]
    return numpy.concatenate(answers)
