"""Ask encoders of three libraries alike: numbers of tokens and their mask in, a vector for each token out; one thread."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vatio.errors import UsageError, first_line
from vatio.optimise.model._form import Form
from vatio.optimise.model.runtimes._onnx import session
from vatio.optimise.model.runtimes._openvino import OpenVinoRuntime, compiled
from vatio.optimise.model.runtimes.texts._classifier import ONNX, OPENVINO, TORCH, encoder_of
from vatio.plugins import require

# Both are int64 of shape (texts, tokens); the answer is float32 of shape (texts, tokens, width), or (texts, width) where the
# encoder makes one vector of a text itself.
Encode = Callable[[Any, Any], Any]

IDS, MASK, KINDS = "input_ids", "attention_mask", "token_type_ids"
_ONNX_FILE, _OPENVINO_FILE, _TORCH_FILE = "encoder.onnx", "model.xml", "config.json"


def encode_of(encoder: Any, settings: Mapping[str, Any]) -> Encode:
    """Make an encoder ready to be asked.

    Raises:
        UsageError: it wants other inputs than a text encoder's.
    """
    return {TORCH: _torch, ONNX: _onnx, OPENVINO: _openvino}[encoder_of(encoder)](encoder, settings)


def save_encoder(encoder: Any, folder: Path) -> None:
    """Write an encoder: a graph, or tensors and the architecture's name and sizes."""
    kind = encoder_of(encoder)
    if kind == ONNX:
        (folder / _ONNX_FILE).write_bytes(encoder)
    elif kind == OPENVINO:
        OpenVinoRuntime().save(Form(kind=OPENVINO, model=encoder), folder)
    else:
        with _silent():
            encoder.save_pretrained(str(folder))


def load_encoder(folder: Path) -> Any:
    """Read an encoder back.

    Raises:
        UsageError: the folder holds none, or one that transformers does not know itself.
    """
    if (folder / _ONNX_FILE).is_file():
        return (folder / _ONNX_FILE).read_bytes()
    if (folder / _OPENVINO_FILE).is_file():
        return OpenVinoRuntime().load(folder, {})
    if not (folder / _TORCH_FILE).is_file():
        raise UsageError(f"{folder} holds no encoder")
    try:
        with _silent():
            # Nothing is fetched and no code but the library's own runs; safetensors alone, no pickle.
            return (
                _transformers()
                .AutoModel.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True)
                .eval()
            )
    except (OSError, ValueError, KeyError, RuntimeError, require("safetensors", extra="text").SafetensorError) as error:
        raise UsageError(f"{folder} holds no encoder of transformers: {first_line(error)}") from error


def _torch(encoder: Any, settings: Mapping[str, Any]) -> Encode:
    torch = require("torch", extra="text")
    torch.set_num_threads(int(settings.get("threads", 1)))
    tensor, guard, module = torch.from_numpy, torch.inference_mode, encoder.eval()

    def encode(ids: Any, mask: Any) -> Any:
        with guard():
            return module(input_ids=tensor(ids), attention_mask=tensor(mask)).last_hidden_state.numpy()

    return encode


def _onnx(encoder: bytes, settings: Mapping[str, Any]) -> Encode:
    opened = session(encoder, level=settings.get("level", "all"), threads=int(settings.get("threads", 1)))
    fed = fed_by([each.name for each in opened.get_inputs()])
    outputs, run = [opened.get_outputs()[0].name], opened.run
    return lambda ids, mask: run(outputs, fed(ids, mask))[0]


def _openvino(encoder: Any, settings: Mapping[str, Any]) -> Encode:
    request = compiled(encoder, settings).create_infer_request()
    fed = fed_by([each.get_any_name() for each in encoder.inputs])
    infer = request.infer
    return lambda ids, mask: infer(fed(ids, mask), share_inputs=True, share_outputs=True)[0]


def inputs_of(encoder: Any) -> list[str]:
    """Name what an encoder is given."""
    if encoder_of(encoder) == ONNX:
        return [each.name for each in session(encoder).get_inputs()]
    return [IDS, MASK] if encoder_of(encoder) == TORCH else [each.get_any_name() for each in encoder.inputs]


def fed_by(names: list[str]) -> Callable[[Any, Any], dict[str, Any]]:
    """Give the inputs by their names; the kinds of tokens, where they are asked, are all the first."""
    if not {IDS} <= set(names) <= {IDS, MASK, KINDS}:
        raise UsageError(f"the encoder takes {', '.join(names)}", hint=f"{IDS}, {MASK} and {KINDS} are known")
    if set(names) == {IDS, MASK}:
        return lambda ids, mask: {IDS: ids, MASK: mask}
    if set(names) == {IDS}:
        return lambda ids, mask: {IDS: ids}
    numpy = require("numpy", extra="text")
    return lambda ids, mask: {
        name: each for name, each in ((IDS, ids), (MASK, mask), (KINDS, numpy.zeros_like(ids))) if name in names
    }


def _transformers() -> Any:
    found = require("transformers", extra="text")
    found.utils.logging.disable_progress_bar()
    return found


def _silent() -> contextlib.redirect_stderr[io.StringIO]:
    """Keep bars of progress from among what a command prints."""
    return contextlib.redirect_stderr(io.StringIO())
