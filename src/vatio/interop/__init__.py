"""Other tools' files, in and out: one format a file, each number with an interval and the digest of where it came from."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.interop._bill import read_bill as read_bill
    from vatio.interop._export import export_runs as export_runs
    from vatio.interop._format import Format as Format
    from vatio.interop._format import Written as Written
    from vatio.interop._import import Import as Import
    from vatio.interop._import import format_of as format_of
    from vatio.interop._import import import_file as import_file
    from vatio.interop._import import known_formats as known_formats
    from vatio.interop._import import read_file as read_file
    from vatio.interop._told import ForeignRun as ForeignRun
    from vatio.interop._told import Part as Part
    from vatio.interop._told import Problem as Problem
    from vatio.interop._told import WholeRun as WholeRun
    from vatio.interop.manifest import run_manifest as run_manifest

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_bill": "read_bill",
        "_export": "export_runs",
        "_format": "Format Written",
        "_import": "Import format_of import_file known_formats read_file",
        "_told": "ForeignRun Part Problem WholeRun",
        "vatio.interop.manifest": "run_manifest",
    },
)
