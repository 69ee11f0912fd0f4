"""PyTorch modules as their factory makes them, at other sizes where they were made smaller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._form import Form, Predictor
from vatio.optimise.model.runtimes._openvino import BF16
from vatio.optimise.model.runtimes._structure import restructure
from vatio.plugins import require

TENSORS_FILE, STRUCTURE_FILE = "model.safetensors", "structure.json"


class TorchRuntime:
    """Run modules eagerly.

    Settings: ``factory`` (module:function that makes it), ``structure`` (how it differs from the factory's), ``precision``
    (f32 or bf16 weights), ``layout`` (channels_last, or contiguous as it comes), ``threads``.
    """

    def predictor(self, form: Form, *, batch: int) -> Predictor:
        """Make a module ready; it answers any batch."""
        torch = require("torch", extra="torch")
        torch.set_num_threads(int(form.settings.get("threads", 1)))
        return _Asked(form.model.eval(), form.settings)

    def save(self, form: Form, folder: Path) -> None:
        """Write its tensors, and what differs from the factory's module.

        Raises:
            UsageError: no factory is known that could make it again.
        """
        safe = require("safetensors.torch", extra="torch")
        if not form.settings.get("factory"):
            raise UsageError("a PyTorch module is kept by its factory", hint="name it: module:function")
        # Copied: safetensors refuses tensors that share memory, and writes what is contiguous.
        tensors = {name: tensor.detach().clone().contiguous() for name, tensor in form.model.state_dict().items()}
        safe.save_file(tensors, str(folder / TENSORS_FILE))
        kept = {"factory": form.settings["factory"], "structure": form.settings.get("structure", {})}
        (folder / STRUCTURE_FILE).write_text(json.dumps(kept, indent=1, sort_keys=True))

    def load(self, folder: Path, settings: Mapping[str, Any]) -> Any:
        """Call the factory, give the module its sizes again, and load the tensors."""
        safe = require("safetensors.torch", extra="torch")
        try:
            kept = json.loads((folder / STRUCTURE_FILE).read_bytes())
            tensors = safe.load_file(str(folder / TENSORS_FILE))
            factory, structure = kept["factory"], kept["structure"]
        except (OSError, ValueError, TypeError, KeyError, require("safetensors", extra="torch").SafetensorError) as error:
            raise UsageError(f"{folder} holds no PyTorch module: {error}") from error
        module = restructure(made(factory), structure, tensors)
        return formatted(module, settings)


class _Asked:
    def __init__(self, module: Any, settings: Mapping[str, Any]) -> None:
        torch = require("torch", extra="torch")
        self._module, self._tensor, self._guard = module, torch.from_numpy, torch.inference_mode
        self._dtype = input_dtype(module)
        self._bf16 = torch.bfloat16 if settings.get("precision") == BF16 else None
        self._layout = torch.channels_last if settings.get("layout") == "channels_last" else None

    def scores(self, cases: Any) -> Any:
        """Answer some rows."""
        if cases.dtype != self._dtype or not cases.flags.c_contiguous or not cases.flags.writeable:
            cases = cases.astype(self._dtype, order="C")
        with self._guard():
            x = self._tensor(cases)
            if self._bf16 is not None and x.is_floating_point():
                x = x.to(self._bf16)
            if self._layout is not None:
                x = x.contiguous(memory_format=self._layout)
            y = answer(self._module(x))
            return (y if self._bf16 is None else y.float()).numpy()


def answer(y: Any) -> Any:
    """Take the scores out of what a module gives: a tensor, a tuple's first, or its ``logits``; one column is values."""
    if hasattr(y, "logits"):
        y = y.logits
    elif isinstance(y, (tuple, list)):
        y = y[0]
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def input_dtype(module: Any) -> Any:
    """Give the numpy type of a module's input: whole numbers where it begins with an embedding."""
    torch, numpy = require("torch", extra="torch"), require("numpy", extra="optimise")
    is_embedding = (torch.nn.Embedding, torch.nn.EmbeddingBag)
    first = next((layer for layer in module.modules() if next(layer.parameters(recurse=False), None) is not None), None)
    return numpy.dtype(numpy.int64 if isinstance(first, is_embedding) else numpy.float32)


def made(factory: str) -> Any:
    """Call a factory, ``module:function``.

    Raises:
        UsageError: there is no such function, or it gives no module.
    """
    torch = require("torch", extra="torch")
    name, _, function = factory.partition(":")
    try:
        make = getattr(import_module(name), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"no factory {factory!r}: {error}", hint="module:function, importable from here") from error
    module = make()
    if not isinstance(module, torch.nn.Module):
        raise UsageError(f"{factory} gives a {type(module).__name__} and no torch.nn.Module")
    return module.eval()


def formatted(module: Any, settings: Mapping[str, Any]) -> Any:
    """Give a module the number format and the layout that its settings name."""
    torch = require("torch", extra="torch")
    if settings.get("precision") == BF16:
        module = module.to(torch.bfloat16)
    if settings.get("layout") == "channels_last":
        module = module.to(memory_format=torch.channels_last)
    return module.eval()
