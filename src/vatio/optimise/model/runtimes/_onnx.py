"""Run ONNX graphs with ONNX Runtime: inputs and outputs bound once to memory that every call uses again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes._shaping import laid_out, shaper
from vatio.optimise.model.runtimes._sklearn import content_of
from vatio.plugins import require

_FILE = "model.onnx"
_LEVELS = {"none": 0, "basic": 1, "extended": 2, "layout": 3, "all": 99}
# ONNX Runtime's own errors have no common class but Exception.
_FAULTS = "Fail InvalidArgument InvalidGraph InvalidProtobuf NoSuchFile NotImplemented RuntimeException EPFail"
_TYPES = {"float": "float32", "double": "float64", "string": "object", "bool": "bool_"}


class OnnxRuntime:
    """Run the bytes of a graph.

    Settings, all optional: ``output`` is the one to ask for (the last of numbers, else), ``columns`` the columns of a table
    that each input takes (in their order, else), ``level`` how far ONNX Runtime optimises (none, basic, extended, layout,
    all), ``threads`` (1), and those of ``shaper`` and ``laid_out``.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make a graph ready; where it has one input of numbers, calls of this batch size copy nothing but the cases.

        Raises:
            UsageError: ONNX Runtime cannot run it.
        """
        asking = _asking(form)
        return laid_out(form, _Bound(asking, batch) if asking.can_bind else _Asked(asking))

    def save(self, form: Form, folder: Path) -> None:
        """Write the graph."""
        (folder / _FILE).write_bytes(form.model)

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read the graph's bytes."""
        del settings
        return content_of(folder, _FILE)


def session(content: bytes, *, level: str = "all", threads: int = 1, keep: str = "") -> Any:
    """Open a graph in ONNX Runtime, which then waits without spinning; ``keep`` is a path for the optimised graph.

    Raises:
        MissingExtra: ONNX Runtime is not installed.
        UsageError: it cannot run the graph, with its reason.
    """
    runtime = require("onnxruntime", extra="optimise")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.graph_optimization_level = runtime.GraphOptimizationLevel(_LEVELS[level])
    options.log_severity_level = 4
    options.use_deterministic_compute = True
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if keep:
        options.optimized_model_filepath = keep
    try:
        return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except _faults() as error:
        raise UsageError(f"ONNX Runtime cannot run this graph: {_said(error)}") from error


def feeder(form: Form) -> Callable[[Any], dict[str, Any]]:
    """Give what turns cases into the inputs, by name, that a form's graph takes."""
    asking, is_flat = _asking(form), bool(form.settings.get("flat"))
    return lambda cases: asking.fed(cases.reshape(len(cases), -1) if is_flat else cases)


