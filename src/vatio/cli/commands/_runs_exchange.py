"""``vatio runs import`` and ``vatio runs export``."""

from __future__ import annotations

from functools import partial

import click

from vatio.cli._rim import Rim
from vatio.cli._shared import as_json, shared
from vatio.cli._terminal import put_json, put_lines

_RUN = "RUN is an id, a part of one that is its own, a name, or @1 for the latest run."
# Of `export` alone: what is no other tool's file.
_MADE = "container, bundle"
_FORMATS = "codecarbon, boamps, huggingface, green-algorithms, impact-framework, mlco2, openmetrics, zeus, parquet"


@click.command("import", epilog=f"Formats: {_FORMATS}.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", metavar="NAME", help="Format of the files; else each is known by its look.")
@as_json
@shared
def import_runs(rim: Rim, *, files: tuple[str, ...], format: str | None, as_json: bool) -> int:
    """Take runs out of other tools' files.

    Each number gets an interval, and each run keeps the digest of its file. A file that was taken in before adds nothing,
    and of one that has grown only the new runs. What cannot be read is named with its line; exit code 1 says that there
    is such.
    """
    from vatio.cli.recording import import_json, import_lines, progress_line, remarks
    from vatio.interop import format_of, import_file
    from vatio.ledger import open_ledger

    def progress(path: str, runs: int) -> None:
        if line := progress_line(path, runs):
            rim.note(line)

    for path in files:  # a file that nothing knows is told of before any other is taken in
        format_of(path, format)
    with open_ledger(config=rim.config(), environ=rim.environ) as ledger:
        found = [import_file(ledger, path, format=format, progress=partial(progress, path)) for path in files]
    for one in found:
        for remark in remarks(one):
            rim.note(remark)
    if as_json:
        put_json(import_json(found))
    else:
        put_lines(import_lines(found))
    return 1 if any(one.refused for one in found) else 0


@click.command("export", epilog=f"{_RUN} Formats: {_FORMATS}, {_MADE}.")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option("--as", "format", metavar="NAME", required=True, help="Format to write.")
@click.option("--out", metavar="FILE", help="File to write; else stdout. Of a container, the folder.")
@click.option("--base-image", metavar="IMAGE", help="Base image of a container: NAME@sha256:DIGEST; without it, unpinned.")
@click.option("--wheels", metavar="FOLDER", help="Wheels at hand for a bundle; others are made from what is installed.")
@click.option("--download", is_flag=True, help="Fetch a bundle's wheels from the package index.")
@shared
def export_runs(
    rim: Rim,
    *,
    runs: tuple[str, ...],
    format: str,
    out: str | None,
    base_image: str | None,
    wheels: str | None,
    download: bool,
) -> int | None:
    """Write runs as a file of another tool. What the format has no place for is listed on stderr.

    `--as container` writes the recipe of a container in which the run can be run again: Dockerfile, devcontainer, code, lock.
    `--as bundle` writes one file that `vatio reproduce FILE` runs again without a network: code, wheels, data, proof.
    """
    if format == "container":
        from vatio.cli.recording import export_container

        export_container(rim, runs, out=out, image=base_image)
        return None
    if format == "bundle":
        from vatio.cli.recording import export_bundle_of

        return export_bundle_of(rim, runs, out=out, wheels=wheels, download=download)
    from vatio.cli.recording import write_bytes
    from vatio.interop import export_runs as exported

    with rim.ledger() as ledger:
        written = exported([ledger.run(run) for run in runs], format)
    write_bytes(out, written.data)
    if written.left_out:
        rim.note(f"{format} has no place for {', '.join(written.left_out)}")
    return None
