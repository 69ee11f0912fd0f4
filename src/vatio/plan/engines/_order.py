"""Keep what is to be run by a plan until it runs: the true command and its surroundings, for this user's eyes alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from vatio.errors import InvalidRecord, LedgerUnavailable, UnknownName, UsageError
from vatio.files import regular, write_whole
from vatio.ledger import OwnerLock, Places, is_owned
from vatio.records import Plan, dumps, from_json

# The one file of an order, by its name: it waits, its run has been started, it was taken back. A rename is the decision.
WAITING, LAUNCHED, CANCELLED = "order.json", "launched.json", "cancelled.json"
_BELL, _TICKET = "bell", "ticket"
# What a command needs of the shell in which it was ordered, where another one takes it up. No keys, no tokens.
_KEPT = ("PATH", "HOME", "USER", "LANG", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "HF_HOME", "TORCH_HOME", "TMPDIR")
_KEPT_PREFIXES = ("LC_", "PYTHON", "CONDA_", "OMP_", "MKL_", "OPENBLAS_", "NUMBA_", "XDG_", "VATIO_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Hold one command with all that it needs to run by its plan. ``id`` is the run's, ``entry`` names the plan in the ledger.

    ``options`` are those of the run, ``wishes`` those of the plan, both as they were given, with times and paths made
    absolute. ``duration_s`` is what the job is expected to take, without pauses.
    """

    SCHEMA: ClassVar[str] = "vatio.order/1"

    id: str
    command: tuple[str, ...]
    folder: str
    plan: Plan
    engine: str
    submitted_at: datetime
    deadline: datetime
    duration_s: float
    entry: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    wishes: Mapping[str, Any] = field(default_factory=dict)


class Filed(NamedTuple):
    """Hold an order with the folder in which it lies."""

    order: Order
    folder: str

    @property
    def waits(self) -> bool:
        """Tell whether it has neither been started nor taken back."""
        return os.path.exists(os.path.join(self.folder, WAITING))

    @property
    def is_owned(self) -> bool:
        """Tell whether a process waits with it, or runs it."""
        return is_owned(self.folder)

    @property
    def lock(self) -> OwnerLock:
        """Give the lock that whoever carries it out holds."""
        return OwnerLock(self.folder)

    @property
    def ticket(self) -> str | None:
        """Give what its engine calls it."""
        try:
            with open(os.path.join(self.folder, _TICKET), encoding="utf-8", opener=regular) as file:
                return file.read().strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def ticketed(self, ticket: str) -> None:
        """Keep what its engine calls it."""
        write_whole(os.path.join(self.folder, _TICKET), f"{ticket}\n".encode())

    def launch(self) -> bool:
        """Decide that it runs; tell whether nobody else has decided before."""
        return self._decide(LAUNCHED)

    def take_back(self) -> bool:
        """Decide that it does not run, and wake whoever waits with it; tell whether nobody else has decided before."""
        decided = self._decide(CANCELLED)
        if decided:
            ring(self.folder)
        return decided

    def revised(self, order: Order) -> Filed:
        """Keep a new plan for it."""
        _write(os.path.join(self.folder, WAITING), order)
        return self._replace(order=order)

    def remove(self) -> None:
        """Forget it; its log stays."""
        for name in (WAITING, LAUNCHED, CANCELLED, _BELL, _TICKET, "owner.lock"):
            with suppress(OSError):
                os.unlink(os.path.join(self.folder, name))
        with suppress(OSError):
            os.rmdir(self.folder)

    def _decide(self, name: str) -> bool:
        try:
            os.rename(os.path.join(self.folder, WAITING), os.path.join(self.folder, name))
        except FileNotFoundError:
            return False
        return True


def order_folders(ledger: str, where: Places) -> tuple[str, ...]:
    """List where orders may lie for a ledger, in the order in which they are tried."""
    return tuple(os.path.join(folder, "plans") for folder in (os.path.dirname(os.path.abspath(ledger)), where.state))


def file_order(order: Order, folders: Sequence[str]) -> Filed:
    """Keep an order where it can be kept, readable by this user alone.

    Raises:
        LedgerUnavailable: nowhere.
    """
    fault = "no folder"
    for parent in folders:
        folder = os.path.join(parent, order.id)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            _write(os.path.join(folder, WAITING), order)
        except OSError as error:
            fault = f"{parent}: {error.strerror}"
            continue
        with suppress(OSError, AttributeError):
            os.mkfifo(os.path.join(folder, _BELL), 0o600)
        return Filed(order, folder)
    raise LedgerUnavailable(f"the order cannot be kept: {fault}", hint="free some space, or run it now: --when now")


def find_order(ref: str, folders: Sequence[str]) -> Filed:
    """Read the order that ``ref`` means: an id, or the beginning or end of one.

    Raises:
        UnknownName: there is none.
        UsageError: there are several.
    """
    known = {name: parent for parent in reversed(folders) for name in _names(parent)}
    found = [name for name in known if name == ref] or [name for name in known if name.startswith(ref) or name.endswith(ref)]
    if len(found) > 1:
        raise UsageError(f"several plans begin or end with {ref!r}", hint=f"give more of one of {', '.join(sorted(found)[:8])}")
    if not found or not ref:
        error = UnknownName.among("plan", ref, known)
        error.hint = error.hint or "`vatio plan list` shows what waits; what has run or was taken back is not taken up again"
        raise error
    return Filed(_read(os.path.join(known[found[0]], found[0])), os.path.join(known[found[0]], found[0]))


def filed_orders(folders: Sequence[str]) -> Iterator[Filed]:
    """Read every order; one that cannot be read is left out."""
    for parent in folders:
        for name in _names(parent):
            with suppress(UsageError):
                yield Filed(_read(os.path.join(parent, name)), os.path.join(parent, name))


def kept_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Choose what is kept of an environment: what programs are found by, and no secret.

    >>> kept_environ({"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "x", "OMP_NUM_THREADS": "2"})
    {'PATH': '/bin', 'OMP_NUM_THREADS': '2'}
    """
    secret = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")
    return {
        name: value
        for name, value in environ.items()
        if (name in _KEPT or name.startswith(_KEPT_PREFIXES)) and not any(word in name.upper() for word in secret)
    }


def ring(folder: str) -> None:
    """Wake whoever waits with an order."""
    with suppress(OSError):
        bell = os.open(os.path.join(folder, _BELL), os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(bell, b"!")
        finally:
            os.close(bell)


def open_bell(folder: str) -> int | None:
    """Open what becomes readable when somebody rings; ``None`` where there is no such thing."""
    try:
        # For both: a pipe without a writer would be at its end, and readable, all the time.
        return os.open(os.path.join(folder, _BELL), os.O_RDWR | os.O_NONBLOCK)
    except (OSError, AttributeError):
        return None


def _names(parent: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(parent) if os.path.isdir(os.path.join(parent, name)))
    except OSError:
        return []


def _write(path: str, order: Order) -> None:
    fresh = f"{path}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(dumps(order))
        file.flush()
        os.fsync(descriptor)
    os.replace(fresh, path)


def _read(folder: str) -> Order:
    for name in (WAITING, LAUNCHED, CANCELLED):
        try:
            with open(os.path.join(folder, name), encoding="utf-8", opener=regular) as file:
                return from_json(Order, json.loads(file.read()))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, InvalidRecord, RecursionError) as error:
            raise UsageError(f"the order in {folder} cannot be read: {error}") from error
    raise UnknownName(f"there is no order in {folder}", hint="vatio plan list")
