"""Decide how many channels each group of layers keeps, by what they cost and what they weigh; and take the others out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model.techniques._layer_costs import has_weights
from vatio.plugins import require

_LEAST_SHARE = 0.1
_WIDE, _WIDE_BLOCK, _BLOCK = 32, 8, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Hold channels that can only go together: ``importance`` of each (squared weights), the layers that give and take them."""

    root: str
    importance: tuple[float, ...]
    gives: tuple[str, ...]
    takes: tuple[str, ...]

    @property
    def block(self) -> int:
        """Give how many go at a time: what a vector unit computes together costs the same when half of it is empty."""
        size = len(self.importance)
        return _WIDE_BLOCK if size >= _WIDE else _BLOCK if size >= 2 * _BLOCK else 1

    @property
    def ranked(self) -> tuple[int, ...]:
        """Name the channels, the least important first."""
        return tuple(sorted(range(len(self.importance)), key=lambda at: (self.importance[at], at)))


def kept_by_cost(linked: Sequence[Linked], costs: Mapping[str, float], *, keep_ratio: float) -> dict[str, int]:
    """Give how many channels each group keeps, so that the layers cost ``keep_ratio`` of what they did.

    Greedy: each step takes the channels that save most cost for the importance lost, which is weighed against what is left
    of it in the group (the sum of logarithms), so that no group runs dry. A layer costs in proportion to the channels it
    takes and those it gives.

    >>> dear = Linked(root="a", importance=(1.0,) * 16, gives=("a",), takes=("b",))
    >>> cheap = Linked(root="b", importance=(1.0,) * 16, gives=("b",), takes=("c",))
    >>> kept_by_cost([dear, cheap], {"a": 0.8, "b": 0.1, "c": 0.1}, keep_ratio=0.6)
    {'a': 8, 'b': 16}
    """
    kept = {each.root: len(each.importance) for each in linked}
    left = {each.root: math.fsum(each.importance) for each in linked}
    ranked = {each.root: each.ranked for each in linked}
    whole = math.fsum(costs.values())
    while _cost(linked, costs, kept) > keep_ratio * whole:
        best: tuple[float, str, float] | None = None
        for each in linked:
            size, now = len(each.importance), kept[each.root]
            if now - each.block < max(_LEAST_SHARE * size, 1):
                continue
            gone = ranked[each.root][size - now : size - now + each.block]
            lost = math.fsum(each.importance[at] for at in gone)
            saved = _cost(linked, costs, kept) - _cost(linked, costs, {**kept, each.root: now - each.block})
            remaining = max(left[each.root] - lost, 1e-12)
            worth = saved / max(math.log(max(left[each.root], 1e-12) / remaining), 1e-9)
            if best is None or worth > best[0]:
                best = (worth, each.root, remaining)
        if best is None:
            break
        root = best[1]
        kept[root] -= next(each.block for each in linked if each.root == root)
        left[root] = best[2]
    return kept


def kept_evenly(linked: Sequence[Linked], *, ratio: float) -> dict[str, int]:
    """Give how many channels each group keeps where the same share of all goes: what is done without measuring."""
    return {each.root: max(1, round(len(each.importance) * (1.0 - ratio) / each.block) * each.block) for each in linked}


def linked_channels(module: Any, x: Any) -> list[Linked]:
    """Find the groups of channels of a module; those of what it answers are none.

    Raises:
        NotApplicable: its layers cannot be followed.
    """
    names = {layer: name for name, layer in module.named_modules()}
    found = []
    for group in _groups(module, x):
        members = [(names.get(dependency.target.module), dependency, rows) for dependency, rows in group]
        layers = [(name, dependency) for name, dependency, _ in members if name and has_weights(dependency.target.module)]
        importance = _importance(group)
        if importance is None or not layers or any(_is_grouped(dependency.target.module) for _, dependency in layers):
            continue
        gives = tuple(name for name, dependency in layers if _is_out(dependency))
        takes = tuple(name for name, dependency in layers if not _is_out(dependency))
        root = names[group[0].dep.target.module]
        found.append(Linked(root=root, importance=importance, gives=gives, takes=takes))
    return found


def take_out(module: Any, x: Any, linked: Sequence[Linked], kept: Mapping[str, int]) -> Any:
    """Take channels out of a module, physically; the least important of each group."""
    layers = dict(module.named_modules())
    for each in linked:
        gone = each.ranked[: len(each.importance) - kept[each.root]]
        if not gone:
            continue
        graph = _graph(module, x)
        layer = layers[each.root]
        prune = graph.get_pruner_of_module(layer).prune_out_channels
        group = graph.get_pruning_group(layer, prune, sorted(gone))
        if not graph.check_pruning_group(group):
            raise NotApplicable(f"channels of {each.root} cannot be taken out")
        group.prune()
    return module


def _cost(linked: Sequence[Linked], costs: Mapping[str, float], kept: Mapping[str, int]) -> float:
    share = dict.fromkeys(costs, 1.0)
    for each in linked:
        ratio = kept[each.root] / len(each.importance)
        for name in (*each.gives, *each.takes):
            share[name] = share.get(name, 1.0) * ratio
    return math.fsum(costs[name] * share[name] for name in costs)


def _groups(module: Any, x: Any) -> list[Any]:
    last = _last(module, x)
    try:
        return list(_graph(module, x).get_all_groups(ignored_layers=[last]))
    except (RuntimeError, TypeError, ValueError, AttributeError, KeyError, IndexError, AssertionError) as error:
        raise NotApplicable(f"torch-pruning cannot follow its layers: {error}") from error


def _graph(module: Any, x: Any) -> Any:
    pruning, torch = require("torch_pruning", extra="torch"), require("torch", extra="torch")
    with torch.enable_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pruning.DependencyGraph().build_dependency(module, example_inputs=x, verbose=False)


def _last(module: Any, x: Any) -> Any:
    """Find the layer that answers: the last with weights."""
    torch = require("torch", extra="torch")
    ran: list[Any] = []
    hooks = [
        layer.register_forward_hook(lambda layer, given, answered: ran.append(layer))
        for layer in module.modules()
        if has_weights(layer)
    ]
    try:
        with torch.inference_mode():
            module.eval()(x)
    finally:
        for hook in hooks:
            hook.remove()
    if not ran:
        raise NotApplicable("it has no layer with channels")
    return ran[-1]


def _importance(group: Any) -> tuple[float, ...] | None:
    pruning, torch = require("torch_pruning", extra="torch"), require("torch", extra="torch")
    with torch.no_grad():
        found = pruning.importance.GroupMagnitudeImportance(p=2, normalizer=None)(group)
    return None if found is None else tuple(float(each) for each in found)


def _is_out(dependency: Any) -> bool:
    return str(getattr(dependency.handler, "__name__", "")).endswith("out_channels")


def _is_grouped(layer: Any) -> bool:
    groups = getattr(layer, "groups", 1)
    return bool(1 < groups < getattr(layer, "in_channels", groups))
