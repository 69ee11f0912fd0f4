"""Environments: what is installed in one, wheels of it, a lock of it, and one that is built from a lock."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.bundle.environment._build import build_environment as build_environment
    from vatio.govern.bundle.environment._download import download_wheels as download_wheels
    from vatio.govern.bundle.environment._gather import Gathered as Gathered
    from vatio.govern.bundle.environment._gather import Wanted as Wanted
    from vatio.govern.bundle.environment._gather import gather_wheels as gather_wheels
    from vatio.govern.bundle.environment._installed import Installed as Installed
    from vatio.govern.bundle.environment._installed import installed as installed
    from vatio.govern.bundle.environment._lock import lock_of_environment as lock_of_environment
    from vatio.govern.bundle.environment._lock import lock_of_wheels as lock_of_wheels
    from vatio.govern.bundle.environment._rebuild import rebuild_wheel as rebuild_wheel
    from vatio.govern.bundle.environment._wheel import check_wheel as check_wheel
    from vatio.govern.bundle.environment._wheel import wheel_digest as wheel_digest

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_build": "build_environment",
        "_download": "download_wheels",
        "_gather": "Gathered Wanted gather_wheels",
        "_installed": "Installed installed",
        "_lock": "lock_of_environment lock_of_wheels",
        "_rebuild": "rebuild_wheel",
        "_wheel": "check_wheel wheel_digest",
    },
)
