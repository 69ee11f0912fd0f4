import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from vatio.config import load_config
from vatio.measure import Surroundings, surroundings
from vatio.measure.snapshot._distribution import distribution_digest
from vatio.measure.snapshot._files import StatCache, digest_in_slices
from vatio.measure.snapshot._git import find_tree, read_copy
from vatio.measure.snapshot._machine import accelerators, processor
from vatio.measure.snapshot._python import distributions, find_python
from vatio.measure.snapshot._snapshot import Snapshot, Subject
from vatio.measure.snapshot._veil import Veil
from vatio.measure.snapshot._written import find_written
from vatio.records import Environment, FileDigest, dumps, from_json

OLD_S = 100.0


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def repository(project: Path) -> Path:
    (project / "train.py").write_text("print(1)\n")
    git(project, "init", "-q", "-b", "main")
    git(project, "remote", "add", "origin", "https://ada:s3cr3t@host.example/repo.git")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    return project


def git(folder: Path, *words: str) -> str:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    names = ["-c", "user.name=ada", "-c", "user.email=ada"]
    return subprocess.run(["git", *names, *words], cwd=folder, env=environ, check=True, capture_output=True, text=True).stdout


def snapshot(
    folder: Path,
    *command: str,
    inputs: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
    environ: dict[str, str] | None = None,
    around: Surroundings | None = None,
    search_s: float = 0.0,
    ours: tuple[str, ...] = (),
    **wishes: object,
) -> Snapshot:
    environ = {"HOME": str(folder.parent), "PATH": os.environ["PATH"], **(environ or {})}
    subject = Subject(
        argv=command or ("true",),
        cwd=str(folder),
        root=str(folder),
        environ=environ,
        inputs=inputs,
        outputs=outputs,
        search_s=search_s,
        ours=ours,
    )
    veil = Veil(environ, hostname="", salt=b"salt")
    record = replace(load_config(str(folder), environ=environ).record, **wishes)  # type: ignore[arg-type]
    return Snapshot(subject, wishes=record, around=around or surroundings(environ), veil=veil)


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def test_a_snapshot_survives_json(repository: Path) -> None:
    found = snapshot(repository, "python3", "train.py", "--seed", "3").finish()

    assert from_json(Environment, __import__("json").loads(dumps(found))) == found
    assert found.seeds == {"--seed": "3"}
    assert found.kernel
    assert found.libc
    assert found.cpu is not None
    assert found.cpu.isa


def test_the_commit_and_the_remote_are_read_without_credentials(repository: Path) -> None:
    found = snapshot(repository).finish()

    assert found.git is not None
    assert found.git.commit == git(repository, "rev-parse", "HEAD").strip()
    assert (found.git.remote, found.git.dirty_sha256) == ("https://***@host.example/repo.git", None)