def numbers_output(opened: Any) -> str:
    """Name a graph's output of scores: the last that is a tensor of floats.

    Raises:
        UsageError: it has none.
    """
    floats = [each.name for each in opened.get_outputs() if each.type in ("tensor(float)", "tensor(double)", "tensor(float16)")]
    if not floats:
        kinds = ", ".join(f"{each.name}: {each.type}" for each in opened.get_outputs())
        raise UsageError(f"the graph gives no tensor of floats ({kinds})", hint="export it without ZipMap")
    return str(floats[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """Hold an open graph and how its arguments and answers are brought into form."""

    session: Any
    output: str
    inputs: tuple[tuple[str, str, tuple[int, ...] | None], ...]
    fixed: int | None
    shaped: Callable[[Any], Any] | None

    @property
    def can_bind(self) -> bool:
        """Tell whether there is one input of numbers and any number of cases goes."""
        return len(self.inputs) == 1 and self.inputs[0][2] is None and self.inputs[0][1] != "object" and self.fixed is None

    def fed(self, cases: Any) -> dict[str, Any]:
        """Give the inputs for some cases."""
        return {
            name: (cases if columns is None else cases[:, columns]).astype(kind, copy=False)
            for name, kind, columns in self.inputs
        }


class _Asked:
    """Answer a graph of several inputs, of texts, or of a fixed number of cases."""

    __slots__ = ("_asking", "_faults")

    def __init__(self, asking: _Asking) -> None:
        self._asking, self._faults = asking, _faults()

    def scores(self, cases: Any) -> Any:
        """Give the scores."""
        asking = self._asking
        if asking.fixed is None or len(cases) == asking.fixed:
            found = self.answers(asking.fed(cases))
        else:
            found = self._in_turn(cases, asking.fixed)
        return found if asking.shaped is None else asking.shaped(found)

    def _in_turn(self, cases: Any, size: int) -> Any:
        """Give a graph as many cases as it takes, the last again where some are missing."""
        numpy = require("numpy", extra="optimise")
        rows = numpy.minimum(numpy.arange(-(-len(cases) // size) * size), len(cases) - 1)
        pieces = [self._asking.fed(cases[rows[at : at + size]]) for at in range(0, len(rows), size)]
        return numpy.concatenate([self.answers(piece) for piece in pieces])[: len(cases)]

    def answers(self, fed: Mapping[str, Any]) -> Any:
        """Ask the graph.

        Raises:
            UsageError: it cannot answer these inputs, with its reason.
        """
        try:
            return self._asking.session.run([self._asking.output], fed)[0]
        except self._faults as error:
            raise UsageError(f"the graph cannot answer these cases: {_said(error)}") from error


class _Bound:
    """Answer calls of one size from memory bound to the graph; a second thread, or another size, asks without it."""

    __slots__ = ("_bind", "_cases", "_found", "_held", "_lock", "_other", "_run", "_shaped", "_size")

    def __init__(self, asking: _Asking, size: int) -> None:
        numpy, runtime = require("numpy", extra="optimise"), require("onnxruntime", extra="optimise")
        self._other, self._size, self._shaped = _Asked(asking), size, asking.shaped
        self._lock, self._run = threading.Lock(), asking.session._sess.run_with_iobinding
        self._cases: Any = None
        self._held: Any = (asking, numpy, runtime)

    def _prepare(self, cases: Any) -> None:
        """Bind memory of the shape that these cases and their answers have."""
        asking, numpy, runtime = self._held[:3]
        name, kind, _ = asking.inputs[0]
        own = numpy.array(cases, dtype=kind, order="C")
        found = numpy.ascontiguousarray(self._other.answers({name: own}))
        binding, given = asking.session.io_binding(), runtime.OrtValue.ortvalue_from_numpy
        values = given(own), given(found)
        binding.bind_ortvalue_input(name, values[0])
        binding.bind_ortvalue_output(asking.output, values[1])
        self._held = (asking, numpy, runtime, binding, *values)
        self._bind, self._found, self._cases = binding._iobinding, found, own

    def scores(self, cases: Any) -> Any:
        """Give the scores."""
        if len(cases) != self._size or not self._lock.acquire(False):
            return self._other.scores(cases)
        try:
            if self._cases is None:
                self._prepare(cases)
            elif self._cases.shape != cases.shape:
                return self._other.scores(cases)
            self._cases[...] = cases
            self._run(self._bind, None)
            found = self._found.copy()
        finally:
            self._lock.release()
        return found if self._shaped is None else self._shaped(found)


def _asking(form: Form) -> _Asking:
    settings = form.settings
    opened = session(form.model, level=settings.get("level", "all"), threads=int(settings.get("threads", 1)))
    inputs = opened.get_inputs()
    given: Mapping[str, list[int]] = settings.get("columns") or _columns(inputs)
    first = inputs[0].shape[0] if inputs[0].shape else None
    return _Asking(
        session=opened,
        output=settings.get("output") or numbers_output(opened),
        inputs=tuple((each.name, _kind(each.type), given.get(each.name)) for each in inputs),  # type: ignore[misc]
        fixed=first if isinstance(first, int) else None,
        shaped=shaper(form),
    )


def _columns(inputs: list[Any]) -> dict[str, list[int]]:
    """Give each of several inputs its columns of a table, in their order."""
    if len(inputs) == 1:
        return {}
    found, at = {}, 0
    for each in inputs:
        wide = each.shape[1] if len(each.shape) == 2 and isinstance(each.shape[1], int) else 1
        found[each.name] = list(range(at, at + wide))
        at += wide
    return found


def _kind(onnx_type: str) -> str:
    name = onnx_type.removeprefix("tensor(").rstrip(")")
    return _TYPES.get(name, name)


def _faults() -> tuple[type[Exception], ...]:
    state = require("onnxruntime.capi.onnxruntime_pybind11_state", extra="optimise")
    return (RuntimeError, ValueError, *(getattr(state, name) for name in _FAULTS.split() if hasattr(state, name)))


def _said(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rpartition("] : ")[2] or type(error).__name__
