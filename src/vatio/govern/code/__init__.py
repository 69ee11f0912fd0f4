"""The code of a run: its commit and its uncommitted change, laid out in a folder."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.code._tree import apply_copy as apply_copy
    from vatio.govern.code._tree import check_out as check_out
    from vatio.govern.code._tree import committed as committed
    from vatio.govern.code._tree import has_commit as has_commit
    from vatio.govern.code._tree import inside as inside
    from vatio.govern.code._tree import read_blob as read_blob

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_tree": "apply_copy check_out committed has_commit inside read_blob",
    },
)
