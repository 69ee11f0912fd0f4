"""Each arm has a tree and an environment of its own, and both are gone afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from vatio.errors import MeasureError, UnknownName, UsageError
from vatio.govern.gate import parse_reference
from vatio.govern.gate.arms import (
    Repository,
    Seen,
    Side,
    Work,
    check_built,
    check_loaded,
    lay_probe,
    read_probe,
    scratch,
    sides_of_commands,
    sides_of_trees,
)
from vatio.govern.gate.arms._environment import moved_command, setup_environ
from vatio.govern.gate.arms._loaded import project_modules
from vatio.measure import Arm


def work(repo, *command, setup=None, folder=None, environ=None):
    return Work(
        command or ("python", "burn.py"),
        setup=setup,
        folder=str(folder or repo.root),
        environ=environ or repo.environ,
        tell=lambda step: None,
    )


def repository(repo):
    return Repository(str(repo.root), repo.environ)


def leftovers(environ):
    above = Path(environ["XDG_STATE_HOME"], "vatio", "worktrees")
    return [path for path in above.iterdir() if path.is_dir()] if above.is_dir() else []


@pytest.mark.parametrize(
    ("said", "form", "text"),
    [
        ("main", "", "main"),
        ("git:v1", "git", "v1"),
        ("cmd:python -c 'print(1)'", "cmd", "python -c 'print(1)'"),
        ("baseline:main", "baseline", "main"),
        ("lock:a:b", "lock", "a:b"),
        ("HEAD:x", "", "HEAD:x"),
    ],
)
def test_a_reference_is_read(said, form, text):
    found = parse_reference(said)
    assert (found.form, found.text) == (form, text)


@pytest.mark.parametrize("said", ["", "  ", "-x", "git:--upload-pack=x", "git:", "run:\x1b[31m", "x" * 5000])
def test_what_is_no_reference_is_refused(said):
    with pytest.raises(UsageError):
        parse_reference(said)


def test_the_baseline_is_a_tree_of_its_own_and_the_candidate_the_tree_as_it_is(repo):
    first = repo.git("rev-parse", "HEAD")
    repo.write("burn.py", "print('new')\n")
    found = repository(repo)
    with sides_of_trees(found, found.resolve("main"), work(repo)) as sides:
        tree = Path(sides.baseline.tree)
        assert tree.name == "shop"
        assert (tree / "burn.py").read_text() != "print('new')\n"
        assert sides.baseline.arm.cwd == str(tree)
        assert sides.candidate.arm.cwd == str(repo.root.resolve())
        assert "uncommitted" in sides.candidate.label
        assert any("as it is" in note for note in sides.notes)
        assert first[:9] in sides.baseline.label
        assert repo.worktrees() == 2
    assert not tree.exists()
    assert repo.worktrees() == 1
    assert leftovers(repo.environ) == []


def test_a_command_starts_in_the_same_folder_of_each_tree(repo):
    repo.write("jobs/one.py", "")
    repo.commit("jobs")
    repo.write("fresh/two.py", "")
    found = repository(repo)
    with sides_of_trees(found, found.resolve("main"), work(repo, folder=repo.root / "jobs")) as sides:
        assert sides.baseline.arm.cwd == os.path.join(sides.baseline.tree, "jobs")
    with (
        pytest.raises(MeasureError, match="has no folder fresh"),
        sides_of_trees(found, found.resolve("main"), work(repo, folder=repo.root / "fresh")),
    ):
        pass
    assert repo.worktrees() == 1


def test_the_setup_runs_in_each_tree_and_makes_its_environment(repo):
    venv = f"{sys.executable} -m venv --without-pip .venv"
    found = repository(repo)
    told = []
    asked = Work(("python", "burn.py"), setup=venv, folder=str(repo.root), environ=repo.environ, tell=told.append)
    with sides_of_trees(found, found.resolve("main"), asked) as sides:
        for side in sides.both:
            assert side.prefix == os.path.join(side.tree, ".venv")
            assert side.arm.environ["VIRTUAL_ENV"] == side.prefix
            assert side.arm.environ["PATH"].split(os.pathsep)[0] == os.path.join(side.prefix, "bin")
    assert [step for step in told if "setting up" in step] == ["setting up the baseline", "setting up the candidate"]


def test_an_environment_that_only_the_candidate_has_is_used_by_neither(repo):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(repo.root / ".venv")], check=True)
    found = repository(repo)
    with sides_of_trees(found, found.resolve("main"), work(repo, setup="true")) as sides:
        assert [side.prefix for side in sides.both] == [None, None]


@pytest.mark.parametrize("arm", ["baseline", "candidate"])
def test_a_setup_that_fails_says_which_and_what_it_wrote(repo, arm):
    setup = f'test "$PWD" {"=" if arm == "baseline" else "!="} "$VATIO_RUN_CANDIDATE" || {{ echo no such wheel; exit 7; }}'
    found = repository(repo)
    with pytest.raises(MeasureError, match=f"the setup of the {arm} ended with 7:\nno such wheel"):  # noqa: SIM117
        with sides_of_trees(found, found.resolve("main"), work(repo, setup=setup)):
            pass
    assert leftovers(repo.environ) == []


def test_a_setup_may_write_without_end_and_only_its_end_is_kept(repo):
    found = repository(repo)
    setup = f"{sys.executable} -c 'print(\"x\" * 80_000_000)'; echo end; exit 1"
    with pytest.raises(MeasureError) as caught, sides_of_trees(found, found.resolve("main"), work(repo, setup=setup)):
        pass
    assert str(caught.value).endswith("end")
    assert len(str(caught.value)) < 100_000


def test_an_active_environment_is_not_that_of_a_setup(repo):
    around = {**repo.environ, "VIRTUAL_ENV": "/somewhere", "UV_PROJECT_ENVIRONMENT": "/x", "GIT_DIR": "/y", "PYTHONPATH": "/z"}
    around["PYTHONDONTWRITEBYTECODE"] = "1"
    found = setup_environ(around, home=str(repo.root), tree="/tree")
    assert "PYTHONDONTWRITEBYTECODE" not in found
    assert not {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "GIT_DIR", "OLDPWD"} & set(found)
    assert found["PYTHONPATH"] == "/z"


def test_paths_of_the_candidate_become_the_baselines(repo, tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "burn.py").write_text("")
    home = str(repo.root)
    command = ("python", f"{home}/burn.py", f"--data={home}/data/x.csv", f"--script={home}/burn.py", "/usr/bin/env")
    words, shared = moved_command(command, home, str(tree))
    assert words == ("python", f"{tree}/burn.py", f"--data={home}/data/x.csv", f"--script={tree}/burn.py", "/usr/bin/env")
    assert shared == (f"{home}/data/x.csv",)


def test_the_import_path_of_an_arm_is_its_own(repo):
    environ = {**repo.environ, "PYTHONPATH": os.pathsep.join((str(repo.root / "src"), "/elsewhere/lib"))}
    found = repository(repo)
    with sides_of_trees(found, found.resolve("main"), work(repo, environ=environ)) as sides:
        assert sides.baseline.arm.environ["PYTHONPATH"] == os.pathsep.join((f"{sides.baseline.tree}/src", "/elsewhere/lib"))
        assert sides.candidate.arm.environ["PYTHONPATH"] == environ["PYTHONPATH"]


def test_a_ref_that_is_not_there_names_the_nearest(repo):
    with pytest.raises(UnknownName, match="unknown git ref 'mian'") as caught:
        repository(repo).resolve("mian")
    assert "main" in caught.value.hint


def test_a_branch_that_only_the_remote_has_is_found(repo, tmp_path):
    clone = tmp_path / "clone"
    repo.git("branch", "other")
    repo.git("clone", "-q", str(repo.root), str(clone))
    found = Repository(str(clone), repo.environ).resolve("other")
    assert found.name == "origin/other"


def test_a_shallow_clone_says_how_to_deepen_it(repo, tmp_path):
    first = repo.git("rev-parse", "HEAD")
    repo.write("burn.py", "1\n")
    repo.commit("second")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(clone))
    with pytest.raises(MeasureError, match="shallow") as caught:
        Repository(str(clone), repo.environ).resolve(first)
    assert "--unshallow" in caught.value.hint
    assert "fetch-depth: 0" in caught.value.hint


def test_no_repository_is_said_clearly(tmp_path, environ):
    with pytest.raises(MeasureError, match="is in no git working tree") as caught:
        Repository(str(tmp_path), environ)
    assert "cmd:" in caught.value.hint


def test_a_repository_without_a_commit_has_no_head(tmp_path, environ):
    (tmp_path / "empty").mkdir()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "empty", env=environ, check=True)
    found = Repository(str(tmp_path / "empty"), environ)
    assert found.head is None
    with pytest.raises(UnknownName):
        found.resolve("main")


def test_hooks_of_the_repository_do_not_run(repo, tmp_path):
    hook = repo.root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    found = repository(repo)
    with sides_of_trees(found, found.resolve("main"), work(repo)):
        pass
    assert not (tmp_path / "ran").exists()


def test_submodules_come_from_the_candidates_copies(repo, tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        (library / "lib.py").write_text("1\n")
        repo.git(*words, folder=library)
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib")
    repo.commit("with a library")
    shutil.rmtree(library)  # its URL answers no longer, as without a network
    found = repository(repo)
    with sides_of_trees(found, found.resolve("main"), work(repo)) as sides:
        assert Path(sides.baseline.tree, "lib", "lib.py").read_text() == "1\n"
    assert repo.worktrees() == 1
    assert (repo.root / "lib" / "lib.py").exists()
    assert repo.git("status", "--porcelain") == ""


def test_what_a_killed_gate_left_is_removed_by_the_next(repo):
    code = textwrap.dedent(f"""
        import os, time
        from vatio.govern.gate.arms import Repository, Seen, Side, Work, check_loaded, sides_of_trees
        environ = dict(os.environ)
        found = Repository({str(repo.root)!r}, environ)
        work = Work(("python", "burn.py"), setup=None, folder={str(repo.root)!r}, environ=environ, tell=lambda step: None)
        with sides_of_trees(found, found.resolve("main"), work):
            print("ready", flush=True)
            time.sleep(60)
    """)
    process = subprocess.Popen([sys.executable, "-c", code], env=repo.environ, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    with scratch(repo.environ):  # one that lives is let be
        assert repo.worktrees() == 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert repo.worktrees() == 2
    with scratch(repo.environ) as folder:
        assert [path.name for path in leftovers(repo.environ)] == [os.path.basename(folder)]
        assert repo.worktrees() == 1


def test_two_commands_are_two_arms_in_one_folder(tmp_path, environ):
    with sides_of_commands("python 'old one.py'", ("python", "new.py"), folder=str(tmp_path), environ=environ) as sides:
        assert sides.baseline.arm.command == ("python", "old one.py")
        assert sides.candidate.label == "python new.py"
    for text in ("", "'"):
        with pytest.raises(UsageError), sides_of_commands(text, ("x",), folder=str(tmp_path), environ=environ):
            pass


def test_the_modules_of_a_project_are_found():
    files = ["src/shop/__init__.py", "src/shop/a/b.py", "src/shop/a/__init__.py", "src/space/x/y.py", "train.py", "json.py"]
    assert project_modules(files) == {"shop", "space", "train"}
    assert project_modules(["pkg/__init__.py", "pkg/sub/__init__.py", "tests/test_x.py", "odd-name/__init__.py"]) == {"pkg"}


def seen_in(folder, command, *, environ, cwd):
    around = lay_probe(str(folder), {})
    subprocess.run(command, cwd=cwd, env={**environ, **{k: v for k, v in around.items() if v}}, check=True)
    return read_probe(str(folder))


@pytest.mark.parametrize("end", ["", "import os; os._exit(0)", "raise SystemExit(0)"])
def test_a_probe_sees_where_modules_came_from(repo, tmp_path, end):
    repo.write("pkg/__init__.py", "")
    repo.write("main.py", f"import pkg, json\n{end}\n")
    found = seen_in(tmp_path / "p", ["python", "main.py"], environ=repo.environ, cwd=repo.root)
    root = os.path.realpath(repo.root)
    ours = {key: file for key, file in found.files.items() if file.startswith(root)}
    assert ours == {f"__main__ {root}/main.py": f"{root}/main.py", "pkg": f"{root}/pkg/__init__.py"}
    assert "json" not in found.files
    assert found.is_python


def test_a_probe_lets_the_sitecustomize_behind_it_run(repo, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import sys; sys.shown = 1\n")
    repo.write("main.py", "import sys; assert sys.shown == 1; assert not any(e.endswith('probe') for e in sys.path)\n")
    around = lay_probe(str(tmp_path / "probe"), {"PYTHONPATH": str(site)})
    subprocess.run(["python", "main.py"], cwd=repo.root, env={**repo.environ, **around}, check=True)


def checked(arm, seen, *, tree="/base", other="/cand", command=("python",)):
    side = Side(arm=Arm(name=arm, command=command), label=arm, tree=tree)
    return check_loaded(side, seen, other=other, names=frozenset({"pkg"}), path=os.environ["PATH"])


def seen(**files):
    return Seen(prefixes=frozenset({"/usr"}), files=files)


def test_an_editable_install_is_found_and_named():
    with pytest.raises(MeasureError, match=r"the baseline loaded pkg from /cand/src/pkg/__init__.py.*candidate's") as caught:
        checked("baseline", seen(pkg="/cand/src/pkg/__init__.py"))
    assert "--setup" in caught.value.hint


def test_an_install_outside_both_trees_is_found():
    with pytest.raises(MeasureError, match="neither tree"):
        checked("candidate", seen(pkg="/usr/lib/site-packages/pkg/__init__.py"), tree="/cand", other="/base")


def test_a_script_named_by_the_candidates_path_is_found():
    with pytest.raises(MeasureError, match=r"the baseline ran /cand/train\.py"):
        checked("baseline", seen(**{"__main__ /cand/train.py": "/cand/train.py"}))


def test_a_program_of_the_system_may_be_the_main_file():
    assert checked("baseline", seen(**{"__main__ /usr/bin/pytest": "/usr/bin/pytest", "pkg": "/base/pkg/__init__.py"})) == ""
    assert "no file of the project" in checked("baseline", seen(**{"__main__ /usr/bin/x": "/usr/bin/x"}))


def test_an_install_of_earlier_is_not_the_tree(tmp_path):
    installed = tmp_path / ".venv" / "lib" / "site-packages" / "pkg" / "__init__.py"
    source = tmp_path / "src" / "pkg" / "__init__.py"
    for path in (installed, source):
        path.parent.mkdir(parents=True)
        path.write_text("1\n")
    found = seen(pkg=str(installed))
    assert checked("candidate", found, tree=str(tmp_path), other="/base") == ""
    source.write_text("2\n")
    with pytest.raises(MeasureError, match="an install of earlier"):
        checked("candidate", found, tree=str(tmp_path), other="/base")


def test_python_that_cannot_be_looked_into_is_no_pass():
    nothing = Seen(prefixes=frozenset(), files={})
    with pytest.raises(MeasureError, match="could not be seen"):
        checked("baseline", nothing, command=("python3", "-I", "x.py"))
    for command in (("sh", "-c", "cd x && python3.12 -I x.py"), ("env", "A=1", "python", "-E", "x.py")):
        with pytest.raises(MeasureError, match="could not be seen"):
            checked("baseline", nothing, command=command)
    for command in (("/bin/sh", "-c", "true"), ("sh", "-c", "./pythonic --python=no")):
        assert "no Python process" in checked("baseline", nothing, command=command)


def test_a_module_of_the_other_tree_is_found_whatever_its_name():
    with pytest.raises(MeasureError, match=r"the baseline loaded space.work from /cand/lib/space/work.py.*candidate's"):
        checked("baseline", seen(**{"space.work": "/cand/lib/space/work.py"}))


def test_what_was_compiled_in_the_candidates_tree_alone_is_found(tmp_path):
    candidate = Side(arm=Arm(name="candidate", command=("python",)), label="", tree="/cand")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "_both.so").touch()
    fine = {"a": "/cand/pkg/_both.so", "b": "/cand/pkg/new.py", "c": "/cand/.venv/site-packages/n.so", "d": "/usr/lib/x.so"}
    check_built(candidate, seen(**fine), other=str(tmp_path))
    with pytest.raises(MeasureError, match=r"_fast\.so, which was built there"):
        check_built(candidate, seen(fast="/cand/pkg/_fast.so"), other=str(tmp_path))


def test_an_environment_in_the_candidates_tree_may_run_both_arms():
    installed = {"numpy": "/cand/.venv/lib/python3.12/site-packages/numpy/__init__.py", "__main__ x": "/cand/.venv/bin/pytest"}
    found = Seen(prefixes=frozenset({"/cand/.venv"}), files={**installed, "pkg": "/base/pkg/__init__.py"})
    assert checked("baseline", found) == ""


def test_a_program_that_only_the_candidate_has_is_not_the_baselines(repo):
    program = repo.write("build/train", "#!/bin/sh\ntrue\n")
    program.chmod(0o755)
    asked = work(repo, str(program))
    with (
        pytest.raises(MeasureError, match="both arms would run the candidate's"),
        sides_of_trees(repository(repo), repository(repo).resolve("main"), asked),
    ):
        pass
    assert not leftovers(repo.environ)


def test_a_shells_words_and_the_ci_s_checkout_are_the_arms_own(repo):
    home = os.path.realpath(repo.root)
    environ = {**repo.environ, "GITHUB_WORKSPACE": home, "CI_PROJECT_DIR": f"{home}/."}
    text = f"cd '{home}' && python {home}/burn.py --data={home}/data/x --not {home}er/x"
    asked = work(repo, "sh", "-c", text, environ=environ)
    with sides_of_trees(repository(repo), repository(repo).resolve("main"), asked) as sides:
        tree, arm = sides.baseline.tree, sides.baseline.arm
        assert arm.command[2] == f"cd '{tree}' && python {tree}/burn.py --data={home}/data/x --not {home}er/x"
        assert (arm.environ["GITHUB_WORKSPACE"], arm.environ["CI_PROJECT_DIR"]) == (tree, tree)
        assert any(f"{home}/data/x is not in the baseline's tree" in note for note in sides.notes)
        assert sides.candidate.arm.command[2] == text


def test_what_vatio_itself_writes_changes_no_tree(repo):
    repo.write(".gitignore", "__pycache__/\n")
    repo.commit("ignore less")
    repo.write(".vatio/ledger.sqlite", "")
    repo.write("sub/tracked.py", "")
    repo.git("add", "sub/tracked.py", ".gitignore")
    repo.git("commit", "-q", "-m", "a folder")
    repo.write("sub/.vatio/ledger.sqlite", "")
    assert not repository(repo).is_dirty
    repo.write("new.py", "")
    assert repository(repo).is_dirty


def test_a_working_tree_is_named_by_its_branch_or_its_commit(repo):
    home, commit = str(repo.root), repo.git("rev-parse", "HEAD")[:9]
    assert work(repo).label(home) == f"main ({commit})"
    repo.git("checkout", "-q", "--detach")
    assert work(repo).label(home) == commit
    repo.write("new.py", "")
    assert work(repo).label(home) == f"{commit} with uncommitted changes"


def test_a_bare_repository_says_what_to_do(repo, tmp_path):
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "bare"))
    with pytest.raises(MeasureError, match="in no git working tree") as caught:
        Repository(str(tmp_path / "bare"), repo.environ)
    assert "git worktree add" in caught.value.hint
