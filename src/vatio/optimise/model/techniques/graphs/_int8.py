"""Turn an ONNX graph's numbers into integers of 8 bits, with the flags that decide whether that is a gain or a loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import feeder
from vatio.optimise.model.techniques.graphs._graphs import operators, remade
from vatio.plugins import require

_DYNAMIC = frozenset(("MatMul", "Gemm", "Conv", "LSTM", "Attention"))
_STATIC = frozenset(("MatMul", "Gemm", "Conv", "ConvTranspose"))
_CALIBRATION = 128


class Int8Dynamic:
    """Keep weights in 8 bits, and find the scale of what flows between them anew in every call."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer one scale for each table of weights, and one for each of its columns."""
        _require_operators(form, _DYNAMIC)
        if not _is_plain(form):
            return ()
        return tuple(
            Offer(params={"per_channel": per_channel}, cost_cpu_s=1.0, times=times)
            for per_channel, times in ((False, 2.0), (True, 1.8))
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Quantise the weights."""
        tool = require("onnxruntime.quantization", extra="optimise")

        def quantised(given: Path, fresh: Path) -> None:
            prepared = _prepared(given)
            tool.quantize_dynamic(
                prepared,
                fresh,
                per_channel=bool(offer.params["per_channel"]),
                weight_type=tool.QuantType.QInt8,
                extra_options={"MatMulConstBOnly": True, **_unknown()},
            )

        return remade(form, "int8_dynamic", quantised, precision="int8")


class Int8Static:
    """Fix the scales by what flows through the graph for some of the fit cases (quantise and dequantise nodes)."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer unsigned and signed activations, products of two activations left alone or not, and convolutions alone."""
        found = _require_operators(form, _STATIC)
        if not _is_plain(form):
            return ()
        choices: list[tuple[str, bool, list[str]]] = [("uint8", True, []), ("int8", True, [])]
        if "MatMul" in found:
            choices.append(("uint8", False, []))
        if "Conv" in found and found & {"MatMul", "Gemm"}:
            choices.append(("uint8", True, ["Conv"]))
        return tuple(
            Offer(params={"activations": kind, "constants_only": constants, "operators": only}, cost_cpu_s=3.0, times=2.5)
            for kind, constants, only in choices
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Calibrate and quantise."""
        tool = require("onnxruntime.quantization", extra="optimise")
        params, kinds = offer.params, {"uint8": tool.QuantType.QUInt8, "int8": tool.QuantType.QInt8}

        def quantised(given: Path, fresh: Path) -> None:
            tool.quantize_static(
                _prepared(given),
                fresh,
                _Reader(form, task),
                quant_format=tool.QuantFormat.QDQ,
                activation_type=kinds[params["activations"]],
                weight_type=tool.QuantType.QInt8,
                per_channel=True,
                op_types_to_quantize=list(params["operators"]) or sorted(_STATIC),
                extra_options={"MatMulConstBOnly": bool(params["constants_only"]), **_unknown()},
            )

        return remade(form, "int8_static", quantised, precision="int8")


def _is_plain(form: Form) -> bool:
    return form.kind == "onnx" and "precision" not in form.settings


def _require_operators(form: Form, wanted: frozenset[str]) -> set[str]:
    """Name the operators of a form's graph.

    Raises:
        NotApplicable: none is there that could work in 8 bits.
    """
    if not _is_plain(form):
        return set()
    require("onnxruntime", extra="optimise")
    found = operators(form)
    if not found & wanted:
        raise NotApplicable("no operator of the graph works with integers: " + ", ".join(sorted(found)[:5]))
    return found


def _unknown() -> dict[str, int]:
    """Say what a value is whose type cannot be inferred, as of operators for scikit-learn's models: numbers of 32 bits."""
    return {"DefaultTensorType": int(require("onnx", extra="optimise").TensorProto.FLOAT)}


def _prepared(given: Path) -> Path:
    """Infer the shapes, as the tools want them."""
    shaped = given.with_name("shaped.onnx")
    tool = require("onnxruntime.quantization.shape_inference", extra="optimise")
    tool.quant_pre_process(str(given), str(shaped), skip_symbolic_shape=True)
    return shaped


class _Reader:
    """Give the fit cases one after another, as the tools ask for them."""

    def __init__(self, form: Form, task: Task) -> None:
        cases, fed = task.examples(_CALIBRATION), feeder(form)
        self._waiting: Iterator[Any] = iter([fed(cases[at : at + 1]) for at in range(len(cases))])

    def get_next(self) -> Any:
        """Give the next one, or ``None``."""
        return next(self._waiting, None)
