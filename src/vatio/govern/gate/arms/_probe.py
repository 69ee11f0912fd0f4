"""Write at exit which files a project was loaded from; runs as `sitecustomize` in an arm, whose Python may be older."""

from __future__ import annotations

import atexit
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_HERE = os.path.dirname(os.path.abspath(__file__))
_START = os.getcwd()


def _report() -> None:
    try:
        library, files = os.path.dirname(os.path.realpath(os.__file__)) + os.sep, {}
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            path = os.path.realpath(path) if isinstance(path, str) else library
            if not path.startswith(library) or "-packages" + os.sep in path:
                files[name] = path
        # The interpreter has taken the main module's __file__ away by now.
        main = os.path.join(_START, sys.argv[0]) if sys.argv and sys.argv[0] else ""
        if os.path.isfile(main):
            files["__main__"] = os.path.realpath(main)
        seen = os.path.join(_HERE, "seen-%d-%d.json" % (os.getpid(), id(files)))  # noqa: UP031  of any Python 3
        with open(seen, "w", encoding="utf-8") as file:
            json.dump({"prefix": os.path.realpath(sys.prefix), "files": files}, file)
    except (OSError, ValueError, TypeError, RuntimeError):
        return  # a probe never changes what the workload does; a report that is not there is told


def _leave(status: int) -> NoReturn:
    _report()
    _exit(status)


def _go_on() -> None:
    """Run the sitecustomize that this one stands before, if there is one."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != _HERE]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


_exit = os._exit
if __name__ == "sitecustomize":
    os._exit = _leave  # atexit is not called by it
    atexit.register(_report)
    _go_on()
