"""Keep this process on one thread before it forks: a pool of threads does not survive in the child, which then waits for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

# What libraries that are imported later take their number of threads from.
_NAMES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """Have libraries that are imported from now on start with one thread, and give the variables back afterwards."""
    before = {name: os.environ.get(name) for name in _NAMES}
    os.environ.update(dict.fromkeys(_NAMES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def settle() -> None:
    """Tell the libraries that are there already to use one thread: then what is forked finds no pool that it would wait for."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    with suppress(ImportError):
        import_module("threadpoolctl").threadpool_limits(limits=1)
