"""Ask two forms the same cases, and say how their answers differ."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable, UsageError
from vatio.optimise.model._form import Form, Runtime
from vatio.optimise.model._task import Task
from vatio.plugins import load, require

_EXAMPLES = 512
# Up to here scores differ by the rounding of 32 bits; a label may then change only where two classes were level.
_ROUNDING_RATIO = 1e-4
# Beyond this a conversion is not this model any more, whatever its quality turns out to be.
_OTHER_RATIO = 0.02


def scores_of(form: Form, cases: Any) -> Any:
    """Ask a form for its scores, in 64 bits."""
    numpy = require("numpy", extra="optimise")
    runtime: Runtime = load("runtimes", form.kind)()
    return numpy.array(runtime.predictor(form, batch=len(cases)).scores(cases), dtype=numpy.float64)


def same(form: Form, converted: Form, task: Task, *, probes: Any = None, is_exact: bool = True) -> Form:
    """Give a converted form if it answers as the one before, with ``answers`` as they turned out to be.

    An exact one answers all examples and ``probes`` alike, but for rounding; else the best class of a few may differ.

    Raises:
        NotApplicable: it does not, and how far it is off.
    """
    cases = task.examples(_EXAMPLES)
    _require_alike(form, converted, cases, is_exact=is_exact)
    if is_exact and probes is not None and len(probes):
        _require_alike(form, converted, probes, is_exact=True)
    return converted


def _require_alike(form: Form, converted: Form, cases: Any, *, is_exact: bool) -> None:
    numpy = require("numpy", extra="optimise")
    wanted = scores_of(form, cases)
    try:
        got = scores_of(converted, cases)
    except UsageError as error:
        raise NotApplicable(str(error)) from error
    if got.shape != wanted.shape:
        raise NotApplicable(f"the conversion answers {got.shape} where the model answers {wanted.shape}")
    size = max(1.0 if form.answers == "probabilities" else float(numpy.abs(wanted).max(initial=0.0)), 1e-9)
    apart = numpy.abs(got - wanted).reshape(len(cases), -1).max(axis=1, initial=0.0) / size
    far = ~(apart <= _ROUNDING_RATIO)
    if wanted.ndim == 2:
        far = (far if is_exact else numpy.zeros(len(cases), bool)) | _is_other_class(wanted, got, size)
    allowed = 0 if is_exact else int(_OTHER_RATIO * len(cases))
    if far.sum() > allowed:
        raise NotApplicable(
            f"the conversion answers {int(far.sum())} of {len(cases)} cases otherwise, by up to {float(apart.max()):.2g}"
        )


def _is_other_class(wanted: Any, got: Any, size: float) -> Any:
    """Tell for each case whether another class is best, though the two were not level before."""
    numpy = require("numpy", extra="optimise")
    rows, now = numpy.arange(len(wanted)), got.argmax(axis=1)
    return wanted.max(axis=1) - wanted[rows, now] > 1e-6 * size
