"""What is built can be installed and used: the tables and the report's assets are in the wheel."""

import subprocess
import sys
import sysconfig
import zipfile

import pytest


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_every_file_of_the_package(wheel, root):
    package = root / "src" / "vatio"
    tracked = subprocess.run(
        ["git", "ls-files", "src/vatio"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.split()
    wanted = {path.removeprefix("src/") for path in tracked if (root / path).exists()}
    held = set(zipfile.ZipFile(wheel).namelist())
    assert wanted - held == set()
    assert "vatio/py.typed" in held
    assert any(package.rglob("*.csv"))


def test_the_wheel_installs_into_a_fresh_venv_and_runs(wheel, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin" / "python"
    # What vatio needs is borrowed from the tests' own venv (a .pth line is a path, not a second installation of vatio).
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True
    )
    folder = site.stdout.strip()
    with open(f"{folder}/borrowed.pth", "w", encoding="utf-8") as file:
        file.write(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    where = subprocess.run(
        [python, "-c", "import vatio; print(vatio.__file__)"], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert where.stdout.startswith(folder)
    done = subprocess.run([venv / "bin" / "vatio", "--version"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.startswith("vatio ")
