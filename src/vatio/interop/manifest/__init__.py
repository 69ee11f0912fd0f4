"""Run a manifest of the Impact Framework: observations through a pipeline of built-in plugins."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.interop.manifest._run import Fault as Fault
    from vatio.interop.manifest._run import Leaf as Leaf
    from vatio.interop.manifest._run import leaves as leaves
    from vatio.interop.manifest._run import run_manifest as run_manifest

__getattr__, __dir__, __all__ = door(__name__, {"_run": "Fault Leaf leaves run_manifest"})
