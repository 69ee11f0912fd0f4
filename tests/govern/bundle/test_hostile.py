"""Bundles that somebody made to do harm, and bundles that were broken on their way: nothing of them is left behind."""

import gzip
import io
import json
import os
import random
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.govern.bundle.conftest import Made
from tests.govern.bundle.wheels import packed, wheel

from vatio.errors import BundleRefused
from vatio.govern.bundle import open_bundle
from vatio.govern.bundle.archive import Source, signature_bytes, write_archive
from vatio.ledger import OwnerLock, Signer

Files = dict[str, bytes]


def refused(path: Path, folder: Path, says: str) -> None:
    """Open a bundle that must not open; nothing of it may be left."""
    before = sorted(os.listdir(folder))
    with pytest.raises(BundleRefused, match=says):
        open_bundle(str(path), into=str(folder / "opened"))
    assert sorted(os.listdir(folder)) == before


def contents(path: Path) -> Files:
    with tarfile.open(path) as archive:
        return {item.name: archive.extractfile(item).read() for item in archive.getmembers()}  # type: ignore[union-attr]


def forged(
    made: Made, out: Path, *, files: Files | None = None, change: Callable[[dict[str, Any]], None] = lambda _: None
) -> Path:
    """Write a bundle anew as an attacker with a key of their own would: whatever they like, with digests that fit."""
    held = contents(made.path)
    manifest = json.loads(held.pop("manifest.json"))
    held.pop("signature.json")
    executable = {member["path"] for member in manifest["members"] if member["executable"]}
    held.update(files or {})
    manifest["members"] = [
        {"path": name, "sha256": sha256(data).hexdigest(), "bytes": len(data), "executable": name in executable}
        for name, data in sorted(held.items())
    ]
    change(manifest)
    head = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
    signature = signature_bytes(sha256(head).hexdigest(), signer=Signer(b"m" * 32))
    sources = [Source("manifest.json", head, "", len(head)), Source("signature.json", signature, "", len(signature))]
    sources += [Source(name, data, "", len(data), name in executable) for name, data in sorted(held.items())]
    write_archive(str(out), sources)
    return out


def test_a_forged_bundle_that_is_whole_opens_and_tells_its_key(made: Made, tmp_path: Path) -> None:
    bundle = open_bundle(str(forged(made, tmp_path / "b")), into=str(tmp_path / "opened"))
    assert bundle.signed_by == Signer(b"m" * 32).public != made.public
    assert bundle.proven_by == made.public


