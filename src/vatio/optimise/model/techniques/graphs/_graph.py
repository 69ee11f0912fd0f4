"""Have ONNX Runtime optimise a graph ahead: fuse its operators, or leave out what suits other processors."""

from __future__ import annotations

from pathlib import Path

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import session
from vatio.optimise.model.techniques._same import same
from vatio.optimise.model.techniques.graphs._graphs import operators, remade
from vatio.plugins import require

_ATTENTION, _NORMS = frozenset(("Softmax", "MatMul")), frozenset(("LayerNormalization", "ReduceMean"))


class Graph:
    """Keep a graph as ONNX Runtime has optimised it: the session of the original does this anew whenever it is opened."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer the levels that are not the usual one, and the fusion of transformers where there is attention."""
        if form.kind != "onnx" or {"level", "fusion"} & form.settings.keys():
            return ()
        require("onnxruntime", extra="optimise")
        found = operators(form)
        if len(found) < 2:
            raise NotApplicable("a graph of one operator has nothing to fuse")
        offers = [Offer(params={"level": level}, cost_cpu_s=0.3, times=1.02, is_exact=True) for level in ("extended", "basic")]
        if found >= _ATTENTION and found & _NORMS:
            offers.append(Offer(params={"fusion": "bert"}, cost_cpu_s=3.0, times=1.05))
        return tuple(offers)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Optimise it, keep it, and check its answers."""
        level = offer.params.get("level")
        if level is None:
            return same(form, remade(form, "graph", _fused, fusion=offer.params["fusion"]), task, is_exact=False)

        def optimised(given: Path, fresh: Path) -> None:
            session(given.read_bytes(), level=level, keep=str(fresh))

        return same(form, remade(form, "graph", optimised, level=level), task)


def _fused(given: Path, fresh: Path) -> None:
    optimizer = require("onnxruntime.transformers.optimizer", extra="optimise")
    found = optimizer.optimize_model(str(given), model_type="bert", num_heads=0, hidden_size=0, opt_level=0)
    fresh.write_bytes(found.model.SerializeToString(deterministic=True))
