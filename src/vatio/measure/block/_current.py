"""Know which run of this process an event belongs to: the innermost open block, in any thread or task, but in no fork."""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import Protocol

from vatio.measure._events import Event, OutsideLog


class Target(Protocol):
    """Take what a workload says of itself."""

    def mark(self) -> float:
        """Read the meters, where that can be done now, and give the moment in CLOCK_MONOTONIC."""

    def log(self, event: Event) -> None:
        """Keep one event."""


class Block(Protocol):
    """Be an open run of this process."""

    id: str
    place: str
    outer: Block | None

    @property
    def target(self) -> Target:
        """Hear what the workload says of itself."""

    @property
    def is_open(self) -> bool:
        """Tell whether the block has not been left, in this very process."""

    def abandon(self) -> None:
        """Stop touching anything: this process is a fork of the one that measures."""

    def end(self, status: str, *, note: str = "") -> None:
        """End the run as if its block were left."""


_innermost: ContextVar[Block | None] = ContextVar("vatio_run", default=None)
# Threads do not inherit the context of the thread that starts them: what they say belongs to the latest open block.
_open: list[Block] = []
_forked_from: list[str] = []
_watched: list[bool] = []


def opened(block: Block) -> None:
    """Make a block the innermost one."""
    if not _watched:
        _watched.append(True)
        _watch_process()
    _open.append(block)
    _innermost.set(block)


def closed(block: Block) -> None:
    """Go back to the block around."""
    if block in _open:
        _open.remove(block)
    if _innermost.get() is block:
        _innermost.set(block.outer)


def innermost() -> Block | None:
    """Give the innermost open block: of this task or thread, else of the process."""
    block = _innermost.get()
    while block is not None and not block.is_open:
        block = block.outer
    return block or next((block for block in reversed(_open) if block.is_open), None)


def switch(block: Block | None) -> Block | None:
    """Make ``block`` the innermost one of this context, and give the one before: a generator's steps lie apart."""
    before = _innermost.get()
    _innermost.set(block)
    return before


def open_blocks() -> tuple[Block, ...]:
    """List the blocks that are open."""
    return tuple(block for block in _open if block.is_open)


def within() -> str | None:
    """Give the id of the run that a new one lies within: an open block's, or that of the process this one was forked from."""
    block = innermost()
    return block.id if block is not None else (_forked_from[-1] if _forked_from else None)


_outside: list[OutsideLog | None] = []


def outside() -> OutsideLog | None:
    """Give the log of the ``vatio run`` around this process, if there is one on this boot."""
    if not _outside:
        _outside.append(_find_outside())
    return _outside[0]


def look_around_again() -> None:
    """Forget which ``vatio run`` is around: this process is a fork with an environment of its own."""
    _outside.clear()


_counts: dict[str, int] = {}


def next_place(outer: Block | None) -> str:
    """Number a block among those of its process and of the block around: the ranks of a job come by the same places."""
    around = "" if outer is None else outer.place
    _counts[around] = _counts.get(around, 0) + 1
    return f"{around}.{_counts[around]}"


_rank: list[int] = []


def rank() -> int:
    """Give this process's rank in its job, 0 outside of one."""
    if not _rank:
        from vatio.measure._job import job
        from vatio.measure._surroundings import environment

        found = job(environment(), uid=0)
        _rank.append(0 if found is None else found.rank)
    return _rank[0]


def _find_outside() -> OutsideLog | None:
    from vatio.measure._surroundings import environment

    known = environment()
    run, folder, boot = known.get("VATIO_RUN"), known.get("VATIO_SPOOL"), known.get("VATIO_BOOT")
    if not run or not folder or not os.path.isdir(folder):
        return None
    if boot:
        try:
            with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
                if file.read().strip() != boot:
                    return None
        except OSError:
            return OutsideLog(folder, run)
    return OutsideLog(folder, run)


def _watch_process() -> None:
    import atexit

    atexit.register(_end_all)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_abandon_all)


def _abandon_all() -> None:
    for block in _open:
        block.abandon()
        _forked_from.append(block.id)
    _open.clear()


def _end_all() -> None:
    for block in reversed(open_blocks()):
        block.end("interrupted", note="the process ended inside the block")
