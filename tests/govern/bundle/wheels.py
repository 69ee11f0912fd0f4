"""Tiny wheels, as hostile as a test wants them."""

import base64
import zipfile
from hashlib import sha256
from pathlib import Path

DATE = (2026, 1, 2, 3, 4, 6)


def wheel(
    folder: Path, name: str = "tiny", version: str = "1.0", files: dict[str, str] | None = None, tag: str = "py3-none-any"
) -> Path:
    """Write a wheel of plain modules; of what ``.data`` holds too, where a name says so."""
    info = f"{name}-{version}.dist-info"
    content = {
        **(files if files is not None else {f"{name}.py": "value = 1\n"}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    lines = [f"{path},sha256={encoded(text)},{len(text.encode())}\n" for path, text in content.items()]
    content[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\n"])
    return packed(folder / f"{name}-{version}-{tag}.whl", content)


def packed(path: Path, content: dict[str, str], *, kind: int = zipfile.ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, text in content.items():
            member = zipfile.ZipInfo(name, DATE)
            member.external_attr = 0o100644 << 16
            member.compress_type = kind
            archive.writestr(member, text)
    return path


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
