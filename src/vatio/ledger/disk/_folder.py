"""Count or remove what lies in a spool's folder."""

from __future__ import annotations

import os
from contextlib import suppress


def folder_bytes(folder: str) -> int:
    """Count the bytes of the files in a folder and below; 0 where there is none."""
    size = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += os.stat(os.path.join(at, name)).st_size
    return size


def remove_folder(folder: str) -> None:
    """Remove a spool's folder with its files; whatever cannot be removed stays, and harms nobody."""
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
