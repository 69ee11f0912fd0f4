"""Say what surrounded a run, with secrets taken out: the environment snapshot."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.snapshot._distribution import Listed as Listed
    from vatio.measure.snapshot._distribution import digest_of_parts as digest_of_parts
    from vatio.measure.snapshot._distribution import distribution_digest as distribution_digest
    from vatio.measure.snapshot._distribution import is_word_of_record as is_word_of_record
    from vatio.measure.snapshot._distribution import listed as listed
    from vatio.measure.snapshot._distribution import part_name as part_name
    from vatio.measure.snapshot._files import StatCache as StatCache
    from vatio.measure.snapshot._files import digest_in_slices as digest_in_slices
    from vatio.measure.snapshot._git import find_tree as find_tree
    from vatio.measure.snapshot._git import read_copy as read_copy
    from vatio.measure.snapshot._machine import processor as processor
    from vatio.measure.snapshot._python import describe as describe
    from vatio.measure.snapshot._python import distributions as distributions
    from vatio.measure.snapshot._python import find_python as find_python
    from vatio.measure.snapshot._python import site_folders as site_folders
    from vatio.measure.snapshot._redact import REDACTED as REDACTED
    from vatio.measure.snapshot._redact import redact_variables as redact_variables
    from vatio.measure.snapshot._snapshot import Snapshot as Snapshot
    from vatio.measure.snapshot._snapshot import Subject as Subject
    from vatio.measure.snapshot._snapshot import working_folder as working_folder
    from vatio.measure.snapshot._veil import Veil as Veil
    from vatio.measure.snapshot._veil import local_salt as local_salt

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_distribution": "Listed digest_of_parts distribution_digest is_word_of_record listed part_name",
        "_files": "StatCache digest_in_slices",
        "_git": "find_tree read_copy",
        "_machine": "processor",
        "_python": "describe distributions find_python site_folders",
        "_redact": "REDACTED redact_variables",
        "_snapshot": "Snapshot Subject working_folder",
        "_veil": "Veil local_salt",
    },
)
