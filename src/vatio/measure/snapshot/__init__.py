"""Say what surrounded a run, with secrets taken out: the environment snapshot."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.snapshot._snapshot import Snapshot as Snapshot
    from vatio.measure.snapshot._snapshot import Subject as Subject
    from vatio.measure.snapshot._snapshot import working_folder as working_folder
    from vatio.measure.snapshot._veil import Veil as Veil
    from vatio.measure.snapshot._veil import local_salt as local_salt

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_snapshot": "Snapshot Subject working_folder",
        "_veil": "Veil local_salt",
    },
)
