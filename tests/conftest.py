"""Skip what this machine cannot run, and say why; ``VATIO_TEST_REQUIRE=torch,browser`` makes an absent part a failure.

A test names its need by a marker (``@pytest.mark.torch``); what each need means is in ``_missing_*`` below.
"""

from __future__ import annotations

import contextlib
import glob
import importlib.util
import itertools
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
_HOMES = itertools.count()
SHARED_DATA = Path(os.environ.get("VATIO_TEST_DATA", ROOT.parent / "shared" / "data"))


# A machine that does other things too is slow at times; how slow is for the benchmarks to say.
settings.register_profile("vatio", deadline=None, print_blob=True)
settings.load_profile("vatio")


def _lacks_module(name: str) -> Callable[[], str]:
    return lambda: "" if importlib.util.find_spec(name) else f"{name} is not installed"


def _lacks_program(*names: str) -> Callable[[], str]:
    return lambda: "" if any(map(shutil.which, names)) else f"none of {', '.join(names)} is installed"


def _lacks_postgres() -> str:
    found = shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb")
    return "" if found else "PostgreSQL's server programs are not installed"


def _lacks_slurm() -> str:
    from benchmarks.plan._slurm import lacks

    return lacks()


def _lacks_sensor() -> str:
    readable = any(os.access(path, os.R_OK) for path in glob.glob("/sys/class/powercap/intel-rapl:*/energy_uj"))
    return "" if readable or os.path.exists("/dev/nvidia0") else "no readable RAPL zone and no NVIDIA device"


def _lacks_data() -> str:
    return "" if SHARED_DATA.is_dir() else f"the test data is not at {os.path.relpath(SHARED_DATA, ROOT)} (docs/data.md)"


def _lacks_terminal() -> str:
    import pty

    try:
        pair = pty.openpty()
    except OSError as error:
        return f"no pseudo-terminal can be had: {error}"
    for descriptor in pair:
        os.close(descriptor)
    return ""


NEEDS: dict[str, Callable[[], str]] = {
    "torch": _lacks_module("torch"),
    "yaml": _lacks_module("yaml"),
    "parquet": _lacks_module("pyarrow"),
    "ray": _lacks_module("ray"),
    "postgres": _lacks_postgres,
    "slurm": _lacks_slurm,
    "browser": _lacks_program("chromium", "chromium-browser", "google-chrome"),
    "hardware": _lacks_sensor,
    "data": _lacks_data,
    "terminal": _lacks_terminal,
}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real test data beside the checkout; a test that asks for it carries the marker ``data``."""
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the user's configuration, keys and ledgers, and a run that measures the tests, away from what is tested."""
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_HOMES))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    for name in [name for name in os.environ if name.startswith("VATIO_") and not name.startswith("VATIO_TEST_")]:
        monkeypatch.delenv(name)


def _answer_signals_as_on_a_terminal() -> None:
    """Undo what a runner in the background has ignored: every process that a test starts would ignore it too."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    defaults = dict.fromkeys((signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM), signal.SIG_DFL)
    for number, answer in {**defaults, signal.SIGINT: signal.default_int_handler}.items():
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, answer)


if hasattr(signal, "SIGQUIT"):
    _answer_signals_as_on_a_terminal()


@pytest.fixture(autouse=True)
def _own_process() -> Iterator[None]:
    """Fail a test that leaves signals blocked or ignored, and reap what it left: the next one runs in the same process."""
    before = _signals()
    yield
    left = _signals()
    signal.pthread_sigmask(signal.SIG_SETMASK, before[0])
    signal.signal(signal.SIGINT, before[1])
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    assert left == before, "signals are not as the test found them"


def _signals() -> tuple[set[signal.Signals], Any]:
    return signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.getsignal(signal.SIGINT)  # type: ignore[return-value]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Look for doctests in the package, not in the programs that tests start."""
    beside = collection_path.suffix == ".py" and ROOT / "tests" in collection_path.parents
    return True if beside and not collection_path.name.startswith(("test_", "conftest")) else None


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a requirement that nothing can meet."""
    unknown = _required() - set(NEEDS)
    if unknown:
        raise pytest.UsageError(f"VATIO_TEST_REQUIRE names {', '.join(sorted(unknown))}; known are {', '.join(NEEDS)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests whose needs are not met here."""
    absent = {need: reason for need, lacks in NEEDS.items() if (reason := lacks())}
    for item in items:
        for need in absent.keys() & {mark.name for mark in item.iter_markers()}:
            if need not in _required():
                item.add_marker(pytest.mark.skip(reason=absent[need]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail where a required part is absent."""
    for need in _required() & {mark.name for mark in item.iter_markers()}:
        if reason := NEEDS[need]():
            pytest.fail(f"VATIO_TEST_REQUIRE asks for {need}: {reason}", pytrace=False)


def _required() -> set[str]:
    return {part.strip() for part in os.environ.get("VATIO_TEST_REQUIRE", "").split(",") if part.strip()}
