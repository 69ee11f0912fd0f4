"""The bytes of a bundle: a tar of which every byte is checked, its manifest, its signature, its proof."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.bundle.archive._manifest import BundledDistribution as BundledDistribution
    from vatio.govern.bundle.archive._manifest import BundledInput as BundledInput
    from vatio.govern.bundle.archive._manifest import BundleManifest as BundleManifest
    from vatio.govern.bundle.archive._manifest import EditableProject as EditableProject
    from vatio.govern.bundle.archive._manifest import Member as Member
    from vatio.govern.bundle.archive._names import check_member_names as check_member_names
    from vatio.govern.bundle.archive._names import is_member_path as is_member_path
    from vatio.govern.bundle.archive._proof import proof_bytes as proof_bytes
    from vatio.govern.bundle.archive._proof import read_proof as read_proof
    from vatio.govern.bundle.archive._signature import check_signature as check_signature
    from vatio.govern.bundle.archive._signature import signature_bytes as signature_bytes
    from vatio.govern.bundle.archive._tar import ArchiveReader as ArchiveReader
    from vatio.govern.bundle.archive._tar import Source as Source
    from vatio.govern.bundle.archive._tar import write_archive as write_archive

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_manifest": "BundleManifest BundledDistribution BundledInput EditableProject Member",
        "_names": "check_member_names is_member_path",
        "_proof": "proof_bytes read_proof",
        "_signature": "check_signature signature_bytes",
        "_tar": "ArchiveReader Source write_archive",
    },
)
