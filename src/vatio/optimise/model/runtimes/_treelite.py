"""Run trees with treelite's interpreter (GTIL): its C function is called straight, with memory that every call uses again."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes._shaping import laid_out, shaper
from vatio.optimise.model.runtimes._sklearn import content_of
from vatio.plugins import require

_FILE = "model.treelite"


class TreeliteRuntime:
    """Run a treelite model on one thread.

    Settings: ``rounds`` where cases are rounded to 32 bits first, as the estimator did, and those of
    ``shaper`` and ``laid_out``.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make trees ready for ``batch`` cases a call."""
        return laid_out(form, _Interpreted(form, batch))

    def save(self, form: Form, folder: Path) -> None:
        """Write the trees as treelite does."""
        (folder / _FILE).write_bytes(form.model.serialize_bytes())

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read the trees back."""
        del settings
        treelite = require("treelite", extra="optimise")
        content = content_of(folder, _FILE)
        try:
            return treelite.Model.deserialize_bytes(content)
        except treelite.TreeliteError as error:
            raise UsageError(f"{folder / _FILE} holds no trees: {error}") from error


class _Interpreted:
    """Answer calls of one size in memory of its own; a second thread, or another size, gets fresh memory."""

    __slots__ = ("_call", "_features", "_held", "_lock", "_other", "_rounds", "_shaped", "_size")

    def __init__(self, form: Form, size: int) -> None:
        numpy = require("numpy", extra="optimise")
        model, self._size, self._features = form.model, size, form.model.num_feature
        self._shaped = _shaped(form)
        self._rounds = numpy.float32 if form.settings.get("rounds") else None
        self._other = _asker(model)
        self._lock = threading.Lock()
        cases = numpy.zeros((size, self._features), dtype=model.input_type)
        found = self._other(cases)
        self._call = _bound(model, cases, found)
        self._held = cases, found

    def scores(self, cases: Any) -> Any:
        """Give the scores."""
        if cases.shape != (self._size, self._features):
            self._require_width(cases)
        if len(cases) != self._size or not self._lock.acquire(False):
            found = self._other(cases if self._rounds is None else cases.astype(self._rounds))
            return self._shaped(found)
        own, found = self._held
        try:
            own[...] = cases if self._rounds is None else cases.astype(self._rounds)
            found.fill(0.0)
            self._call()
            return self._shaped(found.copy())
        finally:
            self._lock.release()

    def _require_width(self, cases: Any) -> None:
        if cases.ndim != 2 or cases.shape[1] != self._features:
            raise UsageError(f"cases of shape {cases.shape[1:]} where the trees ask about {self._features} columns")


def _asker(model: Any) -> Callable[[Any], Any]:
    gtil = require("treelite.gtil", extra="optimise")
    return lambda cases: gtil.predict(model, cases, nthread=1)


def _bound(model: Any, cases: Any, found: Any) -> Callable[[], None]:
    """Bind the C function to its arguments: what GTIL's own Python does anew for every call."""
    core, gtil = require("treelite.core", extra="optimise"), require("treelite.gtil.gtil", extra="optimise")
    kind = {"float32": ctypes.c_float, "float64": ctypes.c_double}
    config = gtil.GTILConfig(predict_type="default", nthread=1)
    answer, arguments = (
        core._LIB.TreeliteGTILPredict,
        (
            model.handle,
            cases.ctypes.data_as(ctypes.POINTER(kind[model.input_type])),
            model.input_type.encode(),
            ctypes.c_uint64(len(cases)),
            found.ctypes.data_as(ctypes.POINTER(kind[model.output_type])),
            config.handle,
        ),
    )

    def call(_held: Any = (model, config, cases, found)) -> None:
        if answer(*arguments):
            raise UsageError("treelite cannot answer these cases")

    return call


def _shaped(form: Form) -> Callable[[Any], Any]:
    """Say how (cases, 1, columns) becomes scores."""
    shaped = shaper(form)
    if shaped is None:
        return lambda found: found.reshape(len(found), -1)
    return lambda found: shaped(found.reshape(len(found), -1))
