"""Read a file of /proc that may be longer than the kernel gives at once."""

from __future__ import annotations

import os

# A read ends with the last whole record in one page of the kernel's, however much is asked for.
PAGE_BYTES = 4096
NEARLY_A_PAGE = PAGE_BYTES - 512


def rest_of(fd: int, at: int) -> bytes:
    """Read what lies behind the first ``at`` bytes."""
    rest = b""
    while more := os.pread(fd, PAGE_BYTES, at + len(rest)):
        rest += more
    return rest
