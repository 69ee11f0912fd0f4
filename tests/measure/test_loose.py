"""Of a folder without git the sources are kept, and nothing that is no source."""

from vatio.measure.snapshot import read_copy
from vatio.measure.snapshot._loose import changed_loose, find_loose


def found(folder, argv=("python", "train.py"), *, home="", copy=True):
    steps = find_loose(str(folder), argv, home=home, copy=copy)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def names(change):
    return sorted(read_copy(change.copy)[1])


def project(folder):
    for name in ("train.py", "src/deep/model.py", "data.csv", ".env", ".hidden/x.py", "venv/lib/x.py", "__pycache__/y.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "venv" / "pyvenv.cfg").write_text("home = /usr")
    return folder


def test_sources_are_kept_and_secrets_data_and_environments_are_not(tmp_path):
    assert names(found(project(tmp_path))) == ["src/deep/model.py", "train.py"]


def test_a_file_that_the_command_names_is_kept_whatever_its_kind(tmp_path):
    assert "data.csv" in names(found(project(tmp_path), ("awk", "-f", "data.csv")))


def test_of_a_home_only_what_the_command_names_is_kept(tmp_path):
    assert names(found(project(tmp_path), home=str(tmp_path))) == ["train.py"]


def test_with_digests_only_nothing_is_copied(tmp_path):
    change = found(project(tmp_path), copy=False)
    assert change.copy is None
    assert change.sha256 is not None


def test_a_large_source_is_left_out_and_named(tmp_path):
    (tmp_path / "large.py").write_text("#" * (1 << 21))
    assert found(tmp_path, ("python",)).sha256 is None
    (tmp_path / "small.py").write_text("1")
    assert found(tmp_path, ("python",)).left_out == ("large.py",)


def test_an_edit_is_found(tmp_path):
    change = found(project(tmp_path))
    assert changed_loose(str(tmp_path), change.files) == ()
    (tmp_path / "train.py").write_text("other")
    (tmp_path / "src" / "deep" / "model.py").unlink()
    assert changed_loose(str(tmp_path), change.files) == ("src/deep/model.py", "train.py")


def test_an_empty_folder_has_no_code(tmp_path):
    assert found(tmp_path, ("sleep", "1")).sha256 is None
