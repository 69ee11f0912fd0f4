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
from vatio.govern.bundle.locks import check_wheel_name, normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Name a distribution by the digest that its installed files have to have; ``installed`` is what lies here of it."""

    name: str
    version: str
    sha256: str | None
    installed: Installed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Hold what was found for one distribution. ``source``: given, index, installed (made again), or missing with ``why``."""

    wanted: Wanted
    path: str | None
    source: str
    why: str = ""


def gather_wheels(
    python: str,
    wanted: Sequence[Wanted],
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
    fetched = os.path.join(folder, "fetched")
    os.makedirs(fetched, exist_ok=True)
    at_hand = _wheels_in(given) if given is not None else {}
    if download:
        lacking = [f"{one.name}=={one.version}" for one in wanted if _key(one) not in at_hand]
        download_wheels(python, lacking, folder=fetched, environ=environ)
    places = (("given", at_hand), ("index", _wheels_in(fetched)))
    for one in wanted:
        matches = ((source, path) for source, known in places for path in known.get(_key(one), ()) if _has(path, one.sha256))
        source, found = next(matches, ("", ""))
        if found:
            yield Gathered(wanted=one, path=found, source=source)
        else:
            yield _made_again(one, folder, other=any(_key(one) in known for _, known in places))


def _key(one: Wanted) -> tuple[str, str]:
    return normalised(one.name), one.version


def _made_again(one: Wanted, folder: str, *, other: bool) -> Gathered:
    why = "the wheel of this version that can be had has other bytes" if other else "no wheel of it was at hand"
    try:
        if one.installed is None or one.sha256 is None or one.installed.sha256 != one.sha256:
            raise EnvironmentFailed(f"{why}, and what is installed now is not what ran")
        path = rebuild_wheel(one.installed, folder)
        if wheel_digest(path) != one.sha256:
            raise EnvironmentFailed(f"{one.name} {one.version} cannot be packed as it is installed")
    except (EnvironmentFailed, BundleRefused) as error:
        return Gathered(wanted=one, path=None, source="missing", why=str(error))
    return Gathered(wanted=one, path=path, source="installed", why=why)


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
