"""Leave layers out that give what they take, by their measured cost, and train the rest on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import input_dtype, put
from vatio.optimise.model.techniques._layer_costs import layer_costs, rows_of
from vatio.optimise.model.techniques.networks._prune import require_shape
from vatio.optimise.model.techniques.networks._tuning import answering_s, needs_training, own_copy, smaller, tuned, tuning_cpu_s
from vatio.plugins import require

_EPOCHS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Shallower:
    """Leave out blocks of a sequence whose output has the shape of their input; ``read`` reads CPU-seconds or joules."""

    read: Callable[[], float] = time.process_time

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer to leave out the dearest such block, and all of them."""
        if not needs_training(form, task):
            return ()
        torch = require("torch", extra="torch")
        rows = rows_of(form, task)
        blocks = spare_blocks(form.model, torch.from_numpy(rows[:2]))
        if not blocks:
            raise NotApplicable("no layer gives what it takes, so that it could be left out")
        costs = layer_costs(form.model, rows, batches=task.batches, read=self.read)
        shares = {block: sum(share for name, share in costs.items() if _is_in(name, block)) for block in blocks}
        dearest = max(blocks, key=lambda block: shares[block])
        once_s = answering_s(form, task)
        found = []
        for drops in dict.fromkeys(((dearest,), tuple(blocks))):
            left = max(0.05, 1.0 - sum(shares[block] for block in drops))
            names = [name for block in drops for name in block]
            found.append(
                Offer(
                    params={"layers": len(drops), "drops": names, "epochs": _EPOCHS},
                    cost_cpu_s=tuning_cpu_s(once_s, epochs=_EPOCHS, share=left),
                    times=left**-0.8,
                    reach="network",
                    needs_fit=True,
                )
            )
        return tuple(found)

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Leave them out, train on."""
        torch = require("torch", extra="torch")
        module = own_copy(form)
        for name in offer.params["drops"]:
            put(module, name, torch.nn.Identity())
        x = torch.from_numpy(task.examples(2).astype(input_dtype(module)))
        require_shape(module, x, len(task.classes))
        return smaller(form, tuned(form, module, task, epochs=offer.params["epochs"]))


Block = tuple[str, ...]


def spare_blocks(module: Any, x: Any) -> list[Block]:
    """Find what a sequence could do without: a block, or a layer with its normalisation and activation, by their names."""
    torch = require("torch", extra="torch")
    kept = _keeping(module, x)
    found: list[Block] = []
    for outer, sequence in module.named_modules():
        if not isinstance(sequence, torch.nn.Sequential):
            continue
        children = list(sequence.named_children())
        for at, (name, layer) in enumerate(children):
            whole = f"{outer}.{name}" if outer else name
            is_covered = any(_is_in(whole, block) for block in found)
            if whole in kept and _learns(layer) and not is_covered and not isinstance(layer, torch.nn.Sequential):
                rest = [f"{outer}.{each}" if outer else each for each, _ in _followers(children[at + 1 :])]
                follows = rest if not list(layer.children()) else []
                found.append((whole, *follows))
    return found


def _followers(children: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Give the normalisation and the activation right behind a layer."""
    torch = require("torch", extra="torch")
    found = []
    for name, layer in children:
        is_small = type(layer).__module__.rpartition(".")[2] in ("activation", "batchnorm", "normalization", "dropout")
        if not is_small or isinstance(layer, torch.nn.MultiheadAttention):
            break
        found.append((name, layer))
    return found


def _learns(layer: Any) -> bool:
    torch = require("torch", extra="torch")
    normal = ("batchnorm", "normalization")
    return any(
        each is not torch.nn.Identity and next(each.parameters(recurse=False), None) is not None
        for each in layer.modules()
        if type(each).__module__.rpartition(".")[2] not in normal
    )


def _keeping(module: Any, x: Any) -> set[str]:
    """Name the layers whose one output has the shape of their one input."""
    torch = require("torch", extra="torch")
    kept: set[str] = set()

    def watch(name: str) -> Callable[..., None]:
        def end(layer: Any, given: Any, found: Any) -> None:
            is_plain = len(given) == 1 and torch.is_tensor(given[0]) and torch.is_tensor(found)
            if is_plain and given[0].shape == found.shape:
                kept.add(name)

        return end

    hooks = [layer.register_forward_hook(watch(name)) for name, layer in module.named_modules() if name]
    try:
        with torch.inference_mode():
            module.eval()(x)
    finally:
        for hook in hooks:
            hook.remove()
    return kept


def _is_in(name: str, block: Block) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in block)
