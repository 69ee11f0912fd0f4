"""Make, keep and use the Ed25519 key of a user. libsodium is loaded only when something is signed or checked."""

from __future__ import annotations

import os
from typing import Any

from vatio.digest import sha256
from vatio.errors import LedgerError, UsageError
from vatio.files import regular

PREFIX = b"vatio.entry/1\n"
_SEED_BYTES, _PUBLIC_BYTES, _SECRET_BYTES, _SIGNATURE_BYTES = 32, 32, 64, 64
_sodium: list[Any] = []


class Signer:
    """Sign entries with one key. ``id`` is the key's id as headers name it, ``public`` its public half in hex."""

    def __init__(self, seed: bytes) -> None:
        ffi, lib = _library()
        public, secret = ffi.new("unsigned char[]", _PUBLIC_BYTES), ffi.new("unsigned char[]", _SECRET_BYTES)
        lib.crypto_sign_seed_keypair(public, secret, seed)
        self._secret = secret
        self.public = bytes(ffi.buffer(public)).hex()
        self.id = key_id(self.public)

    def sign(self, entry_hash: str) -> bytes:
        """Sign the hash of an entry."""
        return self.sign_message(PREFIX + bytes.fromhex(entry_hash))

    def sign_message(self, message: bytes) -> bytes:
        """Sign bytes that no entry can be taken for: their beginning says what they are."""
        ffi, lib = _library()
        signed, length = ffi.new("unsigned char[]", _SIGNATURE_BYTES + len(message)), ffi.new("unsigned long long *")
        lib.crypto_sign(signed, length, message, len(message), self._secret)
        return bytes(ffi.buffer(signed, _SIGNATURE_BYTES))


def is_signed(entry_hash: str, signature: bytes, public: str) -> bool:
    """Tell whether ``signature`` is the one of the key ``public`` (hex) over an entry's hash."""
    return is_signed_message(PREFIX + bytes.fromhex(entry_hash), signature, public)


def is_signed_message(message: bytes, signature: bytes, public: str) -> bool:
    """Tell whether ``signature`` is the one of the key ``public`` (hex) over these bytes."""
    if len(signature) != _SIGNATURE_BYTES:
        return False
    ffi, lib = _library()
    signed = signature + message
    opened, length = ffi.new("unsigned char[]", len(signed)), ffi.new("unsigned long long *")
    return bool(lib.crypto_sign_open(opened, length, signed, len(signed), bytes.fromhex(public)) == 0)


def key_id(public: str) -> str:
    """Give the id of a public key: the first half of the SHA-256 of its bytes."""
    return sha256(bytes.fromhex(public)).hexdigest()[:32]


def is_public(text: object) -> bool:
    """Tell whether a text is a public key in hex."""
    if not isinstance(text, str) or len(text) != 2 * _PUBLIC_BYTES:
        return False
    return all(letter in "0123456789abcdef" for letter in text)


def read_signer(path: str) -> Signer | None:
    """Load the key of a file; ``None`` when there is no such file.

    Raises:
        LedgerError: the file cannot be read, or holds no key.
    """
    try:
        with open(path, encoding="ascii", opener=regular) as file:
            text = file.read(4096).strip()
        seed = bytes.fromhex(text)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except (OSError, ValueError) as error:
        raise LedgerError(f"cannot read the key {path}: {error}", hint="its owner alone may read it, mode 0600") from error
    if len(seed) != _SEED_BYTES:
        raise LedgerError(f"{path} holds no key", hint="64 hexadecimal digits are expected")
    return Signer(seed)


def generate_key(path: str, *, replace: bool = False) -> Signer:
    """Make a new key; with ``replace`` the old one is kept beside it and signs its successor into each ledger.

    Raises:
        UsageError: there is a key already, and ``replace`` was not asked.
    """
    old = read_signer(path)
    if old is not None and not replace:
        raise UsageError(f"there is a key already: {path}", hint="vatio ledger keygen --replace makes a successor")
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    seed = os.urandom(_SEED_BYTES)
    write_private(path + ".new", seed.hex() + "\n")
    if old is not None:
        os.replace(path, former_key(path, old.id))
    os.replace(path + ".new", path)
    return Signer(seed)


def former_key(path: str, id: str) -> str:
    """Give the path at which a replaced key is kept."""
    return f"{path}.{id}"


def write_private(path: str, text: str) -> None:
    """Write a file that only its owner may read, in whole or not at all."""
    part = f"{path}.{os.getpid()}"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(part, path)


def _library() -> Any:
    if not _sodium:
        # PyNaCl's compiled module alone takes 1 ms, its Python bindings 24; both are PyNaCl's, so either will do.
        try:
            from nacl._sodium import ffi, lib  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            from nacl.bindings.crypto_sign import ffi, lib  # type: ignore[attr-defined,unused-ignore]
        lib.sodium_init()
        _sodium.extend((ffi, lib))
    return _sodium
