"""A library that somebody has changed by hand: after the run it is another one, before it the run had it so."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.govern.bundle.wheels import wheel

from vatio.govern.bundle import Lock, LockedFile, LockedPackage, build_environment, installed
from vatio.govern.reproduce._interpreter import interpreter_at, is_patched
from vatio.records import Distribution, Environment


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    from hashlib import sha256

    folder = tmp_path_factory.mktemp("libraries")
    made = wheel(folder / "wheels", "tiny")
    locked = LockedFile(sha256=sha256(made.read_bytes()).hexdigest(), name=made.name)
    lock = Lock(packages=(LockedPackage(name="tiny", version="1.0", files=(locked,)),))
    return build_environment(lock, folder=str(folder / "env"), wheels=str(made.parent), offline=True)


@pytest.fixture
def module(python):
    path = Path(installed(python)[0].folder).parent / "tiny.py"
    yield path
    path.write_text("value = 1\n")
    record = Path(installed(python)[0].folder) / "RECORD"
    os.utime(path, ns=(record.stat().st_atime_ns, record.stat().st_mtime_ns))


def found(python, recorded, started_at):
    environment = Environment(
        distributions=(Distribution(name="tiny", version="1.0", record_sha256=recorded),), argv=(), cwd="/"
    )
    return interpreter_at(python, environment, {}, started_at=started_at)


def test_a_library_that_was_changed_openly_before_a_run_is_the_runs(python, module):
    told = installed(python)[0].sha256
    time.sleep(0.02)
    module.write_text("value = 12345\n")
    later = found(python, told, datetime.now(UTC) + timedelta(seconds=1))
    assert later.differences == ()
    assert "changed by hand before the run" in later.notes[0]


def test_a_library_that_was_changed_after_a_run_is_patched(python, module):
    told, started_at = installed(python)[0].sha256, datetime.now(UTC)
    time.sleep(0.02)
    module.write_text("value = 12345\n")
    assert [is_patched(one) for one in found(python, told, started_at).differences] == [True]


def test_a_library_that_was_changed_secretly_is_patched_whenever_it_was(python, module):
    told, before = installed(python)[0].sha256, module.stat()
    module.write_text("value = 9\n")
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert [is_patched(one) for one in found(python, told, later).differences] == [True]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["PIP_TARGET", "PIP_DRY_RUN", "PIP_NO_BINARY", "PIP_CONSTRAINT", "UV_TARGET", "PYTHONPATH"])
@pytest.mark.parametrize("tool", ["", None])
def test_variables_of_an_installer_do_not_lead_a_locked_environment_elsewhere(tmp_path, name, tool):
    from hashlib import sha256

    made = wheel(tmp_path / "wheels", "tiny")
    (tmp_path / "constraint.txt").write_text("tiny==2.0\n")
    values = {"PIP_DRY_RUN": "1", "PIP_NO_BINARY": ":all:", "PIP_CONSTRAINT": str(tmp_path / "constraint.txt")}
    locked = LockedFile(sha256=sha256(made.read_bytes()).hexdigest(), name=made.name)
    lock = Lock(packages=(LockedPackage(name="tiny", version="1.0", files=(locked,)),))
    environ = {**os.environ, name: values.get(name, str(tmp_path / "elsewhere"))}
    python = build_environment(
        lock, folder=str(tmp_path / "env"), wheels=str(made.parent), offline=True, environ=environ, uv=tool
    )
    assert [item.name for item in installed(python)] == ["tiny"]
    assert not (tmp_path / "elsewhere").exists()
