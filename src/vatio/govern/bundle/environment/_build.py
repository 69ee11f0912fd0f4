"""Build an environment from a lock: a fresh one, by hashes only, by uv where it is present, else by pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest

from vatio.errors import EnvironmentFailed
from vatio.govern.bundle.environment._download import pip_command
from vatio.govern.bundle.locks import Lock, requirements_text

_LIMIT_S = 3600.0
_PTH = "vatio-replay.pth"
_LENDING = "vatio-replay"
_STEERING = ("PIP_", "UV_", "VATIO_", "PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX")
# Of an installer's variables only those are kept that say where packages come from, and how they are reached.
_OF_NETWORK = (
    "INDEX", "FIND_LINKS", "CACHE_DIR", "CERT", "TLS", "HOST", "PROXY", "TIMEOUT", "RETRIES", "KEYRING", "CONFIG_FILE",
)  # fmt: skip
# What vatio needs in the workload's process, to sign what it records there: lent where the environment has none of its own.
_LENT = {"vatio": "vatio", "nacl": "pynacl", "_cffi_backend": "cffi"}


def build_environment(
    lock: Lock,
    *,
    folder: str,
    python: str | None = None,
    wheels: str | None = None,
    offline: bool = False,
    paths: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    uv: str | None = "",
) -> str:
    """Build an environment in a new folder, and give the path of its interpreter.

    Each file that is installed has a digest of the lock (``--require-hashes --no-deps``); wheels come from ``wheels``, and
    unless ``offline`` from the index that the user has set. ``paths`` are folders that are imported from as well. vatio is
    not installed in it: this very one is lent by a ``.pth``, behind everything that the lock has. ``uv`` is its executable
    (empty: found by itself, ``None``: pip is used).

    Raises:
        EnvironmentFailed: the folder is there, a digest is another one, or the installer failed; then nothing is left.
        InvalidLock: the lock cannot be installed from.
    """
    if os.path.lexists(folder):
        raise EnvironmentFailed(f"{folder} is there already", hint="name a folder that is not there")
    base = python or sys.executable
    tool = _uv() if uv == "" else uv
    known = _clean(os.environ if environ is None else environ)
    requirements = requirements_text(lock)
    try:
        made = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
        _run(_venv_words(tool, base, folder), known, "the environment could not be made")
        if requirements:
            listed = os.path.join(folder, "requirements.txt")
            with open(listed, "w", encoding="utf-8") as file:
                file.write(requirements)
            at_hand = os.path.join(folder, "wheels")
            _lay_out(lock, wheels, into=at_hand, needed=offline)
            words = _install_words(tool, made, listed, wheels=at_hand, offline=offline)
            _run(words, known, "the environment could not be installed")
            shutil.rmtree(at_hand)
        _lend(made, folder, [*paths], lock)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return made


def _venv_words(uv: str | None, base: str, folder: str) -> tuple[str, ...]:
    if uv is not None:
        return (uv, "venv", "--quiet", "--no-project", "--no-config", "--offline", "--python", base, folder)
    return (base, "-I", "-m", "venv", "--without-pip", folder)


def _install_words(uv: str | None, python: str, listed: str, *, wheels: str, offline: bool) -> tuple[str, ...]:
    found = ("--find-links", wheels)
    alone = ("--no-index",) if offline else ()
    if uv is not None:
        cut = ("--offline", "--no-config", "--no-cache") if offline else ()
        copied = ("--link-mode", "copy", "--no-build" if offline else "--no-sources")
        return (
            uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--no-deps", *copied, *cut, *alone, *found,
            "-r", listed,
        )  # fmt: skip
    binary, isolated = (("--only-binary=:all:",), ("--isolated",)) if offline else ((), ())
    return (
        *pip_command(), "--python", python, *isolated, "--disable-pip-version-check", "--no-input", "install", "--quiet",
        "--require-hashes", "--no-deps", "--no-compile", *binary, *alone, *found, "-r", listed,
    )  # fmt: skip


def _lay_out(lock: Lock, wheels: str | None, *, into: str, needed: bool) -> None:
    """Lay the files that have a digest of the lock together: of two of one name an installer would take the first.

    Raises:
        EnvironmentFailed: there is no such file of a package, and where nothing can be fetched it is ``needed``.
    """
    os.makedirs(into)
    wanted = {file.sha256 for package in lock.packages for file in package.files}
    found = {}
    for path in _candidates(lock, wheels):
        with open(path, "rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        if digest in wanted and digest not in found:
            found[digest] = path
            os.symlink(path, os.path.join(into, os.path.basename(path)))
    for package in lock.packages if needed else ():
        if package.marker is None and found.keys().isdisjoint(file.sha256 for file in package.files):
            raise EnvironmentFailed(
                f"no file of {package.name} {package.version} has the digest that is locked",
                hint="the wheel is not there, or is another one",
            )


def _candidates(lock: Lock, wheels: str | None) -> Iterator[str]:
    here = lock.folder or os.curdir
    named = [os.path.dirname(os.path.join(here, file.path)) for package in lock.packages for file in package.files if file.path]
    folders = [wheels, *named] if wheels is not None else named
    for folder in dict.fromkeys(map(os.path.abspath, folders)):
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if name.endswith((".whl", ".tar.gz", ".zip")) and os.path.isfile(os.path.join(folder, name)):
                yield os.path.join(folder, name)


def _run(words: tuple[str, ...], environ: Mapping[str, str], what: str) -> None:
    try:
        done = subprocess.run(
            words, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=_LIMIT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentFailed(f"{what}: {error}") from error
    if done.returncode:
        raise EnvironmentFailed(f"{what}: {_reason(done.stderr or done.stdout)}", hint=_hint(done.stderr))


def _reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.lstrip().startswith("WARNING")]
    return " ".join(lines[-12:])[-1200:] or "no reason given"


def _hint(said: str) -> str:
    text = said.lower()
    if "hash" in text and ("mismatch" in text or "do not match" in text):
        return "the file that was found is not the one that is locked"
    return "with a network, or with a folder of wheels, it may be had"


def _clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out what would install elsewhere, or other things, or import past the new environment."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(_STEERING) or (name.startswith(("PIP_", "UV_")) and any(word in name for word in _OF_NETWORK))
    }


def _uv() -> str | None:
    beside = os.path.join(os.path.dirname(sys.executable), "uv")
    return beside if os.access(beside, os.X_OK) else shutil.which("uv")


def _lend(python: str, folder: str, paths: Sequence[str], lock: Lock) -> None:
    """Let the workload import this very vatio, and nothing else of the environment that it runs in."""
    from vatio import __version__

    lending = os.path.join(folder, _LENDING)
    os.makedirs(lending)
    locked = {package.name for package in lock.packages}
    for module, package in _LENT.items():
        if package not in locked:
            for source in _sources(module):
                os.symlink(source, os.path.join(lending, os.path.basename(source)))
    lines = [f"# vatio {__version__}, not a part of this environment: the replaying one", *paths, lending]
    with open(os.path.join(_site(folder), _PTH), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _sources(module: str) -> Iterator[str]:
    from importlib.util import find_spec

    spec = find_spec(module)
    if spec is not None and spec.submodule_search_locations:
        yield next(iter(spec.submodule_search_locations))
    elif spec is not None and spec.origin:
        yield spec.origin


def _site(folder: str) -> str:
    for place in (os.path.join(folder, "lib"), os.path.join(folder, "Lib")):
        for root in sorted(os.listdir(place)) if os.path.isdir(place) else ():
            site = os.path.join(place, root, "site-packages")
            if os.path.isdir(site):
                return site
    return os.path.join(folder, "Lib", "site-packages")
