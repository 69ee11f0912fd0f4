"""Say as JSON how a module differs from the one its factory makes (sizes, layers left out), and make that difference again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vatio.errors import UsageError
from vatio.plugins import require

# What a layer knows of its own shape, and what a smaller one changes; everything else of a module is its factory's.
SIZES = (
    "in_channels",
    "out_channels",
    "groups",
    "stride",
    "num_features",
    "num_channels",
    "in_features",
    "out_features",
    "normalized_shape",
    "embed_dim",
    "num_heads",
    "head_dim",
    "kdim",
    "vdim",
    "hidden_size",
)
LEFT_OUT, HEAD = "left_out", "head"

Structure = Mapping[str, Mapping[str, Any]]


def sizes(module: Any) -> dict[str, dict[str, Any]]:
    """List the sizes of every layer, by its name; of one that was left out, or is a new head, that it is."""
    torch = require("torch", extra="torch")
    found: dict[str, dict[str, Any]] = {}
    heads: list[str] = []
    for name, layer in module.named_modules():
        if any(name.startswith(f"{each}.") for each in heads):
            continue  # the head says it all
        if isinstance(layer, torch.nn.Identity):
            found[name] = {LEFT_OUT: True}
            continue
        if HEAD in vars(layer):
            # It may have been pruned since.
            found[name] = {HEAD: {**vars(layer)[HEAD], "features": layer[-1].in_features}}
            heads.append(name)
            continue
        own = {size: _plain(getattr(layer, size)) for size in SIZES if size in vars(layer)}
        if own:
            found[name] = {size: value for size, value in own.items() if value is not None}
    return found


def difference(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give what changed, layer by layer.

    >>> difference({"0": {"out_channels": 8, "groups": 1}, "1": {}}, {"0": {"out_channels": 4, "groups": 1}, "1": {}})
    {'0': {'out_channels': 4}}
    """
    found = {}
    for name, own in after.items():
        was = before.get(name, {})
        found[name] = {size: value for size, value in own.items() if was.get(size) != value}
    return {name: own for name, own in found.items() if own}


def restructure(module: Any, structure: Structure, tensors: Mapping[str, Any]) -> Any:
    """Give a fresh module of the factory the structure and the tensors of the one that was saved.

    Raises:
        UsageError: a layer or tensor is not the factory's.
    """
    torch = require("torch", extra="torch")
    layers = dict(module.named_modules())
    for name, own in structure.items():
        if name not in layers:
            raise UsageError(f"the factory's module has no layer {name!r}", hint="the factory has changed since")
        if own.get(LEFT_OUT):
            put(module, name, torch.nn.Identity())
            continue
        if HEAD in own:
            put(module, name, head(**own[HEAD]))
            continue
        for size, value in own.items():
            setattr(module.get_submodule(name), size, tuple(value) if isinstance(value, list) else value)
    owners = dict(module.named_modules())
    for name, tensor in tensors.items():
        owner, _, attribute = name.rpartition(".")
        _set(owners.get(owner), attribute, tensor, name)
    return module


def head(*, features: int, classes: int, side: int = 0) -> Any:
    """Make a new last layer; ``side`` is what pictures are pooled to before it, 0 where there are none."""
    torch = require("torch", extra="torch")
    pooling = [torch.nn.AdaptiveAvgPool2d(side)] if side else []
    made = torch.nn.Sequential(*pooling, torch.nn.Flatten(), torch.nn.Linear(features, classes))
    setattr(made, HEAD, {"features": features, "classes": classes, "side": side})
    return made


def put(module: Any, name: str, layer: Any) -> None:
    """Put another layer in the place of one."""
    owner, _, attribute = name.rpartition(".")
    setattr(module.get_submodule(owner) if owner else module, attribute, layer)


def _set(owner: Any, attribute: str, tensor: Any, name: str) -> None:
    torch = require("torch", extra="torch")
    if owner is not None and attribute in owner._parameters:
        before = owner._parameters[attribute]
        is_learnt = before is None or before.requires_grad
        owner._parameters[attribute] = torch.nn.Parameter(tensor, requires_grad=is_learnt and tensor.is_floating_point())
    elif owner is not None and attribute in owner._buffers:
        owner._buffers[attribute] = tensor
    else:
        raise UsageError(f"the factory's module has no tensor {name!r}", hint="the factory has changed since")


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [int(each) for each in value]
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None
