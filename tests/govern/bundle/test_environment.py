import os
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from tests.govern.bundle.wheels import packed, wheel

from vatio.errors import BundleRefused, EnvironmentFailed, InvalidLock
from vatio.govern.bundle import (
    Lock,
    LockedFile,
    LockedPackage,
    build_environment,
    check_wheel,
    distribution_digest,
    installed,
    lock_of_environment,
    lock_text,
    wheel_digest,
)
from vatio.govern.bundle.environment import Installed, rebuild_wheel

UV = shutil.which("uv", path=os.path.dirname(sys.executable)) or shutil.which("uv")
TOOLS = [pytest.param(None, id="pip"), pytest.param(UV, id="uv", marks=pytest.mark.skipif(UV is None, reason="no uv"))]
FILES = {
    "tiny.py": "value = 1\n",
    "tiny_1.0/deep.txt": "x",
    "tiny-1.0.data/purelib/more.py": "value = 2\n",
    "tiny-1.0.data/data/share/tiny/a.txt": "data",
    "tiny-1.0.data/scripts/tiny-tool": "#!python\nprint('tool')\n",
    "tiny-1.0.dist-info/entry_points.txt": "[console_scripts]\ntiny-main = tiny:value\n",
}


def lock_of(*paths: Path, digest: str | None = None) -> Lock:
    packages = [
        LockedPackage(
            name=path.name.partition("-")[0],
            version=path.name.split("-")[1],
            files=(LockedFile(sha256=digest or sha256(path.read_bytes()).hexdigest(), name=path.name, path=path.name),),
        )
        for path in paths
    ]
    return Lock(packages=tuple(packages), folder=str(paths[0].parent) if paths else None)


def told(python: str, code: str) -> str:
    environ = {"PATH": os.environ["PATH"]}
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, env=environ).stdout.strip()


@pytest.mark.parametrize("uv", TOOLS)
def test_an_environment_has_what_the_lock_has_and_borrows_vatio(tmp_path: Path, uv: str | None) -> None:
    lock = lock_of(wheel(tmp_path / "wheels", files=FILES))
    python = build_environment(lock, folder=str(tmp_path / "env"), offline=True, uv=uv, paths=[str(tmp_path)])

    assert told(python, "import tiny, more; print(tiny.value, more.value)") == "1 2"
    assert told(python, "import vatio, nacl; print(vatio.__version__)")
    assert [item.name for item in installed(python)] == ["tiny"]
    code = "import importlib.util as u; print(u.find_spec('click'), u.find_spec('pytest'))"
    assert told(python, code) == "None None"
    assert told(python, f"import sys; print({str(tmp_path)!r} in sys.path)") == "True"
    assert (tmp_path / "env" / "share" / "tiny" / "a.txt").read_text() == "data"


@pytest.mark.parametrize("uv", TOOLS)
def test_installed_files_have_the_digest_of_their_wheel_until_one_is_patched(tmp_path: Path, uv: str | None) -> None:
    path = wheel(tmp_path / "wheels", files=FILES)
    python = build_environment(lock_of(path), folder=str(tmp_path / "env"), offline=True, uv=uv)
    (item,) = installed(python)

    assert item.sha256 == distribution_digest(item.folder) == wheel_digest(str(path))
    (Path(item.folder).parent / "tiny.py").write_text("value = 3\n")
    assert item.sha256 != wheel_digest(str(path))


@pytest.mark.parametrize("wrong", ["changed", "gone"])
def test_a_wheel_with_other_bytes_is_not_installed_and_nothing_is_left(tmp_path: Path, wrong: str) -> None:
    path = wheel(tmp_path / "wheels")
    if wrong == "gone":
        path.unlink()
    lock = Lock(packages=(LockedPackage(name="tiny", version="1.0", files=(LockedFile(sha256="0" * 64, name=path.name),)),))
    with pytest.raises(EnvironmentFailed, match="no file of tiny 1"):
        build_environment(lock, folder=str(tmp_path / "env"), offline=True, wheels=str(path.parent))
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("uv", TOOLS)
def test_where_the_installer_fails_nothing_is_left_and_its_reason_is_told(tmp_path: Path, uv: str | None) -> None:
    path = wheel(tmp_path / "wheels", tag="cp27-cp27m-win32")
    with pytest.raises(EnvironmentFailed, match="could not be installed"):
        build_environment(lock_of(path), folder=str(tmp_path / "env"), offline=True, uv=uv)
    assert not (tmp_path / "env").exists()


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "mine").write_text("x")
    with pytest.raises(EnvironmentFailed, match="there already"):
        build_environment(Lock(packages=()), folder=str(tmp_path / "env"))
    assert (tmp_path / "env" / "mine").read_text() == "x"


def test_an_empty_lock_makes_an_empty_environment(tmp_path: Path) -> None:
    python = build_environment(Lock(packages=()), folder=str(tmp_path / "env"), offline=True)
    assert installed(python) == ()