@pytest.mark.parametrize(
    "path",
    [
        "../x", "/etc/x",
        "code/../../x", "code/./x", "code//x", "code/x/", "x", "other/x", "code\\x", "code/a\nb", "code/\u202ex",
        "code/" + "x" * 300, "code/" + "x/" * 80 + "x", "wheels", "CODE/x",
    ],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(made: Made, tmp_path: Path, path: str) -> None:
    refused(
        forged(made, tmp_path / "b", files={path: b"x"}),
        tmp_path,
        "leads out|no file of a bundle|longer or deeper|this is no bundle",
    )


@pytest.mark.parametrize(
    "pair",
    [
        ("code/Train.py",),
        ("code/A/x", "code/a/y"),
        ("code/caf\u00e9", "code/cafe\u0301"),
        ("code/train.py/x",),
        ("code/stra\u00dfe", "code/strasse"),
    ],
)
def test_files_that_are_one_on_another_system_are_refused(made: Made, tmp_path: Path, pair: tuple[str, ...]) -> None:
    refused(forged(made, tmp_path / "b", files=dict.fromkeys(pair, b"x")), tmp_path, "collides")


def test_a_member_that_stands_twice_is_refused(made: Made, tmp_path: Path) -> None:
    def twice(manifest: dict[str, Any]) -> None:
        manifest["members"].insert(1, manifest["members"][0])

    refused(forged(made, tmp_path / "b", change=twice), tmp_path, "twice")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one.update(schema="vatio.bundle/2"), "schema is 'vatio.bundle/2'"),
        (lambda one: one.update(schema="vatio.verdict/1"), "schema is 'vatio.verdict/1'"),
        (lambda one: one.pop("run"), "lacks run"),
        (lambda one: one.update(members={}), "members"),
        (lambda one: one["members"].pop(), "more than its manifest|follows|is missing"),
        (
            lambda one: one["members"].append({"path": "wheels/z", "sha256": "0" * 64, "bytes": 3, "executable": False}),
            "missing",
        ),
        (lambda one: one["members"][0].update(sha256="0" * 64), "has not the digest"),
        (lambda one: one["members"][0].update(sha256="x"), "no digest"),
        (lambda one: one["members"][0].update(bytes=-1), "no digest or length"),
        (lambda one: one["members"][0].update(bytes=2**60), "says that it holds"),
        (lambda one: one["members"][0].update(executable=True), "is missing, or is not"),
        (lambda one: one.update(run="01a1fc5d-0000-7000-8000-000000000000"), "another run"),
        (lambda one: one.update(folder="../.."), "is not one of its code"),
        (lambda one: one.update(folder="/etc"), "is not one of its code"),
        (lambda one: one.update(editable=[{"name": "x", "version": "1", "folders": ["../../home"]}]), "is not one of its code"),
        (lambda one: one["inputs"][0].update(member="code"), "not where it is said"),
        (lambda one: one["inputs"][0].update(member="../../etc"), "not where it is said"),
        (lambda one: one["inputs"][0].update(sha256="0" * 64), "is not the record's"),
        (lambda one: one.update(outputs=[]), "outputs are not the record's"),
        (lambda one: one.update(distributions=[]), "wheel of no distribution"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(made: Made, tmp_path: Path, change: Any, says: str) -> None:
    refused(forged(made, tmp_path / "b", change=change), tmp_path, says)


def edited(made: Made, name: str, old: bytes, new: bytes) -> Files:
    data = contents(made.path)[name]
    assert old in data
    return {name: data.replace(old, new, 1)}


def test_a_record_that_was_edited_is_not_what_the_ledger_proves(made: Made, tmp_path: Path) -> None:
    files = edited(made, "record.json", b'"exit_code":0', b'"exit_code":1')
    refused(forged(made, tmp_path / "a", files=files), tmp_path, "exit_code is not what")
    files = edited(made, "environment.json", b'"kernel":"', b'"kernel":"x')
    refused(forged(made, tmp_path / "b", files=files), tmp_path, "environment is not the one")
    files = edited(made, "proof.json", b'"kind":"ended"', b'"kind":"ended "')
    refused(forged(made, tmp_path / "c", files=files), tmp_path, "not proven")
    refused(forged(made, tmp_path / "d", files={"proof.json": b"{}"}), tmp_path, "cannot be read")
    refused(forged(made, tmp_path / "e", files={"record.json": b"[" * 100_000}), tmp_path, "cannot be read")
    refused(forged(made, tmp_path / "f", files={"change.bin": b"other"}), tmp_path, "uncommitted change")


def test_data_that_was_swapped_is_not_what_the_run_read(made: Made, tmp_path: Path) -> None:
    files = {"inputs/0/data/rows.csv": b"9\n"}
    refused(forged(made, tmp_path / "b", files=files), tmp_path, "input data has other bytes")


def test_a_lock_or_wheel_that_was_swapped_is_refused(made: Made, tmp_path: Path) -> None:
    held = contents(made.path)
    name = next(path for path in held if path.startswith("wheels/"))
    refused(
        forged(made, tmp_path / "a", files={"pylock.toml": b"lock-version = '1.0'\npackages = []\n"}), tmp_path, "in no lock"
    )
    refused(forged(made, tmp_path / "b", files={"pylock.toml": b"= broken"}), tmp_path, "lock is broken")
    refused(forged(made, tmp_path / "c", files={name: held[name] + b" "}), tmp_path, "other bytes")
    other = "wheels/other-1.0-py3-none-any.whl"
    refused(forged(made, tmp_path / "d", files={other: held[name]}), tmp_path, "in no lock")


def locked(made: Made, wheel: bytes, name: str = "tiny-1.0-py3-none-any.whl") -> Files:
    digest = sha256(wheel).hexdigest()
    text = (
        "lock-version = '1.0'\n[[packages]]\nname = 'tiny'\nversion = '1.0'\n"
        f"wheels = [{{name = '{name}', path = 'wheels/{name}', hashes = {{sha256 = '{digest}'}}}}]\n"
    )
    return {f"wheels/{name}": wheel, "pylock.toml": text.encode()}


def test_a_wheel_in_a_bundle_may_be_neither_bomb_nor_trap(made: Made, tmp_path: Path) -> None:
    bomb = packed(tmp_path / "w" / "bomb.zip", {"zeros": "0" * (70 << 20)}).read_bytes()
    trap = packed(tmp_path / "w" / "trap.zip", {"../../evil.py": "x"}).read_bytes()
    refused(forged(made, tmp_path / "a", files=locked(made, bomb)), tmp_path, "would unpack")
    refused(forged(made, tmp_path / "b", files=locked(made, trap)), tmp_path, "leads out")
    refused(forged(made, tmp_path / "c", files=locked(made, b"no zip")), tmp_path, "cannot be read")
    refused(
        forged(made, tmp_path / "d", files=locked(made, trap, "tiny-1.0 --pre-py3-none-any.whl")), tmp_path, "no wheel's name"
    )


def test_a_wheel_with_other_files_than_ran_is_refused_before_any_is_installed(made: Made, tmp_path: Path) -> None:
    patched = wheel(tmp_path / "w", "tiny", files={"tiny.py": "value = 2\n"}).read_bytes()
    refused(forged(made, tmp_path / "a", files=locked(made, patched)), tmp_path, "other files than the run had of tiny")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sitecustomize.pyc", "compiled code"),
        ("tiny-1.0.data/scripts/python", "interpreter's place"),
        ("tiny-1.0.data/data/bin/python3.11", "interpreter's place"),
    ],
)
def test_a_wheel_with_what_would_run_and_counts_in_no_digest_is_refused(
    made: Made, tmp_path: Path, name: str, says: str
) -> None:
    trap = wheel(tmp_path / "w", "tiny", files={"tiny.py": "value = 1\n", name: "evil"}).read_bytes()
    refused(forged(made, tmp_path / "a", files=locked(made, trap)), tmp_path, says)


