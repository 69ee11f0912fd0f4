"""Read estimators that were saved whole: skops after a look at the types in it, pickles only for who trusts them."""

from __future__ import annotations

import inspect
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.plugins import require

_SUFFIXES = frozenset((".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".ckpt", ".p", ".sav"))
# A pickle of protocol 2 to 5; joblib's compressed ones; PyTorch's first format begins with a pickle too.
_PROTOCOLS = tuple(bytes((0x80, protocol)) for protocol in range(2, 6))
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
_TORCH = frozenset((".pt", ".pth", ".bin", ".ckpt"))
_PREFER = "save it as ONNX, safetensors (with MODULE:FACTORY) or skops"
# What a stored estimator may hold besides what skops vouches for: types of these, and of no room where code is run or fetched.
_VOUCHED = ("sklearn.", "numpy.", "scipy.sparse.")
_NOT_VOUCHED = (
    "sklearn.datasets",
    "sklearn.externals",
    "sklearn.utils._testing",
    "numpy.f2py",
    "numpy.testing",
    "numpy.ctypeslib",
)
_BROKEN = (ArithmeticError, AttributeError, EOFError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)


def is_pickle(path: Path, head: bytes) -> bool:
    """Tell whether reading a file would run what is written in it: by its name, or by its first bytes whatever its name."""
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES or head.startswith(_PROTOCOLS):
        return True
    if suffix != ".onnx" and head.startswith(_PACKED):
        return True
    return head.startswith(b"PK") and suffix != ".skops" and _holds_pickle(path)


def read_pickle(path: Path, *, trust: bool) -> Any:
    """Load a pickle for who trusts it.

    Raises:
        UsageError: it is not trusted, or is broken.
        MissingExtra: the library that wrote it is not installed.
    """
    if not trust:
        raise UsageError(
            f"{path} is a pickle: reading it runs whatever code is in it", hint=f"{_PREFER}; --trust reads it all the same"
        )
    try:
        if path.suffix.lower() in _TORCH:
            return require("torch", extra="torch").load(path, map_location="cpu", weights_only=False)
        return require("joblib", extra="optimise").load(path)
    except _BROKEN as error:
        raise UsageError(f"cannot read {path}: {type(error).__name__}: {error}", hint=_PREFER) from error


def read_skops(path: Path, *, trust: bool) -> Any:
    """Load a skops file whose types skops, scikit-learn or numpy vouch for; all types for who trusts it.

    Raises:
        UsageError: it holds other types, which are named, or is broken.
        MissingExtra: skops is not installed.
    """
    skops = require("skops.io", extra="optimise")
    broken = (*_BROKEN, zipfile.BadZipFile, require("skops.io.exceptions", extra="optimise").UntrustedTypesFoundException)
    try:
        unknown = skops.get_untrusted_types(file=path)
        strange = [] if trust else [name for name in unknown if not is_vouched(name)]
        if not strange:
            return skops.load(path, trusted=unknown)
    except broken as error:
        raise UsageError(f"cannot read {path}: {type(error).__name__}: {error}", hint="skops.io.dump(model, FILE)") from error
    more = f" and {len(strange) - 8} more" if len(strange) > 8 else ""
    raise UsageError(
        f"{path} holds types that nobody vouches for: {', '.join(strange[:8])}{more}",
        hint="look at where the file comes from; --trust loads them",
    )


def is_vouched(name: str) -> bool:
    """Tell whether a type is scikit-learn's, numpy's or scipy's own: a type, for a function could be called with anything.

    >>> is_vouched("sklearn.tree._tree.Tree"), is_vouched("os.system"), is_vouched("numpy.save")
    (True, False, False)
    """
    if not name.startswith(_VOUCHED) or name.startswith(_NOT_VOUCHED) or ".tests" in name:
        return False
    module, _, attribute = name.rpartition(".")
    try:
        return inspect.isclass(getattr(import_module(module), attribute, None))
    except ImportError:
        return False


def _holds_pickle(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return any(name.endswith((".pkl", "data.pkl")) for name in packed.namelist())
    except (OSError, zipfile.BadZipFile):
        return False
