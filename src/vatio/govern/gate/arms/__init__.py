"""Make the arms of a gate: trees, environments and commands of their own, and the proof that each ran its own."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.gate.arms._alone import sides_of_itself as sides_of_itself
    from vatio.govern.gate.arms._commands import sides_of_commands as sides_of_commands
    from vatio.govern.gate.arms._environment import WITHIN as WITHIN
    from vatio.govern.gate.arms._loaded import Seen as Seen
    from vatio.govern.gate.arms._loaded import check_built as check_built
    from vatio.govern.gate.arms._loaded import check_loaded as check_loaded
    from vatio.govern.gate.arms._loaded import lay_probe as lay_probe
    from vatio.govern.gate.arms._loaded import read_probe as read_probe
    from vatio.govern.gate.arms._locks import sides_of_locks as sides_of_locks
    from vatio.govern.gate.arms._repository import Commit as Commit
    from vatio.govern.gate.arms._repository import Repository as Repository
    from vatio.govern.gate.arms._side import BASELINE as BASELINE
    from vatio.govern.gate.arms._side import CANDIDATE as CANDIDATE
    from vatio.govern.gate.arms._side import Side as Side
    from vatio.govern.gate.arms._side import Sides as Sides
    from vatio.govern.gate.arms._trees import Work as Work
    from vatio.govern.gate.arms._trees import sides_of_trees as sides_of_trees
    from vatio.govern.gate.arms._trees import untracked_hint as untracked_hint
    from vatio.govern.gate.arms._worktree import scratch as scratch

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_alone": "sides_of_itself",
        "_commands": "sides_of_commands",
        "_environment": "WITHIN",
        "_loaded": "Seen check_built check_loaded lay_probe read_probe",
        "_locks": "sides_of_locks",
        "_repository": "Commit Repository",
        "_side": "BASELINE CANDIDATE Side Sides",
        "_trees": "Work sides_of_trees untracked_hint",
        "_worktree": "scratch",
    },
)
