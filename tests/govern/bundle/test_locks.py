from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import InvalidLock
from vatio.govern.bundle import Lock, LockedFile, LockedPackage, lock_text, read_lock, write_lock
from vatio.govern.bundle.locks import requirements_text

A, B = "a" * 64, "b" * 64
PYLOCK = f"""lock-version = '1.0'
environments = ["sys_platform == 'linux'"]
requires-python = '>=3.11'
created-by = 'someone'

[[packages]]
name = 'attrs'
version = '25.1.0'
dependencies = [{{name = 'x'}}]

    [[packages.wheels]]
    name = 'attrs-25.1.0-py3-none-any.whl'
    upload-time = 2025-01-25T11:30:10.164985+00:00
    url = 'https://files.example/attrs-25.1.0-py3-none-any.whl'
    size = 63152
    hashes = {{sha256 = '{A}'}}

[[packages]]
name = 'Num_Py'
version = '2.2.3'
marker = "python_version >= '3.12'"
sdist = {{url = "https://files.example/num_py-2.2.3.tar.gz", hashes = {{sha256 = "{B}"}}}}
"""
WHEEL = "{{name = '{}', hashes = {{sha256 = '{}'}}}}"


def lock(folder: Path, text: str, name: str = "pylock.toml") -> Lock:
    (folder / name).write_text(text)
    return read_lock(str(folder / name))


def one(field: str, *, name: str = "attrs", version: str = "1.0") -> str:
    return f"lock-version = '1.0'\n[[packages]]\nname = '{name}'\nversion = '{version}'\n{field}\n"


def wheel(name: str = "attrs-1.0-py3-none-any.whl", digest: str = A) -> str:
    return "wheels = [" + WHEEL.format(name, digest) + "]"


def test_a_lock_of_pep_751_is_read(tmp_path: Path) -> None:
    found = lock(tmp_path, PYLOCK)

    assert found.requires_python == ">=3.11"
    assert found.environments == ("sys_platform == 'linux'",)
    assert [(package.name, package.version, package.marker) for package in found.packages] == [
        ("attrs", "25.1.0", None),
        ("num-py", "2.2.3", "python_version >= '3.12'"),
    ]
    assert found.packages[0].files[0] == LockedFile(
        sha256=A,
        name="attrs-25.1.0-py3-none-any.whl",
        url="https://files.example/attrs-25.1.0-py3-none-any.whl",
        bytes=63152,
    )
    assert (found.packages[1].files[0].kind, found.packages[1].files[0].name) == ("sdist", "num_py-2.2.3.tar.gz")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    found = lock(tmp_path, PYLOCK)
    write_lock(found, str(tmp_path / "pylock.other.toml"))
    assert read_lock(str(tmp_path / "pylock.other.toml")) == found


names = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
markers = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.isprintable)


@st.composite
def packages(draw: st.DrawFn) -> LockedPackage:
    name = draw(names)
    wheels = tuple(
        LockedFile(
            sha256=digest,
            name=f"{name.replace('-', '_')}-1.{at}-py3-none-any.whl",
            path=f"wheels/{name.replace('-', '_')}-1.{at}-py3-none-any.whl",
        )
        for at, digest in enumerate(draw(st.lists(digests, min_size=1, max_size=2, unique=True)))
    )
    return LockedPackage(name=name, version="1.0", files=wheels, marker=draw(markers))


@pytest.mark.parametrize("end", ["\\n", "\\r", "\\u2028"])
def test_a_marker_cannot_be_a_line_of_its_own_for_the_installer(tmp_path: Path, end: str) -> None:
    path = tmp_path / "pylock.toml"
    path.write_text(one(wheel() + f"\nmarker = \"os_name == 'posix'{end}--index-url http://elsewhere\""))
    with pytest.raises(InvalidLock, match="no marker"):
        read_lock(str(path))


def test_an_archive_in_a_folder_of_any_name_has_an_address(tmp_path: Path) -> None:
    folder = tmp_path / "a folder #1"
    locked = LockedPackage(
        name="a", version="1.0", files=(LockedFile(sha256="0" * 64, name="a.whl", kind="archive", path="a.whl"),)
    )
    assert f"{tmp_path}/a%20folder%20%231/a.whl " in requirements_text(Lock(packages=(locked,), folder=str(folder)))


