"""SHA-256 and BLAKE2b of small things, as the interpreter has them built in.

``hashlib`` maps OpenSSL's library into the process, which costs 3.6 MiB and 2 CPU-ms that every tracked process would
pay. Large files are hashed with ``hashlib`` all the same: OpenSSL is several times faster.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import blake2b, sha256
else:
    try:
        from _sha2 import sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256  # Python 3.11
        except ImportError:  # an interpreter that is built without its own
            from hashlib import sha256
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b

__all__ = ["blake2b", "sha256"]
