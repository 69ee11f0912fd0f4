"""Locks of an environment: PEP 751's pylock.toml in and out, hashed requirements and uv.lock in."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.govern.bundle.locks._lock import Lock as Lock
    from vatio.govern.bundle.locks._lock import LockedFile as LockedFile
    from vatio.govern.bundle.locks._lock import LockedPackage as LockedPackage
    from vatio.govern.bundle.locks._names import check_wheel_name as check_wheel_name
    from vatio.govern.bundle.locks._names import normalised as normalised
    from vatio.govern.bundle.locks._read import read_lock as read_lock
    from vatio.govern.bundle.locks._requirements import requirements_text as requirements_text
    from vatio.govern.bundle.locks._write import lock_text as lock_text
    from vatio.govern.bundle.locks._write import write_lock as write_lock

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_lock": "Lock LockedFile LockedPackage",
        "_names": "check_wheel_name normalised",
        "_read": "read_lock",
        "_requirements": "requirements_text",
        "_write": "lock_text write_lock",
    },
)
