"""Remember answers, where the same cases come again."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import case_digest

_ENTRIES = 65_536
# What looking up costs is repaid only where at least this share of the calls is answered from memory.
_LEAST_RATIO = 0.02


class Cache:
    """Put a memory of exact answers before any form; worth it as far as cases repeat, which the cases given tell."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it where cases repeat."""
        if form.kind == "cached":
            return ()
        repeated = _repeated_ratio(task)
        if repeated < _LEAST_RATIO:
            raise NotApplicable(f"{repeated:.1%} of the cases came before, too few to remember answers for")
        return (Offer(params={"entries": _ENTRIES}, cost_cpu_s=0.01, times=1.0 / (1.0 - 0.95 * repeated), is_exact=True),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Put a memory before it."""
        inner: dict[str, Any] = {"kind": form.kind, "answers": form.answers, "settings": dict(form.settings)}
        settings = {"inner": inner, "entries": int(offer.params["entries"])}
        return Form(kind="cached", model=form.model, answers=form.answers, settings=settings)


def _repeated_ratio(task: Task) -> float:
    """Give the share of the selecting cases that came before, in their order."""
    cases = task.select.x
    return 1.0 - len({case_digest(case) for case in cases}) / len(cases)