def test_packed_references_detached_heads_and_linked_trees_are_read(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD").strip()
    git(repository, "pack-refs", "--all")
    git(repository, "worktree", "add", "-q", "../linked")
    for folder in (repository, repository.parent / "linked"):
        tree = find_tree(str(folder))
        assert tree is not None
        assert tree.commit == commit
        assert tree.remote is not None
    git(repository, "checkout", "-q", "--detach")
    tree = find_tree(str(repository))
    assert tree is not None
    assert tree.commit == commit


def test_a_repository_without_a_commit_and_a_folder_without_one_are_no_fault(project: Path) -> None:
    assert snapshot(project).finish().git is None
    git(project, "init", "-q")
    found = snapshot(project).finish().git
    assert found is not None
    assert found.commit is None


def test_the_uncommitted_change_is_copied_and_can_be_read_back(repository: Path) -> None:
    (repository / "train.py").write_bytes(b"print(2)  # caf\xe9\n")
    (repository / "new.py").write_text("x = 1\n")
    (repository / "sources").mkdir()
    (repository / "sources" / "deep.py").write_text("y = 1\n")
    (repository / "weights.bin").write_bytes(b"\0" * 100)
    (repository / ".env").write_text("TOKEN=s3cr3t\n")
    (repository / ".vatio").mkdir()
    (repository / ".vatio" / "ledger.sqlite").write_text("ours")
    taken = snapshot(repository)
    found = taken.finish()

    assert taken.code is not None
    assert found.git is not None
    assert found.git.code_blob == digest(taken.code)
    diff, untracked = read_copy(taken.code)
    assert untracked == {"new.py": b"x = 1\n", "sources/deep.py": b"y = 1\n"}
    git(repository, "checkout", "-q", "train.py")
    subprocess.run(["git", "apply"], cwd=repository, input=diff, check=True)
    assert (repository / "train.py").read_bytes() == b"print(2)  # caf\xe9\n"
    assert any("not in the code copy" in note for note in taken.notes)


def test_the_same_change_has_the_same_digest_and_another_one_another(repository: Path) -> None:
    digests = []
    for text in ("a", "a", "b"):
        (repository / "train.py").write_text(text)
        taken = snapshot(repository, code="digest")
        found = taken.finish().git
        assert found is not None
        assert taken.code is None
        digests.append(found.dirty_sha256)
    assert digests[0] == digests[1] != digests[2]


def test_ours_alone_is_no_change(repository: Path) -> None:
    (repository / ".vatio").mkdir()
    (repository / ".vatio" / "ledger.sqlite").write_text("x")
    found = snapshot(repository).finish().git
    assert found is not None
    assert found.dirty_sha256 is None


def test_inputs_and_outputs_have_the_digests_of_their_bytes(project: Path) -> None:
    (project / "data.csv").write_bytes(b"1,2\n")
    (project / "set").mkdir()
    (project / "set" / "a").write_bytes(b"a")
    taken = snapshot(project, inputs=("data.csv", "set", "missing"), outputs=("model.bin",))
    (project / "model.bin").write_bytes(b"weights")
    found = taken.finish()

    assert found.inputs[0] == FileDigest(path="data.csv", sha256=digest(b"1,2\n"), bytes=4)
    assert found.inputs[1] == FileDigest(path="set", sha256=digest(f"{digest(b'a')} a\n".encode()), bytes=1)
    assert found.inputs[2] == FileDigest(path="missing", sha256=None, bytes=None)
    assert found.outputs == (FileDigest(path="model.bin", sha256=digest(b"weights"), bytes=7),)


def test_an_input_that_changes_while_the_run_goes_on_has_no_digest(project: Path) -> None:
    (project / "data.csv").write_bytes(b"before")
    taken = snapshot(project, inputs=("data.csv",))
    (project / "data.csv").write_bytes(b"after it")
    found = taken.finish()

    assert found.inputs[0].sha256 is None
    assert found.changed == ("input: data.csv",)
    assert "changed while the run went on: input: data.csv" in taken.notes


def test_an_input_that_is_swapped_after_it_was_digested_is_found(project: Path) -> None:
    (project / "data.csv").write_bytes(b"before")
    (project / "touched.csv").write_bytes(b"same")
    (project / "set").mkdir()
    (project / "set" / "a").write_bytes(b"a")
    taken = snapshot(project, inputs=("data.csv", "touched.csv", "set"))
    work(taken)
    (project / "data.csv").write_bytes(b"b3fore")
    (project / "set" / "a").write_bytes(b"b")
    os.utime(project / "touched.csv")
    found = taken.finish()

    assert found.changed == ("input: data.csv", "input: set")
    assert found.inputs[0].sha256 == digest(b"before")


def work(taken: Snapshot) -> None:
    while not taken.step():
        time.sleep(taken.due_s(time.monotonic()) or 0.0)


def test_code_that_is_edited_while_the_run_goes_on_is_named(repository: Path) -> None:
    (repository / "other.py").write_text("x = 1\n")
    (repository / "same.py").write_text("x = 1\n")
    taken = snapshot(repository)
    work(taken)
    (repository / "train.py").write_text("print(2)\n")
    (repository / "other.py").write_text("x = 2\n")
    (repository / "same.py").write_text("x = 1\n")
    (repository / "result.json").write_text("{}")
    found = taken.finish()

    assert found.changed == ("code: other.py", "code: train.py")
    assert found.git is not None
    assert found.git.dirty_sha256 is not None


def test_an_edit_before_git_was_asked_is_found_by_its_date(repository: Path) -> None:
    taken = snapshot(repository)
    (repository / "train.py").write_text("print(2)\n")
    assert taken.finish().changed == ("code: train.py",)


def test_an_edit_that_is_taken_back_or_committed_is_found_where_it_can_be(repository: Path) -> None:
    (repository / "train.py").write_text("print(2)\n")
    taken = snapshot(repository)
    work(taken)
    git(repository, "commit", "-q", "-a", "-m", "second")
    (repository / "train.py").write_text("print(3)\n")
    changed = taken.finish().changed
    assert changed is not None
    assert changed[0].startswith("code: commit ")
    assert changed[1:] == ("code: train.py",)


def test_code_that_stays_as_it_is_has_not_changed_and_without_git_nothing_is_said(repository: Path, tmp_path: Path) -> None:
    (repository / "train.py").write_text("print(2)\n")
    (repository / "new.py").write_text("print(2)\n")
    time.sleep(0.02)
    assert snapshot(repository).finish().changed == ()
    assert snapshot(repository, environ={"GIT_DIR": "/nowhere"}).finish().changed is None


def test_files_that_the_run_writes_are_found_and_digested(project: Path) -> None:
    (project / "before.txt").write_text("old")
    for name in (".git", ".vatio", "__pycache__", "venv", "out/deep", "declared", "ours"):
        (project / name).mkdir(parents=True)
    time.sleep(0.05)
    taken = snapshot(project, outputs=("declared",), search_s=5.0, ours=(str(project / "ours"),))
    (project / "venv" / "pyvenv.cfg").write_text("home = /x")
    for name in ("a.bin", "out/deep/b.bin", ".git/x", ".vatio/x", "__pycache__/c", "venv/x", "declared/d", "x.pyc", "ours/x"):
        (project / name).write_bytes(name.encode())
    (project / "link").symlink_to("/etc/passwd")
    found = taken.finish()

    assert [(item.path, item.found) for item in found.outputs] == [
        ("declared", False),
        ("a.bin", True),
        ("out/deep/b.bin", True),
    ]
    assert found.outputs[1].sha256 == digest(b"a.bin")


def test_the_search_for_written_files_has_an_end(project: Path) -> None:
    taken = snapshot(project, search_s=5.0)
    for at in range(300):
        (project / f"{at:03}").write_text("x")
    found = taken.finish()
    assert 0 < len(found.outputs) <= 256
    assert any("cut short" in note for note in taken.notes)

    for at in range(40):
        (project / f"folder{at}").mkdir()
        for number in range(10):
            (project / f"folder{at}" / str(number)).write_text("x")
    steps = find_written(str(project), 2**63, limit_s=0.0, clock=iter(range(10_000)).__next__)
    given: list[object] = []

    def drained() -> Iterator[bool]:
        given.append((yield from steps))

    list(drained())
    assert given == [((), False)]


def test_digesting_gives_way_after_each_mebibyte_and_is_remembered(project: Path) -> None:
    path = project / "big"
    path.write_bytes(b"x" * (3 << 20))
    os.utime(path, (time.time() - OLD_S,) * 2)
    cache = StatCache(str(project / "cache" / "files.json"))
    assert sum(1 for _ in digest_in_slices(str(path), cache)) == 3
    cache.keep(str(path), mark_of(path, old=True), digest(path.read_bytes()))
    cache.save()
    again = StatCache(str(project / "cache" / "files.json"))
    assert again.get(str(path), mark_of(path, old=True)) == digest(path.read_bytes())
    path.write_bytes(b"y" * (3 << 20))
    assert again.get(str(path), mark_of(path)) is None


def mark_of(path: Path, *, old: bool = False) -> tuple[int, int, int, int]:
    status = path.stat()
    changed_ns = status.st_ctime_ns - int(OLD_S * 1e9) * old
    return status.st_size, status.st_mtime_ns, changed_ns, status.st_ino


def test_a_pipe_among_the_inputs_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "pipe")
    begin_s = time.monotonic()
    assert snapshot(project, inputs=("pipe",)).finish().inputs[0].sha256 is None
    assert time.monotonic() - begin_s < 2.0