def test_a_lock_in_a_bundle_names_no_address(made: Made, tmp_path: Path) -> None:
    held = contents(made.path)
    files = locked(made, held["wheels/tiny-1.0-py3-none-any.whl"])
    with_url = files["pylock.toml"].replace(b"hashes =", b"url = 'https://example.org/tiny-1.0-py3-none-any.whl', hashes =")
    refused(forged(made, tmp_path / "a", files={"pylock.toml": with_url}), tmp_path, "by an address")


def tar_of(path: Path, *items: tarfile.TarInfo, kind: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, "w", format=kind) as archive:
        for item in items:
            archive.addfile(item, io.BytesIO(b"x" * item.size))
    return path


def item(name: str = "manifest.json", **fields: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (item(type=tarfile.SYMTYPE, linkname="/etc/passwd"), "no plain file"),
        (item(type=tarfile.LNKTYPE, linkname="/etc/passwd"), "no plain file"),
        (item(type=tarfile.CHRTYPE, devmajor=1, devminor=5), "no plain file"),
        (item(type=tarfile.FIFOTYPE), "no plain file"),
        (item(type=tarfile.DIRTYPE, mode=0o755), "no plain file"),
        (item(mtime=1), "not as a bundle's"),
        (item(uid=1000, uname="ada"), "not as a bundle's"),
        (item(mode=0o4755), "not as a bundle's"),
        (item("../manifest.json"), "not where it has to be"),
        (item(size=3), r"follows the end"),
    ],
)
def test_what_is_no_plain_file_of_ours_is_refused(tmp_path: Path, entry: tarfile.TarInfo, says: str) -> None:
    refused(tar_of(tmp_path / "b", entry), tmp_path, says)


