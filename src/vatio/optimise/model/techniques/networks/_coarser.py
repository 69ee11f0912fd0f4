"""Look at the input more coarsely: stride in the first convolution instead of poolings at the end, then train on."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import answer, input_dtype, put
from vatio.optimise.model.techniques._layer_costs import rows_of
from vatio.optimise.model.techniques.networks._tuning import answering_s, needs_training, own_copy, smaller, tuned, tuning_cpu_s
from vatio.plugins import require

# How many poolings of two are moved to the front, and how often the fit cases are gone through afterwards.
_OFFERS = ((1, 8), (2, 24))
_PAIR = 2


class Coarser:
    """Halve the sides of what the layers see: the first convolution strides, the last poolings go; answers keep their shape."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer it for convolutional networks whose answers keep their shape."""
        if not needs_training(form, task):
            return ()
        torch = require("torch", extra="torch")
        if first_convolution(form.model) is None:
            raise NotApplicable("it has no convolution that could stride")
        rows = rows_of(form, task)
        once_s = answering_s(form, task)
        x = torch.from_numpy(rows[:2])
        found = []
        for halvings, epochs in _OFFERS:
            plan = planned(form.model, x, halvings)
            if plan is not None:
                share = 0.3**halvings
                params = {"halvings": halvings, "epochs": epochs, "drops": list(plan)}
                cost_cpu_s = tuning_cpu_s(once_s, epochs=epochs, share=share)
                found.append(Offer(params=params, cost_cpu_s=cost_cpu_s, times=share**-0.8, reach="network", needs_fit=True))
        if not found:
            raise NotApplicable("its answers would have another shape if the first convolution strode")
        return tuple(found)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Stride, leave out, train on."""
        torch, params = require("torch", extra="torch"), offer.params
        module = own_copy(form)
        changed(module, params["halvings"], params["drops"])
        x = torch.from_numpy(task.examples(2).astype(input_dtype(module)))
        if _shape(module, x) is None:
            raise NotApplicable("it cannot run more coarsely")
        return smaller(form, tuned(form, module, task, epochs=params["epochs"]))


def first_convolution(module: Any) -> Any:
    """Find the first layer with weights, if it is a convolution that does not stride; ``None`` else."""
    nn = require("torch", extra="torch").nn
    convolutions = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
    first = next((layer for layer in module.modules() if next(layer.parameters(recurse=False), None) is not None), None)
    is_plain = isinstance(first, convolutions) and set(first.stride) == {1} and min(first.kernel_size) > 1
    return first if is_plain else None


def planned(module: Any, x: Any, halvings: int) -> tuple[str, ...] | None:
    """Name the poolings to leave out so that answers keep their shape; none where a network pools to one size anyway."""
    wanted = _shape(module, x)
    poolings = [name for name, layer in module.named_modules() if _halves(layer)]
    for drops in ((), tuple(poolings[len(poolings) - halvings :]) if len(poolings) >= halvings else ()):
        undo = changed(module, halvings, drops)
        shape = _shape(module, x)
        undo()
        if shape == wanted:
            return drops
    return None


def changed(module: Any, halvings: int, drops: Any) -> Any:
    """Stride in the first convolution and leave poolings out; gives what undoes it."""
    nn = require("torch", extra="torch").nn
    first = first_convolution(module)
    before, kept = first.stride, {name: module.get_submodule(name) for name in drops}
    first.stride = tuple(_PAIR**halvings for _ in before)
    for name in drops:
        put(module, name, nn.Identity())

    def undo() -> None:
        first.stride = before
        for name, layer in kept.items():
            put(module, name, layer)

    return undo


def _halves(layer: Any) -> bool:
    nn = require("torch", extra="torch").nn
    poolings = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
    return isinstance(layer, poolings) and _all(layer.kernel_size, _PAIR) and _all(layer.stride, _PAIR)


def _all(value: Any, wanted: int) -> bool:
    return set(value) == {wanted} if isinstance(value, (tuple, list)) else bool(value == wanted)


def _shape(module: Any, x: Any) -> tuple[int, ...] | None:
    torch = require("torch", extra="torch")
    try:
        with torch.inference_mode():
            return tuple(answer(module.eval()(x)).shape)
    except (RuntimeError, ValueError, TypeError):
        return None