def test_a_damaged_cache_is_done_without(project: Path) -> None:
    cached = project.parent / ".cache" / "vatio" / "files.json"
    cached.parent.mkdir(parents=True)
    cached.write_text('{"x": [1]')
    (project / "data.csv").write_bytes(b"x")
    assert snapshot(project, inputs=("data.csv",)).finish().inputs[0].sha256 == digest(b"x")


def test_a_long_finish_is_cut_short_and_says_so(project: Path) -> None:
    (project / "data.csv").write_bytes(b"x" * (5 << 20))
    taken = snapshot(project, inputs=("data.csv",))
    found = taken.finish(limit_s=0.0)
    assert found.inputs == ()
    assert any("cut short" in note for note in taken.notes)


def test_a_step_is_short_and_rests(project: Path) -> None:
    (project / "data.csv").write_bytes(b"x" * (30 << 20))
    taken = snapshot(project, inputs=("data.csv",))
    steps = 0
    while not taken.step():
        steps += 1
        due_s = taken.due_s(time.monotonic())
        assert due_s is not None
        time.sleep(due_s)
    assert steps >= 3
    assert taken.due_s(time.monotonic()) is None


def test_variables_are_listed_by_permission_and_without_secrets(project: Path) -> None:
    environ = {"CUDA_VISIBLE_DEVICES": "0", "OMP_NUM_THREADS": "4", "MINE": "x", "MY_TOKEN": "s3cr3t", "OTHER": "y"}
    found = snapshot(project, environ=environ, variables=("MINE", "MY_TOKEN")).finish()

    assert (found.variables["CUDA_VISIBLE_DEVICES"], found.variables["MINE"]) == ("0", "x")
    assert found.variables["MY_TOKEN"] == "***"
    assert "OTHER" not in found.variables
    assert found.determinism == {"OMP_NUM_THREADS": "4"}