@pytest.mark.slow
@given(st.lists(packages(), max_size=4, unique_by=lambda package: package.name))
def test_any_lock_survives_its_file(found: list[LockedPackage]) -> None:
    import tempfile

    ordered = tuple(sorted(found, key=lambda package: package.name))
    with tempfile.TemporaryDirectory() as folder:
        written = Lock(packages=ordered, folder=folder)
        write_lock(written, f"{folder}/pylock.toml")
        assert read_lock(f"{folder}/pylock.toml") == written


def test_the_same_lock_has_the_same_bytes_in_whatever_order(tmp_path: Path) -> None:
    found = lock(tmp_path, PYLOCK)
    assert lock_text(Lock(packages=found.packages[::-1])) == lock_text(Lock(packages=found.packages))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lock-version = '1.0'\npackages = [\n", r"line 2|end of document"),
        ("packages = []", "lock-version is missing"),
        ("lock-version = '2.0'\npackages = []", "lock-version '2.0' is not known"),
        ("lock-version = 1.0\npackages = []", "lock-version"),
        ("lock-version = '1.0'\npackages = 3", "packages is no list"),
        ("lock-version = '1.0'\npackages = [3]", "package 1 is no table"),
        (one(""), "attrs: no file with a hash"),
        (one("wheels = [{name = 'attrs-1.0-py3-none-any.whl'}]"), "attrs-1.0-py3-none-any.whl has no sha256"),
        (one(wheel(digest="abc")), "is no SHA-256"),
        (one("wheels = [{name = 'attrs-1.0-py3-none-any.whl', hashes = {md5 = 'x'}}]"), "has no sha256"),
        (one(wheel("../attrs-1.0-py3-none-any.whl")), "no wheel's name"),
        (one(wheel("/etc/attrs-1.0-py3-none-any.whl")), "no wheel's name"),
        (one(wheel("attrs-1.0-py3-none-any.whl\\nx")), "no wheel's name"),
        (one(wheel("attrs-1.0-py3-none-any.whl.exe")), "no wheel's name"),
        (one(wheel("-r-1.0-py3-none-any.whl")), "no wheel's name"),
        (one(wheel("other-1.0-py3-none-any.whl")), "is a file of other"),
        (one(f"wheels = [{{path = '../x/attrs-1.0-py3-none-any.whl', hashes = {{sha256 = '{A}'}}}}]"), "leads out"),
        (one(f"wheels = [{{path = '/x/attrs-1.0-py3-none-any.whl', hashes = {{sha256 = '{A}'}}}}]"), "leads out"),
        (one(f"wheels = [{{url = 'ssh://x/attrs-1.0-py3-none-any.whl', hashes = {{sha256 = '{A}'}}}}]"), "no address"),
        (one("directory = {path = '.'}"), "directory has no hash"),
        (one("vcs = {type = 'git', url = 'https://x', commit-id = '1'}"), "vcs has no hash"),
        (one(wheel(), name="a b"), "no package's name"),
        (one(wheel(), version="1.0 --pre"), "no version"),
        (one(wheel()) + one(wheel()).partition("\n")[2], "attrs is locked twice"),
    ],
)
def test_a_broken_or_hostile_lock_says_where_it_is_broken(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidLock, match=says) as caught:
        lock(tmp_path, text)
    assert "pylock.toml" in str(caught.value)


