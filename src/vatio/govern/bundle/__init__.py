"""Bundles and locks: what a run needs to be run again, in one archive that is checked before anything of it is used."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.bundle._bundle import Bundle as Bundle
    from vatio.govern.bundle._export import export_bundle as export_bundle
    from vatio.govern.bundle._export import missing_lines as missing_lines
    from vatio.govern.bundle._open import open_bundle as open_bundle
    from vatio.govern.bundle.archive import BundledDistribution as BundledDistribution
    from vatio.govern.bundle.archive import BundledInput as BundledInput
    from vatio.govern.bundle.archive import BundleManifest as BundleManifest
    from vatio.govern.bundle.archive import EditableProject as EditableProject
    from vatio.govern.bundle.archive import Member as Member
    from vatio.govern.bundle.environment import Installed as Installed
    from vatio.govern.bundle.environment import build_environment as build_environment
    from vatio.govern.bundle.environment import check_wheel as check_wheel
    from vatio.govern.bundle.environment import installed as installed
    from vatio.govern.bundle.environment import lock_of_environment as lock_of_environment
    from vatio.govern.bundle.environment import wheel_digest as wheel_digest
    from vatio.govern.bundle.locks import Lock as Lock
    from vatio.govern.bundle.locks import LockedFile as LockedFile
    from vatio.govern.bundle.locks import LockedPackage as LockedPackage
    from vatio.govern.bundle.locks import lock_text as lock_text
    from vatio.govern.bundle.locks import read_lock as read_lock
    from vatio.govern.bundle.locks import write_lock as write_lock
    from vatio.measure.snapshot import distribution_digest as distribution_digest

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_bundle": "Bundle",
        "_export": "export_bundle missing_lines",
        "_open": "open_bundle",
        "vatio.govern.bundle.archive": "BundleManifest BundledDistribution BundledInput EditableProject Member",
        "vatio.govern.bundle.environment": (
            "Installed build_environment check_wheel installed lock_of_environment wheel_digest"
        ),
        "vatio.govern.bundle.locks": "Lock LockedFile LockedPackage lock_text read_lock write_lock",
        "vatio.measure.snapshot": "distribution_digest",
    },
)
