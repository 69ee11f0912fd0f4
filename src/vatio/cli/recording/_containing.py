"""`vatio runs export --as container`."""

from __future__ import annotations

import os

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_lines
from vatio.errors import UsageError


def export_container(rim: Rim, runs: tuple[str, ...], *, out: str | None, image: str | None) -> None:
    """Write one run's recipe into a new folder, and say what of it no digest holds.

    Raises:
        UsageError: there are several runs, or no folder is named.
    """
    from vatio.govern import write_container

    if len(runs) != 1 or out is None:
        raise UsageError("a container is of one run, and lies in a folder", hint="runs export RUN --as container --out DIR")
    written = write_container(runs[0], out=out, image=image, config=rim.config(), environ=rim.environ)
    put_lines([os.path.join(out, name) for name in written.files])
    for remark in written.remarks:
        rim.note(remark)
