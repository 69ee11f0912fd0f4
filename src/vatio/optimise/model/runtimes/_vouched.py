"""Tell types that a library of good name vouches for from those that anybody may have written."""

from __future__ import annotations

import inspect
from importlib import import_module

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