def test_a_package_may_stand_once_for_each_marker(tmp_path: Path) -> None:
    two = "".join(one(wheel() + f'\nmarker = "{marker}"').partition("\n")[2] for marker in ("a == '1'", "a == '2'"))
    assert len(lock(tmp_path, "lock-version = '1.0'\n" + two).packages) == 2


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[" * 100_000, b"a = " + b"[" * 50_000], ids=["bytes", "deep", "deeper"])
def test_bytes_that_are_no_lock_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pylock.toml").write_bytes(data)
    with pytest.raises(InvalidLock):
        read_lock(str(tmp_path / "pylock.toml"))


def test_a_lock_that_is_not_there_or_no_file_is_told(tmp_path: Path) -> None:
    for name in ("pylock.toml", "."):
        with pytest.raises(InvalidLock, match=r"no lock|cannot be read"):
            read_lock(str(tmp_path / name))


REQUIREMENTS = f"""# made by hand
--index-url https://index.example/simple
attrs[extra]==25.1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
Some_Thing == 2.0 ; python_version >= "3.11"  --hash=sha256:{B}  # why
"""


def test_requirements_with_hashes_are_a_lock(tmp_path: Path) -> None:
    found = lock(tmp_path, REQUIREMENTS, "requirements.txt")

    assert [(package.name, package.version, package.marker) for package in found.packages] == [
        ("attrs", "25.1.0", None),
        ("some-thing", "2.0", 'python_version >= "3.11"'),
    ]
    assert [file.sha256 for file in found.packages[0].files] == [A, B]
    assert lock(tmp_path, requirements_text(found), "again.txt").packages == found.packages


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("attrs==1.0", "line 1: attrs has no sha256"),
        (f"\nattrs>=1.0 --hash=sha256:{A}", "line 2: 'attrs>=1.0' is not pinned"),
        (f"attrs==1.* --hash=sha256:{A}", "not pinned"),
        ("-r other.txt", "line 1"),
        ("-e .", "line 1"),
        ("attrs==1.0 --hash=md5:00", "no sha256"),
        ("attrs==1.0 --hash=sha256:00", "line 1.*no SHA-256"),
        ("", "no package is locked"),
        (f"attrs==1.0 --hash=sha256:{A}\nattrs==2.0 --hash=sha256:{A}", "locked twice"),
    ],
)
def test_requirements_that_lock_too_little_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidLock, match=says):
        lock(tmp_path, text, "requirements.txt")


def test_a_lock_with_digests_alone_cannot_be_written_as_pylock(tmp_path: Path) -> None:
    with pytest.raises(InvalidLock, match="not known"):
        lock_text(lock(tmp_path, REQUIREMENTS, "requirements.txt"))


UV = """version = 1
requires-python = ">=3.11"

[[package]]
name = "mine"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "a" }, { name = "b", marker = "sys_platform == 'win32'" }, { name = "d", extra = ["x"] }]
dev-dependencies = { dev = [{ name = "never" }] }
"""
UV_PACKAGE = """
[[package]]
name = "{0}"
version = "1.0"
source = {{ registry = "https://index.example/simple" }}
dependencies = [{1}]
wheels = [{{ url = "https://files.example/{0}-1.0-py3-none-any.whl", hash = "sha256:{2}", size = 3 }}]
"""


def uv_lock() -> str:
    edges = {"a": '{ name = "d" }', "b": '{ name = "c", marker = "os_name == \'nt\'" }', "c": "", "d": "", "e": "", "never": ""}
    text = UV + "".join(UV_PACKAGE.format(name, needs, A) for name, needs in edges.items())
    return text.replace('name = "d"\nversion', 'name = "d"\noptional-dependencies = { x = [{ name = "e" }] }\nversion')


def test_a_plain_uv_lock_is_followed_from_its_project(tmp_path: Path) -> None:
    found = lock(tmp_path, uv_lock(), "uv.lock")
    assert {package.name: package.marker for package in found.packages} == {
        "a": None,
        "b": "(sys_platform == 'win32')",
        "c": "(os_name == 'nt') and (sys_platform == 'win32')",
        "d": None,
        "e": None,
    }


def test_a_uv_lock_that_goes_round_comes_to_an_end(tmp_path: Path) -> None:
    round_ = UV + UV_PACKAGE.format("a", '{ name = "b", marker = "x == 1" }', A) + UV_PACKAGE.format("b", '{ name = "a" }', A)
    round_ += UV_PACKAGE.format("d", "", A)
    assert {package.name for package in lock(tmp_path, round_, "uv.lock").packages} == {"a", "b", "d"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version = 1\n", "version = 2\n", "version 2"),
        ('source = { virtual = "." }\n', "", "0 projects"),
        ('name = "e"\n', 'name = "a"\n', "several versions"),
        (f"sha256:{A}", "md5:00", "no sha256"),
    ],
)
def test_a_uv_lock_beyond_the_plain_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(InvalidLock, match=says):
        lock(tmp_path, uv_lock().replace(old, new), "uv.lock")
