"""Read the model that is to become cheaper: a file, or what a function of the user's makes."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from vatio.errors import UsageError, VatioError
from vatio.optimise.model._digest import digest_of
from vatio.optimise.model._form import Form, Runtime
from vatio.optimise.model._theirs import theirs
from vatio.optimise.model.reading._onnx_model import read_onnx
from vatio.optimise.model.reading._stored_model import is_pickle, read_pickle, read_skops, types_in
from vatio.optimise.model.runtimes import sklearn_form
from vatio.plugins import load, require

_GIVEN = "FILE.onnx, FILE.skops or MODULE:FACTORY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Hold a model as it was given: its form, where it came from, and a digest that tells it from others.

    ``classes`` are its labels in the order of its columns of scores: empty for a regression, ``None`` where the model does
    not say (a network: the cases' labels 0..k-1 are then its columns).
    """

    form: Form
    source: str
    sha256: str
    classes: tuple[Any, ...] | None = None


def read_model(model: str, *, trust: bool = False) -> Baseline:
    """Read FILE.onnx, FILE.skops, or MODULE:FACTORY (a network, an estimator, a text classifier, the bytes of an ONNX graph).

    A pickle runs code while it is read, so it is refused unless ``trust``; so are types in a skops file that neither skops
    nor scikit-learn vouches for.

    Raises:
        UsageError: it is not there, is none of these, or cannot be used.
        MissingExtra: the library that reads it is not installed.
    """
    path = Path(model)
    if path.is_file():
        form, classes = _read_file(path, trust=trust)
        return Baseline(form=form, source=model, sha256=digest_of(path), classes=classes)
    module, colon, name = model.partition(":")
    if not colon or not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        said = "is a folder" if path.is_dir() else "is not there, and is no MODULE:FACTORY"
        raise UsageError(f"{model!r} {said}", hint=f"give {_GIVEN}")
    form, classes = as_form(_made(module, name))
    if form.kind == "torch":
        form = replace(form, settings={**form.settings, "factory": model})
    return Baseline(form=form, source=model, sha256=_digest_of_form(form, module), classes=classes)


def as_form(model: Any, *, trusted: tuple[str, ...] = ()) -> tuple[Form, tuple[Any, ...] | None]:
    """Tell what a model is; gives its form, and its classes where it says them.

    ``trusted`` are types that its form may hold though neither skops nor scikit-learn knows them.

    Raises:
        UsageError: it is nothing that can be run here.
    """
    if isinstance(model, Form):
        return model, None
    if isinstance(model, (bytes, bytearray)):
        return read_onnx(bytes(model), "the graph")
    if hasattr(model, "SerializeToString") and hasattr(model, "graph"):
        return read_onnx(model.SerializeToString(), "the graph")
    if type(model).__name__ == "TextClassifier":
        return Form(kind="text", model=model, answers=getattr(model, "answers", "logits")), _classes_of(model)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return Form(kind="torch", model=model.eval(), answers="logits"), None
    if all(hasattr(model, name) for name in ("fit", "predict", "get_params")) and not isinstance(model, type):
        return _of_estimator(model, trusted)
    raise UsageError(
        f"a {type(model).__module__}.{type(model).__qualname__} cannot be run here",
        hint="a torch.nn.Module, a fitted scikit-learn estimator, a TextClassifier or the bytes of an ONNX graph can",
    )


def _read_file(path: Path, *, trust: bool) -> tuple[Form, tuple[Any, ...] | None]:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    suffix = path.suffix.lower()
    if is_pickle(path, head):
        model = read_pickle(path, trust=trust)
        return as_form(model, trusted=types_in(model) if hasattr(model, "get_params") else ())
    if suffix == ".onnx":
        return read_onnx(path, path.name)
    if suffix == ".skops":
        model, trusted = read_skops(path, trust=trust)
        return as_form(model, trusted=trusted)
    if suffix == ".safetensors":
        raise UsageError(
            f"{path} holds weights and no network", hint="give MODULE:FACTORY, a function that builds it and loads them"
        )
    raise UsageError(f"{path} is no model that can be read", hint=f"give {_GIVEN}")


def _made(module: str, name: str) -> Any:
    """Call the user's factory.

    Raises:
        UsageError: it is not there, needs arguments, or fails.
    """
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    with theirs(f"cannot import {module}:{name}", hint=f"{module}.py must be importable from here"):
        found = getattr(import_module(module), name)
    if not callable(found):
        return found
    with theirs(f"{module}:{name}() failed", hint="it is called without arguments and gives the model"):
        return found()


def _of_estimator(model: Any, trusted: tuple[str, ...]) -> tuple[Form, tuple[Any, ...] | None]:
    validation = require("sklearn.utils.validation", extra="optimise")
    exceptions = require("sklearn.exceptions", extra="optimise")
    base = require("sklearn.base", extra="optimise")
    try:
        validation.check_is_fitted(model)
    except exceptions.NotFittedError as error:
        raise UsageError(f"the {type(model).__name__} is not fitted", hint="fit it before it is saved or returned") from error
    if base.is_classifier(model):
        classes = _classes_of(model)
        return sklearn_form(model, classes or (), trusted=trusted), classes
    if base.is_regressor(model):
        return sklearn_form(model, trusted=trusted), ()
    raise UsageError(
        f"a {type(model).__name__} neither classifies nor predicts values", hint="give a classifier or a regressor"
    )


def _classes_of(model: Any) -> tuple[Any, ...] | None:
    found = getattr(model, "classes_", None)
    if found is None:
        found = getattr(model, "classes", None)
    if found is None or callable(found):
        return None
    if isinstance(found, list) and found and hasattr(found[0], "__len__") and not isinstance(found[0], str):
        raise UsageError(f"the {type(model).__name__} answers several questions at once", hint="give one model for each")
    return tuple(found.tolist() if hasattr(found, "tolist") else found)


def _digest_of_form(form: Form, module: str) -> str:
    """Tell a model that no file holds from others: by what its runtime writes, or by the code that makes it."""
    try:
        runtime: Runtime = load("runtimes", form.kind)()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            runtime.save(replace(form), folder)
            held = [
                (file.relative_to(folder).as_posix(), digest_of(file)) for file in sorted(folder.rglob("*")) if file.is_file()
            ]
    except VatioError:
        source = getattr(sys.modules.get(module), "__file__", None)
        held = [(module, digest_of(Path(source)) if source else "")]
    return sha256(repr([form.kind, *held]).encode()).hexdigest()
