"""Load a function and its arguments; only a child process may call these, for they run the user's code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from vatio.errors import UsageError
from vatio.plugins import load_own, require


class Arguments(NamedTuple):
    """Hold what a function is called with."""

    placed: tuple[Any, ...] = ()
    named: dict[str, Any] = {}  # noqa: RUF012  never changed: every call gets a copy


def load_function(path: str, name: str, text: str) -> Callable[..., Any]:
    """Run a file's text as a module and give one function of it."""
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module = ModuleType("vatio_candidate")
    module.__file__ = os.path.abspath(path)
    sys.modules[module.__name__] = module  # dataclasses and pickles look their module up
    exec(compile(text, path, "exec"), module.__dict__)  # noqa: S102  the user's own file, in a child process
    found: Callable[..., Any] = getattr(module, name)
    return found


def load_arguments(given: str, path: str) -> Arguments:
    """Read FILE.npz by the names of its arrays, or call module:function, which gives a tuple, a dict or one value.

    Raises:
        UsageError: the file is no .npz of plain arrays, or has none.
    """
    if given.endswith(".npz"):
        return _from_npz(given)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    made = load_own(given)()
    if isinstance(made, dict):
        return Arguments(named=made)
    return Arguments(placed=made if isinstance(made, tuple) else (made,))


def check_given(given: str) -> str:
    """Give the words back if they can name arguments.

    Raises:
        UsageError: they name neither a file that is there nor a function of a module.
    """
    if given.endswith(".npz"):
        if not os.path.isfile(given):
            raise UsageError(f"no arguments: {given} is not there", hint="numpy.savez(FILE, name=array, ...)")
        return given
    module, colon, name = given.partition(":")
    if not colon or not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise UsageError(f"--args {given!r} is neither FILE.npz nor module:function", hint="--args example:arguments")
    return given


def _from_npz(path: str) -> Arguments:
    np = require("numpy", extra="optimise")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if not arrays:
        raise UsageError(f"{path} holds no array")
    plain = {name: array.item() if array.ndim == 0 else array for name, array in arrays.items()}
    if all(name.startswith("arr_") for name in plain):
        return Arguments(placed=tuple(plain[name] for name in sorted(plain, key=lambda one: int(one[4:]))))
    return Arguments(named=plain)
