"""Let what works in 64 bits take its cases, and do its sums, in 32."""

from __future__ import annotations

from dataclasses import replace

from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.techniques._same import same
from vatio.plugins import require


class Precision:
    """Round weights and cases to 32 bits."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for weights in numpy; a graph's precision is chosen where it is written."""
        if form.kind != "linear" or form.model[0].dtype.itemsize < 8:
            return ()
        return (Offer(params={"precision": "float32"}, cost_cpu_s=0.05, times=1.1),)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Round them and check that nothing but rounding changed."""
        numpy = require("numpy", extra="optimise")
        settings = {**form.settings, "precision": "float32"}
        model = tuple(array.astype(numpy.float32) for array in form.model)
        return same(form, replace(form, model=model, settings=settings), task, is_exact=False)
