"""Profile a model from a terminal, and say where its cost goes by layer and operator."""

from __future__ import annotations

import re
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import plain_table
from vatio.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.profile import Layer, ModelProfile

_FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_FILES = (".onnx", ".skops")


def is_model(word: str) -> bool:
    """Tell whether a word names a model and no command.

    >>> is_model("net.onnx"), is_model("nets:small"), is_model("python")
    (True, True, False)
    """
    return word.lower().endswith(_FILES) or _FACTORY.fullmatch(word) is not None


def model_profiled(
    rim: Rim, model: str, *, cases: str | None, target: str | None, shape: str | None, batch: int, trust: bool
) -> ModelProfile:
    """Profile the layers of a model.

    Raises:
        UsageError: the model, the cases or the shape cannot be.
        MissingExtra: the library that runs it is not installed.
    """
    from vatio.optimise.profile import ModelAsk, profile_model

    sizes = _sizes(shape) if shape else ()
    ask = ModelAsk(model=model, cases=cases or "", target=target or "", shape=sizes, batch=batch, trust=trust)
    return profile_model(ask, config=rim.config({}))


def model_lines(found: ModelProfile, top: int) -> list[str]:
    """Say what a call costs, what set the pace, and what layers and operators cost, compute and move."""
    joules = found.energy_j
    drawn = "" if joules.value is None else f", {joules.value:.3g} J ({joules.provenance})"
    ratio = found.flop_per_j
    per_j = "" if ratio is None else f", {ratio / 1e9:.3g} GFLOP/J ({joules.provenance})"
    lines = [
        f"{found.source} ({found.kind}), {found.batch} a call: {found.cpu_s * 1e3:.4g} CPU-ms{drawn} a call; run {found.run}",
        f"{_amount(found.flop)}FLOP, {_amount(found.moved_bytes)}B moved, {found.parameters} parameters{per_j}",
        f"pace: {found.bottleneck.kind}",
        *(f"  {one}" for one in found.bottleneck.evidence),
    ]
    dearest = sorted(found.layers, key=lambda layer: -layer.cpu_s)[:top]
    for title, layers in (("layer", dearest), ("operator", found.operators[:top])):
        header = (title, "operator" if title == "layer" else "layers", "share", *_HEAD)
        rows = [_row(layer, found, by_name=title == "layer") for layer in layers]
        lines += ["", *plain_table(header, rows, right=range(2, len(header)))]
    return [*lines, *(["", *found.notes] if found.notes else [])]


def model_json(found: ModelProfile) -> dict[str, Any]:
    """Give the same as JSON, every layer."""
    return {
        "schema": "vatio.profile-model/1",
        "run": found.run,
        "model": found.source,
        "kind": found.kind,
        "batch": found.batch,
        "calls": found.calls,
        "cpu_s": found.cpu_s,
        "energy_j": found.energy_j,
        "flop": found.flop,
        "moved_bytes": found.moved_bytes,
        "parameters": found.parameters,
        "flop_per_j": found.flop_per_j,
        "machine": found.machine._asdict(),
        "bottleneck": {"kind": found.bottleneck.kind, "evidence": list(found.bottleneck.evidence)},
        "layers": [_json(layer, found) for layer in found.layers],
        "operators": [_json(layer, found) for layer in found.operators],
        "notes": list(found.notes),
    }


def model_flame(found: ModelProfile) -> str:
    """Draw the layers, each within those that it lies in, in joules where they are known."""
    from vatio.optimise.profile import flame_svg

    whole_s = sum(layer.cpu_s for layer in found.layers)
    known_j = found.energy_j.value
    unit = "CPU-ms" if known_j is None else f"mJ ({found.energy_j.provenance})"
    per_cpu_s = 1e3 if known_j is None or not whole_s else known_j / whole_s * 1e3
    title = f"{found.source}: {whole_s * per_cpu_s:.3g} {unit} a call of {found.batch}"
    return flame_svg(found.stacks, title=title, unit=unit, per_cpu_s=per_cpu_s)


_HEAD = ("CPU-ms", "mJ", "FLOP", "bytes", "parameters", "bound by")


def _row(layer: Layer, found: ModelProfile, *, by_name: bool) -> tuple[str, ...]:
    from vatio.optimise.profile import bound_of

    whole_s = sum(one.cpu_s for one in found.layers) or 1.0
    joules = found.energy_of_j(layer)
    return (
        *((layer.name, layer.operator) if by_name else (layer.operator, layer.name)),
        f"{100.0 * layer.cpu_s / whole_s:.1f} %",
        f"{layer.cpu_s * 1e3:.4g}",
        "-" if joules is None else f"{joules * 1e3:.3g}",
        _amount(layer.flop),
        _amount(layer.moved_bytes),
        str(layer.parameters),
        bound_of(layer, found.machine),
    )


def _json(layer: Layer, found: ModelProfile) -> dict[str, Any]:
    from vatio.optimise.profile import bound_of

    return {
        "name": layer.name,
        "operator": layer.operator,
        "cpu_s": layer.cpu_s,
        "energy_j": found.energy_of_j(layer),
        "flop": layer.flop,
        "moved_bytes": layer.moved_bytes,
        "parameters": layer.parameters,
        "bound_by": bound_of(layer, found.machine),
    }


def _amount(amount: float | None) -> str:
    """Write an amount with its thousands' letter.

    >>> _amount(1_230_000.0), _amount(0.0), _amount(None)
    ('1.23 M', '0 ', '- ')
    """
    if amount is None:
        return "- "
    size, letter = next(((size, letter) for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if amount >= size), (1.0, ""))
    return f"{amount / size:.3g} {letter}"


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.replace("x", ",").split(","))
    except ValueError:
        raise UsageError(f"a shape of {text!r}", hint="whole numbers, of one case: 3,32,32") from None
