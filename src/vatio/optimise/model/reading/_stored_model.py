"""Read estimators that were saved whole: skops after a look at the types in it, pickles only for who trusts them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model.runtimes import packed, unpacked
from vatio.plugins import require

_SUFFIXES = frozenset((".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".ckpt", ".p", ".sav"))
# A pickle of protocol 2 to 5; joblib's compressed ones; PyTorch's first format begins with a pickle too.
_PROTOCOLS = tuple(bytes((0x80, protocol)) for protocol in range(2, 6))
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
_TORCH = frozenset((".pt", ".pth", ".bin", ".ckpt"))
_PREFER = "save it as ONNX, safetensors (with MODULE:FACTORY) or skops"
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


def read_skops(path: Path, *, trust: bool) -> tuple[Any, tuple[str, ...]]:
    """Load a skops file whose types skops, scikit-learn or numpy vouch for; all types for who trusts it.

    Gives the types that nobody but the caller vouches for, too.

    Raises:
        UsageError: it holds other types, which are named, or is broken.
        MissingExtra: skops is not installed.
    """
    try:
        content = path.read_bytes()
        trusted = _types_in(content) if trust else ()
        return unpacked(content, trusted=trusted), trusted
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error}", hint=error.hint or "skops.io.dump(model, FILE) writes one") from error


def types_in(model: Any) -> tuple[str, ...]:
    """Name the types in an estimator that skops does not know; none where it cannot be written without a pickle."""
    try:
        return _types_in(packed(model))
    except UsageError:
        return ()


def _types_in(content: bytes) -> tuple[str, ...]:
    skops = require("skops.io", extra="optimise")
    try:
        return tuple(skops.get_untrusted_types(data=content))
    except (*_BROKEN, zipfile.BadZipFile) as error:
        raise UsageError(f"this is no skops file: {type(error).__name__}: {error}") from error


def _holds_pickle(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return any(name.endswith((".pkl", "data.pkl")) for name in packed.namelist())
    except (OSError, zipfile.BadZipFile):
        return False
