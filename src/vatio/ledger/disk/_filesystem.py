"""Tell whether a folder lies on a file system that other machines write to: SQLite's locks and shared memory fail there."""

from __future__ import annotations

import os
from contextlib import suppress

# The write-ahead log needs shared memory on one machine (sqlite.org/wal.html, "all processes must be on the same host").
_NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "nfsd",
        "cifs",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "lustre",
        "gpfs",
        "beegfs",
        "panfs",
        "pvfs2",
        "orangefs",
        "coda",
        "glusterfs",
        "ocfs2",
        "gfs2",
        "9p",
        "davfs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.gcsfuse",
        "fuse.davfs2",
        "fuse.juicefs",
        "fuse.beegfs",
        "fuse.lustre",
        "fuse.goofys",
        "fuse.mount-s3",
        "fuse.curlftpfs",
        "fuse.blobfuse",
        "fuse.blobfuse2",
        "fuse.afs",
    ]
)


def is_network(folder: str, *, mounts: str = "/proc/self/mountinfo") -> bool:
    """Tell whether a folder, or the nearest one above it that exists, is on a network file system (Linux)."""
    return file_system(folder, mounts=mounts) in _NETWORK


def file_system(folder: str, *, mounts: str = "/proc/self/mountinfo") -> str | None:
    """Give the kernel's name of a folder's file system; ``None`` where that cannot be told."""
    at = os.path.realpath(folder)
    found, depth = None, -1
    with suppress(OSError), open(mounts, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            # 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue (proc(5))
            left, _, right = line.partition(" - ")
            point = left.split(" ")[4].replace("\\040", " ") if left.count(" ") >= 4 else ""
            # Of two mounts on one place the later hides the earlier.
            if right and _is_below(at, point) and len(point) >= depth:
                found, depth = right.split(" ", 1)[0], len(point)
    return found


def _is_below(path: str, point: str) -> bool:
    return point == "/" or path == point or path.startswith(point + "/")
