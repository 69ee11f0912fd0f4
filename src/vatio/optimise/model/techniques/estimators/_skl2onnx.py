"""Have skl2onnx write a fitted estimator as an ONNX graph, of which only what gives scores is kept."""

from __future__ import annotations

import warnings
from typing import Any

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._task import Task
from vatio.optimise.model.techniques.estimators._ensemble import Ensemble
from vatio.optimise.model.techniques.estimators._ensemble_graph import OPSET, after
from vatio.optimise.model.techniques.estimators._settled import only_scores
from vatio.plugins import require

# What the converters of this or that estimator let out.
_THEIRS = (ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, RuntimeError, TypeError, ValueError)


def skl2onnx_graph(estimator: Any, task: Task, *, is_double: bool) -> bytes:
    """Convert an estimator; a table with text gets an input for each of its columns.

    Raises:
        NotApplicable: skl2onnx cannot, with its reason.
        MissingExtra: skl2onnx is not installed.
    """
    found = _converted(estimator, task, is_double=is_double)
    return only_scores(found, found.graph.output[-1].name)


def piped_graph(pipeline: Any, ensemble: Ensemble, task: Task, *, is_double: bool) -> bytes:
    """Convert what comes before a pipeline's trees in 32 bits or 64, and put the trees behind it.

    Raises:
        NotApplicable: skl2onnx cannot, with its reason.
        MissingExtra: skl2onnx is not installed.
    """
    found = _converted(pipeline[:-1], task, is_double=is_double)
    return only_scores(found, after(found, ensemble, is_double=is_double and not ensemble.is_float32))


def _converted(estimator: Any, task: Task, *, is_double: bool) -> Any:
    skl2onnx, onnx = require("skl2onnx", extra="optimise"), require("onnx", extra="optimise")
    types = _types(task, is_double=is_double)
    for options in _options(estimator):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = skl2onnx.convert_sklearn(estimator, "model", types, target_opset=OPSET, options=options)
        except NameError:
            continue  # this estimator's converter has no such option
        except _THEIRS as error:
            raise NotApplicable(f"skl2onnx cannot convert it: {first_line(error)}") from error
        own = onnx.ModelProto()
        own.CopyFrom(found)
        return own
    raise NotApplicable("skl2onnx has a converter with other options for it")


def _options(estimator: Any) -> list[dict[int, dict[str, bool]] | None]:
    """List the options to try: scores as one tensor, and where there are no probabilities, what they would be made from."""
    if not require("sklearn.base", extra="optimise").is_classifier(estimator):
        return [None]
    raw = {} if hasattr(estimator, "predict_proba") else {"raw_scores": True}
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    asked = ({"zipmap": False, **raw}, raw, {"zipmap": False})
    both = [{id(estimator): {"zipmap": False}, id(last): raw}] if raw and last is not estimator else []
    return [*both, *({id(each): told} for each in (last, estimator) for told in asked), None]


def _types(task: Task, *, is_double: bool) -> list[tuple[str, Any]]:
    numpy = require("numpy", extra="optimise")
    types = require("skl2onnx.common.data_types", extra="optimise")
    number = types.DoubleTensorType if is_double else types.FloatTensorType
    x = task.fit.x
    if task.is_text:
        raise NotApplicable("whole texts are no rows of a table")
    if x.ndim != 2:
        raise NotApplicable(f"cases of shape {x.shape[1:]} are no rows of a table")
    if x.dtype != object:
        return [("cases", number([None, x.shape[1]]))]
    found = []
    for at in range(x.shape[1]):
        is_text = any(isinstance(value, str) for value in x[:, at])
        if is_text and not all(isinstance(value, str) for value in x[:, at]):
            raise NotApplicable(f"column {at} holds texts and numbers, or has gaps")
        found.append((f"column{at}", (types.StringTensorType if is_text else number)([None, 1])))
    return found if numpy.size(x) else []
