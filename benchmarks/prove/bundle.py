"""prove-04: one byte changed in data, weights, wheel, lock, manifest or attestation, and whether that is found."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from benchmarks._row import Row
from vatio.config import load_config
from vatio.errors import BundleRefused
from vatio.govern.attest import verify_attestation
from vatio.govern.bundle import Lock, LockedFile, LockedPackage, build_environment, export_bundle, open_bundle
from vatio.ledger import generate_key, open_ledger, places, read_signer

COMMAND = "make bench TOPIC=prove ONLY=prove-04"
SEED, EACH = 20261121, 50
KINDS = {
    "data": "inputs/0/rows.csv",
    "weights": "inputs/1/weights.bin",
    "wheel": "wheels/tiny-1.0-py3-none-any.whl",
    "lock": "pylock.toml",
    "manifest": "manifest.json",
}
TRAIN = """
import tiny
rows = [float(line) for line in open("rows.csv")]
open("model.txt", "w").write(f"{sum(rows) * tiny.value + open('weights.bin', 'rb').read()[0]}")
"""


class Made(NamedTuple):
    """Hold a bundle of a run that was replayed: its bytes, the attestation's, and the public key of both."""

    bundle: bytes
    attestation: bytes
    public: str


def rows(*, peers: bool) -> list[Row]:
    """Change one byte at a time, in each kind of thing and in its header, and count what is not found."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        made = _made(Path(folder))
        opened = Path(folder, "opened")
        open_bundle(_written(folder, made.bundle), into=str(opened), key=made.public)
        missed = {
            kind: sum(not _is_found(folder, made, at, chance) for at in _places(folder, made, member, chance))
            for kind, member in KINDS.items()
        }
        ats = [chance.randrange(len(made.attestation)) for _ in range(EACH)]
        missed["attestation"] = sum(not _is_refused(made, at, chance) for at in ats)
    return [
        _row("prove-04", f"{EACH * len(missed)} one-byte mutations of {', '.join(missed)}", sum(missed.values())),
        *(_row(f"prove-04-{kind}", f"{EACH} one-byte mutations of the {kind}", count) for kind, count in missed.items()),
    ]


def _row(id: str, what: str, got: int) -> Row:
    why = "" if got == 0 else "opened, or held, with another byte in it"
    return Row(id=id, what=f"{what}: undetected", relation="==", limit=0, got=got, unit="mutations", command=COMMAND, why=why)


def _places(folder: str, made: Made, member: str, chance: random.Random) -> list[int]:
    """Choose places in a member, its header among them."""
    with tarfile.open(_written(folder, made.bundle)) as archive:
        item = archive.getmember(member)
    end = item.offset_data + item.size
    return [chance.randrange(item.offset_data, end) for _ in range(EACH - 5)] + [
        chance.randrange(item.offset, item.offset_data) for _ in range(5)
    ]


def _is_found(folder: str, made: Made, at: int, chance: random.Random) -> bool:
    """Open a bundle with one byte changed, as one whose maker's key is known and as one whose maker's is not."""
    path = _written(folder, _changed(made.bundle, at, chance))
    return all(_is_not_opened(path, folder, key) for key in (None, made.public))


def _is_not_opened(path: str, folder: str, key: str | None) -> bool:
    into = os.path.join(folder, "changed")
    try:
        open_bundle(path, into=into, key=key)
    except BundleRefused:
        return not os.path.exists(into)
    return False


def _is_refused(made: Made, at: int, chance: random.Random) -> bool:
    try:
        envelope = json.loads(_changed(made.attestation, at, chance))
    except ValueError:
        return True
    return not verify_attestation(envelope, key=made.public).holds


def _changed(data: bytes, at: int, chance: random.Random) -> bytes:
    return data[:at] + bytes([(data[at] + chance.randrange(1, 256)) % 256]) + data[at + 1 :]


def _written(folder: str, data: bytes) -> str:
    path = Path(folder, "bundle")
    path.write_bytes(data)
    return str(path)


def _made(folder: Path) -> Made:
    """Run, bundle and replay a small training with an environment of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "XDG_", "PYTHON"))}
    environ |= {"HOME": str(folder), "GIT_CONFIG_SYSTEM": os.devnull}
    project = folder / "project"
    project.mkdir()
    (project / "train.py").write_text(TRAIN)
    (project / ".gitignore").write_text("*.csv\n*.bin\nmodel.txt\n")
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=bench", "-c", "user.email=bench", "commit", "-q", "-m", "first"],
    ):
        subprocess.run(["git", *words], cwd=project, env=environ, check=True, capture_output=True)
    chance = random.Random(SEED)
    (project / "rows.csv").write_text("".join(f"{chance.random()}\n" for _ in range(200)))
    (project / "weights.bin").write_bytes(chance.randbytes(1 << 16))
    wheel = _wheel(folder / "wheels")
    key = generate_key(places(environ).key)
    python = build_environment(_lock_of(wheel), folder=str(folder / "env"), wheels=str(wheel.parent), offline=True)
    words = ("--input", "rows.csv", "--input", "weights.bin", "--output", "model.txt", "--", python, "train.py")
    _vatio(project, environ, "run", "-q", *words)
    config = load_config(str(project), environ=environ)
    with open_ledger(config=config, environ=environ) as ledger:
        out, signer = str(folder / "made"), read_signer(places(environ).key)
        export_bundle(ledger.run("@1"), ledger=ledger, out=out, environ=environ, wheels=str(wheel.parent), signer=signer)
    attested = folder / "attestation.json"
    _vatio(project, environ, "reproduce", out, "--attest", str(attested))
    return Made(Path(out).read_bytes(), attested.read_bytes().rstrip(b"\n"), key.public)


def _vatio(project: Path, environ: dict[str, str], *words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "vatio", *words], cwd=project, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"vatio {words[0]}: {done.stderr}")


def _wheel(folder: Path) -> Path:
    folder.mkdir()
    info = "tiny-1.0.dist-info"
    content = {
        "tiny.py": "value = 2\n" * 200,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{name},sha256={_encoded(text)},{len(text)}\n" for name, text in content.items()]
    with zipfile.ZipFile(folder / "tiny-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**content, f"{info}/RECORD": "".join([*lines, f"{info}/RECORD,,\n"])}.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), text)
    return folder / "tiny-1.0-py3-none-any.whl"


def _encoded(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")


def _lock_of(wheel: Path) -> Lock:
    locked = LockedFile(sha256=sha256(wheel.read_bytes()).hexdigest(), name=wheel.name)
    return Lock(packages=(LockedPackage(name="tiny", version="1.0", files=(locked,)),))
