"""Train a smaller network on until it answers as the original does: labels, and the original's own answers."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model.runtimes import answer, difference, input_dtype, made, sizes
from vatio.optimise.model.techniques._layer_costs import forward_s, rows_of
from vatio.optimise.model.techniques.graphs import is_plain
from vatio.optimise.model.techniques.networks._learner import Learner
from vatio.plugins import require

_BATCH = 64
_PEAK = 2e-3
# A step of training costs about so many times an answer.
_STEP = 3.5
# Hinton et al. 2015: soft targets at a temperature, weighted by its square, beside the labels.
_TEMPERATURE, _LABELS = 2.0, 0.3
_PAIR = 4


def original(form: Form) -> Any:
    """Make the network that a form came from; a teacher for what became smaller.

    Raises:
        NotApplicable: no factory makes it.
    """
    _require_factory(form)
    # A factory may set a seed; the process's own draws stay as they are.
    with require("torch", extra="torch").random.fork_rng(devices=[]):
        return made(form.settings["factory"])


def own_copy(form: Form) -> Any:
    """Copy a form's module: what it was made from is still measured, and asked again."""
    return copy.deepcopy(form.model)


def smaller(form: Form, module: Any) -> Form:
    """Give the form of a module that differs from its factory's in sizes and layers left out."""
    structure = difference(sizes(original(form)), sizes(module))
    settings = {**form.settings, "structure": structure}
    return Form(kind="torch", model=module.eval(), answers=form.answers, settings=settings)


def tuned(
    form: Form, module: Any, task: Task, *, epochs: int, peak: float = _PEAK, after: Callable[[], None] | None = None
) -> Any:
    """Train a module on the fit cases so many times over; the original of ``form`` is what it learns from beside the labels.

    ``peak`` is the highest rate of its steps; ``after`` is called after every step. The same module, task and numbers give
    the same weights.
    """
    torch = require("torch", extra="torch")
    torch.set_num_threads(1)
    x = torch.from_numpy(task.fit.x.astype(input_dtype(module)))
    if x.ndim == _PAIR:
        module, x = module.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    wanted = _answers(original(form), x)
    y = torch.from_numpy(task.fit.y)
    loss = _loss(task)
    batches = -(-len(y) // _BATCH)
    learner = Learner([each for each in module.parameters() if each.requires_grad], peak, steps=epochs * batches)
    with seeded(task.seed), torch.enable_grad():
        module.train()
        for _ in range(epochs):
            for rows in torch.randperm(len(y)).split(_BATCH):
                if len(rows) < 2:  # batch normalisation has nothing to go by
                    continue
                learner.forget()
                loss(answer(module(x[rows])), y[rows], wanted[rows]).backward()
                learner.step()
                if after is not None:
                    after()
    return settled(module)


def settled(module: Any) -> Any:
    """Give a module that answers and learns no more, its memory in the plain order; refuses one that has diverged.

    Raises:
        NotApplicable: a weight is not finite.
    """
    torch = require("torch", extra="torch")
    if not all(bool(torch.isfinite(each).all()) for each in module.parameters()):
        raise NotApplicable("its training diverged")
    return module.to(memory_format=torch.contiguous_format).eval()


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw the same numbers each time, and leave the process's own draws as they were."""
    torch = require("torch", extra="torch")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def needs_training(form: Form, task: Task) -> bool:
    """Tell whether a form can be trained on here: a plain module whose cases are an array of numbers.

    Raises:
        NotApplicable: it is one, and its factory is not known.
    """
    if not is_plain(form):
        return False
    if task.is_text or task.fit.x.dtype == object:
        raise NotApplicable("it learns from arrays of numbers, and these cases are none")
    _require_factory(form)
    return True


def answering_s(form: Form, task: Task) -> float:
    """Give the CPU-seconds that answering all fit cases costs, measured on a few of them."""
    return forward_s(form.model, rows_of(form, task)) * len(task.fit)


def tuning_cpu_s(once_s: float, *, epochs: int, share: float = 1.0) -> float:
    """Guess what training costs where the original answers the fit cases once in ``once_s``.

    ``share`` of that is what the network that learns costs.
    """
    return round(once_s * (1.0 + _STEP * epochs * share), 2)


def _require_factory(form: Form) -> None:
    if not form.settings.get("factory"):
        raise NotApplicable("what changes the network is kept by its factory: give the model as module:function")


def _answers(module: Any, x: Any) -> Any:
    torch = require("torch", extra="torch")
    module = module.to(memory_format=torch.channels_last) if x.ndim == _PAIR else module
    with torch.inference_mode():
        found = torch.cat([answer(module.eval()(piece)) for piece in x.split(_BATCH)])
    return found.clone()


def _loss(task: Task) -> Callable[[Any, Any, Any], Any]:
    torch = require("torch", extra="torch")
    nn = torch.nn.functional
    if not task.is_classes:
        return lambda found, y, wanted: nn.mse_loss(found, y.to(found.dtype)) + nn.mse_loss(found, wanted)

    def both(found: Any, y: Any, wanted: Any) -> Any:
        soft = nn.kl_div(nn.log_softmax(found / _TEMPERATURE, 1), nn.softmax(wanted / _TEMPERATURE, 1), reduction="batchmean")
        return _LABELS * nn.cross_entropy(found, y) + (1.0 - _LABELS) * _TEMPERATURE**2 * soft

    return both
