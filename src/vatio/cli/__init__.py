"""The command line: parse, one library call to act, one to render, print. No logic."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli._main import main as main

__getattr__, __dir__, __all__ = door(__name__, {"_main": "main"})