def test_lock_files_are_named_with_their_digests(project: Path) -> None:
    (project / "uv.lock").write_text("locked")
    assert snapshot(project).finish().locks == (FileDigest(path="uv.lock", sha256=digest(b"locked"), bytes=6),)


def environment(folder: Path, *names: str) -> Path:
    """Make what looks like a virtual environment of Python 3.12."""
    site = folder / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to("/nowhere/python3.12")
    (folder / "bin" / "python").unlink()
    (folder / "bin" / "python").write_text("")
    (folder / "bin" / "python").chmod(0o755)
    (folder / "pyvenv.cfg").write_text("home = /nowhere/bin\nversion = 3.12.4\n")
    for name in names:
        info = site / f"{name}.dist-info"
        info.mkdir()
        module = site / f"{name.partition('-')[0]}.py"
        module.write_text(name)
        write_record(info, module)
    return folder


def write_record(info: Path, *files: Path) -> None:
    """List files as an installer does, after they are written."""
    lines = [f"{file.name},sha256={encoded(file.read_bytes())},{file.stat().st_size}\n" for file in files]
    lines += [
        f"{info.name}/INSTALLER,,\n",
        f"{info.name}/RECORD,,\n",
        "../../../bin/tool,sha256=x,1\n",
        "__pycache__/a.pyc,,\n",
    ]
    (info / "RECORD").write_text("".join(lines))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(sha256(data).digest()).decode().rstrip("=")


def of_parts(*parts: tuple[str, bytes]) -> str:
    return digest("".join(f"{digest(data)} {name}\n" for name, data in parts).encode())


