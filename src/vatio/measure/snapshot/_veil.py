"""Put stable pseudonyms in the place of the user's and the host's name, unless the configuration reveals them."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from vatio.config import user_folder
from vatio.files import regular
from vatio.measure.snapshot._redact import redact_argv, redact_text

_SALT_BYTES = 32
# Names that say nothing of a person or a machine, and words that would be replaced where they mean something else.
_NOBODY = frozenset(("root", "user", "ubuntu", "admin", "runner", "jovyan", "nobody", "localhost", "data", "home", "test"))
_SHORTEST_NAME = 3


def pseudonym(name: str, salt: bytes, *, kind: str) -> str:
    """Name somebody or something by a keyed hash: the same here tomorrow, and nothing to anybody else.

    >>> pseudonym("ada", b"salt", kind="user")
    'user-ce297646'
    """
    from vatio.digest import blake2b

    return f"{kind}-{blake2b(name.encode('utf-8', 'surrogateescape'), key=salt[:64], digest_size=4).hexdigest()}"


def local_salt(environ: Mapping[str, str]) -> bytes:
    """Read this user's salt, made at the first call; where there is no home, the machine's id and the user's stand in."""
    folder = user_folder(environ)
    kept = _kept_salt(os.path.join(folder, "salt")) if folder else None
    if kept is not None:
        return kept
    try:
        with open("/etc/machine-id", "rb") as file:
            return file.read(_SALT_BYTES) + str(os.getuid()).encode()
    except (OSError, AttributeError):
        return b"vatio"


class Veil:
    """Hide names: the home folder becomes ``~``, the user's and the host's name their pseudonyms, secrets ``***``."""

    __slots__ = ("_home", "_names")

    def __init__(self, environ: Mapping[str, str], *, hostname: str, salt: bytes, reveal: Collection[str] = ()) -> None:
        home, user = environ.get("HOME", "").rstrip("/"), environ.get("USER") or environ.get("LOGNAME") or ""
        self._home = "" if "user" in reveal or home in ("", "/") else home
        named = {"user": user or self._home.rpartition("/")[2], "host": hostname.partition(".")[0]}
        self._names = {
            name: pseudonym(name, salt, kind=kind)
            for kind, name in named.items()
            if kind not in reveal and len(name) >= _SHORTEST_NAME and name.lower() not in _NOBODY
        }

    def argv(self, argv: Sequence[str]) -> tuple[str, ...]:
        """Give a command line without secrets and names."""
        return tuple(self.text(word) for word in redact_argv(argv))

    def text(self, text: str) -> str:
        """Give a path, an address or a line of text without names."""
        if self._home:
            text = _replaced(text, self._home, "~", ends="/:;, \"'")
        for name, other in self._names.items():
            text = _replaced(text, name, other, ends="/:;,@.= \"'")
        return text

    def bare(self, text: str) -> str:
        """Give back the names that this veil has hidden: on the same machine, for the same user."""
        for name, other in self._names.items():
            text = _replaced(text, other, name, ends="/:;,@.= \"'")
        return _replaced(text, "~", self._home, ends="/:;, \"'") if self._home else text

    def url(self, url: str) -> str:
        """Give an address without credentials and names."""
        return self.text(redact_text(url))


def _replaced(text: str, name: str, other: str, *, ends: str) -> str:
    """Replace a name where it stands alone: at the text's ends or between separators, not as a part of a word."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        alone = (at == 0 or text[at - 1] in "/:;,@= \"'") and (end == len(text) or text[end] in ends)
        text = text[:at] + other + text[end:] if alone else text
        at = text.find(name, at + len(other) if alone else end)
    return text


def _kept_salt(path: str) -> bytes | None:
    try:
        with open(path, "rb", opener=regular) as file:
            return file.read(_SALT_BYTES) or None
    except FileNotFoundError:
        pass
    except OSError:
        return None
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        fresh = f"{path}.{os.getpid()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
        with open(descriptor, "wb") as file:
            file.write(os.urandom(_SALT_BYTES))
        try:
            os.link(fresh, path)  # the first of two that come at once wins, and both read the winner's
        finally:
            os.unlink(fresh)
        with open(path, "rb") as file:
            return file.read(_SALT_BYTES) or None
    except OSError:
        return None