@pytest.mark.parametrize("patched", [False, True])
def test_a_wheel_is_made_again_from_what_is_installed_byte_for_byte(tmp_path: Path, patched: bool) -> None:
    python = build_environment(lock_of(wheel(tmp_path / "wheels", files=FILES)), folder=str(tmp_path / "env"), offline=True)
    (item,) = installed(python)
    if patched:
        (Path(item.folder).parent / "tiny.py").write_text("value = 3\n")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (Path(rebuild_wheel(item, str(tmp_path / name))) for name in ("one", "two"))

    assert one.name == "tiny-1.0-py3-none-any.whl"
    assert one.read_bytes() == two.read_bytes()
    assert wheel_digest(str(one)) == item.sha256
    with zipfile.ZipFile(one) as archive:
        scripts = [name for name in archive.namelist() if ".data/scripts/" in name]
        assert scripts == ["tiny-1.0.data/scripts/tiny-tool"]
        assert archive.read(scripts[0]).startswith(b"#!python\n")
    again = build_environment(lock_of(one), folder=str(tmp_path / "again"), offline=True)
    assert told(again, "import tiny; print(tiny.value)") == ("3" if patched else "1")
    assert installed(again)[0].sha256 == item.sha256


def test_an_environment_is_locked_by_the_wheels_that_have_its_bytes(tmp_path: Path) -> None:
    given = wheel(tmp_path / "given", "tiny")
    other = wheel(tmp_path / "given", "other")
    python = build_environment(lock_of(given, other), folder=str(tmp_path / "env"), offline=True)
    (Path(installed(python)[0].folder).parent / "other.py").write_text("patched = True\n")
    lock = lock_of_environment(python, wheels=str(tmp_path / "wheels"), given=str(tmp_path / "given"))

    tiny, patched = lock.package("tiny"), lock.package("other")
    assert tiny is not None
    assert patched is not None
    assert tiny.files[0].sha256 == sha256(given.read_bytes()).hexdigest()
    assert patched.files[0].sha256 != sha256(other.read_bytes()).hexdigest()
    assert lock_text(lock) == lock_text(
        lock_of_environment(python, wheels=str(tmp_path / "more"), given=str(tmp_path / "given"))
    )
    again = build_environment(lock, folder=str(tmp_path / "again"), wheels=str(tmp_path / "given"), offline=True)
    assert told(again, "import other; print(other.patched)") == "True"


def test_what_lists_no_files_cannot_be_locked(tmp_path: Path) -> None:
    python = build_environment(lock_of(wheel(tmp_path / "wheels")), folder=str(tmp_path / "env"), offline=True)
    os.unlink(Path(installed(python)[0].folder) / "RECORD")
    with pytest.raises(InvalidLock, match="tiny"):
        lock_of_environment(python, wheels=str(tmp_path / "made"))


def test_what_is_installed_to_be_edited_is_named_by_its_folders(tmp_path: Path) -> None:
    python = build_environment(lock_of(wheel(tmp_path / "wheels")), folder=str(tmp_path / "env"), offline=True)
    (item,) = installed(python)
    project = tmp_path / "project" / "src"
    project.mkdir(parents=True)
    Path(item.folder, "direct_url.json").write_text(f'{{"url": "file://{project.parent}", "dir_info": {{"editable": true}}}}')
    assert installed(python)[0].editable == (str(project.parent),)
    (Path(item.folder).parent / "_tiny.pth").write_text(f"{project}\nimport os; os.abort()\n/nowhere\n")
    with open(Path(item.folder, "RECORD"), "a") as record:
        record.write("_tiny.pth,,\n")
    assert installed(python)[0].editable == (str(project),)
    with pytest.raises(EnvironmentFailed, match="edited"):
        rebuild_wheel(installed(python)[0], str(tmp_path))


@pytest.mark.parametrize(
    "name",
    ["../x.py", "/etc/x.py", "a/../../x.py", "a\\x.py", "C:/x.py", "a//x.py"],
)
def test_a_wheel_that_would_write_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleRefused, match="leads out"):
        check_wheel(str(wheel(tmp_path, files={name: "x"})))


def test_a_wheel_of_a_hostile_name_kind_or_size_is_refused(tmp_path: Path) -> None:
    good = wheel(tmp_path)
    assert check_wheel(str(good)) == ("tiny", "1.0")
    shutil.copy(good, tmp_path / "--index-url-1.0-py3-none-any.whl")
    with pytest.raises(BundleRefused, match="no wheel's name"):
        check_wheel(str(tmp_path / "--index-url-1.0-py3-none-any.whl"))
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(wheel(tmp_path, "linked"), "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BundleRefused, match="no plain file"):
        check_wheel(str(tmp_path / "linked-1.0-py3-none-any.whl"))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(wheel(tmp_path, "twice"), "a") as archive:
        archive.writestr("twice.py", "x")
    with pytest.raises(BundleRefused, match="twice"):
        check_wheel(str(tmp_path / "twice-1.0-py3-none-any.whl"))
    (tmp_path / "no-1.0-py3-none-any.whl").write_bytes(b"PK\x05\x06 no zip")
    with pytest.raises(BundleRefused, match="cannot be read"):
        check_wheel(str(tmp_path / "no-1.0-py3-none-any.whl"))


def test_a_wheel_that_is_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb-1.0-py3-none-any.whl", {"zeros": "0" * (70 << 20)})
    with pytest.raises(BundleRefused, match="would unpack"):
        check_wheel(str(bomb))


def test_a_wheel_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "liar-1.0-py3-none-any.whl", {"zeros": "0" * 5000})
    data = path.read_bytes().replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(BundleRefused):
        wheel_digest(str(path))


def test_a_distribution_without_a_platform_cannot_be_packed(tmp_path: Path) -> None:
    info = tmp_path / "odd-1.0.dist-info"
    info.mkdir()
    (tmp_path / "odd.py").write_text("x")
    (info / "RECORD").write_text("odd.py,,\n")
    with pytest.raises(EnvironmentFailed, match="platform"):
        rebuild_wheel(Installed(name="odd", version="1.0", folder=str(info)), str(tmp_path))
