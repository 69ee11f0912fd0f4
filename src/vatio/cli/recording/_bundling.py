"""What `vatio runs export --as bundle` does: one run, one file, and a word on what is not in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_lines
from vatio.errors import UsageError
from vatio.govern.bundle import BundleManifest, missing_lines
from vatio.report import clean


def export_bundle_of(rim: Rim, runs: Sequence[str], *, out: str | None, wheels: str | None, download: bool) -> int:
    """Write one run as a bundle; give 1 where something that a replay needs is not in it.

    Raises:
        UsageError: it is more than one run, or there is no file to write.
    """
    from vatio.govern.bundle import export_bundle
    from vatio.govern.reproduce import replayed_of
    from vatio.ledger import places, read_signer

    if len(runs) != 1:
        raise UsageError("a bundle is of one run", hint="vatio runs export RUN --as bundle --out FILE")
    if out is None or out == "-" or os.path.isdir(out):
        raise UsageError("a bundle is a file", hint="--out FILE takes it")
    config = rim.config()
    if wheels is not None and not os.path.isdir(wheels):
        raise UsageError(f"there is no folder {wheels}", hint="--wheels FOLDER")
    key = places(rim.environ)._replace(key_path=config.ledger.key).key
    signer = None if config.ledger.sign is False else read_signer(key)
    with rim.ledger() as ledger:
        manifest = export_bundle(
            replayed_of(ledger, runs[0]),
            ledger=ledger,
            out=out,
            environ=rim.environ,
            wheels=wheels,
            download=download,
            signer=signer,
            progress=lambda line: rim.note(f"bundle: {line}"),
        )
    for line in missing_lines(manifest):
        rim.note(clean(line))
    put_lines(tuple(_told(out, manifest, is_signed=signer is not None)))
    return 1 if manifest.missing else 0


def _told(out: str, manifest: BundleManifest, *, is_signed: bool) -> Iterator[str]:
    length_bytes = os.path.getsize(out)
    signed = "signed" if is_signed else "not signed"
    yield f"{clean(out)}: {len(manifest.members)} files, {length_bytes / 1e6:.1f} MB, {signed}"
    if not manifest.missing:
        yield f"next       vatio reproduce {clean(out)}"
