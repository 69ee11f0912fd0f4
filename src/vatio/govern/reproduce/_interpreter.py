"""Hold an interpreter and its distributions, by their true bytes, against those of a run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from vatio.govern.bundle.environment import Installed, installed
from vatio.measure.snapshot import describe, find_python, is_word_of_record
from vatio.records import Distribution, Divergence, Environment

_OWN = "vatio"
# How the interpreter of a command was found where the command itself names it.
_NAMED = ("argv", "shebang", "VIRTUAL_ENV", "CONDA_PREFIX")


class Interpreter(NamedTuple):
    """Hold the Python that a replay would use: its path (empty: none needed), and in what it is not the original's."""

    executable: str
    version: str
    differences: tuple[Divergence, ...]
    editable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def needs_python(environment: Environment) -> bool:
    """Tell whether a run's command names an interpreter, so that its distributions were those that it used."""
    return environment.python.get("found_by") in _NAMED


def interpreter_at(
    executable: str, environment: Environment, environ: Mapping[str, str], *, started_at: datetime
) -> Interpreter:
    """Hold an interpreter and every distribution in it, by true bytes, against those of a run."""
    python = find_python((executable,), environ)
    told = describe(python)
    version = interpreter_version(executable) or told.get("version", "")
    here = {item.name: item for item in installed(executable)}
    differences = (*_versions(environment.python.get("version", ""), version), *_distributions(environment.distributions, here))
    before_ns = int(started_at.timestamp() * 1e9)
    as_it_was = {one for one in differences if is_patched(one) and _is_as_it_was(one, here, before_ns)}
    return Interpreter(
        executable,
        version,
        tuple(one for one in differences if one not in as_it_was),
        tuple(path for item in here.values() for path in item.editable),
        tuple(
            f"{_name(one)} had been changed by hand before the run, which has noted its installer's digest" for one in as_it_was
        ),
    )


def _name(difference: Divergence) -> str:
    return difference.field.removeprefix("distributions.")


def _is_as_it_was(difference: Divergence, here: Mapping[str, Installed], before_ns: int) -> bool:
    return is_word_of_record(here[_name(difference)].folder, str(difference.original), before_ns=before_ns)


def same_minor(version: str, other: str) -> bool:
    """Tell whether two versions of Python run the same extension modules.

    >>> same_minor("3.11.7", "3.11.9"), same_minor("3.11.7", "3.12.1"), same_minor("", "3.12.1")
    (True, False, True)
    """
    return not version or not other or version.split(".")[:2] == other.split(".")[:2]


def _versions(before: str, now: str) -> Iterator[Divergence]:
    if before and now and before != now:
        yield Divergence(field="python.version", original=before, replay=now, reason=f"library: Python {before}, now {now}")


def _distributions(before: tuple[Distribution, ...], now: Mapping[str, Installed]) -> Iterator[Divergence]:
    for item in before:
        field, here = f"distributions.{item.name}", now.get(item.name)
        if item.name == _OWN:  # the replaying vatio takes its place
            continue
        if here is None:
            reason = f"library: {item.name} {item.version} is not installed here"
            yield Divergence(field=field, original=item.version, replay=None, reason=reason)
        elif here.version != item.version:
            reason = f"library: {item.name} {item.version}, now {here.version}"
            yield Divergence(field=field, original=item.version, replay=here.version, reason=reason)
        elif item.record_sha256 is not None and (now_sha256 := here.sha256) != item.record_sha256:
            reason = (
                f"library: the files of {item.name} {item.version} were patched; the version is the same, the bytes are not"
            )
            yield Divergence(field=field, original=item.record_sha256, replay=now_sha256, reason=reason)


def is_patched(difference: Divergence) -> bool:
    """Tell a distribution of the same version and other bytes from one of another version."""
    return difference.field.startswith("distributions.") and "were patched" in difference.reason


def interpreter_version(executable: str) -> str | None:
    """Ask an interpreter for its version: what its files tell is its minor one."""
    try:
        done = subprocess.run([executable, "-I", "-S", "-V"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip().removeprefix("Python ").strip() or None