def test_the_childs_python_is_found_by_its_word_its_first_line_or_its_environment(tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv")
    python = str(venv / "bin" / "python")
    tool = tmp_path / "tool"
    tool.write_text(f"#!{python}\n")
    tool.chmod(0o755)
    path = {"PATH": os.environ["PATH"]}

    assert find_python([python, "x.py"], path) == (python, "argv")
    assert find_python([str(tool)], path) == (python, "shebang")
    assert find_python(["sleep", "1"], {**path, "VIRTUAL_ENV": str(venv)}) == (python, "VIRTUAL_ENV")
    assert find_python(["sleep", "1"], {"PATH": "/nowhere"}) is None


def test_distributions_are_listed_with_the_digest_of_their_files(tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv", "Some_Thing-1.0", "other-2.0.post1")
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    python = find_python([str(venv / "bin" / "python")], environ)

    for _ in range(2):
        found = distributions(python, environ)
        assert [(item.name, item.version, item.record_sha256) for item in found] == [
            ("other", "2.0.post1", of_parts(("other.py", b"other-2.0.post1"))),
            ("some-thing", "1.0", of_parts(("Some_Thing.py", b"Some_Thing-1.0"))),
        ]


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("data", [b"thing-1.1", b"thing-1.0 and more", None], ids=["same size", "longer", "gone"])
def test_a_patched_file_is_seen_through_record_and_cache(tmp_path: Path, data: bytes | None, settled: bool) -> None:
    venv = environment(tmp_path / "venv", "thing-1.0")
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    python = find_python([str(venv / "bin" / "python")], environ)
    module = venv / "lib/python3.12/site-packages/thing.py"
    info = module.parent / "thing-1.0.dist-info"
    if settled:
        os.utime(info / "RECORD", (time.time() - OLD_S,) * 2)
        os.utime(module, (time.time() - OLD_S,) * 2)
    (before,) = distributions(python, environ)
    assert before.record_sha256 == distribution_digest(str(info)) == of_parts(("thing.py", b"thing-1.0"))
    module.unlink()
    if data is not None:
        module.write_bytes(data)

    for _ in range(2):
        (after,) = distributions(python, environ)
        assert after.record_sha256 == distribution_digest(str(info)) != before.record_sha256
        if data is not None:
            assert after.record_sha256 == of_parts(("thing.py", data))


def test_a_patch_that_hides_its_date_is_seen_by_the_true_bytes(tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv", "thing-1.0")
    module = venv / "lib/python3.12/site-packages/thing.py"
    info, date = module.parent / "thing-1.0.dist-info", module.stat().st_mtime_ns
    module.write_bytes(b"thing-1.1")
    os.utime(module, ns=(date, date))
    assert distribution_digest(str(info)) == of_parts(("thing.py", b"thing-1.1"))


def test_what_nothing_lists_has_no_digest(tmp_path: Path) -> None:
    venv = environment(tmp_path / "venv")
    site = venv / "lib/python3.12/site-packages"
    (site / "old-1.0-py3.12.egg-info").write_text("Name: old")
    (site / "broken-1.0.dist-info").mkdir()
    (site / "empty-1.0.dist-info").mkdir()
    (site / "empty-1.0.dist-info" / "RECORD").write_bytes(b"\xff\xfe,,\n,,\nnonsense")
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    found = distributions(find_python([str(venv / "bin" / "python")], environ), environ)
    assert {item.name: item.version for item in found} == {"broken": "1.0", "empty": "1.0", "old": "1.0"}
    assert {item.name for item in found if item.record_sha256 is None} >= {"broken", "old"}


def test_a_run_that_is_over_at_once_takes_record_at_its_word(tmp_path: Path, project: Path) -> None:
    venv = environment(tmp_path / "venv", "thing-1.0")
    (venv / "lib/python3.12/site-packages/thing.py").write_text("patched")
    short, long = (snapshot(project, str(venv / "bin" / "python")) for _ in range(2))
    work(long)
    told, seen = short.finish(), long.finish()

    assert (told.python["installed_by"], seen.python["installed_by"]) == ("RECORD", "files")
    assert told.distributions[0].record_sha256 == of_parts(("thing.py", b"thing-1.0"))
    assert seen.distributions[0].record_sha256 == of_parts(("thing.py", b"patched"))


def test_the_working_folder_is_named_below_its_tree(repository: Path) -> None:
    (repository / ".hidden" / "deep").mkdir(parents=True)
    folders = [snapshot(repository / name).finish().git for name in ("", ".hidden", ".hidden/deep")]
    assert [git.folder for git in folders if git is not None] == ["", ".hidden", ".hidden/deep"]


def test_the_python_of_the_tests_is_described_in_full(project: Path) -> None:
    found = snapshot(project, sys.executable, "-c", "pass").finish()
    assert found.python["version"] == ".".join(map(str, sys.version_info[:3]))
    assert found.python["abi"].startswith("cpython")
    assert "pytest" in {item.name for item in found.distributions}


def test_the_processor_and_the_gpus_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0").mkdir(parents=True)
    (tmp_path / "proc/driver/nvidia/gpus/0000:02:00.0").mkdir()
    for at, bus in enumerate(("0000:01:00.0", "0000:02:00.0")):
        text = f"Model: \t\t NVIDIA A100\nGPU UUID: \t GPU-{at}abc\n"
        (tmp_path / f"proc/driver/nvidia/gpus/{bus}/information").write_text(text)
    version = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\n"
    (tmp_path / "proc/driver/nvidia/version").write_text(version)
    (tmp_path / "proc/cpuinfo").write_text(
        "processor\t: 0\nmodel name\t: Fast CPU\nmicrocode\t: 0x1\nflags\t\t: b a\n\nprocessor\t: 1\n"
    )

    found = processor(root=str(tmp_path))
    assert found is not None
    assert (found.model, found.microcode) == ("Fast CPU", "0x1")
    assert found.isa is not None
    assert found.isa.endswith(digest(b"a b")[:16])
    assert [(gpu.uuid, gpu.driver) for gpu in accelerators(None, root=str(tmp_path))] == [
        ("GPU-0abc", "550.54.14"),
        ("GPU-1abc", "550.54.14"),
    ]
    assert [gpu.uuid for gpu in accelerators(("1",), root=str(tmp_path))] == ["GPU-1abc"]
    assert [gpu.uuid for gpu in accelerators(("GPU-0",), root=str(tmp_path))] == ["GPU-0abc"]
    assert accelerators((), root=str(tmp_path)) == ()
