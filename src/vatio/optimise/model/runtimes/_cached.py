"""Remember answers: a case whose bytes came before is answered from memory, any other by the form within."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from vatio.digest import blake2b
from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor, Runtime
from vatio.plugins import load, require

_INNER = "inner"
_DIGEST_BYTES = 16


class CachedRuntime:
    """Run a form behind a memory of its answers.

    Settings: ``inner`` is the ``kind``, ``answers`` and ``settings`` of the form within, ``entries`` how many answers are
    kept: the one learnt first is forgotten first.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make the form within ready, and an empty memory."""
        inner = _inner(form)
        runtime: Runtime = load("runtimes", inner.kind)()
        entries = int(form.settings["entries"])
        single, several = runtime.predictor(inner, batch=1), runtime.predictor(inner, batch=batch)
        return Remembering(single, several, entries=entries)

    def save(self, form: Form, folder: Path) -> None:
        """Write the form within."""
        inner = _inner(form)
        runtime: Runtime = load("runtimes", inner.kind)()
        (folder / _INNER).mkdir()
        runtime.save(inner, folder / _INNER)

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Read the form within back.

        Raises:
            UsageError: the settings do not say which runtime has it, or it is not there.
        """
        inner = settings.get("inner")
        if not isinstance(inner, Mapping) or inner.get("kind") in (None, "cached"):
            raise UsageError(f"the settings of the memory in {folder} name no form within: {json.dumps(inner, default=str)}")
        runtime: Runtime = load("runtimes", inner["kind"])()
        return runtime.load(folder / _INNER, inner.get("settings", {}))


class Remembering:
    """Answer what came before from memory; ``forget`` empties it."""

    def __init__(self, single: Predictor, several: Predictor, *, entries: int) -> None:
        self._single, self._several, self._entries = single, several, entries
        self._kept: dict[bytes, Any] = {}
        self._lock = Lock()
        self._numpy = require("numpy", extra="optimise")

    def forget(self) -> None:
        """Forget all answers."""
        with self._lock:
            self._kept.clear()

    def scores(self, cases: Any) -> Any:
        """Give the scores."""
        if len(cases) == 1:
            return self._one(cases)
        keys = [case_digest(case) for case in cases]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        fresh = {key: at for at, key in enumerate(keys) if key not in found}
        if fresh:
            rows = list(fresh.values())
            asked = [cases[row] for row in rows] if isinstance(cases, list) else cases[rows]
            answered = self._several.scores(asked) if len(rows) > 1 else self._single.scores(asked)
            found.update(zip(fresh, self._numpy.array(answered), strict=True))
            for key in fresh:
                self._keep(key, found[key])
        return self._numpy.array([found[key] for key in keys])

    def _one(self, cases: Any) -> Any:
        key = case_digest(cases[0])
        kept = self._kept.get(key)
        if kept is None:
            kept = self._numpy.array(self._single.scores(cases)[0])
            self._keep(key, kept)
        return kept[None].copy()

    def _keep(self, key: bytes, answer: Any) -> None:
        with self._lock:
            if key not in self._kept and len(self._kept) >= self._entries:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = answer


def _inner(form: Form) -> Form:
    within = form.settings["inner"]
    return replace(form, kind=within["kind"], answers=within["answers"], settings=within["settings"])


def case_digest(case: Any) -> bytes:
    """Name a case by its bytes: numbers, a text, or a row of both."""
    if isinstance(case, str):
        return blake2b(case.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
    if case.dtype == object:
        held = repr([(type(value).__name__, value) for value in case.tolist()]).encode("utf-8", "surrogatepass")
        return blake2b(held, digest_size=_DIGEST_BYTES).digest()
    # Of its kind too: the same bytes are another number in another one.
    return blake2b(case.tobytes(), digest_size=_DIGEST_BYTES, person=case.dtype.str.encode()).digest()