def test_links_among_the_members_are_refused_though_the_manifest_names_them(made: Made, tmp_path: Path) -> None:
    """The tar is patched behind its manifest: where a file stood now a link of the same name stands."""
    data = bytearray(made.path.read_bytes())
    at = data.index(b"code/train.py\0")
    link = tarfile.TarInfo("code/train.py")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    data[at : at + 512] = link.tobuf(tarfile.PAX_FORMAT)
    (tmp_path / "b").write_bytes(data)
    refused(tmp_path / "b", tmp_path, "no plain file")


def test_what_is_no_bundle_at_all_is_refused(made: Made, tmp_path: Path) -> None:
    whole = made.path.read_bytes()
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb") as file:
        file.write(bytes(50 << 20))
    packed(tmp_path / "bomb.zip", {"manifest.json": "0" * (50 << 20)})
    (tmp_path / "packed.gz").write_bytes(gzip.compress(whole))
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "zeros").write_bytes(bytes(10 << 10))
    (tmp_path / "noise").write_bytes(random.Random(1).randbytes(10 << 10))
    (tmp_path / "more").write_bytes(whole + b"\0")
    (tmp_path / "twice").write_bytes(whole + whole)
    for name in ("bomb.gz", "bomb.zip", "packed.gz", "empty", "zeros", "noise", "more", "twice"):
        refused(tmp_path / name, tmp_path, "no bundle|cut off|follows")
    refused(tmp_path / "nowhere", tmp_path, "cannot be read")
    refused(tmp_path, tmp_path, "cannot be read")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", tmp_path, "cannot be read")


def test_a_bundle_that_is_cut_off_anywhere_is_refused(made: Made, tmp_path: Path) -> None:
    whole = made.path.read_bytes()
    chance = random.Random(20260101)
    for end in [0, 1, 511, 512, len(whole) - 1, len(whole) - 512, *(chance.randrange(len(whole)) for _ in range(20))]:
        (tmp_path / "b").write_bytes(whole[:end])
        refused(tmp_path / "b", tmp_path, "cut off|no bundle")


@pytest.mark.slow
def test_any_byte_that_is_changed_is_found(made: Made, tmp_path: Path) -> None:
    whole = made.path.read_bytes()
    chance = random.Random(20260102)
    for at in [*range(0, 520, 13), *(chance.randrange(len(whole)) for _ in range(120))]:
        data = bytearray(whole)
        data[at] = (data[at] + chance.randrange(1, 256)) % 256
        (tmp_path / "b").write_bytes(data)
        refused(tmp_path / "b", tmp_path, ".")


def test_a_folder_that_has_something_in_it_is_left_alone(made: Made, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert open_bundle(str(made.path), into=str(tmp_path / "mine")).folder == str(tmp_path / "mine")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "x").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    for name in ("kept", "link"):
        with pytest.raises(BundleRefused, match="there already"):
            open_bundle(str(made.path), into=str(tmp_path / name))
    assert os.listdir(tmp_path / "kept") == ["x"]


def test_what_a_killed_process_has_left_goes_with_the_next(made: Made, tmp_path: Path) -> None:
    (tmp_path / ".vatio-bundle-left" / "work").mkdir(parents=True)
    for name in ("owned", "young"):
        (tmp_path / f".vatio-bundle-{name}").mkdir()
    for name in ("left", "owned"):
        os.utime(tmp_path / f".vatio-bundle-{name}", (0, 0))
    with OwnerLock(str(tmp_path / ".vatio-bundle-owned")):
        os.utime(tmp_path / ".vatio-bundle-owned", (0, 0))
        owner = os.fork()
        if owner == 0:  # a lock is the process's: another one has to look
            try:
                open_bundle(str(made.path), into=str(tmp_path / "opened"))
            finally:
                os._exit(0)
        os.waitpid(owner, 0)
    assert sorted(os.listdir(tmp_path)) == [".vatio-bundle-owned", ".vatio-bundle-young", "opened"]
