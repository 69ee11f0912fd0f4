"""Gather one wheel for each distribution of an environment: one that has its very bytes, or one made again from them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vatio.errors import BundleRefused, EnvironmentFailed, InvalidLock
from vatio.govern.bundle.environment._download import download_wheels
from vatio.govern.bundle.environment._installed import Installed
from vatio.govern.bundle.environment._rebuild import rebuild_wheel
from vatio.govern.bundle.environment._wheel import wheel_digest
from vatio.govern.bundle.locks import check_wheel_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Hold what was found for one distribution. ``source``: given, index, installed (made again), or missing with ``why``."""

    item: Installed
    sha256: str | None
    path: str | None
    source: str
    why: str = ""


def gather_wheels(
    python: str,
    items: Sequence[Installed],
    *,
    folder: str,
    given: str | None = None,
    download: bool = False,
    environ: Mapping[str, str],
) -> Iterator[Gathered]:
    """Find or make the wheels of distributions, one after the other; new ones are written to ``folder``.

    A wheel is taken only where its contents have the digest of the installed files: one of the same version with other bytes
    is not what ran. ``given`` is a folder of wheels at hand, ``download`` asks the index.
    """
    plain = [item for item in items if not item.editable]
    fetched = os.path.join(folder, "fetched")
    os.makedirs(fetched, exist_ok=True)
    at_hand = _wheels_in(given) if given is not None else {}
    if download:
        lacking = [item for item in plain if (item.name, item.version) not in at_hand]
        download_wheels(python, lacking, folder=fetched, environ=environ)
    from_index = _wheels_in(fetched)
    for item in plain:
        key, digest = (item.name, item.version), item.sha256
        for source, known in (("given", at_hand), ("index", from_index)):
            match = next((path for path in known.get(key, ()) if _has(path, digest)), None)
            if match is not None:
                yield Gathered(item=item, sha256=digest, path=match, source=source)
                break
        else:
            yield _made_again(item, digest, folder, other=key in from_index or key in at_hand)


def _made_again(item: Installed, digest: str | None, folder: str, *, other: bool) -> Gathered:
    why = "the wheel of this version that can be had has other bytes" if other else "no wheel of it was at hand"
    try:
        path = rebuild_wheel(item, folder)
        if wheel_digest(path) != digest:
            raise EnvironmentFailed(f"{item.name} {item.version} cannot be packed as it is installed")
    except (EnvironmentFailed, BundleRefused) as error:
        return Gathered(item=item, sha256=digest, path=None, source="missing", why=str(error))
    return Gathered(item=item, sha256=digest, path=path, source="installed", why=why)


def _wheels_in(folder: str) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".whl"):
            try:
                key = check_wheel_name(name, folder)
            except InvalidLock:
                continue
            found.setdefault(key, []).append(os.path.join(folder, name))
    return found


def _has(path: str, digest: str | None) -> bool:
    try:
        return digest is not None and wheel_digest(path) == digest
    except BundleRefused:
        return False
