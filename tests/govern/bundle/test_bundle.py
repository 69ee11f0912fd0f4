import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from tests.govern.bundle.conftest import Made, run_in

from vatio.config import load_config
from vatio.errors import BundleRefused, UsageError
from vatio.govern.bundle import build_environment, export_bundle, installed, open_bundle
from vatio.ledger import open_ledger, places, read_signer


def test_a_bundle_holds_code_data_wheels_record_and_proof(made: Made, tmp_path: Path) -> None:
    bundle = open_bundle(str(made.path), into=str(tmp_path / "opened"), key=made.public)

    assert (bundle.signed_by, bundle.proven_by) == (made.public, made.public)
    assert bundle.manifest.missing == ()
    assert bundle.sha256 == sha256(made.path.read_bytes()).hexdigest()
    code = Path(bundle.code)
    assert (code / "train.py").read_text() == (made.project / "train.py").read_text()
    assert (code / "new.py").read_text() == "# new\n"
    assert os.access(code / "tool.sh", os.X_OK)
    assert not os.access(code / "train.py", os.X_OK)
    assert Path(bundle.inputs["data"], "rows.csv").read_text() == "1\n2\n3\n"
    assert Path(bundle.inputs["data/weights.bin"]).read_bytes() == (made.project / "data" / "weights.bin").read_bytes()
    assert [item.path for item in bundle.manifest.outputs] == ["out/model.json"]
    assert bundle.record.environment is not None
    assert bundle.record.environment.changed == ()
    assert bundle.lock is not None
    assert [(item.name, item.source) for item in bundle.manifest.distributions] == [("tiny", "given")]


def test_the_environment_of_a_bundle_is_built_without_a_network(made: Made, tmp_path: Path) -> None:
    bundle = open_bundle(str(made.path), into=str(tmp_path / "opened"))
    assert bundle.lock is not None
    python = build_environment(bundle.lock, folder=str(tmp_path / "env"), wheels=bundle.wheels, offline=True)
    assert [item.sha256 for item in installed(python)] == [bundle.manifest.distributions[0].installed_sha256]


def test_the_same_run_makes_the_same_bytes(made: Made, tmp_path: Path) -> None:
    for name in ("one", "two"):
        words = ("runs", "export", "@1", "--as", "bundle", "--out", str(tmp_path / name))
        done = run_in(made.project, made.environ, *words)
        assert done.returncode == 0, done.stderr
        assert "made again from the installed files, byte for byte: tiny" in done.stderr
        assert "signed" in done.stdout
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert open_bundle(str(tmp_path / "one"), into=str(tmp_path / "opened")).manifest.distributions[0].source == "installed"


def test_what_cannot_be_had_is_named_and_makes_the_exit_code_one(made: Made, tmp_path: Path) -> None:
    rows = made.project / "data" / "rows.csv"
    module = next((made.project.parent / "env" / "lib").glob("python3*/site-packages/tiny.py"))
    try:
        rows.write_text("4\n")
        module.write_text("value = 7\n")
        done = run_in(made.project, made.environ, "runs", "export", "@1", "--as", "bundle", "--out", str(tmp_path / "b"))
    finally:
        rows.write_text("1\n2\n3\n")
        module.write_text("value = 1\n")

    assert done.returncode == 1
    assert "not in the bundle: input data: it is not the one that the run read" in done.stderr
    assert "not in the bundle: tiny 1.0: no wheel of it was at hand, and what is installed now is not what ran" in done.stderr
    assert len(open_bundle(str(tmp_path / "b"), into=str(tmp_path / "opened")).manifest.missing) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("@1", "@1", "--out", "b"), "of one run"),
        (("@1",), "a bundle is a file"),
        (("@1", "--out", "-"), "a bundle is a file"),
        (("@1", "--out", "."), "a bundle is a file"),
        (("@1", "--out", "/nowhere/b"), "cannot write"),
        (("@1", "--out", "b", "--wheels", "/nowhere"), "no folder"),
        (("@9", "--out", "b"), "run"),
    ],
)
def test_bad_use_of_the_export_is_told(made: Made, words: tuple[str, ...], says: str) -> None:
    done = run_in(made.project, made.environ, "runs", "export", "--as", "bundle", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_without_a_snapshot_is_no_bundle(made: Made, tmp_path: Path) -> None:
    environ = {**made.environ, "VATIO_RECORD_ENVIRONMENT": "off", "VATIO_LEDGER_PATH": str(tmp_path / "l.sqlite")}
    assert run_in(made.project, environ, "run", "-q", "--", "true").returncode == 0
    with (
        open_ledger(str(tmp_path / "l.sqlite"), environ=made.environ) as ledger,
        pytest.raises(UsageError, match="no snapshot"),
    ):
        export_bundle(ledger.run("@1"), ledger=ledger, out=str(tmp_path / "b"), environ=made.environ)


def test_a_bundle_signed_by_somebody_else_is_not_the_one_that_was_asked_for(made: Made, tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="not by the given one"):
        open_bundle(str(made.path), into=str(tmp_path / "x"), key="0" * 64)
    config = load_config(str(made.project), environ=made.environ)
    with open_ledger(config=config, environ=made.environ) as ledger:
        export_bundle(ledger.run("@1"), ledger=ledger, out=str(tmp_path / "unsigned"), environ=made.environ)
    assert open_bundle(str(tmp_path / "unsigned"), into=str(tmp_path / "y")).signed_by is None
    with pytest.raises(BundleRefused, match="not signed"):
        open_bundle(str(tmp_path / "unsigned"), into=str(tmp_path / "z"), key=made.public)


def test_secrets_of_the_command_are_not_in_the_bundle(made: Made, tmp_path: Path) -> None:
    environ = {**made.environ, "VATIO_LEDGER_PATH": str(tmp_path / "l.sqlite"), "MY_TOKEN": "hunter2222"}
    assert run_in(made.project, environ, "run", "-q", "--", "true", "--password", "s3cr3tword").returncode == 0
    with open_ledger(str(tmp_path / "l.sqlite"), environ=made.environ) as ledger:
        manifest = export_bundle(
            ledger.run("@1"),
            ledger=ledger,
            out=str(tmp_path / "b"),
            environ=environ,
            signer=read_signer(places(made.environ).key),
        )
    data = (tmp_path / "b").read_bytes()
    assert b"s3cr3tword" not in data
    assert b"hunter2222" not in data
    assert manifest.distributions == ()
    assert open_bundle(str(tmp_path / "b"), into=str(tmp_path / "x")).lock is None
    assert json.loads((tmp_path / "x" / "record.json").read_text())["command"] == ["true", "--password", "***"]
