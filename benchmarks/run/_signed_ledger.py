"""Build a signed ledger with everything in it that a ledger can have, asking after each step whether it still verifies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from vatio.ledger import Ledger, Verification, generate_key, open_keeper, places
from vatio.records import Environment, Quantity, dumps
from vatio.testing import a_footprint, a_run, a_start, an_end, ledger_in, spooled, user_of


class Step(NamedTuple):
    """Hold what was done, and what verify says of it."""

    name: str
    verification: Verification


def build_signed(folder: str) -> Iterator[Step]:
    """Write the ledger ``folder/ledger.sqlite`` step by step; the first entry signs, all that is honest follows."""
    key = places(user_of(folder)).key
    public = generate_key(key).public
    heads: list[str] = []

    def checked(name: str, act: Callable[[Ledger], object]) -> Step:
        with ledger_in(folder) as ledger:
            act(ledger)
            head = ledger.head()
            verification = ledger.verify(key=public, head=heads[-1] if heads else None, rebuild=True)
            heads.extend([head.hash] if head else [])
        return Step(name, verification)

    environment = dumps(Environment(argv=("python", "train.py"), cwd="/src"))
    yield checked("a host's baseline", lambda it: it.append("host", {"host": "h", "idle_w": {"cpu": Quantity.exact(9.0)}}))
    for rows in (3, 70, 5000):
        yield checked(f"a run of {rows} samples", lambda it, rows=rows: a_run(it, rows=rows, environment=environment))
    yield checked("a newer footprint", lambda it: it.append("footprint", a_footprint(it.find("@1"), 3.0), run=it.find("@1")))
    yield checked("a run that goes on", lambda it: it.start(a_start("on")))
    yield checked("a run left behind", _leave_behind)
    yield checked("a run by way of the outbox", lambda it: _by_outbox(it, folder))
    yield checked("a run to prune", lambda it: it.prune(before=_later(), runs=[a_run(it, "old", rows=90)]))
    yield checked("a run to erase", lambda it: it.erase(a_run(it, "secret", rows=80), why="asked to", by="ada"))
    yield checked("an unknown kind", lambda it: it.append("tomorrow", {"x": 1}))
    generate_key(key, replace=True)
    for number in range(3):
        yield checked(f"run {number} under the next key", lambda it: a_run(it, rows=120, environment=b'{"argv":["x"]}'))
    yield checked("the projection anew", lambda it: it.rebuild())


def _leave_behind(ledger: Ledger) -> None:
    started = a_start("dead", started_at=datetime.now(UTC) - timedelta(hours=1))
    os.makedirs(ledger.spool_folder(started.id))
    ledger.start(started)
    spooled(ledger.spool_folder(started.id), started, 100)
    ledger.settle()


def _by_outbox(ledger: Ledger, folder: str) -> None:
    keeper = open_keeper(path=ledger.path, environ=user_of(folder), is_network=lambda path: True)
    started = a_start("outbox")
    keeper.start(started)
    spooled(keeper.spool_folder(started.id), started, 66)
    keeper.seal(started.id, an_end(), spool_folder=keeper.spool_folder(started.id), footprint=a_footprint(started.id))
    ledger.settle()


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)
